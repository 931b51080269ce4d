# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import update

from guiju import desk as desks
from guiju import ledger, profile
from guiju.kernel import (
    Actor,
    ActorKind,
    Conflict,
    Event,
    Invalid,
    NotFound,
    Refused,
    Text,
    Unavailable,
    canonical,
    digest,
    software,
)
from guiju.measures import enforcers
from guiju.profile import (
    AudienceKind,
    FilingKind,
    Modality,
    Published,
    Running,
    Statement,
    VersionState,
    current,
    demo_statement,
    history,
)
from guiju.profile.commands import group
from guiju.profile.scope import ForeignNotice, OfferedFrom, Permit, Scope, Tier, Use
from guiju.profile.store import PROPOSAL, STATEMENT
from guiju.storage import Database, Tx

OFFICER = Actor(ActorKind.STAFF, "staff_officer", frozenset({"safety-officer"}))
FILER = Actor(ActorKind.STAFF, "staff_filer", frozenset({"filing-manager"}))
BOSS = Actor(ActorKind.STAFF, "staff_boss", frozenset({"accountable-person"}))
CLERK = Actor(ActorKind.STAFF, "staff_clerk", frozenset({"intake-clerk"}))
RUNS = Running(
    models=("guiju-demo",),
    routes={
        "/v1/chat/completions": Modality.TEXT,
        "/v1/images/generations": Modality.IMAGES,
        "/v1/audio/speech": Modality.AUDIO,
        "/v1/videos": Modality.VIDEO,
        "/v1/embeddings": Modality.VECTORS,
        "/v1/models": None,
    },
    labels={"text": "AI (end)"},
)


def leaves_of(db: Database, kind: str) -> list[dict[str, Any]]:
    """Every leaf of one kind."""
    ledger.integrate(db)
    with db.read() as tx:
        return [one for one in ledger.leaves(tx) if one["kind"] == kind]


def about(uses: str) -> Statement:
    return replace(demo_statement(), uses=Text(zh=f"示例 {uses}", en=uses))


def publish(
    db: Database, statement: Statement, by: Actor = FILER, other: Actor = OFFICER
) -> Published:
    with db.write() as tx:
        made = profile.propose(tx, by, statement)
    with db.write() as tx:
        return profile.approve(tx, other, made.id)


# -- proposing and approving -----------------------------------------------------------------------


@pytest.mark.control("service-statement", "limits-disclosed")
def test_what_another_person_approves_is_public_and_its_digest_on_record(db: Database) -> None:
    """Nothing is public before; then audience, scenes and uses are, and the leaf names both."""
    with db.write() as tx:
        made = profile.propose(tx, FILER, demo_statement(), "first")
        assert current(tx) is None
    with db.write() as tx:
        published = profile.approve(tx, OFFICER, made.id)
    with db.read() as tx:
        assert current(tx) == published
        kept = profile.get(tx, made.id)
    assert (kept.state, kept.version, kept.decider) == (VersionState.PUBLISHED, 1, OFFICER.id)
    assert published.statement == demo_statement()
    assert published.digest == digest(canonical(demo_statement().to_mapping()))
    (leaf,) = leaves_of(db, "statement-published")
    facts = leaf["facts"]
    assert (facts["digest"], facts["proposer"], facts["approver"]) == (
        published.digest,
        FILER.id,
        OFFICER.id,
    )
    assert facts["limits"]
    assert facts["algorithm"]
    assert "guiju.profile.service.approve" in enforcers()["limits-disclosed"]


@pytest.mark.control("service-statement")
def test_nobody_approves_or_rejects_what_they_proposed(db: Database) -> None:
    """Whatever roles they hold."""
    both = Actor(ActorKind.STAFF, FILER.id, frozenset({"safety-officer", "accountable-person"}))
    with db.write() as tx:
        made = profile.propose(tx, FILER, demo_statement())
    with db.write() as tx, pytest.raises(Refused, match="second-person-needed"):
        profile.approve(tx, both, made.id)
    with db.write() as tx, pytest.raises(Refused, match="second-person-needed"):
        profile.reject(tx, both, made.id, "no")
    with db.read() as tx:
        assert current(tx) is None


