# SPDX-License-Identifier: Apache-2.0
"""The table `disposition_statement`: statements of reasons, sealed for the person they are to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, LargeBinary, Row, String, select

from guiju.casework import wiped
from guiju.storage import Instant, Tx, owned_by, sealed, table

STATEMENT = table(
    "disposition_statement",
    Column("id", String(40), primary_key=True),
    Column("case", String(40), nullable=False, index=True),
    Column("person", String(40), nullable=False, index=True),
    Column("digest", String(64), nullable=False),
    Column(
        "said",
        LargeBinary,
        nullable=False,
        info=sealed("disposition_statement/{id}", owned_by("person")),
    ),
    Column("made_at", Instant, nullable=False),
)


def add(tx: Tx, values: dict[str, Any]) -> None:
    """Keep a statement, whose words are sealed already."""
    tx.insert(STATEMENT, values)


def find(tx: Tx, statement: str) -> Row[Any] | None:
    """The statement with this id; what cannot be an id is not even asked for."""
    if not (statement.isascii() and statement.isprintable()):
        return None
    return tx.row(select(STATEMENT).where(STATEMENT.c.id == statement))


def of_person(tx: Tx, person: str, most: int) -> list[Row[Any]]:
    """The newest statements to a person, the newest first."""
    c = STATEMENT.c
    wanted = select(STATEMENT).where(c.person == person).order_by(c.id.desc()).limit(most)
    return list(tx.rows(wanted))


def forgotten(tx: Tx, case: str) -> Iterator[int]:
    """Delete the statements given in a case; their digests stay in the evidence."""
    yield from wiped(tx, STATEMENT, STATEMENT.c.case == case)


def of_case(tx: Tx, case: str) -> list[Row[Any]]:
    """The statements made in a case, in order."""
    wanted = select(STATEMENT).where(STATEMENT.c.case == case).order_by(STATEMENT.c.id)
    return list(tx.rows(wanted))
