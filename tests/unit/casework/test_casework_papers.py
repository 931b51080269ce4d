# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from datetime import timedelta

import pytest
from tests.unit.casework.conftest import now, opened, taken
from tests.unit.casework.sample import CLERK, KEEPER, OFFICER, PERSON
from tests.unit.conftest import About

from guiju.casework import (
    PAGE,
    Message,
    NoticeState,
    held_count,
    hold,
    holds,
    is_held,
    note,
    notes,
    notices,
    notify,
    release_hold,
    release_holds,
    settle,
)
from guiju.kernel import Actor, ActorKind, FixedClock, GuijuError
from guiju.ledger import append
from guiju.storage import Database, destroy_key

STRANGER = Actor(ActorKind.PERSON, "person_b")
AUDITOR = Actor(ActorKind.STAFF, "staff_auditor", frozenset({"auditor"}))
MAIL = Message("decision@1", "zh", "mail", "您的异议不成立。")


@pytest.mark.control("case-trail")
def test_a_note_is_sealed_and_changes_the_version(database: Database, about: About) -> None:
    """Nobody decides without having seen it; its words stay out of the evidence."""
    with database.write() as tx:
        case = opened(tx)
        case = note(tx, CLERK, case, "asked by telephone")
        case = note(tx, PERSON, case, "it was not me", outward=True)
    with database.read() as tx:
        all_of_it = notes(tx, case, opened=True)
        shown = notes(tx, case, opened=True, outward=True)
        leaf = about(tx, case.id)[0]
    assert [(one.seq, one.words) for one in all_of_it] == [
        (2, "asked by telephone"),
        (3, "it was not me"),
    ]
    assert [one.words for one in shown] == ["it was not me"]
    assert (leaf["kind"], leaf["facts"]["outward"]) == ("case-noted", True)
    assert "not me" not in str(leaf)
    assert now(database, case).version == 3


@pytest.mark.parametrize(
    ("actor", "words", "outward", "code"),
    [
        (AUDITOR, "x", False, "role-needed"),
        (STRANGER, "x", True, "not-yours"),
        (PERSON, "x", False, "not-yours"),
        (CLERK, " … ", False, "words-missing"),
        (CLERK, "x" * 20_001, False, "words-too-long"),
    ],
)
def test_who_may_not_write_or_says_nothing_is_told_so(
    db: Database, actor: Actor, words: str, outward: bool, code: str
) -> None:
    """And nothing is kept."""
    with db.write() as tx:
        case = opened(tx)
    with pytest.raises(GuijuError, match=code), db.write() as tx:
        note(tx, actor, case, words, outward=outward)
    with db.read() as tx:
        assert notes(tx, case) == []


def test_the_words_go_with_the_person(db: Database) -> None:
    """Whose key is destroyed, theirs can be read by nobody; the trail stays."""
    with db.write() as tx:
        case = opened(tx)
        case = note(tx, CLERK, case, "asked by telephone")
    with db.write() as tx:
        destroy_key(tx, "person_a")
        append(tx, "key-destroyed", controls=("records-sealed",), actor=OFFICER)
    with db.read() as tx:
        assert [one.words for one in notes(tx, case)] == [None]
        with pytest.raises(GuijuError, match="key-destroyed"):
            notes(tx, case, opened=True)


@pytest.mark.control("case-trail")
def test_a_notice_on_the_page_is_there_at_once_and_then_read(db: Database, about: About) -> None:
    """By which template it was written is on record."""
    with db.write() as tx:
        case = opened(tx)
        notify(tx, CLERK, case, Message("received@1", "zh", PAGE, "已收到。"))
    with db.write() as tx:
        (written,) = notices(tx, case, opened=True)
        assert settle(tx, PERSON, written.id, "read") is NoticeState.READ
    with db.read() as tx:
        leaves = about(tx, case.id)
    assert (written.state, written.words) == (NoticeState.DELIVERED, "已收到。")
    assert [one["kind"] for one in leaves[:2]] == ["notice-settled", "notice-written"]
    assert leaves[1]["facts"]["template"] == "received@1"


