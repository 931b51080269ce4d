# SPDX-License-Identifier: Apache-2.0
"""The table of published statements; the highest version is the one in force."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, Integer, Row, String, select

from guiju.storage import CanonicalJson, Instant, Tx, table

STATEMENT = table(
    "statement",
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("body", CanonicalJson, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("published_by", String(80), nullable=False),
    Column("published_at", Instant, nullable=False),
)


def add(tx: Tx, version: int, body: dict[str, Any], digest: str, published_by: str) -> None:
    """Keep a new version."""
    values = {
        "version": version,
        "body": body,
        "digest": digest,
        "published_by": published_by,
        "published_at": tx.now,
    }
    tx.insert(STATEMENT, values)


def newest(tx: Tx, limit: int) -> Sequence[Row[Any]]:
    """The newest versions, newest first."""
    return tx.rows(select(STATEMENT).order_by(STATEMENT.c.version.desc()).limit(limit))
