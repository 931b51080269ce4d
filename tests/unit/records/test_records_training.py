# SPDX-License-Identifier: Apache-2.0
"""What may be used for training: an agreed yes, then and now; and which pools must be made anew."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from sqlalchemy import select
from tests.unit.casework.conftest import opened
from tests.unit.casework.sample import OFFICER as DECIDER
from tests.unit.records.test_records_commands import Desk as PlainDesk
from tests.unit.records.test_records_expiring import asked
from tests.unit.records.test_records_service import OFFICER, SECOND, STRANGER, leaves

from guiju import casework, ledger, records
from guiju.kernel import Actor, FixedClock, Invalid, Refused, canonical
from guiju.records import NobodyAgreed, Pool, PoolMaker, Standing, TrainingConsent
from guiju.records.all_commands import group
from guiju.records.model import Screening
from guiju.records.training import manifest_line
from guiju.records.training_model import Consents, LeftOut, Line, refused
from guiju.records.training_store import LINE
from guiju.storage import Database, Tx

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
YES = TrainingConsent("cons_1", 3, LONG_AGO)


class Agreed:
    """What people have said, as whoever keeps consents would know."""

    def __init__(self, **said: Standing) -> None:
        self.said = said

    def training(self, tx: Tx, person: str) -> Standing:  # noqa: ARG002 - as whoever keeps them is asked
        return self.said.get(person, Standing(None, under_14=False))


def recall(given: bytes, answered: bytes) -> Sequence[tuple[str, str]]:
    return [("input", given.decode()), ("output", answered.decode())]


def personal(text: str) -> bool:
    return "13800138000" in text


def said(
    db: Database, clock: FixedClock, person: str, words: str = "hello", number: int = 1
) -> str:
    one = replace(asked(clock, number), person=person, input=words.encode(), output=b"an answer")
    with db.write() as tx:
        records.record(tx, [one])
    return one.request


def made(
    db: Database, clock: FixedClock, consents: Consents, actor: Actor = OFFICER
) -> tuple[list[Line], Pool]:
    maker = PoolMaker(db, consents, recall, personal)
    reading = maker.open(actor, "a better model", LONG_AGO, clock.now() + timedelta(days=1))
    lines = list(maker.lines(reading))
    with db.write() as tx:
        return lines, maker.close(tx, "d" * 64)


@pytest.mark.control("training-pool")
def test_only_records_of_people_who_agreed_are_taken(db: Database, clock: FixedClock) -> None:
    """Each line names its record and the consent; the manifest's digest is in the ledger."""
    request = said(db, clock, "pe_1")
    said(db, clock, "pe_2", number=2)
    lines, pool = made(db, clock, Agreed(pe_1=Standing(YES, under_14=False)))
    ((line,),) = [lines]
    assert (line.request, line.consent, line.input) == (request, "cons_1@3", "hello")
    assert (pool.lines, pool.looked_at, pool.left_out) == (1, 2, {"no-consent": 1})
    manifest = canonical(manifest_line(line)) + b"\n"
    assert pool.digest == hashlib.sha256(manifest).hexdigest()
    (leaf,) = [one for one in leaves(db) if one["kind"] == "training-pool-made"]
    assert leaf["facts"]["digest"] == pool.digest
    assert "pe_1" not in str(leaf)
    assert ledger.verify(db).problems == ()
    with db.read() as tx:
        assert records.holdings(tx, "pe_1").training == 1
        assert records.pools(tx) == [pool]


@pytest.mark.control("training-pool")
def test_what_a_case_keeps_back_is_left_out(db: Database, clock: FixedClock) -> None:
    """Nobody learns from what was withdrawn as illegal; that it was left out is counted."""
    kept_back, other = said(db, clock, "pe_1"), said(db, clock, "pe_1", number=2)
    consents = Agreed(pe_1=Standing(YES, under_14=False))
    cases = {kept_back: "CA-2026-000007"}
    maker = PoolMaker(db, consents, recall, personal, lambda _, request: cases.get(request))
    reading = maker.open(OFFICER, "a better model", LONG_AGO, clock.now() + timedelta(days=1))
    assert [one.request for one in maker.lines(reading)] == [other]
    with db.write() as tx:
        assert maker.close(tx, "d" * 64).left_out == {"kept-back-by-a-case": 1}


