# SPDX-License-Identifier: Apache-2.0
"""What there is of one person: counted, handed over, removed, looked for again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from sqlalchemy import func, select
from tests.unit.casework.conftest import opened
from tests.unit.casework.sample import OFFICER as DECIDER
from tests.unit.records.test_records_service import OFFICER, SECOND, STRANGER, exchange, leaves

from guiju import casework, ledger, records
from guiju.kernel import (
    Actor,
    ActorKind,
    FixedClock,
    NotFound,
    Refused,
    first_id,
    new_id,
    software,
)
from guiju.records import Exchange, expiring
from guiju.records.model import Job, Medium
from guiju.records.store import BODY, EXCHANGE
from guiju.storage import Database, Tx

SELF = Actor(ActorKind.PERSON, "pe_1")
PACKER = software("privacy")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def either(request: pytest.FixtureRequest) -> Database:
    name = "db" if request.param == "sqlite" else "pg_db"
    found: Database = request.getfixturevalue(name)
    return found


def said(clock: FixedClock, number: int, person: str = "pe_1", media: int = 0) -> Exchange:
    request = f"{first_id('req', clock.now())}{number:016}"
    made = tuple(
        Medium(f"p-{request}-{at}", "image/png", "d" * 64, 3, "inside", "inside", b"png")
        for at in range(media)
    )
    job = Job("theirs", "4", "1x1") if media else None
    one = exchange(clock, request, person)
    return replace(one, media=made, job=job, input=f"in {number}".encode())


def record(db: Database, *items: Exchange) -> None:
    with db.write() as tx:
        records.record(tx, list(items))


def of(db: Database, person: str = "pe_1") -> records.Holdings:
    with db.read() as tx:
        return records.holdings(tx, person)


def removed(db: Database, person: str = "pe_1") -> dict[str, int]:
    """How many rows went, by sort, until nothing more may go."""
    found: dict[str, int] = {}
    while True:
        with db.write() as tx:
            step = records.remove_some(tx, PACKER, person, "PR-1")
        if step is None:
            return found
        found[step.sort] = found.get(step.sort, 0) + step.rows


def handed(db: Database, actor: Actor = SELF, person: str = "pe_1") -> records.HandingOver:
    with db.write() as tx:
        return records.hand_over(tx, actor, person, "asked for")


@pytest.mark.control("records-of-a-person")
def test_what_there_is_of_a_person_is_counted_by_sort(either: Database, clock: FixedClock) -> None:
    """And nothing of anybody else's."""
    record(either, said(clock, 1), said(clock, 2, media=2), said(clock, 3, "pe_2", media=1))
    found = of(either)
    assert (found.usage, found.content, found.media, found.files) == (2, 2, 2, 2)
    assert (found.file_bytes, found.jobs, found.held, found.key) == (6, 1, (), True)
    assert found.traces() == {"key": 1, "content": 2, "files": 2, "jobs": 1}
    assert of(either, "pe_3").traces() == {}


@pytest.mark.control("records-of-a-person")
def test_a_person_gets_everything_in_order_and_it_is_on_record(
    either: Database, clock: FixedClock
) -> None:
    """Page by page, with what was delivered; one reading with its purpose for all of it."""
    record(either, *(said(clock, number) for number in range(5)), said(clock, 6, media=1))
    given = handed(either)
    found: list[records.Piece] = []
    with either.read() as tx:
        while page := records.pieces(tx, given, found[-1].request if found else "", 2):
            found += page
    assert [one.input for one in found] == [b"in 0", b"in 1", b"in 2", b"in 3", b"in 4", b"in 6"]
    assert [one["kept"] for one in found[-1].media] == [True]
    assert found[0].head["model"] == "m"
    assert "person" not in found[0].head
    reading = [leaf for leaf in leaves(either) if leaf["kind"] == "record-read"]
    assert [leaf["facts"]["purpose"] for leaf in reading] == ["request-of-person"]


def test_a_delivered_file_is_handed_to_its_person_only(db: Database, clock: FixedClock) -> None:
    """By the same reading, and never somebody else's."""
    mine, theirs = said(clock, 1, media=1), said(clock, 2, "pe_2", media=1)
    record(db, *(_true(one) for one in (mine, theirs)))
    given = handed(db)
    with db.read() as tx:
        assert records.piece_file(tx, given, mine.media[0].produce_id) == b"png"
        with pytest.raises(NotFound):
            records.piece_file(tx, given, theirs.media[0].produce_id)


def _true(one: Exchange) -> Exchange:
    """With the digest that its bytes have."""
    from guiju.kernel import digest  # noqa: PLC0415 - beside its only use

    media = tuple(replace(medium, digest=digest(medium.content or b"")) for medium in one.media)
    return replace(one, media=media)


@pytest.mark.parametrize("actor", [STRANGER, SECOND])
def test_nobody_else_gets_them(db: Database, clock: FixedClock, actor: Actor) -> None:
    """Neither another person nor a role that has no part in it."""
    record(db, said(clock, 1))
    with pytest.raises(Refused, match="role-needed"):
        handed(db, actor)


