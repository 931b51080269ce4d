# SPDX-License-Identifier: Apache-2.0
"""Much personal information in answers opens one incident for an episode, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from sqlalchemy import select
from tests.unit.records.test_records_service import exchange

from guiju import incidents, ledger, policies, records
from guiju.app.noticing import suspect_leak
from guiju.incidents import Category, Incident, episode_store
from guiju.incidents.episodes import AN_HOUR, begins, is_loud
from guiju.kernel import Actor, ActorKind, FixedClock
from guiju.records import Finding
from guiju.records.hit_store import HIT
from guiju.storage import Database

OFFICER = Actor(ActorKind.STAFF, "staff_officer", frozenset({"safety-officer"}))
SECOND = Actor(ActorKind.STAFF, "staff_second", frozenset({"safety-officer"}))
RATE = 3
START = datetime(2026, 11, 24, 2, tzinfo=UTC)


class Service:
    """Answers with so many finds of personal information, and looks at itself."""

    def __init__(self, db: Database, clock: FixedClock) -> None:
        self.db, self.clock, self._numbers = db, clock, count()

    def allow(self, rate: int) -> None:
        body = policies.default_body() | {"incidents": {"personal_hits_an_hour": rate}}
        with self.db.write() as tx:
            made = policies.propose(tx, OFFICER, policies.checked(body), "rate")
        with self.db.write() as tx:
            policies.approve(tx, SECOND, made.id)

    def answer(
        self,
        hits: int,
        action: str = "mask",
        direction: str = "output",
        detector: str = "personal",
    ) -> None:
        found = Finding(direction, "A4b", detector, "phone", action, 0, 11)
        one = exchange(self.clock, f"req_{next(self._numbers)}")
        with self.db.write() as tx:
            records.record(tx, [replace(one, findings=(found,) * hits)])

    def look(self, **parts: float) -> list[Incident]:
        self.clock.advance(**parts)
        suspect_leak(self.db, self.clock.now())
        with self.db.read() as tx:
            return incidents.incidents(tx)

    def counted(self) -> int:
        with self.db.read() as tx:
            return len(tx.rows(select(HIT)))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def service(request: pytest.FixtureRequest, clock: FixedClock) -> Iterator[Service]:
    db = request.getfixturevalue("db" if request.param == "sqlite" else "pg_db")
    made = Service(db, clock)
    made.allow(RATE)
    yield made
    assert ledger.verify(db, None).problems == ()


@pytest.mark.control("incident-detected")
def test_two_episodes_open_two_incidents_for_people_to_grade(service: Service) -> None:
    """One more than the rate opens one; more of it none, also once closed; a quiet hour ends it."""
    service.answer(2)
    service.answer(1, "block")
    assert service.look() == []
    service.answer(1)
    (first,) = service.look(seconds=10)
    assert (first.category, first.grade) == (Category.LEAK, None)
    assert first.case.opened_by == "incidents"

    service.answer(9)
    assert service.look(minutes=5) == [first]
    with service.db.write() as tx:
        incidents.dismiss(tx, OFFICER, first.case, "our own number, in a test")
    assert len(service.look(minutes=54)) == 1
    # Below the rate again, but not yet for an hour.
    assert len(service.look(minutes=30)) == 1
    service.answer(RATE + 1)
    assert len(service.look(seconds=10)) == 1

    assert len(service.look(minutes=61)) == 1
    assert service.counted() == 0
    service.answer(RATE)
    assert len(service.look(minutes=1)) == 1
    service.answer(1)
    second, old = service.look(seconds=10)
    assert old.case.id == first.case.id
    assert second.thing != first.thing
    assert len(service.look(minutes=2)) == 2


@pytest.mark.control("incident-detected")
def test_only_what_was_found_in_answers_and_acted_upon_counts(service: Service) -> None:
    """Not what people write, what the policy lets pass or others find; at 0 nothing does."""
    service.answer(9, direction="input")
    service.answer(9, "pass")
    service.answer(9, detector="lexicon")
    assert service.look() == []
    assert service.counted() == 0
    service.allow(0)
    service.answer(9)
    assert service.look(seconds=10) == []
    service.allow(8)
    assert len(service.look(seconds=10)) == 1


@pytest.mark.control("incident-detected")
def test_of_two_workers_that_saw_the_same_one_notes_it(service: Service) -> None:
    """Who comes second finds that what it had read has changed, and opens nothing."""
    now = service.clock.now()
    later = now + AN_HOUR
    for before, at in ((None, now), (now, later)):
        for first in (True, False):
            with service.db.write() as tx:
                assert episode_store.note(tx, "personal-hits", before, at) is first
    service.answer(RATE + 1)
    assert service.look() == []


@given(st.lists(st.integers(1, 180), max_size=40))
def test_two_episodes_begin_at_least_a_quiet_hour_apart(minutes: list[int]) -> None:
    """However loud moments follow each other, and each that begins none is within an hour."""
    at, last = START, None
    for after in minutes:
        at += timedelta(minutes=after)
        assert begins(last, at) is (last is None or timedelta(minutes=after) >= AN_HOUR)
        last = at


@given(st.integers(0, 50), st.integers(0, 50))
def test_loud_is_above_the_rate_and_never_without_one(hits: int, rate: int) -> None:
    """As the policy's words say."""
    assert is_loud(hits, rate) is (rate != 0 and hits - rate >= 1)