@pytest.mark.control("training-pool")
def test_where_no_consents_are_kept_nothing_is_taken(db: Database, clock: FixedClock) -> None:
    """The answer to not knowing is no."""
    said(db, clock, "pe_1")
    lines, pool = made(db, clock, NobodyAgreed())
    assert (lines, pool.left_out) == ([], {"no-consent": 1})


@pytest.mark.control("training-pool")
@pytest.mark.parametrize(
    ("standing", "words", "why"),
    [
        (
            Standing(replace(YES, until=datetime(2026, 1, 1, tzinfo=UTC)), under_14=False),
            "x",
            "withdrawn",
        ),
        (
            Standing(replace(YES, since=datetime(2027, 1, 1, tzinfo=UTC)), under_14=False),
            "x",
            "from-before-consent",
        ),
        (Standing(YES, under_14=True), "x", "child-without-guardian"),
        (Standing(YES, under_14=False), "call 13800138000", "personal-information"),
        (Standing(YES, under_14=False), "", "nothing-said"),
    ],
)
def test_what_must_not_be_used_is_left_out_and_counted_by_why(
    db: Database, clock: FixedClock, standing: Standing, words: str, why: str
) -> None:
    """None of it reaches a line, a row or the manifest."""
    said(db, clock, "pe_1", words)
    lines, pool = made(db, clock, Agreed(pe_1=standing))
    assert lines == []
    assert pool.left_out == {why: 1}
    with db.read() as tx:
        assert tx.rows(select(LINE)) == []


def test_a_guardians_yes_is_a_childs(db: Database, clock: FixedClock) -> None:
    """Below fourteen nobody else can say it."""
    said(db, clock, "pe_1")
    consents = Agreed(pe_1=Standing(replace(YES, guardian=True), under_14=True))
    assert len(made(db, clock, consents)[0]) == 1


@pytest.mark.control("training-pool")
def test_erased_held_and_stopped_records_are_left_out(db: Database, clock: FixedClock) -> None:
    """Whatever was agreed."""
    consents = Agreed(**{f"pe_{n}": Standing(YES, under_14=False) for n in range(1, 5)})
    said(db, clock, "pe_1", number=1)
    held = said(db, clock, "pe_2", number=2)
    stopped = replace(asked(clock, 3), person="pe_3", outgoing=Screening("block", "full"))
    with db.write() as tx:
        records.record(tx, [stopped])
        case = opened(tx)
        casework.hold(tx, DECIDER, case, held, reason="needed")
        records.erase(tx, OFFICER, SECOND, "pe_1")
    said(db, clock, "pe_4", number=4)
    lines, pool = made(db, clock, consents)
    assert [one.person for one in lines] == ["pe_4"]
    assert pool.left_out == {"erased": 1, "held": 1, "stopped-by-screening": 1}


@pytest.mark.control("training-pool")
def test_who_withdraws_while_a_pool_is_made_is_not_in_it(db: Database, clock: FixedClock) -> None:
    """Asked again at the moment at which a line is taken."""

    class Wavering(Agreed):
        asked = 0

        def training(self, tx: Tx, person: str) -> Standing:
            self.asked += 1
            return super().training(tx, person if self.asked == 1 else "pe_none")

    said(db, clock, "pe_1")
    lines, pool = made(db, clock, Wavering(pe_1=Standing(YES, under_14=False)))
    assert lines == []
    assert pool.left_out == {"no-consent": 1}


@pytest.mark.control("training-pool")
def test_a_withdrawal_finds_the_pools_that_hold_something_of_theirs(
    db: Database, clock: FixedClock
) -> None:
    """So that they can be made anew; a pool of others is not named."""
    consents = Agreed(pe_1=Standing(YES, under_14=False), pe_2=Standing(YES, under_14=False))
    said(db, clock, "pe_1", number=1)
    said(db, clock, "pe_1", number=2)
    said(db, clock, "pe_2", number=3)
    _, pool = made(db, clock, consents)
    with db.read() as tx:
        assert records.overlaps(tx, consents) == []
    consents.said["pe_1"] = Standing(replace(YES, until=clock.now()), under_14=False)
    with db.read() as tx:
        (found,) = records.overlaps(tx, consents)
    assert (found.pool, found.people, found.lines) == (pool.id, 1, 2)