@pytest.mark.parametrize("actor", [OFFICER, PACKER])
def test_the_privacy_officer_and_what_packs_for_them_may(db: Database, actor: Actor) -> None:
    """As a person's request asks for."""
    assert handed(db, actor).person == "pe_1"


def test_a_handing_over_that_is_not_on_record_opens_nothing(
    db: Database, clock: FixedClock
) -> None:
    """Nor does one that is on record open another person's."""
    record(db, said(clock, 1), said(clock, 2, "pe_2"))
    given = handed(db)
    for wrong in (replace(given, reading="rd_x"), replace(given, person="pe_2")):
        with pytest.raises(Refused, match="reading-not-announced"), db.read() as tx:
            records.pieces(tx, wrong)


@pytest.mark.control("records-of-a-person")
def test_removal_takes_content_at_once_and_usage_when_no_rule_keeps_it(
    either: Database, clock: FixedClock
) -> None:
    """Step by step with evidence, until a look finds nothing; others lose nothing."""
    record(either, said(clock, 1, media=2), said(clock, 2, "pe_2", media=1))
    assert removed(either) == {"content": 1, "files": 2, "jobs": 1}
    assert of(either).traces() == {"key": 1}
    assert of(either).usage == 1
    clock.advance(seconds=86_400 * 200)
    assert of(either).traces() == {"key": 1, "usage-due": 1}
    assert removed(either) == {"media": 2, "usage": 1}
    assert of(either).usage == 0
    assert of(either, "pe_2").content == 1
    told = [leaf for leaf in leaves(either) if leaf["kind"] == "records-removed"]
    assert [leaf["facts"]["sort"] for leaf in told] == [
        "content",
        "files",
        "jobs",
        "media",
        "usage",
    ]
    assert {leaf["facts"]["case"] for leaf in told} == {"PR-1"}


def test_many_rows_go_in_steps_that_a_leaf_can_name(db: Database, clock: FixedClock) -> None:
    """So a kill between two loses nothing, and no lock is long."""
    record(db, *(said(clock, number) for number in range(230)))
    assert removed(db) == {"content": 230}
    told = [leaf for leaf in leaves(db) if leaf["kind"] == "records-removed"]
    assert [leaf["facts"]["rows"] for leaf in told] == [100, 100, 30]
    assert ledger.verify(db).problems == ()


@pytest.mark.control("records-of-a-person")
def test_what_a_case_holds_stays_and_is_named_until_it_is_released(
    either: Database, clock: FixedClock
) -> None:
    """The conflict between a hold and a request is shown, not hidden."""
    held, free = said(clock, 1, media=1), said(clock, 2)
    record(either, held, free)
    with either.write() as tx:
        case = opened(tx)
        casework.hold(tx, DECIDER, case, held.request, reason="needed")
    assert removed(either) == {"content": 1}
    assert of(either).held == (held.request,)
    with either.write() as tx:
        current = casework.get_case(tx, casework.Kinds([case.kind]), case.id)
        casework.release_holds(tx, DECIDER, current, reason="done")
    assert removed(either) == {"content": 1, "files": 1, "jobs": 1}
    assert of(either).held == ()


def test_a_held_day_stays_too(db: Database, clock: FixedClock) -> None:
    """Whoever holds days holds everybody's records of these days."""
    record(db, said(clock, 1))
    today = clock.now().date()
    with db.write() as tx:
        made = expiring.hold(tx, OFFICER, today, today, "case 12")
    assert removed(db) == {}
    assert len(of(db).held) == 1
    with db.write() as tx:
        expiring.release_hold(tx, OFFICER, made.id, "closed")
    assert removed(db) == {"content": 1}


@settings(
    max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    whose=st.lists(st.sampled_from(["pe_1", "pe_2", "pe_3"]), min_size=1, max_size=8),
    old=st.lists(st.booleans(), min_size=8, max_size=8),
)
def test_a_removal_touches_one_person_only(
    db: Database, clock: FixedClock, whose: list[str], old: list[bool]
) -> None:
    """However records of several people lie among each other, and however old they are."""
    now = clock.now()
    for person, aged in zip(whose, old, strict=False):
        at = now - timedelta(days=400) if aged else now
        request = f"{first_id('req', at)}{new_id('x')[-16:]}"
        record(db, replace(exchange(clock, request, person), at=at))
    before = _rows_of_others(db)
    removed(db)
    assert _rows_of_others(db) == before
    found = of(db)
    assert (found.content, found.usage_due) == (0, 0)


def _rows_of_others(db: Database) -> list[int]:
    with db.read() as tx:
        return [_count(tx, table) for table in (EXCHANGE, BODY)]


def _count(tx: Tx, table: object) -> int:
    wanted = select(func.count()).select_from(table).where(table.c.person != "pe_1")  # type: ignore[attr-defined,arg-type]
    row = tx.row(wanted)
    return 0 if row is None else int(row[0])
