# SPDX-License-Identifier: Apache-2.0
"""The table of holds: what must stay as it is while a case needs it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, LargeBinary, Row, String, exists, func, or_, select

from guiju.casework.sealing import owned_with_case
from guiju.storage import Instant, Tx, sealed, table

HOLD = table(
    "casework_hold",
    Column("id", String(40), primary_key=True),
    Column("case_id", String(40), nullable=False, index=True),
    Column("about", String(80), nullable=False, index=True),
    Column(
        "reason",
        LargeBinary,
        nullable=False,
        info=sealed("casework_hold/{id}", owned_with_case()),
    ),
    Column("held_by", String(80), nullable=False),
    Column("held_at", Instant, nullable=False),
    Column("until", Instant),
    Column("released_by", String(80)),
    Column("released_at", Instant),
)
_c = HOLD.c


def add(tx: Tx, values: Mapping[str, Any]) -> None:
    """Keep a hold."""
    tx.insert(HOLD, values)


def release(tx: Tx, hold: str, by: str) -> bool:
    """End a hold; False when somebody else just did."""
    changes = {"released_by": by, "released_at": tx.now}
    return tx.update(HOLD, {"id": hold}, changes, expect={"released_at": None})


def of_case(tx: Tx, case: str) -> Sequence[Row[Any]]:
    """The holds of a case, in order."""
    return tx.rows(select(HOLD).where(_c.case_id == case).order_by(_c.held_at, _c.id))


def holds(tx: Tx, about: str, besides: str | None) -> bool:
    """Whether a hold stands on this id, of another case than `besides`."""
    wanted = select(_c.id).where(_c.about == about, *_stands(tx.now))
    if besides is not None:
        wanted = wanted.where(_c.case_id != besides)
    return tx.row(wanted.limit(1)) is not None


def holding(
    about: ColumnElement[str], now: datetime | ColumnElement[datetime]
) -> ColumnElement[bool]:
    """The condition that a hold stands on the id in a column of another table."""
    # Correlated by name: `about` may stand in a query of its own inside another one.
    return exists(select(_c.id).where(_c.about == about, *_stands(now)).correlate_except(HOLD))


def standing_in(case: ColumnElement[str], now: datetime) -> ColumnElement[bool]:
    """The condition that the case in a column of another table holds something."""
    return exists(select(_c.id).where(_c.case_id == case, *_stands(now)).correlate_except(HOLD))


def count(tx: Tx) -> int:
    """On how many ids a hold stands."""
    row = tx.row(select(func.count(_c.about.distinct())).where(*_stands(tx.now)))
    return 0 if row is None else int(row[0])


def _stands(now: datetime | ColumnElement[datetime]) -> tuple[ColumnElement[bool], ...]:
    return _c.released_at.is_(None), or_(_c.until.is_(None), _c.until > now)
