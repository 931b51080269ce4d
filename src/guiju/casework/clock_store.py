# SPDX-License-Identifier: Apache-2.0
"""The table of clocks: those that run, and those that have ended; and what is over by now."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    Boolean,
    Column,
    ColumnElement,
    Index,
    Integer,
    Row,
    String,
    bindparam,
    func,
    literal,
    select,
    tuple_,
)

from guiju.casework.case import Case, Outcome, RunningClock
from guiju.casework.kind import Basis
from guiju.casework.legal_time import Pause, Unit
from guiju.kernel import from_micros, micros
from guiju.storage import CanonicalJson, Instant, Question, Tx, table

CLOCK = table(
    "casework_clock",
    Column("id", String(40), primary_key=True),
    Column("case_id", String(40), nullable=False, index=True),
    Column("name", String(40), nullable=False),
    Column("amount", Integer, nullable=False),
    Column("unit", String(12), nullable=False),
    Column("rule", String(80), nullable=False),
    Column("basis", String(12), nullable=False),
    Column("verb", String(40)),
    Column("started_at", Instant, nullable=False),
    Column("pauses", CanonicalJson, nullable=False),
    Column("due_at", Instant),
    Column("provisional", Boolean, nullable=False),
    Column("calendar", String(64), nullable=False),
    Column("late_at", Instant),
    Column("ended_at", Instant),
    Column("outcome", String(12)),
)
_c = CLOCK.c
# What may yet become late or be over; whatever has, is looked at no more.
WAITING = _c.ended_at.is_(None) & _c.late_at.is_(None)
for _name, _column in (("waiting", _c.due_at), ("calendar", _c.calendar)):
    Index(f"ix_casework_clock_{_name}", _column, sqlite_where=WAITING, postgresql_where=WAITING)

_ANY = select(_c.id).where(WAITING).limit(1)
_OVER = Question(_ANY.where(_c.due_at <= bindparam("now")))
_VERSION: BindParameter[str] = bindparam("calendar")
_OTHERWISE = tuple(
    Question(_ANY.where(other, _c.calendar > ""))
    for other in (_c.calendar < _VERSION, _c.calendar > _VERSION)
)


def add(tx: Tx, clock: RunningClock) -> None:
    """Keep a clock that has just been started."""
    tx.insert(
        CLOCK,
        {
            "id": clock.id,
            "case_id": clock.case,
            "name": clock.name,
            "amount": clock.limit,
            "unit": clock.unit.value,
            "rule": clock.rule,
            "basis": clock.basis.value,
            "verb": clock.then,
            "started_at": clock.started_at,
            "pauses": _written(clock.pauses),
            "due_at": clock.due,
            "provisional": clock.provisional,
            "calendar": clock.calendar,
        },
    )


def keep(tx: Tx, clock: RunningClock, before: RunningClock) -> bool:
    """Write down how a clock now stands; False when it no longer stood as before."""
    changes = {
        "pauses": _written(clock.pauses),
        "due_at": clock.due,
        "provisional": clock.provisional,
        "calendar": clock.calendar,
        "late_at": clock.late_at,
        "ended_at": clock.ended_at,
        "outcome": clock.outcome and clock.outcome.value,
    }
    expect = {
        "due_at": before.due,
        "calendar": before.calendar,
        "late_at": before.late_at,
        "ended_at": before.ended_at,
    }
    return tx.update(CLOCK, {"id": clock.id}, changes, expect=expect)


def of_case(tx: Tx, case: str, *, running: bool) -> list[RunningClock]:
    """The clocks of a case as they were started; `running`: those that have not ended."""
    wanted = select(CLOCK).where(_c.case_id == case).order_by(_c.started_at, _c.id)
    if running:
        wanted = wanted.where(_c.ended_at.is_(None))
    return [clock_of(row) for row in tx.rows(wanted)]


def timers_over(tx: Tx, after: tuple[datetime, str] | None, most: int) -> Sequence[Row[Any]]:
    """Timers that are over, the longest over first: case, verb, and what to begin behind next."""
    order = (_c.due_at, _c.id)
    wanted = select(*order, _c.case_id, _c.verb)
    wanted = wanted.where(WAITING, _c.due_at <= tx.now, _c.verb.is_not(None))
    if after is not None:
        bounds = (literal(one, column.type) for one, column in zip(after, order, strict=True))
        wanted = wanted.where(tuple_(*order) > tuple_(*bounds))
    return tx.rows(wanted.order_by(*order).limit(most))


def deadlines_over(tx: Tx, most: int) -> list[str]:
    """Deadlines that are over and not marked as late, in the order in which rows are kept.

    Side by side they are written together: in the order of dates each would cost pages of its own,
    which takes five times as long on a disk.
    """
    wanted = select(_c.id).where(WAITING, _c.due_at <= tx.now, _c.verb.is_(None))
    return sorted(row.id for row in tx.rows(wanted.order_by(_c.due_at).limit(most)))


def mark_late(tx: Tx, some: Collection[str]) -> list[RunningClock]:
    """Mark these as late, unless they have been or have ended; how they now stand."""
    over: ColumnElement[bool] = _c.id.in_(list(some)) & WAITING & (_c.due_at <= tx.now)
    if tx.dialect == "postgresql":
        # Two sweepers share the work instead of waiting for each other.
        over = _c.id.in_(select(_c.id).where(over).with_for_update(skip_locked=True))
    return [clock_of(row) for row in tx.update_all(CLOCK, over, {"late_at": _c.due_at})]


def anything_over(tx: Tx) -> bool:
    """Whether a deadline or a timer is over; one look at an index."""
    return bool(tx.ask(_OVER, now=tx.now))


def clocks(tx: Tx, case: Case) -> list[RunningClock]:
    """The clocks of a case, also those that have ended, in the order in which they were started."""
    return of_case(tx, case.id, running=False)


def any_counted_otherwise(tx: Tx, calendar: str) -> bool:
    """Whether a running clock's date was counted with another version of the calendar.

    Two looks at an index: what differs from all stands before it or behind it.
    """
    return any(tx.ask(one, calendar=calendar) for one in _OTHERWISE)


def counted_otherwise(tx: Tx, calendar: str, after: str, most: int) -> list[RunningClock]:
    """Those clocks by id, behind `after`."""
    wanted = select(CLOCK).where(WAITING, _c.calendar != calendar, _c.calendar != "")
    wanted = wanted.where(_c.id > after).order_by(_c.id).limit(most)
    return [clock_of(row) for row in tx.rows(wanted)]


def earliest(tx: Tx, case: str) -> datetime | None:
    """When the first of a case's running clocks is over."""
    wanted = select(func.min(_c.due_at)).where(_c.case_id == case, _c.ended_at.is_(None))
    row = tx.row(wanted)
    return None if row is None else row[0]


def clock_of(row: Row[Any]) -> RunningClock:
    """A row of the table, read."""
    return RunningClock(
        id=row.id,
        case=row.case_id,
        name=row.name,
        limit=row.amount,
        unit=Unit(row.unit),
        rule=row.rule,
        basis=Basis(row.basis),
        then=row.verb,
        started_at=row.started_at,
        pauses=tuple(_read(row.pauses)),
        due=row.due_at,
        provisional=row.provisional,
        calendar=row.calendar,
        late_at=row.late_at,
        ended_at=row.ended_at,
        outcome=row.outcome and Outcome(row.outcome),
    )


def _written(pauses: Sequence[Pause]) -> list[list[int | None]]:
    return [[micros(one.since), None if one.until is None else micros(one.until)] for one in pauses]


def _read(written: Sequence[Sequence[int | None]]) -> list[Pause]:
    return [
        Pause(from_micros(since or 0), None if until is None else from_micros(until))
        for since, until in written
    ]
