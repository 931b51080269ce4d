# SPDX-License-Identifier: Apache-2.0
"""How many people have used the service since a moment, and how often records were opened."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select

from guiju.kernel import first_id
from guiju.records import reading_store
from guiju.records.purposes import Purpose, purposes
from guiju.records.store import EXCHANGE
from guiju.storage import Tx


def active_persons(tx: Tx, since: datetime) -> int:
    """Persons with a recorded exchange since then; ids begin with the time, so it is a range."""
    first = first_id("req", since)
    wanted = select(func.count(EXCHANGE.c.person.distinct()).label("number"))
    row = tx.row(wanted.where(EXCHANGE.c.request >= first))
    return 0 if row is None else int(row.number)


def readings_counted(tx: Tx, since: datetime) -> list[tuple[Purpose | None, int]]:
    """How many readings of sealed things each purpose had since then; None: from before purposes.

    Every purpose stands there, also one with none; nobody is named and nothing is opened.
    """
    found = {row.purpose: int(row.number) for row in reading_store.counted(tx, since)}
    rows: list[tuple[Purpose | None, int]] = [
        (one, found.pop(name, 0)) for name, one in purposes().items()
    ]
    unsaid = sum(found.values())
    return [*rows, (None, unsaid)] if unsaid else rows
