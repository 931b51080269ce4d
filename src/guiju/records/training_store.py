# SPDX-License-Identifier: Apache-2.0
"""The tables `training_pool` and `training_pool_line`: what was taken for training, and whose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Integer, Row, String, Text, select

from guiju.records import store as records
from guiju.storage import CanonicalJson, Instant, Tx, table

POOL = table(
    "training_pool",
    Column("id", String(40), primary_key=True),
    Column("reason", Text, nullable=False),
    Column("since", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    Column("policy", String(64), nullable=False),
    Column("lines", Integer, nullable=False),
    Column("looked_at", Integer, nullable=False),
    Column("left_out", CanonicalJson, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("made_by", String(80), nullable=False),
    Column("made_at", Instant, nullable=False),
)

# Found by request when somebody withdraws: which pools hold something of theirs.
LINE = table(
    "training_pool_line",
    Column("pool", String(40), primary_key=True),
    Column("request", String(40), primary_key=True, index=True),
    Column("person", String(40), nullable=False, index=True),
    Column("consent", String(80), nullable=False),
    Column("digest", String(64), nullable=False),
)


def candidates(tx: Tx, after: str, last: str, most: int) -> Sequence[Row[Any]]:
    """Exchanges with content after one number and before another, the oldest first."""
    heads, bodies = records.EXCHANGE, records.BODY
    joined = heads.join(bodies, bodies.c.request == heads.c.request)
    wanted = select(heads, bodies.c.content).select_from(joined)
    wanted = wanted.where(heads.c.request > after, heads.c.request < last)
    return tx.rows(wanted.order_by(heads.c.request).limit(most))


def add_pool(tx: Tx, values: Mapping[str, Any]) -> None:
    """Keep what one pool was made of."""
    tx.insert(POOL, values)


def add_lines(tx: Tx, lines: Sequence[Mapping[str, Any]]) -> None:
    """Keep whose record each line is, and by which consent."""
    tx.insert_many(LINE, lines)


def find(tx: Tx, pool: str) -> Row[Any] | None:
    """The pool with this id."""
    return tx.row(select(POOL).where(POOL.c.id == pool))


def newest(tx: Tx, most: int) -> Sequence[Row[Any]]:
    """The newest pools."""
    return tx.rows(select(POOL).order_by(POOL.c.id.desc()).limit(most))


def of_person(tx: Tx, person: str) -> Sequence[Row[Any]]:
    """Every line that is of a person."""
    wanted = select(LINE).where(LINE.c.person == person)
    return tx.rows(wanted.order_by(LINE.c.pool, LINE.c.request))


def people_in(tx: Tx, pool: str) -> Sequence[Row[Any]]:
    """Whose lines a pool holds, and by which consent."""
    c = LINE.c
    return tx.rows(select(c.person, c.consent).where(c.pool == pool).distinct().order_by(c.person))
