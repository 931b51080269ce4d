# SPDX-License-Identifier: Apache-2.0
"""Terms that cannot wait: in force at once, confirmed by another person, or gone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from fastapi import FastAPI
from sqlalchemy import update
from starlette.testclient import TestClient

from guiju.kernel import Actor, Conflict, Event, FixedClock, Invalid, Refused, Unavailable, software
from guiju.ledger import integrate, verify
from guiju.ledger import leaves as leaves_of
from guiju.policies import (
    Policy,
    Screens,
    active,
    approve,
    checked,
    install_default,
    lapse_urgent_terms,
    propose,
    routes,
    urgent,
    urgent_folding,
    urgent_mark,
    urgent_model,
)
from guiju.policies.commands import group as policy_group
from guiju.policies.lexicon_commands import group
from guiju.policies.lists_model import references
from guiju.policies.urgent_model import UrgentState, UrgentTerm
from guiju.policies.urgent_store import URGENT_TERM
from guiju.screening import Entry, Outcome, Screen, compile_entries, importing
from guiju.screening import artefact as artefacts
from guiju.storage import Database
from guiju.web import Site, Viewer

WORD = "密词甲乙"
WHY = "found in answers this morning"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def house(request: pytest.FixtureRequest, staff: Any) -> Database:
    """A database of either kind with the default policy in force."""
    db: Database = request.getfixturevalue("db" if request.param == "sqlite" else "pg_db")
    with db.write() as tx:
        install_default(tx, staff.editor, staff.officer)
    return db


def entry(term: str = WORD, **more: Any) -> Entry:
    return Entry(term, "A2f", Outcome.BLOCK, **more)


def added(db: Database, actor: Actor, lexicon: str = "urgent", **more: Any) -> UrgentTerm:
    with db.write() as tx:
        return urgent.add(tx, actor, entry(**more), lexicon, WHY)


def confirmed(db: Database, actor: Actor, term: str) -> UrgentTerm:
    with db.write() as tx:
        return urgent.confirm(tx, actor, term)


def in_force(db: Database) -> Policy:
    with db.read() as tx:
        now = active(tx)
    assert now is not None
    return now


def screen(db: Database, screens: Screens) -> Screen:
    now = in_force(db)
    with db.read() as tx:
        return screens.of(tx, now.body, now.digest)


def stops(db: Database, text: str = f"说说{WORD}吧") -> bool:
    return screen(db, Screens(None, db.keys)).judge(text, "output").stops


def kinds(db: Database) -> list[str]:
    integrate(db)
    with db.read() as tx:
        return [one["kind"] for one in leaves_of(tx) if one["kind"].startswith("urgent")]


@pytest.mark.control("urgent-terms")
def test_a_term_counts_at_once_and_nothing_else_is_compiled(
    house: Database, staff: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long the lexicons are: the screen that is there gets a few entries more."""
    screens = Screens(None, house.keys)
    assert not screen(house, screens).judge(WORD, "input").stops
    term = added(house, staff.editor)
    compiled: list[int] = []

    def counted(entries: Any, **more: Any) -> artefacts.Compiled:
        every = list(entries)
        compiled.append(len(every))
        return compile_entries(every, **more)

    monkeypatch.setattr("guiju.screening.judge.compile_entries", counted)
    found = screen(house, screens).judge(f"说{WORD}", "input")
    assert compiled == [1]
    assert found.stops
    assert found.policy == in_force(house).digest
    assert (found.findings[0].rule, found.findings[0].entry) == (term.rule, term.id)


