# SPDX-License-Identifier: Apache-2.0
"""The table `key_models`: which models a key may ask for, where it may not ask for all."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import Column, String, bindparam, select

from guiju.storage import CanonicalJson, Instant, Question, Tx, table

MODELS = table(
    "key_models",
    Column("key", String(40), primary_key=True),
    Column("models", CanonicalJson, nullable=False),
    Column("reason", String(60), nullable=False),
    Column("set_by", String(80), nullable=False),
    Column("set_at", Instant, nullable=False),
)


_OF_KEY = Question(select(MODELS.c.models).where(MODELS.c.key == bindparam("key")))


def models_of_key(tx: Tx, key: str) -> frozenset[str] | None:
    """The names of the models that a key may ask for; None: it may ask for all."""
    row = tx.ask_first(_OF_KEY, key=key)
    return None if row is None else frozenset(row.models)


def models_of(tx: Tx, keys: Collection[str]) -> dict[str, tuple[str, ...]]:
    """The names of models by key, for those of `keys` that may not ask for all."""
    wanted = select(MODELS.c.key, MODELS.c.models).where(MODELS.c.key.in_(sorted(keys)))
    return {row.key: tuple(row.models) for row in tx.rows(wanted)}


def put(tx: Tx, key: str, models: Sequence[str], reason: str, by: str) -> None:
    """Keep these names; without any, the key may ask for all again."""
    values = {"models": list(models), "reason": reason, "set_by": by, "set_at": tx.now}
    if not models:
        tx.delete(MODELS, {"key": key})
    elif not tx.update(MODELS, {"key": key}, values):
        tx.insert(MODELS, {"key": key} | values)
