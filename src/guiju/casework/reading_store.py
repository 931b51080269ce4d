# SPDX-License-Identifier: Apache-2.0
"""The table of who has the words of which case open; that they were opened is in the ledger."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, Index, String, select

from guiju.storage import Instant, Tx, table

READING = table(
    "casework_reading",
    Column("id", String(40), primary_key=True),
    Column("case_id", String(40), nullable=False),
    Column("reader", String(80), nullable=False),
    Column("at", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    guard="coded",
)
_c = READING.c
Index("ix_casework_reading_case", _c.case_id, _c.reader, _c.until)


def add(tx: Tx, name: str, case: str, reader: str, until: datetime) -> None:
    """Keep that somebody has opened the words of a case."""
    row = {"id": name, "case_id": case, "reader": reader, "at": tx.now, "until": until}
    tx.insert(READING, row)


def until(tx: Tx, case: str, reader: str) -> datetime | None:
    """Until when they stand open to somebody."""
    wanted = select(_c.until).where(_c.case_id == case, _c.reader == reader, _c.until > tx.now)
    row = tx.row(wanted.order_by(_c.until.desc()).limit(1))
    return None if row is None else row.until
