# SPDX-License-Identifier: Apache-2.0
"""Queues: pages of waiting cases in an order that an index holds, and how many wait.

A page begins behind a key and not after a number of rows: page 2,000 costs what page 1 does, and
nothing is seen twice or left out because somebody closed a case meanwhile.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, case, exists, func, literal, not_, select, tuple_

from guiju.casework.case import Case
from guiju.casework.claim_store import CLAIM
from guiju.casework.kind import Kinds
from guiju.casework.store import CASE, NEVER, case_of
from guiju.kernel import from_micros, micros
from guiju.storage import Tx

PER_PAGE = 50
_c = CASE.c
_BY_DUE = (_c.due_at, _c.severity, _c.id)
_BY_SEVERITY = (_c.severity, _c.due_at, _c.id)


class Page(NamedTuple):
    """Some cases of a queue, and behind which mark the next ones are; None: no more."""

    cases: list[Case]
    next: str | None


class Waiting(NamedTuple):
    """How many cases wait in a queue, and how many of them are over their date."""

    queue: str
    cases: int
    late: int


def page(
    tx: Tx,
    kinds: Kinds,
    queue: str,
    *,
    worst_first: bool = False,
    free: bool = False,
    after: str | None = None,
    size: int = PER_PAGE,
) -> Page:
    """Waiting cases by their date, the earliest first; `worst_first`: by severity, then date.

    `free`: only those that nobody has in hand. `after`: the mark of the page before.
    """
    order = _BY_SEVERITY if worst_first else _BY_DUE
    names = [one.name for one in kinds]
    wanted = select(CASE).where(_c.queue == queue, _c.kind.in_(names))
    if after is not None and (mark := read_mark(after)) is not None:
        wanted = wanted.where(tuple_(*order) > tuple_(*(_bound(mark, one) for one in order)))
    if free:
        held = exists().where(CLAIM.c.case_id == _c.id, CLAIM.c.until > tx.now)
        wanted = wanted.where(not_(held))
    rows = tx.rows(wanted.order_by(*order).limit(size + 1))
    more = len(rows) > size
    return Page(
        [case_of(row, kinds) for row in rows[:size]], mark_of(rows[size - 1]) if more else None
    )


def waiting(tx: Tx) -> list[Waiting]:
    """How many cases wait, queue by queue."""
    late = func.sum(case((_c.due_at <= tx.now, 1), else_=0))
    columns = (_c.queue.label("queue"), func.count().label("cases"), late.label("late"))
    wanted = select(*columns).where(_c.queue.is_not(None))
    rows = tx.rows(wanted.group_by(_c.queue).order_by(_c.queue))
    return [Waiting(row.queue, row.cases, row.late) for row in rows]


def mark_of(row: Row[Any]) -> str:
    """Where a page ends, as an address can carry it."""
    return f"{micros(row.due_at)}.{row.severity}.{row.id}"


def read_mark(mark: str) -> dict[str, Any] | None:
    """What a mark says; one that somebody has made up begins at the first page."""
    due_at, _, rest = mark.partition(".")
    severity, _, name = rest.partition(".")
    if not (due_at.isdecimal() and severity.isdecimal() and name.isascii() and len(severity) == 1):
        return None
    if int(due_at[:18]) > micros(NEVER):
        return None
    return {"due_at": from_micros(int(due_at[:18])), "severity": int(severity), "id": name}


def _bound(mark: dict[str, Any], column: ColumnElement[Any]) -> ColumnElement[Any]:
    return literal(mark[str(getattr(column, "name", ""))], column.type)