@pytest.mark.control("urgent-terms")
def test_it_stays_only_if_another_officer_confirms_it(house: Database, staff: Any) -> None:
    """Not whoever added it, whatever roles they have; nobody without the role."""
    term = added(house, staff.second)
    for actor, code in (
        (staff.second, "second-person-needed"),
        (staff.editor, "role-needed"),
        (software("x"), "person-needed"),
    ):
        with pytest.raises(Refused, match=code):
            confirmed(house, actor, term.id)
    assert confirmed(house, staff.officer, term.id).state is UrgentState.CONFIRMED
    with pytest.raises(Conflict, match="wrong-state"):
        confirmed(house, staff.officer, term.id)
    assert kinds(house) == ["urgent-term-added", "urgent-term-confirmed"]


@pytest.mark.control("urgent-terms")
def test_unconfirmed_it_is_gone_when_its_time_is_over(
    house: Database, staff: Any, clock: FixedClock
) -> None:
    """To the second, whether or not anybody has put that on record; and it is, once."""
    term = added(house, staff.editor)
    with house.read() as tx:
        mark = urgent_mark(tx)
    clock.advance(hours=24, seconds=-1)
    assert stops(house)
    clock.advance(seconds=1)
    assert not stops(house)
    with house.read() as tx:
        assert mark == (term.id,)
        assert urgent_mark(tx) == ()
        assert urgent.get(tx, term.id).state is UrgentState.LAPSED
    with pytest.raises(Conflict, match="wrong-state"):
        confirmed(house, staff.officer, term.id)
    for expected in ([term.id], []):
        with house.write() as tx:
            assert [one.id for one in lapse_urgent_terms(tx)] == expected
    assert kinds(house) == ["urgent-term-added", "urgent-term-lapsed"]
    confirmed(house, staff.officer, added(house, staff.editor).id)
    clock.advance(hours=1_000)
    assert stops(house)


def test_the_policy_says_how_long_it_may_wait(
    house: Database, staff: Any, clock: FixedClock
) -> None:
    """From an hour to a week; a policy that says nothing means a day."""
    body = dict(in_force(house).body)
    body["screening"] = {**body["screening"], "urgent": {"hours": 2}}
    with house.write() as tx:
        approve(tx, staff.officer, propose(tx, staff.editor, body).id)
    assert (added(house, staff.editor).until - clock.now()).total_seconds() == 7_200
    for hours in (0, 169, "x"):
        body["screening"]["urgent"] = {"hours": hours}
        with pytest.raises(Invalid) as caught:
            checked(body)
        assert caught.value.param == "screening.urgent.hours"


def test_it_is_withdrawn_with_a_reason(house: Database, staff: Any) -> None:
    """While provisional by whoever added it too; once two have agreed, not by the first alone."""
    first = added(house, staff.editor)
    with house.write() as tx:
        urgent.withdraw(tx, staff.editor, first.id, "a mistake")
    assert not stops(house)
    second = added(house, staff.second)
    confirmed(house, staff.officer, second.id)
    for actor, reason, error in (
        (staff.second, "why not", "second-person-needed"),
        (staff.officer, " ", "reason-needed"),
    ):
        with pytest.raises((Refused, Invalid), match=error), house.write() as tx:
            urgent.withdraw(tx, actor, second.id, reason)
    assert stops(house)
    with house.write() as tx:
        urgent.withdraw(tx, staff.officer, second.id, "resolved")
    assert not stops(house)


def test_whoever_may_not_add_adds_nothing(house: Database, staff: Any) -> None:
    """A role, a reason, a word that can work, and one place for each word."""
    with pytest.raises(Refused, match="role-needed"):
        added(house, staff.clerk)
    with pytest.raises(Invalid, match="reason-needed"), house.write() as tx:
        urgent.add(tx, staff.editor, entry(), "urgent", " ")
    with pytest.raises(Invalid, match="lexicon-entry-hopeless"):
        added(house, staff.editor, term="糖")
    with pytest.raises(Invalid, match="policy-invalid"):
        added(house, staff.editor, lexicon="a b")
    added(house, staff.editor)
    with pytest.raises(Conflict, match="urgent-term-stands"):
        added(house, staff.second, term="密詞甲乙")
    with house.read() as tx:
        assert len(urgent.listed(tx)) == 1


