# SPDX-License-Identifier: Apache-2.0
"""What has reached its limit goes, by day, with evidence; what is held or due later stays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from msgspec.structs import replace
from sqlalchemy import func, select
from tests.unit.casework.conftest import opened
from tests.unit.casework.sample import OFFICER as DECIDER
from tests.unit.records.test_records_service import OFFICER, STRANGER, exchange, leaves

from guiju import casework, ledger, records
from guiju.casework import Case
from guiju.kernel import (
    Conflict,
    FixedClock,
    Invalid,
    NotFound,
    Refused,
    SystemClock,
    first_id,
    new_id,
    software,
    time_of,
)
from guiju.records import Exchange, expiring
from guiju.records.expiry_model import HoldState, RetentionClass, span
from guiju.records.gently import expire_gently
from guiju.records.model import Job, Medium
from guiju.records.store import BODY, EXCHANGE
from guiju.storage import Database

KEEPER = software("keeper")
DAY = timedelta(days=1)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def either(request: pytest.FixtureRequest) -> Database:
    name = "db" if request.param == "sqlite" else "pg_db"
    found: Database = request.getfixturevalue(name)
    return found


def asked(clock: FixedClock, number: int, days: int = 183) -> Exchange:
    """An exchange of now, numbered as its time asks for."""
    request = f"{first_id('req', clock.now())}{number:016}"
    return replace(exchange(clock, request), retention_days=days)


def record(db: Database, *items: Exchange) -> None:
    with db.write() as tx:
        records.record(tx, list(items))


def steps(db: Database, usage_days: int | None = None) -> Iterator[records.Expired]:
    while True:
        with db.write() as tx:
            done = records.expire(tx, KEEPER, usage_days)
        if done is None:
            return
        yield done


def left(db: Database) -> tuple[int, int]:
    """How many heads and how many bodies there are."""
    with db.read() as tx:
        found = [tx.row(select(func.count()).select_from(one)) for one in (EXCHANGE, BODY)]
    heads, bodies = (0 if one is None else int(one[0]) for one in found)
    return heads, bodies


@pytest.mark.control("retention-limits")
def test_content_goes_once_all_of_its_day_has_expired(either: Database, clock: FixedClock) -> None:
    """Not a moment before, at most a day after; what came later and heads stay."""
    record(either, asked(clock, 1), asked(clock, 2))
    clock.advance(seconds=86_400)
    record(either, asked(clock, 3))
    clock.advance(seconds=182 * 86_400 - 1)
    assert list(steps(either)) == []
    clock.advance(seconds=1)
    (done,) = steps(either)
    assert (done.kind, done.records) == (RetentionClass.CONTENT, 2)
    assert left(either) == (3, 1)
    (leaf,) = [one for one in leaves(either) if one["kind"] == "records-expired"]
    assert leaf["facts"]["records"] == 2
    assert leaf["controls"] == ["retention-limits"]
    assert len(leaf["rows"]) == 1
    assert ledger.verify(either, None).problems == ()


@pytest.mark.control("retention-limits")
def test_what_stays_longer_keeps_its_own_day_only(either: Database, clock: FixedClock) -> None:
    """A policy that was changed does not hold up the days after it."""
    record(either, asked(clock, 1, days=400), asked(clock, 2))
    clock.advance(seconds=86_400)
    record(either, asked(clock, 3))
    clock.advance(seconds=200 * 86_400)
    assert [one.records for one in steps(either)] == [1]
    assert left(either) == (3, 2)
    clock.advance(seconds=200 * 86_400)
    assert [one.records for one in steps(either)] == [2]
    assert ledger.verify(either, None).problems == ()


def test_many_go_in_steps_of_a_bounded_size(
    db: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each step is a transaction of its own, so nobody waits for long."""
    monkeypatch.setattr(expiring, "_MOST_ROWS", 3)
    record(db, *(asked(clock, number) for number in range(8)))
    clock.advance(seconds=200 * 86_400)
    assert [one.records for one in steps(db)] == [3, 3, 2]
    assert ledger.verify(db, None).problems == ()


