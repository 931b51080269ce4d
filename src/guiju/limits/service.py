# SPDX-License-Identifier: Apache-2.0
"""Rows as the authority (PostgreSQL), and what is shown of use (Article 13)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text

from guiju.kernel import from_micros
from guiju.limits import store
from guiju.limits.model import LONG_LIFE_SECONDS, Grant, Timeline, Turn, moment
from guiju.limits.store import load, not_kept, packed, save
from guiju.storage import Tx

__all__ = [
    "Use",
    "forget",
    "kept",
    "load",
    "not_kept",
    "packed",
    "save",
    "take_turns",
    "used",
]


class Use(NamedTuple):
    """What a subject has used, as it is shown: up to a second old, and without any content."""

    last_at: datetime | None = None
    day_requests: int = 0
    day_tokens: int = 0
    month_requests: int = 0
    month_tokens: int = 0


def take_turns(
    tx: Tx,
    holder: str,
    said: Sequence[Turn],
    timeline: Timeline,
    dead: Collection[str] = (),
) -> list[Grant]:
    """Answer a holder's turns with the rows as the authority; for PostgreSQL.

    The day is that of the database, which all machines share; the timeline is this process's own
    and goes on from wherever a row has been. `dead` are holders who are known to be.
    """
    subjects = sorted({one.subject for one in said})
    store.lock(tx, subjects)
    meters = store.load(tx, subjects)
    for meter in meters.values():
        timeline.see(meter.at)
    when = moment(timeline.now(), _today(tx))
    for meter in meters.values():
        for one in dead:
            meter.bury(one, when)
    grants = [meters[one.subject].turn(holder, one, when, LONG_LIFE_SECONDS) for one in said]
    store.save(tx, store.packed(meters.values()))
    return grants


def used(tx: Tx, subjects: Collection[str]) -> Mapping[str, Use]:
    """What these subjects have used today and this month, by the calendar in China."""
    now = moment(0.0, tx.now)
    found = {}
    for subject, meter in store.load(tx, subjects).items():
        day, month = meter.days.get(now.day), meter.months.get(now.month)
        found[subject] = Use(
            from_micros(meter.last) if meter.last else None,
            day.requests if day else 0,
            day.tokens if day else 0,
            month.requests if month else 0,
            month.tokens if month else 0,
        )
    return found


def kept(tx: Tx, subjects: Collection[str]) -> int:
    """How many of these subjects have a meter."""
    return store.count(tx, subjects)


def forget(tx: Tx, subjects: Collection[str]) -> int:
    """Drop the meters of subjects that are no more; how many there were."""
    return store.drop(tx, subjects)


def _today(tx: Tx) -> datetime:
    row = tx.row(text("SELECT clock_timestamp() AT TIME ZONE 'UTC'"))
    return tx.now if row is None else row[0].replace(tzinfo=tx.now.tzinfo)
