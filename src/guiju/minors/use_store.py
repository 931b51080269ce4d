# SPDX-License-Identifier: Apache-2.0
"""The table `minors_use`: what somebody used on a day of China, as spans; kept for some weeks.

Rows carry a code: they change with every request of a minor, and a leaf for each would drown the
ledger. What follows from them, a limit that was applied, is on record.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from sqlalchemy import BigInteger, Column, Integer, Row, String, delete, select

from guiju.minors.model import Used
from guiju.minors.spans import Span
from guiju.storage import CanonicalJson, Tx, table

USE = table(
    "minors_use",
    Column("person", String(40), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("spans", CanonicalJson, nullable=False),
    Column("seen", BigInteger, nullable=False),
    Column("reminded", BigInteger, nullable=False),
    Column("requests", Integer, nullable=False),
    Column("told", CanonicalJson, nullable=False),
    guard="coded",
)
_EMPTY: dict[str, Any] = {"spans": [], "seen": 0, "reminded": 0, "requests": 0, "told": []}


def locked(tx: Tx, person: str, days: Iterable[date]) -> dict[date, Used]:
    """These days of a person, for whoever changes them: nobody else does until this is over."""
    found = {}
    for day in sorted(set(days)):
        key = {"person": person, "day": day.isoformat()}
        tx.insert_if_absent(USE, {**key, **_EMPTY})
        wanted = select(USE).where(USE.c.person == person, USE.c.day == key["day"])
        row = tx.row(wanted.with_for_update())
        found[day] = Used() if row is None else _used(row)
    return found


def keep(tx: Tx, person: str, day: date, used: Used) -> None:
    """Write a day that was `locked`."""
    values = {
        "spans": [list(one) for one in used.spans],
        "seen": used.seen,
        "reminded": used.reminded,
        "requests": used.requests,
        "told": list(used.told),
    }
    tx.update(USE, {"person": person, "day": day.isoformat()}, values)


def between(tx: Tx, person: str, first: date, last: date) -> dict[date, Used]:
    """The days of a person, both ends included; a day without use is absent."""
    wanted = select(USE).where(
        USE.c.person == person, USE.c.day >= first.isoformat(), USE.c.day <= last.isoformat()
    )
    return {date.fromisoformat(row.day): _used(row) for row in tx.rows(wanted.order_by(USE.c.day))}


def forget(tx: Tx, before: date) -> int:
    """Remove all days before this one; how many."""
    gone = delete(USE).where(USE.c.day < before.isoformat()).returning(USE.c.person)
    return len(tx.rows(gone))


def oldest(tx: Tx) -> date | None:
    """The earliest day that is kept."""
    row = tx.row(select(USE.c.day).order_by(USE.c.day).limit(1))
    return None if row is None else date.fromisoformat(row.day)


def _used(row: Row[Any]) -> Used:
    spans: tuple[Span, ...] = tuple((int(one[0]), int(one[1])) for one in row.spans)
    return Used(spans, row.seen, row.reminded, row.requests, tuple(row.told))


def around(day: date) -> tuple[date, date, date]:
    """A day with the one before and the one after, across which a pause can be use."""
    one = timedelta(days=1)
    return day - one, day, day + one