@pytest.mark.control("retention-limits")
def test_a_job_goes_with_what_was_asked_and_the_film_that_came_of_it(
    either: Database, clock: FixedClock
) -> None:
    """Its owner can fetch the film as long as it is kept; then nobody is named by the job."""
    begun = asked(clock, 1)
    job = Job("job-1", "4", "720x1280")
    record(either, replace(begun, job=job), replace(asked(clock, 2), job=job))
    clock.advance(seconds=10 * 86_400)
    film = Medium(begun.label.produce_id, "video/mp4", "d" * 64, 3, "words", "inside", b"mp4")
    record(either, replace(asked(clock, 3), media=(film,)))
    clock.advance(seconds=184 * 86_400)
    kinds = [one.kind for one in steps(either)]
    content, media, jobs = RetentionClass.CONTENT, RetentionClass.MEDIA, RetentionClass.JOBS
    assert kinds == [content, content, media, jobs]
    with either.read() as tx:
        assert records.job(tx, begun.request, begun.person) is None
    assert ledger.verify(either, None).problems == ()


@pytest.mark.control("retention-limits")
def test_usage_goes_after_its_content_where_the_policy_says_so(
    db: Database, clock: FixedClock
) -> None:
    """With what was delivered; a policy that says nothing keeps it."""
    medium = Medium("p-1", "image/png", "d" * 64, 3, "drawn", "inside", b"png")
    record(db, replace(asked(clock, 1), media=(medium,)))
    clock.advance(seconds=200 * 86_400)
    assert [one.kind for one in steps(db)] == [RetentionClass.CONTENT, RetentionClass.MEDIA]
    assert left(db) == (1, 0)
    assert list(steps(db, 201)) == []
    with db.read() as tx:
        assert records.made(tx, "p-1") is not None
    done = Counter(one.kind for one in steps(db, 190))
    assert done == {RetentionClass.USAGE: 2}
    assert left(db) == (0, 0)
    with db.read() as tx:
        assert records.made(tx, "p-1") is None
    assert ledger.verify(db, None).problems == ()


@pytest.mark.control("retention-limits")
def test_held_days_stay_until_a_person_releases_them(either: Database, clock: FixedClock) -> None:
    """By role and with a reason; the days beside them go."""
    first = clock.now().date()
    record(either, asked(clock, 1))
    clock.advance(seconds=86_400)
    record(either, asked(clock, 2))
    for actor, until, reason, error in (
        (KEEPER, first, "by itself", Refused),
        (STRANGER, first, "mine", Refused),
        (OFFICER, first, "", Invalid),
        (OFFICER, first - DAY, "turned", Invalid),
    ):
        with pytest.raises(error), either.write() as tx:
            expiring.hold(tx, actor, first, until, reason)
    with either.write() as tx:
        held = expiring.hold(tx, OFFICER, first, first, "投诉核查")
    clock.advance(seconds=200 * 86_400)
    assert [one.day for one in steps(either, 190)] == [first + DAY] * 2
    assert left(either) == (1, 1)
    with either.write() as tx:
        freed = expiring.release_hold(tx, OFFICER, held.id, "已办结")
    assert freed.state is HoldState.RELEASED
    with pytest.raises(NotFound), either.write() as tx:
        expiring.release_hold(tx, OFFICER, "hold_none", "why")
    assert [one.day for one in steps(either)] == [first]
    kinds = Counter(one["kind"] for one in leaves(either))
    assert kinds["records-held"] == kinds["records-hold-released"] == 1


@pytest.mark.control("retention-limits")
def test_gentle_steps_come_to_the_same_end(either: Database, clock: FixedClock) -> None:
    """All that is due goes, by steps with their evidence; what is not due stays."""
    record(either, *(asked(clock, number) for number in range(30)))
    clock.advance(seconds=200 * 86_400)
    record(either, asked(clock, 99))
    while not expire_gently(either, KEEPER, 190, 10.0, rest=0):
        pass
    assert left(either) == (1, 1)
    gone = [one["facts"] for one in leaves(either) if one["kind"] == "records-expired"]
    assert sum(one["records"] for one in gone if one["class"] == "usage") == 30
    assert sum(one["records"] for one in gone if one["class"] == "content") == 30
    assert ledger.verify(either, None).problems == ()


