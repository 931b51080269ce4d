# SPDX-License-Identifier: Apache-2.0
"""The table of keys to model services: sealed under the master key, none of them readable here."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Integer, LargeBinary, Row, String, select

from guiju.storage import Instant, Question, Tx, table

UPSTREAM_KEY = table(
    "upstream_key",
    Column("name", String(100), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("sealed_by", String(80), nullable=False),
    Column("sealed_at", Instant, nullable=False),
)
_LISTED = Question(
    select(*(one for one in UPSTREAM_KEY.columns if one.name != "sealed")).order_by(
        UPSTREAM_KEY.c.name
    )
)


def find(tx: Tx, name: str) -> Row[Any] | None:
    """The row of this name."""
    return tx.row(select(UPSTREAM_KEY).where(UPSTREAM_KEY.c.name == name))


def listed(tx: Tx) -> list[Any]:
    """Every row without what is sealed, by name."""
    return tx.ask(_LISTED)


def put(tx: Tx, name: str, before: int, values: dict[str, Any]) -> bool:
    """Keep a new version after version `before`, 0 for none; False when somebody else was first."""
    if before:
        return tx.update(UPSTREAM_KEY, {"name": name}, values, expect={"version": before})
    return tx.insert_if_absent(UPSTREAM_KEY, {"name": name, **values})


def drop(tx: Tx, name: str) -> bool:
    """Remove the row of this name; False when there is none."""
    return tx.delete(UPSTREAM_KEY, {"name": name})
