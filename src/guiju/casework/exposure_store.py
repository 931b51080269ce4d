# SPDX-License-Identifier: Apache-2.0
"""The tables of what reviewers have looked at, and of the queues they take from or do not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Column, Index, Integer, Row, String, func, select

from guiju.casework.welfare import Exposure
from guiju.storage import CanonicalJson, Instant, Tx, table

EXPOSURE = table(
    "casework_exposure",
    Column("id", String(40), primary_key=True),
    Column("reviewer", String(80), nullable=False),
    Column("case_id", String(40), nullable=False),
    Column("panel", String(60), nullable=False),
    Column("harms", CanonicalJson, nullable=False),
    Column("items", Integer, nullable=False),
    Column("since", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    guard="coded",
)
Index("ix_casework_exposure_reviewer", EXPOSURE.c.reviewer, EXPOSURE.c.until)

CHOICE = table(
    "casework_queue_choice",
    Column("reviewer", String(80), primary_key=True),
    Column("queue", String(40), primary_key=True),
    Column("takes", Boolean, nullable=False),
    Column("at", Instant, nullable=False),
    guard="coded",
)
_e, _c = EXPOSURE.c, CHOICE.c


def add(tx: Tx, one: Exposure) -> None:
    """Keep that a panel was uncovered."""
    tx.insert(
        EXPOSURE,
        {
            "id": one.id,
            "reviewer": one.reviewer,
            "case_id": one.case,
            "panel": one.panel,
            "harms": list(one.harms),
            "items": one.items,
            "since": one.since,
            "until": one.until,
        },
    )


def end(tx: Tx, exposure: str, at: datetime) -> None:
    """Let it count until `at` and no longer."""
    tx.update(EXPOSURE, {"id": exposure}, {"until": at})


def of_reviewer(tx: Tx, reviewer: str, since: datetime) -> list[Exposure]:
    """What somebody has looked at that counts beyond `since`."""
    wanted = select(EXPOSURE).where(_e.reviewer == reviewer, _e.until > since)
    return [_exposure(row) for row in tx.rows(wanted.order_by(_e.since, _e.id))]


def by_reviewer(tx: Tx, since: datetime) -> list[Exposure]:
    """What everybody has looked at that counts beyond `since`."""
    return [_exposure(row) for row in tx.rows(select(EXPOSURE).where(_e.until > since))]


def choose(tx: Tx, reviewer: str, queue: str, *, takes: bool) -> None:
    """Keep whether somebody takes from a queue."""
    values = {"takes": takes, "at": tx.now}
    key = {"reviewer": reviewer, "queue": queue}
    if not tx.insert_if_absent(CHOICE, {**key, **values}):
        tx.update(CHOICE, key, values)


def choices(tx: Tx, reviewer: str) -> dict[str, bool]:
    """The queues about which somebody has chosen."""
    rows: Sequence[Row[Any]] = tx.rows(select(CHOICE).where(_c.reviewer == reviewer))
    return {row.queue: row.takes for row in rows}


def takers(tx: Tx) -> dict[str, tuple[int, int]]:
    """How many take from each queue by choice, and how many do not."""
    wanted = select(_c.queue, _c.takes, func.count().label("people")).group_by(_c.queue, _c.takes)
    found: dict[str, list[int]] = {}
    for row in tx.rows(wanted):
        found.setdefault(row.queue, [0, 0])[0 if row.takes else 1] = row.people
    return {queue: (yes, no) for queue, (yes, no) in found.items()}


def _exposure(row: Row[Any]) -> Exposure:
    return Exposure(
        row.id,
        row.reviewer,
        row.case_id,
        row.panel,
        tuple(row.harms),
        row.items,
        row.since,
        row.until,
    )