@pytest.mark.control("retention-limits")
def test_what_comes_to_be_held_after_the_look_stays(either: Database, clock: FixedClock) -> None:
    """By a case or by its day: the step that was prepared takes the others, or nothing."""
    record(either, *(asked(clock, number) for number in range(4)))
    names = [asked(clock, number).request for number in range(4)]
    day = clock.now().date()
    clock.advance(seconds=200 * 86_400)
    due = expiring.Due(RetentionClass.CONTENT, day)
    with either.read() as tx:
        spot = expiring.look(tx, due, 3)
    assert spot is not None
    held(either, names[1])
    with either.write(durable=False) as tx:
        gone = expiring.take(tx, KEEPER, spot)
    assert gone is not None
    assert (gone.records, gone.held) == (2, 1)
    with either.read() as tx:
        spot = expiring.look(tx, due, 3)
    assert spot is not None
    assert (spot.first, spot.before) == (names[3], 1)
    with either.write() as tx:
        expiring.hold(tx, OFFICER, day, day, "投诉核查")
    with either.write(durable=False) as tx:
        assert expiring.take(tx, KEEPER, spot) is None
    assert left(either) == (4, 2)


def held(db: Database, *about: str) -> Case:
    """A case that holds these."""
    with db.write() as tx:
        case = opened(tx)
        for one in about:
            case = casework.hold(tx, KEEPER, case, one, reason="an appeal was filed")
    return case


def released(db: Database, case: Case) -> None:
    with db.write() as tx:
        casework.release_holds(tx, DECIDER, case, reason="decided")


@pytest.mark.control("retention-limits")
def test_what_a_case_holds_stays_and_goes_once_it_is_released(
    either: Database, clock: FixedClock
) -> None:
    """First, last or between: those beside it go, and the leaf says how many stay."""
    made = [asked(clock, number) for number in range(6)]
    record(either, *made)
    case = held(either, made[0].request, made[3].request, made[5].request, "req_of_nobody")
    clock.advance(seconds=200 * 86_400)
    assert [(one.kind, one.records, one.held) for one in steps(either, 190)] == [
        (RetentionClass.CONTENT, 3, 3),
        (RetentionClass.USAGE, 3, 3),
    ]
    with either.read() as tx:
        kept = [one.request for one in made if records.find(tx, one.request)]
    assert kept == [made[at].request for at in (0, 3, 5)]
    assert left(either) == (3, 3)
    (leaf,) = [
        one
        for one in leaves(either)
        if one["kind"] == "records-expired" and one["facts"]["class"] == "content"
    ]
    assert (leaf["facts"]["records"], leaf["facts"]["held"]) == (3, 3)
    assert ledger.verify(either, None).problems == ()
    assert list(steps(either, 190)) == []
    released(either, case)
    assert [(one.records, one.held) for one in steps(either, 190)] == [(3, 0)] * 2
    assert left(either) == (0, 0)
    assert ledger.verify(either, None).problems == ()


def test_a_held_day_holds_up_no_other(either: Database, clock: FixedClock) -> None:
    """Though nothing of it can go, what comes after it does."""
    first = asked(clock, 1)
    record(either, first)
    clock.advance(seconds=86_400)
    record(either, asked(clock, 2))
    held(either, first.request)
    clock.advance(seconds=200 * 86_400)
    assert [one.kind for one in steps(either, 190)] == [
        RetentionClass.CONTENT,
        RetentionClass.USAGE,
    ]
    assert left(either) == (1, 1)