def test_a_rejected_version_stays_with_its_reason_and_can_not_be_approved(db: Database) -> None:
    """And it says who turned it down."""
    with db.write() as tx:
        made = profile.propose(tx, FILER, demo_statement())
    with db.write() as tx, pytest.raises(Invalid, match="reason-needed"):
        profile.reject(tx, BOSS, made.id, " ")
    with db.write() as tx:
        turned_down = profile.reject(tx, BOSS, made.id, "the uses are wrong")
    assert (turned_down.state, turned_down.reason) == ("rejected", "the uses are wrong")
    with db.write() as tx, pytest.raises(Conflict, match="wrong-state"):
        profile.approve(tx, OFFICER, made.id)


def test_each_version_follows_the_one_before(db: Database) -> None:
    """The newest is current, the older ones remain; an older text may come back."""
    for uses in ("one", "two", "one"):
        publish(db, about(uses))
    with db.read() as tx:
        assert [(one.version, one.statement.uses.en) for one in history(tx)] == [
            (3, "one"),
            (2, "two"),
            (1, "one"),
        ]
        assert [one.version for one in history(tx, limit=1)] == [3]
        assert [one.version for one in profile.listed(tx)] == [3, 2, 1]
        now = current(tx)
    assert now is not None
    assert now.version == 3


def test_proposing_or_approving_the_same_again_is_a_conflict(db: Database) -> None:
    """No leaf without news, also when two proposed the same."""
    with db.write() as tx:
        first, second = (profile.propose(tx, FILER, demo_statement()) for _ in range(2))
    with db.write() as tx:
        profile.approve(tx, OFFICER, first.id)
    with db.write() as tx, pytest.raises(Conflict, match="statement-unchanged"):
        profile.approve(tx, OFFICER, second.id)
    with pytest.raises(Conflict, match="statement-unchanged"):
        publish(db, demo_statement())


def test_only_people_in_the_role_propose(db: Database) -> None:
    """Neither a clerk nor a program, whatever roles it claims."""
    robot = Actor(ActorKind.SOFTWARE, "worker", OFFICER.roles)
    for actor, code in (
        (CLERK, "role-needed"),
        (robot, "person-needed"),
        (software("worker"), "person-needed"),
    ):
        with pytest.raises(Refused, match=code):
            publish(db, demo_statement(), by=actor)
        with db.read() as tx:
            assert profile.listed(tx) == []


def test_a_statement_put_together_by_hand_is_read_strictly_too(db: Database) -> None:
    """What goes around the reader does not get past the service."""
    with pytest.raises(Invalid, match="uscc"):
        publish(db, replace(demo_statement(), uscc="91000000EXAMPLE03Y"))
    with pytest.raises(Invalid, match="complaint_ways"):
        publish(db, replace(demo_statement(), complaint_ways=()))


@pytest.mark.parametrize(
    "missing", ["scope", "services", "algorithm", "labels", "collected", "ownership"]
)
def test_a_new_version_says_all_that_the_law_wants(db: Database, missing: str) -> None:
    """What older versions could leave out, no new one can; the error names it and why."""
    none: dict[str, Any] = {missing: () if missing in {"services", "collected"} else None}
    without = replace(demo_statement(), **none)
    assert missing not in without.to_mapping()
    with pytest.raises(Invalid, match=missing):
        publish(db, without)


