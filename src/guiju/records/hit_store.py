# SPDX-License-Identifier: Apache-2.0
"""The table `personal_hit`: answers of the last hours in which personal information was found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Integer, String, delete, func, select

from guiju.storage import Instant, Tx, table

# What each finding's own evidence says, counted, so that a rate can be asked for without a search.
HIT = table(
    "personal_hit",
    Column("request", String(40), primary_key=True),
    Column("at", Instant, nullable=False, index=True),
    Column("hits", Integer, nullable=False),
    guard="coded",
)
_H = HIT.c
_CLEARED_AT_ONCE = 1_000


def add(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep how often something was found in each of these answers."""
    tx.insert_many(HIT, rows)


def counted(tx: Tx, since: datetime, most: int) -> int:
    """The hits after `since`, of `most` answers at most: each has one or more."""
    newest = select(_H.hits).where(_H.at > since).order_by(_H.at.desc()).limit(most).subquery()
    row = tx.row(select(func.sum(newest.c.hits).label("number")))
    return 0 if row is None or row.number is None else int(row.number)


def older(tx: Tx, before: datetime) -> bool:
    """Whether there are answers from before that moment."""
    return tx.row(select(_H.request).where(_H.at <= before).limit(1)) is not None


def clear(tx: Tx, before: datetime) -> None:
    """Delete some from before that moment."""
    # Held ones are skipped: two who clear up for each other would wait for ever.
    old = (
        select(_H.request)
        .where(_H.at <= before)
        .limit(_CLEARED_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    tx.execute(delete(HIT).where(_H.request.in_(old)))
