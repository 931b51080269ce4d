# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace
from tests.unit.records.test_records_service import exchange, leaves

from guiju.kernel import Actor, ActorKind, FixedClock, Refused
from guiju.ledger import append
from guiju.records import BulkReading, announce, erase, opened, record
from guiju.storage import Database

OFFICER = Actor(ActorKind.STAFF, "st_1", frozenset({"safety-officer"}))
PRIVACY = Actor(ActorKind.STAFF, "st_2", frozenset({"privacy-officer"}))


def kept(db: Database, clock: FixedClock, count: int) -> None:
    for number in range(count):
        made = exchange(clock, f"req_{number:04}", f"pe_{number}")
        with db.write() as tx:
            record(tx, [replace(made, input=b"asked %d" % number)])
        clock.advance(hours=1)


def announced(db: Database, hours: int = 10_000, most: int = 1000) -> BulkReading:
    with db.write() as tx:
        since = tx.now - timedelta(hours=hours)
        return announce(tx, OFFICER, "dry-run", "new words", since=since, most=most)


def inputs(db: Database, reading: BulkReading) -> list[bytes]:
    with db.read() as tx:
        return [given for given, _ in opened(tx, reading)]


@pytest.mark.control("records-sealed")
def test_many_records_open_for_a_reason_and_the_reading_stays_on_record(
    db: Database, clock: FixedClock
) -> None:
    """Newest first; one leaf and one row say who, why, and for what purpose."""
    kept(db, clock, 3)
    reading = announced(db)
    assert inputs(db, reading) == [b"asked 2", b"asked 1", b"asked 0"]
    (leaf,) = [one for one in leaves(db) if one["kind"] == "record-read"]
    assert leaf["facts"] == {
        "request": "many:dry-run",
        "reading": reading.id,
        "most": 1000,
        "purpose": "rule-testing",
    }
    assert leaf["actor"]["id"] == OFFICER.id


def test_what_is_older_or_more_than_asked_stays_closed(db: Database, clock: FixedClock) -> None:
    """Least data, also for officers; pages follow each other without gap or repetition."""
    kept(db, clock, 450)
    assert len(inputs(db, announced(db))) == 450
    assert len(inputs(db, announced(db, most=7))) == 7
    assert inputs(db, announced(db, hours=2)) == [b"asked 449", b"asked 448"]


def test_what_comes_after_the_announcement_stays_closed(db: Database, clock: FixedClock) -> None:
    """A reading covers what was there when it was announced."""
    kept(db, clock, 1)
    reading = announced(db)
    clock.advance(hours=1)
    with db.write() as tx:
        record(tx, [exchange(clock, "req_9999", "pe_9")])
    assert len(inputs(db, reading)) == 1


def test_records_of_an_erased_person_are_passed_over(db: Database, clock: FixedClock) -> None:
    """Nobody's key comes back."""
    kept(db, clock, 3)
    with db.write() as tx:
        erase(tx, PRIVACY, OFFICER, "pe_1")
    assert inputs(db, announced(db)) == [b"asked 2", b"asked 0"]


@pytest.mark.parametrize(
    ("actor", "reason", "code"),
    [
        (Actor(ActorKind.STAFF, "st_3", frozenset({"reviewer"})), "why", "role-needed"),
        (OFFICER, "  ", "reason-needed"),
    ],
)
def test_without_role_or_reason_nothing_is_opened(
    db: Database, actor: Actor, reason: str, code: str
) -> None:
    """As for a single record."""
    with pytest.raises(Refused) as refused, db.write() as tx:
        announce(tx, actor, "dry-run", reason, since=tx.now, most=1)
    assert refused.value.code == code


def test_a_reading_that_was_never_announced_opens_nothing(db: Database, clock: FixedClock) -> None:
    """A value made up by a caller is no permission, nor is that of another person."""
    kept(db, clock, 1)
    true = announced(db)
    for made_up in (replace(true, id="rd_0"), replace(true, reader="st_9")):
        with pytest.raises(Refused, match="reading-not-announced"):
            inputs(db, made_up)


def test_an_announcement_that_is_rolled_back_opens_nothing(db: Database, clock: FixedClock) -> None:
    """The trace comes first."""
    kept(db, clock, 1)
    with pytest.raises(ZeroDivisionError), db.write() as tx:
        reading = announce(tx, OFFICER, "dry-run", "why", since=tx.now, most=1)
        append(tx, "record-read", controls=("records-sealed",), actor=OFFICER)
        raise ZeroDivisionError
    with pytest.raises(Refused):
        inputs(db, reading)