def test_a_statement_that_was_changed_behind_our_back_is_not_shown(db: Database) -> None:
    """The page gets an error and no invented filing number; nor is such a proposal approved."""
    publish(db, demo_statement())
    with db.write() as tx:
        made = profile.propose(tx, FILER, about("two"))
    forged = {**demo_statement().to_mapping(), "filings": [{"kind": "icp", "number": "S-1"}]}
    with db.engine.begin() as connection:
        connection.execute(update(STATEMENT).values(body=forged))
        connection.execute(update(PROPOSAL).where(PROPOSAL.c.id == made.id).values(body=forged))
    with db.read() as tx, pytest.raises(Unavailable, match="statement-altered"):
        current(tx)
    with db.write() as tx, pytest.raises(Unavailable, match="statement-altered"):
        profile.approve(tx, OFFICER, made.id)


# -- what it declares ------------------------------------------------------------------------------


@pytest.mark.control("scope-determined", "foreign-investment-checked", "permits-recorded")
def test_scope_origin_and_permits_are_on_record_in_two_names_when_they_change(
    db: Database,
) -> None:
    """All three with the first version, then only what changed."""
    publish(db, demo_statement())
    kinds = ("scope-declared", "origin-declared", "permit-recorded")
    for kind in kinds:
        (leaf,) = leaves_of(db, kind)
        assert leaf["facts"]["proposer"] != leaf["facts"]["approver"]
    permit = Permit(Text(zh="示例许可", en="Example permit"), "P-1", "2027-01-01")
    publish(db, replace(about("two"), permits=(permit,)))
    assert [len(leaves_of(db, kind)) for kind in kinds] == [1, 1, 2]
    assert leaves_of(db, kinds[2])[1]["facts"]["first_end"] == "2027-01-01"
    with db.read() as tx:
        now = current(tx)
        assert now is not None
        assert profile.permits_ending(now.statement, tx.now.date(), 60) == [("P-1", 38)]
        assert profile.permits_ending(now.statement, tx.now.date(), 37) == []


@pytest.mark.control("scope-determined")
def test_internal_use_needs_its_proof_and_two_people(db: Database) -> None:
    """Article 2: the switch names where the evidence lies; only its digest enters the ledger."""
    scope = demo_statement().scope
    assert scope is not None
    inside = replace(scope, use=Use.INTERNAL, tier=Tier.MEDIUM)
    with pytest.raises(Invalid, match="evidence"):
        publish(db, replace(demo_statement(), scope=inside))
    told = replace(demo_statement(), scope=replace(inside, evidence="decision 7 of the board"))
    made = publish(db, told)
    assert made.statement.is_internal
    assert made.statement.tier is Tier.MEDIUM
    facts = leaves_of(db, "scope-declared")[0]["facts"]
    assert (facts["use"], facts["tier"]) == ("internal", "medium")
    assert "board" not in str(facts)
    assert Scope.__doc__


def test_a_year_later_somebody_else_confirms(db: Database) -> None:
    """The same matters in the name of who confirms; never by the proposer."""
    with db.write() as tx, pytest.raises(NotFound, match="statement-none"):
        profile.confirm(tx, OFFICER)
    publish(db, demo_statement())
    with db.write() as tx, pytest.raises(Refused, match="second-person-needed"):
        profile.confirm(tx, FILER)
    with db.write() as tx:
        profile.confirm(tx, BOSS)
    assert [one["facts"]["approver"] for one in leaves_of(db, "scope-declared")] == [
        OFFICER.id,
        BOSS.id,
    ]


def test_notices_of_article_20_are_for_services_from_abroad() -> None:
    """Elsewhere they are a mistake, and said to be one."""
    notice = ForeignNotice("N-1", "2026-11-01", Text(zh="整改", en="put it right"), None)
    demo = demo_statement()
    assert demo.ownership is not None
    wrong = replace(demo, foreign_notices=(notice,))
    with pytest.raises(Invalid, match="foreign_notices"):
        Statement.from_mapping(wrong.to_mapping())
    abroad = replace(demo.ownership, offered_from=OfferedFrom.ABROAD)
    right = replace(wrong, ownership=abroad)
    assert Statement.from_mapping(right.to_mapping()) == right
    said = {one.key: one.lines for one in profile.particulars(right)}
    assert "not dealt with" in said["foreign-notices"][0].en