def test_many_held_records_part_the_spans_of_several_steps(
    either: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A leaf has room for so many spans; each step reports what has stayed before it."""
    monkeypatch.setattr(expiring, "_MOST_HELD", 3)
    made = [asked(clock, number) for number in range(20)]
    record(either, *made)
    held(either, *(one.request for one in made[1::2]))
    clock.advance(seconds=200 * 86_400)
    done = list(steps(either))
    assert sum(one.records for one in done) == 10
    assert done[-1].held == 10
    assert len(done) > 1
    assert left(either) == (20, 10)
    assert ledger.verify(either, None).problems == ()


@pytest.mark.control("retention-limits")
def test_what_a_held_request_delivered_is_held_with_it(either: Database, clock: FixedClock) -> None:
    """Or one file by its number; what is known of them stays as long."""
    pictures = [
        Medium(f"p-{at}", "image/png", f"{at}" * 64, 3, "drawn", "inside", b"png")
        for at in range(3)
    ]
    made = [replace(asked(clock, at), media=(one,)) for at, one in enumerate(pictures)]
    record(either, *made)
    case = held(either, made[0].request, "p-1")
    clock.advance(seconds=200 * 86_400)
    gone: Counter[RetentionClass] = Counter()
    for one in steps(either, 190):
        gone[one.kind] += one.records
    assert gone == {
        RetentionClass.CONTENT: 2,
        RetentionClass.MEDIA: 1,
        RetentionClass.USAGE: 3,  # a file, and two heads
    }
    with either.read() as tx:
        assert [records.kept(tx, one.produce_id) for one in pictures] == [True, True, False]
        known = [records.made(tx, one.produce_id) is not None for one in pictures]
    assert known == [True, True, False]
    assert ledger.verify(either, None).problems == ()
    released(either, case)
    assert {one.kind for one in steps(either, 190)} == {
        RetentionClass.CONTENT,
        RetentionClass.MEDIA,
        RetentionClass.USAGE,
    }
    assert ledger.verify(either, None).problems == ()


@pytest.mark.parametrize("named", ["the job", "the film", "the request that fetched it"])
def test_a_held_film_and_its_job_stay_however_they_are_named(
    either: Database, clock: FixedClock, named: str
) -> None:
    """Its owner cannot delete it meanwhile; the other jobs of the day go."""
    job = Job("job-1", "4", "720x1280")
    begun, other = replace(asked(clock, 1), job=job), replace(asked(clock, 2), job=job)
    other = replace(other, label=replace(other.label, produce_id="p-other"))
    film = Medium(begun.label.produce_id, "video/mp4", "d" * 64, 3, "words", "inside", b"mp4")
    fetched = replace(asked(clock, 3), media=(film,))
    record(either, begun, other, fetched)
    about = {"the job": begun, "the request that fetched it": fetched}
    case = held(either, about[named].request if named in about else film.produce_id)
    clock.advance(seconds=200 * 86_400)
    done = list(steps(either))
    assert [one.records for one in done if one.kind is RetentionClass.JOBS] == [1]
    assert RetentionClass.MEDIA not in {one.kind for one in done}
    with either.read() as tx:
        kept = records.job(tx, begun.request, begun.person)
        assert records.job(tx, other.request, other.person) is None
    assert kept is not None
    with pytest.raises(Conflict, match="record-held"), either.write() as tx:
        records.drop_job(tx, kept)
    released(either, case)
    assert {one.kind for one in steps(either)} >= {RetentionClass.MEDIA, RetentionClass.JOBS}
    with either.read() as tx:
        assert records.job(tx, begun.request, begun.person) is None
    assert ledger.verify(either, None).problems == ()


def test_a_row_that_expired_on_record_and_is_there_is_found(
    db: Database, clock: FixedClock
) -> None:
    """Whoever brings back what evidence says is gone is told of by the verification."""
    record(db, asked(clock, 1))
    with db.read() as tx:
        row = tx.row(select(BODY))
        assert row is not None
    clock.advance(seconds=200 * 86_400)
    assert len(list(steps(db))) == 1
    with db.engine.begin() as connection:
        connection.execute(BODY.insert().values(**row._mapping))
    (problem,) = ledger.verify(db, None).problems
    assert "exchange_body" in problem.where


def test_ids_tell_their_time_and_days_part_them() -> None:
    """To a millisecond; what is no id of ours tells nothing."""
    at = time_of(new_id("req"))
    assert at is not None
    assert abs(at - SystemClock().now()) < timedelta(seconds=5)
    first, last = span(date(2026, 11, 30))
    night = datetime(2026, 11, 30, 23, 59, 59, 999_000, tzinfo=UTC)
    assert first <= first_id("req", night) + "z" * 16 < last
    assert [time_of(one) for one in ("req_1", "", "req_" + "u" * 26)] == [None] * 3
