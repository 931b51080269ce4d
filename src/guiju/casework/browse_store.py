# SPDX-License-Identifier: Apache-2.0
"""Looking through waiting cases: filters of any mixture, pages by key, and what charts count.

One index holds all that is filtered by, so that a page of 100,000 waiting cases touches the rows
that it shows and no others.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Select,
    case,
    func,
    literal,
    select,
    tuple_,
    type_coerce,
)

from guiju.casework.case import Claim
from guiju.casework.claim_store import CLAIM
from guiju.casework.clock_store import CLOCK
from guiju.casework.kind import Kinds
from guiju.casework.queue_store import PER_PAGE, Page, Waiting, mark_of, read_mark
from guiju.casework.ruling_store import DECISION
from guiju.casework.store import CASE, case_of
from guiju.storage import Tx

_c = CASE.c
# Moments are kept as microseconds since 1970, and a day begins at midnight in Beijing.
_DAY, _BEIJING = 86_400_000_000, 8 * 3_600_000_000
_EPOCH = date(1970, 1, 1).toordinal()
_WAITS = _c.queue.is_not(None)
_ORDER = (_c.due_at, _c.severity, _c.id)
_WORST = (_c.severity, _c.due_at, _c.id)
Index(
    "ix_casework_case_waiting",
    *_ORDER,
    _c.queue,
    _c.kind,
    _c.state,
    sqlite_where=_WAITS,
    postgresql_where=_WAITS,
)
# What is counted on every visit stands in this one, so that counting touches no row.
Index(
    "ix_casework_case_counted",
    _c.queue,
    _c.kind,
    _c.due_at,
    _c.opened_at,
    sqlite_where=_WAITS,
    postgresql_where=_WAITS,
)
Index("ix_casework_case_closed_at", _c.closed_at)
Index("ix_casework_case_opened_at", _c.opened_at)
Index("ix_casework_decision_made_at", DECISION.c.made_at)


@dataclass(frozen=True, slots=True)
class Filter:
    """What to show: None is any. `held_by`: only what this member of staff has in hand."""

    queue: str | None = None
    kind: str | None = None
    state: str | None = None
    severity: int | None = None
    held_by: str | None = None
    worst_first: bool = False


def browse(
    tx: Tx, kinds: Kinds, wanted: Filter, *, after: str | None = None, size: int = PER_PAGE
) -> Page:
    """Waiting cases by their date, or by severity; `after`: the mark of the page before."""
    order = _WORST if wanted.worst_first else _ORDER
    found = _filtered(select(CASE), tx, kinds, wanted)
    if after is not None and (mark := read_mark(after)) is not None:
        bounds = [literal(mark[str(one.name)], one.type) for one in order]
        found = found.where(tuple_(*order) > tuple_(*bounds))
    rows = tx.rows(found.order_by(*order).limit(size + 1))
    more = len(rows) > size
    cases = [case_of(row, kinds) for row in rows[:size]]
    return Page(cases, mark_of(rows[size - 1]) if more else None)


def waiting_of(tx: Tx, kinds: Kinds) -> list[Waiting]:
    """How many cases of these kinds wait in each queue, and how many are over their date."""
    late = func.sum(case((_c.due_at <= tx.now, 1), else_=0)).label("late")
    names = [one.name for one in kinds]
    wanted = select(_c.queue, func.count().label("cases"), late).where(_WAITS, _c.kind.in_(names))
    rows = tx.rows(wanted.group_by(_c.queue).order_by(_c.queue))
    return [Waiting(row.queue, row.cases, row.late) for row in rows]


def late_ever(tx: Tx, cases: Collection[str]) -> frozenset[str]:
    """Which of these cases have a clock that is late or once was."""
    c = CLOCK.c
    wanted = select(c.case_id).where(c.case_id.in_(list(cases)), c.late_at.is_not(None))
    return frozenset(row.case_id for row in tx.rows(wanted.distinct()))


def claims_of(tx: Tx, cases: Collection[str]) -> dict[str, Claim]:
    """Who has which of these cases in hand now."""
    wanted = select(CLAIM).where(CLAIM.c.case_id.in_(list(cases)), CLAIM.c.until > tx.now)
    rows = tx.rows(wanted)
    return {row.case_id: Claim(row.case_id, row.holder, row.since, row.until) for row in rows}


def in_hand(tx: Tx) -> dict[str, int]:
    """How many cases each member of staff has in hand now."""
    wanted = select(CLAIM.c.holder, func.count().label("cases")).where(CLAIM.c.until > tx.now)
    return {row.holder: row.cases for row in tx.rows(wanted.group_by(CLAIM.c.holder))}


def ages(tx: Tx, kinds: Kinds, edges: Sequence[datetime]) -> list[int]:
    """How many waiting cases were opened after each edge and up to the one before it.

    `edges` go back in time; the last number is of what is older than all of them.
    """
    names = [one.name for one in kinds]
    bucket = case(
        *((_c.opened_at > edge, at) for at, edge in enumerate(edges)), else_=len(edges)
    ).label("bucket")
    wanted = (
        select(bucket, func.count().label("cases"))
        .where(_WAITS, _c.kind.in_(names))
        .group_by("bucket")
    )
    counted = {row.bucket: row.cases for row in tx.rows(wanted)}
    return [counted.get(at, 0) for at in range(len(edges) + 1)]


def opened_by_day(tx: Tx, kinds: Kinds, since: datetime) -> dict[date, int]:
    """How many cases of these kinds were opened on each day of Beijing since then."""
    return _by_day(tx, kinds, _c.opened_at, since)


def closed_by_day(tx: Tx, kinds: Kinds, since: datetime) -> dict[date, int]:
    """How many came to their end."""
    return _by_day(tx, kinds, _c.closed_at, since)


def decided_by(tx: Tx, since: datetime) -> dict[str, int]:
    """How many decisions each member of staff has made since then."""
    c = DECISION.c
    wanted = select(c.decider, func.count().label("decisions")).where(
        c.made_at >= since, c.decided_by_software.is_(False)
    )
    return {row.decider: row.decisions for row in tx.rows(wanted.group_by(c.decider))}


def _by_day(tx: Tx, kinds: Kinds, column: Column[Any], since: datetime) -> dict[date, int]:
    day = ((type_coerce(column, BigInteger) + _BEIJING) // _DAY).label("day")
    names = [one.name for one in kinds]
    wanted = select(day, func.count().label("cases")).where(column >= since, _c.kind.in_(names))
    return {
        date.fromordinal(row.day + _EPOCH): row.cases for row in tx.rows(wanted.group_by("day"))
    }


def _filtered(found: Select[Any], tx: Tx, kinds: Kinds, wanted: Filter) -> Select[Any]:
    names = [one.name for one in kinds if wanted.kind in {None, one.name}]
    found = found.where(_WAITS, _c.kind.in_(names))
    for column, value in (
        (_c.queue, wanted.queue),
        (_c.state, wanted.state),
        (_c.severity, wanted.severity),
    ):
        if value is not None:
            found = found.where(column == value)
    if wanted.held_by is not None:
        mine = select(CLAIM.c.case_id).where(
            CLAIM.c.holder == wanted.held_by, CLAIM.c.until > tx.now
        )
        found = found.where(_c.id.in_(mine))
    return found