# -- filed and running -----------------------------------------------------------------------------


def filed(
    tx: Tx, version: int = 1, number: str = "网信备-1", running: Running = RUNS
) -> profile.Filed:
    day = date(2026, 11, 20)
    mark = profile.Mark(version, FilingKind.GENAI_FILING, number, day)
    return profile.mark_filed(tx, OFFICER, mark, running)


def with_number(number: str) -> Statement:
    mapping = demo_statement().to_mapping()
    mapping["filings"] = [{"kind": "genai-filing", "number": number}]
    return Statement.from_mapping(mapping)


@pytest.mark.control("filing-drift")
def test_what_runs_as_it_was_said_and_filed_has_not_drifted(db: Database) -> None:
    """And that it was compared is on record."""
    publish(db, with_number("网信备-1"))
    with db.write() as tx:
        filed(tx)
        compared = profile.compare(tx, RUNS)
        profile.put_on_record(tx, compared)
    assert compared.drifts == ()
    (leaf,) = leaves_of(db, "filing-compared")
    assert leaf["facts"]["same"] is True
    assert leaf["facts"]["filed"] == ["网信备-1"]


@pytest.mark.control("filing-drift")
@pytest.mark.parametrize(
    ("running", "place"),
    [
        (replace(RUNS, models=("guiju-demo", "other")), "models"),
        (replace(RUNS, models=()), "models"),
        (replace(RUNS, models=None), "models"),
        (replace(RUNS, routes={**RUNS.routes, "/v1/completions": Modality.TEXT}), "routes"),
        (replace(RUNS, routes={"/v1/models": None}), "modalities"),
        (replace(RUNS, labels={"text": "AI (start)"}), "labels.text"),
        (replace(RUNS, labels={}), "labels.text"),
    ],
)
def test_whatever_runs_otherwise_is_found(db: Database, running: Running, place: str) -> None:
    """Models, routes, kinds of content, the way of labelling."""
    publish(db, with_number("网信备-1"))
    with db.write() as tx:
        filed(tx)
        compared = profile.compare(tx, running)
        profile.put_on_record(tx, compared)
    assert place in {one.place for one in compared.drifts}
    assert leaves_of(db, "filing-compared")[0]["facts"]["same"] is False


@pytest.mark.control("filing-drift")
def test_a_statement_that_changed_since_it_was_filed_has_drifted(db: Database) -> None:
    """What a filing describes counts, the contact does not; the number must be shown."""
    publish(db, demo_statement())
    with db.write() as tx:
        filed(tx)
    publish(db, replace(with_number("网信备-1"), contact="somebody else"))
    with db.read() as tx:
        assert profile.compare(tx, RUNS).drifts == ()
    publish(db, replace(about("two"), audience_kind=AudienceKind.PUBLIC))
    with db.read() as tx:
        places = {one.place for one in profile.compare(tx, RUNS).drifts}
    assert places == {"uses.zh", "uses.en", "audience_kind", "filings"}


def test_a_filing_is_marked_once_by_people_for_a_version_that_was(db: Database) -> None:
    """Neither twice, nor in the future, nor for what was never public."""
    publish(db, demo_statement())
    with db.write() as tx, pytest.raises(NotFound, match="statement-unknown"):
        filed(tx, version=2)
    with db.write() as tx, pytest.raises(Invalid, match="number"):
        filed(tx, number=" ")
    with db.write() as tx, pytest.raises(Invalid, match="filed_on"):
        profile.mark_filed(
            tx, OFFICER, profile.Mark(1, FilingKind.GENAI_FILING, "1", date(2026, 11, 25)), RUNS
        )
    with db.write() as tx, pytest.raises(Refused, match="role-needed"):
        profile.mark_filed(
            tx, CLERK, profile.Mark(1, FilingKind.GENAI_FILING, "1", date(2026, 11, 20)), RUNS
        )
    with db.write() as tx:
        assert filed(tx).running == RUNS
    with db.write() as tx, pytest.raises(Conflict, match="filing-known"):
        filed(tx)


