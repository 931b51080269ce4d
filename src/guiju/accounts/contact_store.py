# SPDX-License-Identifier: Apache-2.0
"""The table `person_contact`: an address of mail, sealed under the person's own key."""

from __future__ import annotations

from sqlalchemy import Column, LargeBinary, String, select

from guiju.storage import Instant, Tx, table

CONTACT = table(
    "person_contact",
    Column("person", String(40), primary_key=True),
    Column("sealed_email", LargeBinary, nullable=False),
    Column("set_at", Instant, nullable=False),
)


def put(tx: Tx, person: str, sealed: bytes) -> None:
    """Keep the address, instead of the one before."""
    values = {"sealed_email": sealed, "set_at": tx.now}
    if not tx.update(CONTACT, {"person": person}, values):
        tx.insert(CONTACT, {"person": person} | values)


def drop(tx: Tx, person: str) -> bool:
    """Forget it; False when there was none."""
    return tx.delete(CONTACT, {"person": person})


def sealed_email(tx: Tx, person: str) -> bytes | None:
    """The address as it was sealed."""
    row = tx.row(select(CONTACT.c.sealed_email).where(CONTACT.c.person == person))
    return None if row is None else row.sealed_email
