# SPDX-License-Identifier: Apache-2.0
"""The table of what is still to be done outside: only what, and for which id; never the words."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Column, Index, Integer, Row, String, bindparam, false, func, or_, select

from guiju.storage import Instant, Question, Tx, table

OUTBOX = table(
    "casework_outbox",
    Column("id", String(40), primary_key=True),
    Column("topic", String(40), nullable=False),
    Column("ref", String(80), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("next_at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("trouble", String(80)),
    guard="coded",
)
_c = OUTBOX.c
Index("ix_casework_outbox_next", _c.topic, _c.next_at)
Index("ix_casework_outbox_ref", _c.ref)


class Item(NamedTuple):
    """One thing to be done, and how often it was tried."""

    id: str
    topic: str
    ref: str
    attempts: int


def add(tx: Tx, values: dict[str, Any]) -> None:
    """Keep one thing to be done."""
    tx.insert(OUTBOX, values)


def any_due(tx: Tx, topics: Collection[str]) -> bool:
    """Whether anything of these topics is due."""
    return bool(tx.ask(_due(tuple(topics)), now=tx.now))


@lru_cache(maxsize=32)
def _due(topics: tuple[str, ...]) -> Question:
    one_of = or_(false(), *(_c.topic == one for one in topics))
    return Question(select(_c.id).where(one_of, _c.next_at <= bindparam("now")).limit(1))


def lease(tx: Tx, topics: Collection[str], most: int, until: datetime) -> list[Item]:
    """Take what is due, so that nobody else does before `until`."""
    wanted = select(OUTBOX).where(_c.topic.in_(list(topics)), _c.next_at <= tx.now)
    wanted = wanted.order_by(_c.next_at).limit(most)
    if tx.dialect == "postgresql":
        wanted = wanted.with_for_update(skip_locked=True)
    items = [Item(row.id, row.topic, row.ref, row.attempts + 1) for row in tx.rows(wanted)]
    for one in items:
        tx.update(OUTBOX, {"id": one.id}, {"next_at": until, "attempts": one.attempts})
    return items


def of(tx: Tx, topic: str, ref: str) -> Row[Any] | None:
    """What is still to be done for one id."""
    return tx.row(select(OUTBOX).where(_c.topic == topic, _c.ref == ref))


def put_off(tx: Tx, item: str, until: datetime, trouble: str) -> None:
    """Try again later."""
    tx.update(OUTBOX, {"id": item}, {"next_at": until, "trouble": trouble})


def drop(tx: Tx, item: str) -> None:
    """It is done."""
    tx.delete(OUTBOX, {"id": item})


def stuck(tx: Tx, attempts: int) -> int:
    """How many were tried at least so often in vain."""
    row = tx.row(select(func.count()).select_from(OUTBOX).where(_c.attempts >= attempts))
    return 0 if row is None else int(row[0])