@pytest.mark.postgres
def test_the_same_holds_on_postgresql(pg_db: Database) -> None:
    """Propose, approve, file, compare."""
    publish(pg_db, with_number("网信备-1"))
    with pg_db.write() as tx:
        filed(tx)
        assert profile.compare(tx, RUNS).drifts == ()
        assert [one.version for one in profile.listed(tx)] == [1]


# -- the command line ------------------------------------------------------------------------------


class Desk:
    """What the app would wire."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.runs = RUNS

    def staff(self, name: str) -> Actor:
        return {"officer": OFFICER, "clerk": CLERK, "filer": FILER}[name]

    def publish(self, event: Event) -> None:
        pass

    def running(self, tx: Tx) -> Running:  # noqa: ARG002 - as the port asks
        return self.runs


def run(desk: object, *arguments: str) -> Result:
    return CliRunner().invoke(group, arguments, obj=desk)


def code_of(result: Result) -> str:
    error: Any = result.exception
    return str(error.code)


def test_the_command_line_proposes_approves_and_shows(db: Database, tmp_path: Path) -> None:
    """The JSON carries the statement with version, digest and label code."""
    desk = Desk(db)
    assert isinstance(desk, desks.Desk)
    path = tmp_path / "statement.json"
    path.write_text(json.dumps(demo_statement().to_mapping()), encoding="utf-8")
    assert code_of(run(desk, "show")) == "statement-none"
    assert json.loads(run(desk, "check", str(path), "--json").stdout)["labels"]
    made = json.loads(run(desk, "propose", str(path), "--as", "filer", "--json").stdout)
    assert code_of(run(desk, "approve", made["id"], "--as", "filer")) == "second-person-needed"
    report = json.loads(run(desk, "approve", made["id"], "--as", "officer", "--json").stdout)
    assert (report["version"], report["published_by"]) == (1, "staff_officer")
    assert report["statement"] == demo_statement().to_mapping()
    assert report["producer_code"].endswith("1DEMO")
    assert json.loads(run(desk, "show", "--json").stdout) == report
    assert "演示" in run(desk, "show").stdout
    assert code_of(run(desk, "propose", str(path), "--as", "filer")) == "statement-unchanged"


@pytest.mark.control("filing-drift")
def test_the_command_line_tells_drift_by_its_exit(db: Database) -> None:
    """0 while nothing differs, 1 with the differences."""
    publish(db, with_number("网信备-1"))
    desk = Desk(db)
    told = ("--kind", "genai-filing", "--number", "网信备-1", "--date", "2026-11-20")
    assert run(desk, "filed", "1", *told, "--as", "officer").exit_code == 0
    assert run(desk, "diff").exit_code == 0
    desk.runs = replace(RUNS, models=("guiju-demo", "stranger"))
    drifted = run(desk, "diff", "--json")
    assert drifted.exit_code == 1
    report = json.loads(drifted.stdout)
    assert report["same"] is False
    assert [(one["place"], one["now"]) for one in report["drift"]] == [("models", "stranger")]
    assert "网信备-1" in run(desk, "list").stdout


def test_the_command_line_says_what_is_wrong(db: Database, tmp_path: Path) -> None:
    """No data, no file, no role."""
    assert code_of(run(None, "show")) == "data-not-open"
    assert code_of(run(Desk(db), "propose", "missing.toml", "--as", "officer")) == (
        "statement-invalid"
    )
    path = tmp_path / "statement.json"
    path.write_text(json.dumps(demo_statement().to_mapping()), encoding="utf-8")
    assert code_of(run(Desk(db), "propose", str(path), "--as", "clerk")) == "role-needed"
