# SPDX-License-Identifier: Apache-2.0
"""What a database says of itself as a whole: a few short words by name, each under a keyed code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Column, String, bindparam, select

from guiju.storage.question import Question
from guiju.storage.tables import table

if TYPE_CHECKING:
    from guiju.storage.transaction import Tx

META = table(
    "guiju_meta",
    Column("name", String(40), primary_key=True),
    Column("value", String(200), nullable=False),
    guard="coded",
)
_NAMED = Question(select(META.c.value).where(META.c.name == bindparam("name")))


def mark(tx: Tx, name: str) -> str | None:
    """What stands under this name, or None."""
    row = tx.ask_first(_NAMED, name=name)
    return None if row is None else row.value


def set_mark(tx: Tx, name: str, value: str) -> None:
    """Keep this under the name, in place of what stood there."""
    if not tx.update(META, {"name": name}, {"value": value}):
        tx.insert(META, {"name": name, "value": value})


def clear_mark(tx: Tx, name: str) -> None:
    """Keep nothing under the name any more."""
    tx.delete(META, {"name": name})
