# SPDX-License-Identifier: Apache-2.0
"""The tables `agreement` (every version published) and `acceptance` (who accepted which)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Integer, Row, String, Text, func, select

from guiju.accounts.model import Acceptance, Agreement, Way
from guiju.kernel import Text as Both
from guiju.storage import Instant, Tx, table

AGREEMENT = table(
    "agreement",
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("zh", Text, nullable=False),
    Column("en", Text, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("note", Text, nullable=False),
    Column("published_by", String(80), nullable=False),
    Column("published_at", Instant, nullable=False),
)

ACCEPTANCE = table(
    "acceptance",
    Column("person", String(40), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("digest", String(64), nullable=False),
    Column("way", String(4), nullable=False),
    Column("at", Instant, nullable=False),
)


def add(tx: Tx, one: Agreement) -> None:
    """Keep a new version."""
    tx.insert(
        AGREEMENT,
        {
            "version": one.version,
            "zh": one.text.zh,
            "en": one.text.en,
            "digest": one.digest,
            "note": one.note,
            "published_by": one.published_by,
            "published_at": one.published_at,
        },
    )


def newest(tx: Tx, limit: int) -> list[Agreement]:
    """The newest versions, newest first."""
    wanted = select(AGREEMENT).order_by(AGREEMENT.c.version.desc()).limit(limit)
    return [_agreement(row) for row in tx.rows(wanted)]


def find(tx: Tx, version: int) -> Agreement | None:
    """This version."""
    row = tx.row(select(AGREEMENT).where(AGREEMENT.c.version == version))
    return None if row is None else _agreement(row)


def newest_version(tx: Tx) -> int | None:
    """The number of the version in force; cheap enough for the hot path."""
    row = tx.row(select(func.max(AGREEMENT.c.version)))
    return None if row is None else row[0]


def accept(tx: Tx, one: Acceptance) -> bool:
    """Keep an acceptance; False when this person had accepted this version before."""
    row = {name.name: getattr(one, name.name) for name in ACCEPTANCE.columns}
    return tx.insert_if_absent(ACCEPTANCE, {**row, "way": one.way.value})


def accepted_version(tx: Tx, person: str) -> int | None:
    """The newest version that this person accepted."""
    row = tx.row(select(func.max(ACCEPTANCE.c.version)).where(ACCEPTANCE.c.person == person))
    return None if row is None else row[0]


def acceptances_of(tx: Tx, person: str) -> list[Acceptance]:
    """What this person accepted, newest first."""
    mine = select(ACCEPTANCE).where(ACCEPTANCE.c.person == person)
    rows = tx.rows(mine.order_by(ACCEPTANCE.c.version.desc()))
    return [Acceptance(row.person, row.version, row.digest, Way(row.way), row.at) for row in rows]


def _agreement(row: Row[Any]) -> Agreement:
    return Agreement(
        version=row.version,
        text=Both(zh=row.zh, en=row.en),
        digest=row.digest,
        note=row.note,
        published_by=row.published_by,
        published_at=row.published_at,
    )