def test_a_notice_that_comes_back_says_so_once(db: Database) -> None:
    """First accepted, then returned; a second return is refused."""
    with db.write() as tx:
        case = opened(tx)
        notify(tx, CLERK, case, MAIL)
        (written,) = notices(tx, case)
        assert written.state is NoticeState.PENDING
        settle(tx, KEEPER, written.id, "deliver")
        settle(tx, KEEPER, written.id, "bounce")
    with pytest.raises(GuijuError, match="wrong-state"), db.write() as tx:
        settle(tx, KEEPER, written.id, "bounce")
    with pytest.raises(GuijuError, match="notice-unknown"), db.write() as tx:
        settle(tx, KEEPER, "ntc_none", "bounce")


@pytest.mark.control("case-trail")
def test_what_is_held_stays_until_it_is_released_or_over(
    database: Database, clock: FixedClock
) -> None:
    """Whoever deletes asks by id; several cases may hold the same thing."""
    with database.write() as tx:
        one, two = opened(tx), opened(tx)
        one = hold(tx, KEEPER, one, "req_1", reason="appeal filed")
        two = hold(tx, CLERK, two, "req_1", reason="asked", until=tx.now + timedelta(days=1))
        assert is_held(tx, "req_1")
        assert not is_held(tx, "req_2")
        (held,) = holds(tx, one)
        one = release_hold(tx, OFFICER, one, held.id, reason="decided")
        assert is_held(tx, "req_1")
    clock.advance(days=2)
    with database.read() as tx:
        assert not is_held(tx, "req_1")
    with pytest.raises(GuijuError, match="case-hold-unknown"), database.write() as tx:
        release_hold(tx, OFFICER, one, held.id, reason="decided")
    with pytest.raises(GuijuError, match="person-needed"), database.write() as tx:
        release_hold(tx, KEEPER, two, holds(tx, two)[0].id, reason="decided")
    with pytest.raises(GuijuError, match="reason-needed"), database.write() as tx:
        hold(tx, KEEPER, two, "req_3", reason=" ")


def test_what_an_open_case_holds_is_held_for_all_but_itself(database: Database) -> None:
    """And counted once, however many cases hold it."""
    with database.write() as tx:
        one, two = opened(tx), opened(tx)
        one = hold(tx, KEEPER, one, "req_1", reason="appeal filed")
        assert not is_held(tx, "req_1", besides=one)
        two = hold(tx, KEEPER, two, "req_1", reason="appeal filed")
        assert is_held(tx, "req_1", besides=one)
        assert held_count(tx) == 1
        release_holds(tx, OFFICER, one, reason="decided")
        assert is_held(tx, "req_1")
        release_holds(tx, OFFICER, two, reason="decided")
        assert held_count(tx) == 0


def test_software_releases_only_what_a_closed_case_held(database: Database) -> None:
    """While it is open, somebody may still have to look at it."""
    with database.write() as tx:
        case = hold(tx, KEEPER, opened(tx), "req_1", reason="appeal filed")
    with pytest.raises(GuijuError, match="person-needed"), database.write() as tx:
        release_holds(tx, KEEPER, case, reason="over")
    case = taken(database, case, (CLERK, "accept"), (CLERK, "drop"))
    assert not case.is_open
    with database.write() as tx:
        release_holds(tx, KEEPER, case, reason="over")
        assert not is_held(tx, "req_1")


def test_a_case_that_has_moved_on_takes_no_note_of_who_saw_it_before(db: Database) -> None:
    """The note would stand behind what its author has not seen."""
    with db.write() as tx:
        case = opened(tx)
    taken(db, case, (CLERK, "accept"))
    with pytest.raises(GuijuError, match="case-changed"), db.write() as tx:
        note(tx, CLERK, case, "late")