def test_urgent_terms_are_few(house: Database, staff: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Many are a lexicon: the error says to make them one."""
    monkeypatch.setattr("guiju.policies.urgent.MOST_URGENT", 1)
    added(house, staff.editor)
    with pytest.raises(Conflict, match="urgent-terms-too-many"):
        added(house, staff.editor, term="密词丙丁")
    assert urgent_model.MOST_URGENT > 1


def test_evidence_and_database_hold_no_word(db: Database, staff: Any, tmp_path: Path) -> None:
    """The word lies sealed; every row is attested."""
    with db.write() as tx:
        install_default(tx, staff.editor, staff.officer)
    term = added(db, staff.editor)
    confirmed(db, staff.officer, term.id)
    integrate(db)
    with db.read() as tx:
        found = [one for one in leaves_of(tx) if one["kind"].startswith("urgent")]
    assert WORD not in str(found)
    assert WHY not in str(found)
    assert found[1]["facts"]["adder"] == "staff_editor"
    assert found[1]["facts"]["confirmer"] == "staff_officer"
    assert verify(db).ok
    raw = b"".join(one.read_bytes() for one in tmp_path.glob("guiju.db*"))
    assert WORD.encode() not in raw


@pytest.mark.parametrize("change", [{"content": b"\0" * 64}, {"rule": "lex-0"}, {"action": "mask"}])
def test_an_altered_term_closes_the_door(
    house: Database, staff: Any, change: dict[str, Any]
) -> None:
    """A word that is not as it was put on record is not used, nor passed over."""
    added(house, staff.editor)
    with house.engine.begin() as raw:
        raw.execute(update(URGENT_TERM).values(**change))
    with pytest.raises(Unavailable, match="urgent-term-altered"):
        stops(house)
    integrate(house)
    assert not verify(house).ok


# -- the way into a lexicon ------------------------------------------------------------------------


class Desk:
    """What the app would wire."""

    def __init__(self, database: Database, staff: Any) -> None:
        self.database = database
        self.heard: list[Event] = []
        self._staff = {one.id.removeprefix("staff_"): one for one in staff}

    def staff(self, name: str) -> Actor:
        found: Actor = self._staff[name]
        return found

    def publish(self, event: Event) -> None:
        self.heard.append(event)


@pytest.fixture
def desk(db: Database, staff: Any) -> Desk:
    with db.write() as tx:
        install_default(tx, staff.editor, staff.officer)
    return Desk(db, staff)


def run(desk: Desk, *arguments: object, given: str = "", to: Any = group) -> Result:
    return CliRunner().invoke(to, [str(one) for one in arguments], obj=desk, input=given)


def answer(desk: Desk, *arguments: object, given: str = "", to: Any = group) -> Any:
    result = run(desk, *arguments, "--json", given=given, to=to)
    assert result.exception is None, result.exception
    return json.loads(result.stdout)


def approved(desk: Desk, policy: str) -> None:
    answer(desk, "approve", policy, "--as", "officer", to=policy_group)


ADD = ("add", "-", "--harm", "A2f", "--as", "editor", "--reason", WHY)


@pytest.mark.control("urgent-terms", "list-versions")
def test_confirmed_terms_become_a_lexicon_without_a_gap(desk: Desk) -> None:
    """Provisional ones do not; until the lexicon is in force each word counts as urgent."""
    first = answer(desk, *ADD, given=f"{WORD}\n")
    other = answer(desk, *ADD, given="密词丙丁\n")
    assert run(desk, "fold", "--as", "editor").exception.code == "urgent-terms-none"  # type: ignore[union-attr]
    answer(desk, "confirm", first["term"], "--as", "officer")
    assert stops(desk.database)
    made = answer(desk, "fold", "--as", "editor")
    assert (made["entries"], made["folded"]) == (1, [first["term"]])
    assert stops(desk.database)
    approved(desk, made["id"])
    assert stops(desk.database)
    states = {one["term"]: one["state"] for one in answer(desk, "urgent")}
    assert states == {first["term"]: "folded", other["term"]: "provisional"}
    with desk.database.read() as tx:
        assert urgent_mark(tx) == (other["term"],)
    (lexicon,) = references(in_force(desk.database).body)
    assert (lexicon.name, lexicon.entries) == ("urgent", 1)
    facts = [one for one in kinds(desk.database) if one == "urgent-term-folded"]
    assert len(facts) == 1


def test_an_import_takes_along_what_waits_for_its_lexicon(desk: Desk, tmp_path: Path) -> None:
    """A list that the operator brings anew does not lose what was added meanwhile."""
    term = answer(desk, *ADD, "--name", "表", given=f"{WORD}\n")
    answer(desk, "confirm", term["term"], "--as", "officer")
    path = tmp_path / "表.txt"
    path.write_text("密词庚辛\n", encoding="utf-8")
    made = answer(desk, "import", path, "--harm", "A2f", "--as", "editor")
    assert (made["entries"], made["folded"]) == (2, [term["term"]])
    approved(desk, made["id"])
    assert stops(desk.database)
    assert stops(desk.database, "密词庚辛")
    assert [one["state"] for one in answer(desk, "urgent")] == ["folded"]


def test_a_rejected_fold_changes_nothing(desk: Desk, staff: Any) -> None:
    """The term stays as it was, and can be folded again."""
    term = answer(desk, *ADD, given=f"{WORD}\n")
    answer(desk, "confirm", term["term"], "--as", "officer")
    made = answer(desk, "fold", "--as", "editor")
    arguments = ("reject", made["id"], "--as", "officer", "--reason", "not yet")
    answer(desk, *arguments, to=policy_group)
    assert stops(desk.database)
    with desk.database.read() as tx:
        assert len(urgent_folding.confirmed(tx, "urgent")) == 1
    approved(desk, answer(desk, "fold", "--as", "editor", "--note", "again")["id"])
    assert stops(desk.database)


def test_the_command_says_what_happens_next_and_no_word(desk: Desk) -> None:
    """An id, until when, and the command for the other person."""
    told = run(desk, *ADD, given=f"{WORD}\n")
    term, until, todo = told.stdout.splitlines()
    assert "2026-11-25T08:00:00" in until
    assert todo == f"another person: guiju lexicon confirm {term} --as OTHER"
    listed = run(desk, "urgent").stdout
    assert term in listed
    assert WORD not in told.stdout + listed
    assert len(desk.heard) == 1


@pytest.mark.control("lexicon-confidential")
def test_urgent_words_are_shown_for_a_reason_and_on_record(desk: Desk) -> None:
    """As those of a lexicon are."""
    answer(desk, *ADD, given=f"{WORD}\n")
    assert run(desk, "urgent", "--show", "--as", "officer").exit_code == 2
    refused: Any = run(desk, "urgent", "--show", "--as", "clerk", "--reason", "x").exception
    assert refused.code == "role-needed"
    shown = answer(desk, "urgent", "--show", "--as", "officer", "--reason", "to decide")
    assert [one["word"] for one in shown] == [WORD]
    integrate(desk.database)
    with desk.database.read() as tx:
        (leaf,) = [one for one in leaves_of(tx) if one["kind"] == "lexicon-read"]
    assert (leaf["facts"]["purpose"], leaf["facts"]["entries"]) == ("urgent", 1)


def test_a_term_that_harmless_texts_hold_is_not_added(desk: Desk, tmp_path: Path) -> None:
    """In haste above all: the forecast is one option away."""
    benign = tmp_path / "benign.txt"
    benign.write_text(f"今天说{WORD}。\n" * 50, encoding="utf-8")
    refused: Any = run(desk, *ADD, "--benign", benign, given=f"{WORD}\n").exception
    assert refused.code == "lexicon-unfit"
    assert answer(desk, "urgent") == []
    kept = ("--benign", benign, "--except", f"今天说{WORD}")
    assert answer(desk, *ADD, *kept, given=f"{WORD}\n")["state"] == "provisional"


def test_options_reach_the_entry(desk: Desk) -> None:
    """As a lexicon has them."""
    more = ("--scope", "input", "--view", "folded", "--action", "refuse", "--kind", "all")
    answer(desk, *ADD, *more, given="密词+暗号\n")
    with desk.database.read() as tx:
        (found,) = urgent.entries(tx)
    assert (found.scope, found.views, found.kind) == (frozenset({"input"}), ("folded",), "all")
    assert found.action is Outcome.REFUSE
    assert importing.MOST_ENTRIES > urgent_model.MOST_URGENT


# -- the console -----------------------------------------------------------------------------------


def console(db: Database, actor: Actor) -> TestClient:
    """The pages as this member of staff sees them."""
    viewer = Viewer("staff", actor.id, "林安", actor.roles, "token")
    site, app = Site(lambda _: viewer), FastAPI()
    app.include_router(routes.router(db, site))
    return TestClient(site.install(app), headers={"accept": "text/html", "accept-language": "en"})


def post(browser: TestClient, address: str, **values: str) -> Any:
    where = f"/console/policies/urgent{address}"
    return browser.post(where, data={"form_token": "token", **values}, follow_redirects=False)


@pytest.mark.control("urgent-terms")
def test_the_console_adds_confirms_and_withdraws(desk: Desk, staff: Any) -> None:
    """By the same two persons' path; whoever added a term finds no button to confirm it."""
    db = desk.database
    first, second = console(db, staff.second), console(db, staff.officer)
    given = {"term": f" {WORD} ", "harm": "A2f", "action": "block", "reason": WHY}
    assert post(first, "", **given).status_code == 303
    assert stops(db)
    (term,) = [one["term"] for one in answer(desk, "urgent")]
    assert "1 to be confirmed" in second.get("/console/policies").text
    assert "/confirm" not in first.get("/console/policies/urgent").text
    refused = post(first, f"/{term}/confirm")
    assert refused.status_code == 403
    assert "another person" in refused.text
    page = second.get("/console/policies/urgent").text
    assert f"/console/policies/urgent/{term}/confirm" in page
    assert WORD not in page
    assert post(second, f"/{term}/confirm").status_code == 303
    assert post(second, f"/{term}/withdraw", reason=" ").status_code in {400, 422}
    assert post(second, f"/{term}/withdraw", reason="resolved").status_code == 303
    assert not stops(db)
    assert "withdrawn" in second.get("/console/policies/urgent").text


@pytest.mark.control("lexicon-confidential")
def test_the_console_shows_words_for_a_reason(desk: Desk, staff: Any) -> None:
    """After it is on record; to nobody without the role."""
    db = desk.database
    answer(desk, *ADD, given=f"{WORD}\n")
    assert post(console(db, staff.clerk), "/show", reason="x").status_code == 403
    assert WORD not in post(console(db, staff.officer), "/show", reason=" ").text
    assert "lexicon-read" not in everything(db)
    assert WORD in post(console(db, staff.officer), "/show", reason="to decide").text
    assert "lexicon-read" in everything(db)


def test_a_term_that_cannot_work_is_told_on_the_page(desk: Desk, staff: Any) -> None:
    """With what is wrong; nothing is added."""
    given = {"term": "糖", "harm": "A2f", "action": "block", "reason": WHY}
    told = post(console(desk.database, staff.editor), "", **given)
    assert told.status_code == 400
    assert "single character" in told.text
    assert answer(desk, "urgent") == []


def everything(db: Database) -> list[str]:
    integrate(db)
    with db.read() as tx:
        return [one["kind"] for one in leaves_of(tx)]
