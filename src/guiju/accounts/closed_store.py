# SPDX-License-Identifier: Apache-2.0
"""The table `person_closed`: which functions are closed to a person whose account is restricted."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Column, String, select

from guiju.storage import CanonicalJson, Instant, Tx, table

CLOSED = table(
    "person_closed",
    Column("person", String(40), primary_key=True),
    Column("functions", CanonicalJson, nullable=False),
    Column("set_at", Instant, nullable=False),
)


def functions_closed(tx: Tx, person: str) -> frozenset[str]:
    """What is closed to the person; nothing when they are not restricted in that way."""
    row = tx.row(select(CLOSED.c.functions).where(CLOSED.c.person == person))
    return frozenset() if row is None else frozenset(row.functions)


def closed_among(tx: Tx, persons: Collection[str]) -> dict[str, frozenset[str]]:
    """The same of several persons, without those to whom nothing is closed."""
    if not persons:
        return {}
    c = CLOSED.c
    rows = tx.rows(select(c.person, c.functions).where(c.person.in_(list(persons))))
    return {row.person: frozenset(row.functions) for row in rows}


def put(tx: Tx, person: str, functions: Collection[str]) -> None:
    """Close exactly these; without any, all are open again."""
    values = {"functions": sorted(functions), "set_at": tx.now}
    if not functions:
        tx.delete(CLOSED, {"person": person})
    elif not tx.update(CLOSED, {"person": person}, values):
        tx.insert(CLOSED, {"person": person} | values)
