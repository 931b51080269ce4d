# SPDX-License-Identifier: Apache-2.0
"""The words of closed cases go at their limit; what keeps them longer does, and the trail stays."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from tests.unit.casework.conftest import now, opened, taken
from tests.unit.casework.sample import CLERK, KEEPER, KINDS, OFFICER, PERSON, SECOND
from tests.unit.conftest import About

from guiju.casework import (
    Case,
    CaseRetention,
    Message,
    Retention,
    Tie,
    decisions,
    expire,
    has_expired,
    history,
    hold,
    link,
    note,
    notes,
    notices,
    notify,
    release_holds,
)
from guiju.casework.paper_store import NOTE
from guiju.casework.reading import open_words
from guiju.casework.reading_store import READING
from guiju.kernel import FixedClock, GuijuError
from guiju.ledger import verify
from guiju.storage import Database, Tx

YEAR: Mapping[Retention, int] = {Retention.MEASURES: 365}
SOON: Mapping[Retention, int] = {Retention.MEASURES: 3}
ENDS = ((CLERK, "accept"), (CLERK, "propose"), (OFFICER, "decide"))


def closed(database: Database, **more: Any) -> Case:
    """An objection that was decided, with words of every sort on it."""
    with database.write() as tx:
        case = opened(tx, **more)
        case = note(tx, CLERK, case, "asked by telephone")
        case = notify(tx, CLERK, case, Message("hint@1", "en", "page", "We have your letter."))
        case = hold(tx, CLERK, case, "req_1", reason="to look at it")
    case = taken(database, case, *ENDS)
    with database.write() as tx:
        return release_holds(tx, KEEPER, case, reason="closed")


def gone(database: Database, days: Mapping[Retention, int] = YEAR, **more: Any) -> list[str]:
    """What goes now, by number."""
    with database.write() as tx:
        return [one.number for one in expire(tx, KEEPER, KINDS, CaseRetention(days, **more))]


@pytest.mark.control("case-retention")
def test_words_go_at_the_limit_and_the_trail_stays(
    database: Database, clock: FixedClock, about: About
) -> None:
    """Not a day before; who did what and when can still be told and verified."""
    case = closed(database)
    clock.advance(days=364)
    assert gone(database) == []
    clock.advance(days=1)
    assert gone(database) == [case.number]
    with database.read() as tx:
        case = now(database, case)
        assert notes(tx, case) == []
        assert notices(tx, case) == []
        (decision,) = decisions(tx, case, opened=True)
        assert decision.facts is None
        assert decision.decider == OFFICER.id
        trail = history(tx, case, opened=True)
        assert {one.reason for one in trail} == {None}
        assert [one.verb for one in trail][-5:] == [
            *("accept", "propose", "decide", "release-hold", "forget-words"),
        ]
        leaf = about(tx, case.id)[0]
    assert leaf["kind"] == "case-expired"
    assert leaf["facts"]["rows"] == 8
    assert leaf["facts"]["class"] == "measures"
    assert verify(database, None).problems == ()


@pytest.mark.control("case-retention")
def test_who_had_the_words_open_goes_with_them(database: Database, clock: FixedClock) -> None:
    """Of this case alone; the readings themselves are for the ledger to keep."""
    case = closed(database)
    with database.write() as tx:
        other = opened(tx)
        for one in (case, other):
            open_words(tx, CLERK, one, "to handle it", lambda *_: None)
    clock.advance(days=365)
    assert gone(database) == [case.number]
    with database.read() as tx:
        assert [row.case_id for row in tx.rows(select(READING.c.case_id))] == [other.id]
    assert verify(database, None).problems == ()


@pytest.mark.control("case-retention")
def test_a_second_look_finds_nothing_more(database: Database, clock: FixedClock) -> None:
    """What has expired is not looked at again, and takes no words any more."""
    case = closed(database)
    clock.advance(days=365)
    assert gone(database) == [case.number]
    assert gone(database) == []
    case = now(database, case)
    with database.read() as tx:
        assert has_expired(tx, case)
    with database.write() as tx, pytest.raises(GuijuError) as refused:
        note(tx, CLERK, case, "one thing more")
    assert refused.value.code == "case-expired"


@pytest.mark.control("case-retention")
def test_a_key_of_the_case_goes_too_and_a_persons_does_not(
    database: Database, clock: FixedClock
) -> None:
    """A copy of the database from before cannot be read either, where nobody else needs the key."""
    own, persons = closed(database, subject=None), closed(database)
    with database.write() as tx:
        mine = tx.seal(own.id, b"x", "test")
        theirs = tx.seal(persons.sealed_for, b"x", "test")
    clock.advance(days=365)
    assert set(gone(database)) == {own.number, persons.number}
    with database.read() as tx:
        assert tx.unseal(persons.sealed_for, theirs, "test") == b"x"
        with pytest.raises(GuijuError) as destroyed:
            tx.unseal(own.id, mine, "test")
    assert destroyed.value.code == "key-destroyed"
    assert verify(database, None).problems == ()


def _open_child(tx: Tx, case: Case) -> None:
    opened(tx, caused_by=case)


def _open_duplicate(tx: Tx, case: Case) -> None:
    link(tx, CLERK, opened(tx), Tie.DUPLICATE_OF, case)


def _held_by_another(tx: Tx, case: Case) -> None:
    hold(tx, CLERK, opened(tx), case.id, reason="to compare")


def _holds_something(tx: Tx, case: Case) -> None:
    hold(tx, CLERK, case, case.id, reason="asked for by a court")


@pytest.mark.control("case-retention")
@pytest.mark.parametrize("keep", [_open_child, _open_duplicate, _held_by_another, _holds_something])
def test_what_an_open_case_or_a_hold_needs_stays(
    database: Database, clock: FixedClock, keep: Callable[[Tx, Case], None]
) -> None:
    """Whichever way they hang together."""
    case, free = closed(database), closed(database)
    with database.write() as tx:
        keep(tx, now(database, case))
    clock.advance(days=400)
    assert gone(database) == [free.number]


@pytest.mark.control("case-retention")
def test_an_open_case_keeps_the_one_it_came_from_until_it_ends(
    database: Database, clock: FixedClock
) -> None:
    """Then both go, each in its time."""
    case = closed(database)
    with database.write() as tx:
        child = opened(tx, caused_by=case)
    clock.advance(days=400)
    assert gone(database) == []
    taken(database, child, *ENDS)
    assert gone(database) == [case.number]


@pytest.mark.control("case-retention")
def test_nothing_goes_that_can_still_be_appealed(database: Database, clock: FixedClock) -> None:
    """Ten working days are longer than the three days that this policy would keep."""
    case = closed(database)
    clock.advance(days=4)
    assert gone(database, SOON) == []
    clock.advance(days=30)
    assert gone(database, SOON) == [case.number]


@pytest.mark.control("case-retention")
def test_days_that_people_hold_keep_the_cases_of_these_days(
    database: Database, clock: FixedClock
) -> None:
    """A case that was open on one of them, and none other."""
    case = closed(database)
    today = clock.now().date()
    clock.advance(days=400)
    assert gone(database, held=[(today, today)]) == []
    assert gone(database, held=[(today - timedelta(days=9), today)]) == []
    later = today + timedelta(days=1)
    assert gone(database, held=[(later, date(9999, 1, 1))]) == [case.number]


@pytest.mark.control("case-retention")
def test_a_class_that_the_policy_leaves_out_stays(database: Database, clock: FixedClock) -> None:
    """As usage does; the docs say so."""
    closed(database)
    clock.advance(days=4000)
    assert gone(database, {}) == []
    assert gone(database, {Retention.COMPLAINTS: 1}) == []


@pytest.mark.control("case-retention")
def test_a_case_with_very_many_words_goes_leaf_by_leaf(
    db: Database, clock: FixedClock, about: About
) -> None:
    """A leaf has room for some four hundred rows; each batch has one of its own."""
    with db.write() as tx:
        case = opened(tx)
        for at in range(450):
            case = note(tx, PERSON, case, f"word {at}", outward=True)
    case = taken(db, case, (CLERK, "accept"), (SECOND, "drop"))
    clock.advance(days=365)
    assert gone(db) == [case.number]
    with db.read() as tx:
        batches = [one for one in about(tx, case.id) if one["kind"] == "case-expired"]
        assert tx.row(NOTE.select().limit(1)) is None
    assert [one["facts"]["rows"] for one in reversed(batches)] == [200, 200, 50, 2, 452]
    assert verify(db, None).problems == ()