@pytest.mark.parametrize("actor", [STRANGER, OFFICER])
def test_who_may_and_for_what_time(db: Database, clock: FixedClock, actor: Actor) -> None:
    """Officers, with a reason, for a time that does not end before it begins."""
    maker = PoolMaker(db, NobodyAgreed(), recall, personal)
    until = clock.now()
    if actor == STRANGER:
        with pytest.raises(Refused, match="role-needed"):
            maker.open(actor, "why", LONG_AGO, until)
        return
    with pytest.raises(Refused, match="reason-needed"):
        maker.open(actor, " ", LONG_AGO, until)
    with pytest.raises(Invalid, match="pool-invalid"):
        maker.open(actor, "why", until, until)
    reading = maker.open(actor, "why", LONG_AGO, until)
    with pytest.raises(Refused, match="reading-not-announced"):
        list(maker.lines(replace(reading, id="rd_x")))


MOMENTS = st.integers(0, 1_000).map(lambda days: LONG_AGO + timedelta(days=days))


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(
    since=MOMENTS,
    until=st.none() | MOMENTS,
    at=MOMENTS,
    later=st.integers(0, 500),
    child=st.booleans(),
    guardian=st.booleans(),
)
def test_a_record_is_used_only_under_a_yes_that_held_then_and_holds_now(
    since: datetime,
    until: datetime | None,
    at: datetime,
    later: int,
    *,
    child: bool,
    guardian: bool,
) -> None:
    """Whatever the order of yes, record, withdrawal and pool."""
    now = at + timedelta(days=later)
    consent = TrainingConsent("c", 1, since, until, guardian)
    allowed = since <= at and (until is None or until > now) and (guardian or not child)
    why = refused(Standing(consent, under_14=child), at, now)
    assert (why is None) == allowed
    assert consent.stands(at, now) == (why in {None, LeftOut.CHILD})


class Desk(PlainDesk):
    """One that knows who agreed."""

    def __init__(self, database: Database, consents: Consents) -> None:
        super().__init__(database)
        self._consents = consents

    def consents(self) -> Consents:
        return self._consents

    def pool_maker(self) -> PoolMaker:
        return PoolMaker(self.database, self._consents, recall, personal)

    def policy_digest(self) -> str:
        return "d" * 64


def test_the_command_writes_lines_and_a_manifest_and_overwrites_nothing(
    db: Database, clock: FixedClock, tmp_path: Path
) -> None:
    """And a check says afterwards whether somebody has withdrawn."""
    request = said(db, clock, "pe_1")
    consents = Agreed(pe_1=Standing(YES, under_14=False))
    out = tmp_path / "pool.jsonl"
    day = f"{clock.now():%Y-%m-%d}"
    line = ["training-pool", "--from", day, "--until", day, "--out", str(out)]
    line += ["--reason", "a better model", "--as", "privacy", "--json"]
    desk = Desk(db, consents)
    done = CliRunner().invoke(group, line, obj=desk)
    assert done.exit_code == 0, done.output
    (text,) = [msgspec.json.decode(one) for one in out.read_bytes().splitlines()]
    assert text["record"] == request
    assert [one["role"] for one in text["messages"]] == ["user", "assistant"]
    manifest = (tmp_path / "pool.jsonl.manifest.jsonl").read_bytes()
    assert hashlib.sha256(manifest).hexdigest() == msgspec.json.decode(done.stdout)["digest"]
    assert CliRunner().invoke(group, line, obj=desk).exit_code != 0
    assert CliRunner().invoke(group, ["training-check"], obj=desk).exit_code == 0
    consents.said.clear()
    assert CliRunner().invoke(group, ["training-check", "--json"], obj=desk).exit_code == 1
