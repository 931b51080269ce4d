# SPDX-License-Identifier: Apache-2.0
"""The table `record_reading_about`: whose things a reading opened, and for which purpose."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Row, String, func, select

from guiju.records.store import READING
from guiju.storage import Tx, table

ABOUT = table(
    "record_reading_about",
    Column("reading", String(40), primary_key=True),
    Column("person", String(80), nullable=False, index=True),
    Column("purpose", String(40), nullable=False),
)


def add(tx: Tx, reading: str, person: str, purpose: str) -> None:
    """Say whom a reading is about."""
    tx.insert(ABOUT, {"reading": reading, "person": person, "purpose": purpose})


def person_of(tx: Tx, reading: str) -> str | None:
    """Whom a reading is about."""
    row = tx.row(select(ABOUT.c.person).where(ABOUT.c.reading == reading))
    return None if row is None else str(row.person)


def of_person(tx: Tx, person: str, most: int) -> Sequence[Row[Any]]:
    """The newest readings of one person's things, with reader, reason and purpose."""
    return tx.rows(_joined().where(ABOUT.c.person == person).limit(most))


def newest(tx: Tx, most: int, before: str | None = None) -> Sequence[Row[Any]]:
    """The newest readings of all; those from before purposes were asked for have none."""
    wanted = _joined(outer=True)
    if before is not None:
        wanted = wanted.where(READING.c.id < before)
    return tx.rows(wanted.limit(most))


def counted(tx: Tx, since: datetime) -> Sequence[Row[Any]]:
    """How many readings there were since then, by purpose."""
    both = READING.join(ABOUT, ABOUT.c.reading == READING.c.id, isouter=True)
    wanted = select(ABOUT.c.purpose, func.count().label("number")).select_from(both)
    return tx.rows(wanted.where(READING.c.at >= since).group_by(ABOUT.c.purpose))


def _joined(*, outer: bool = False) -> Any:
    both = READING.join(ABOUT, ABOUT.c.reading == READING.c.id, isouter=outer)
    columns = (*READING.columns, ABOUT.c.person, ABOUT.c.purpose)
    return select(*columns).select_from(both).order_by(READING.c.id.desc())
