# SPDX-License-Identifier: Apache-2.0
"""The table of addresses at which people want to be written to; each is sealed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Column, LargeBinary, Row, String, select

from guiju.casework.wiping import wiped
from guiju.storage import Instant, Tx, owned_by, sealed, table

CONTACT = table(
    "casework_contact",
    # A person by pseudonym, or a case whose words have a key of their own.
    Column("subject", String(80), primary_key=True),
    Column(
        "address",
        LargeBinary,
        nullable=False,
        info=sealed("casework_contact/{subject}", owned_by("subject")),
    ),
    Column("language", String(8), nullable=False),
    Column("set_by", String(80), nullable=False),
    Column("set_at", Instant, nullable=False),
)


def put(tx: Tx, values: Mapping[str, Any]) -> None:
    """Keep the address of a subject, instead of any before."""
    changes = {name: value for name, value in values.items() if name != "subject"}
    if not tx.update(CONTACT, {"subject": values["subject"]}, changes):
        tx.insert(CONTACT, values)


def find(tx: Tx, subject: str) -> Row[Any] | None:
    """The address of a subject, sealed."""
    return tx.row(select(CONTACT).where(CONTACT.c.subject == subject))


def drop(tx: Tx, subject: str) -> bool:
    """Forget it; False when there was none."""
    return tx.delete(CONTACT, {"subject": subject})


def forgotten(tx: Tx, subject: str) -> Iterator[int]:
    """The same for what expires with a case."""
    yield from wiped(tx, CONTACT, CONTACT.c.subject == subject)
