# SPDX-License-Identifier: Apache-2.0
"""The table `record_disclosure`: to whom personal data go, on which ground, and who agreed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Boolean, Column, Integer, Row, String, Text, select

from guiju.storage import CanonicalJson, Instant, Tx, table

DISCLOSURE = table(
    "record_disclosure",
    Column("id", String(40), primary_key=True),
    Column("state", String(10), nullable=False, index=True),
    Column("recipient_kind", String(16), nullable=False),
    Column("recipient", String(200), nullable=False),
    Column("abroad", Boolean, nullable=False),
    Column("basis", String(24), nullable=False),
    Column("ground", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("classes", CanonicalJson, nullable=False),
    # One person or one case, or neither: then `people` says how many.
    Column("person", String(40), index=True),
    Column("case", String(40)),
    Column("people", Integer, nullable=False),
    Column("assessment", String(40)),
    Column("asked_by", String(80), nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("decided_by", String(80)),
    Column("decided_at", Instant),
    Column("decision", Text),
    Column("given_by", String(80)),
    Column("given_at", Instant),
    Column("digest", String(64)),
    Column("keep_until", Instant),
)


def add(tx: Tx, values: Mapping[str, Any]) -> None:
    """Keep a new one."""
    tx.insert(DISCLOSURE, values)


def change(tx: Tx, id_: str, state: str, changes: Mapping[str, Any]) -> bool:
    """Change one that is still in this state; False when it is not."""
    return tx.update(DISCLOSURE, {"id": id_}, changes, expect={"state": state})


def find(tx: Tx, id_: str) -> Row[Any] | None:
    """The one with this id."""
    return tx.row(select(DISCLOSURE).where(DISCLOSURE.c.id == id_))


def newest(tx: Tx, most: int) -> Sequence[Row[Any]]:
    """The newest of all."""
    return tx.rows(select(DISCLOSURE).order_by(DISCLOSURE.c.id.desc()).limit(most))


def of_person(tx: Tx, person: str) -> Sequence[Row[Any]]:
    """Those that name a person."""
    wanted = select(DISCLOSURE).where(DISCLOSURE.c.person == person)
    return tx.rows(wanted.order_by(DISCLOSURE.c.id.desc()))


def to_many(tx: Tx, state: str) -> Sequence[Row[Any]]:
    """Those in a state that name no single person."""
    wanted = select(DISCLOSURE).where(DISCLOSURE.c.person.is_(None), DISCLOSURE.c.state == state)
    return tx.rows(wanted.order_by(DISCLOSURE.c.id.desc()))
