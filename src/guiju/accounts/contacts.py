# SPDX-License-Identifier: Apache-2.0
"""An address of mail that somebody may leave: sealed, never needed, and never a way to sign in."""

from __future__ import annotations

import re

from guiju.accounts import contact_store
from guiju.accounts import refusing_entry as refusing
from guiju.accounts.noting import note_change
from guiju.kernel import Actor
from guiju.storage import Tx

_LONGEST = 254  # RFC 5321, section 4.5.3.1.3
_ADDRESS = re.compile(r"[^\s@<>()\[\],;:\\\"]{1,64}@[^\s@<>()\[\],;:\\\"]+\.[^\s@.<>()]{2,}")
_SEALED_AS = "person-email"


def keep(tx: Tx, person: str, given: str) -> None:
    """Seal an address; the caller puts it on record. Raises Invalid `email-invalid`."""
    said = given.strip()
    if len(said) > _LONGEST or not said.isprintable() or not _ADDRESS.fullmatch(said):
        raise refusing.email_invalid()
    contact_store.put(tx, person, tx.seal(person, said.encode(), _SEALED_AS))


def set_email(tx: Tx, actor: Actor, given: str) -> None:
    """Leave another address of one's own; an empty one is forgotten.

    Raises:
        Invalid: `email-invalid`.
    """
    if given.strip():
        keep(tx, actor.id, given)
        note_change(tx, actor, "email-set", actor.id)
    elif contact_store.drop(tx, actor.id):
        note_change(tx, actor, "email-removed", actor.id)


def email_of(tx: Tx, person: str) -> str:
    """The address, for the person's own eyes; empty when there is none.

    Raises:
        NotFound: `key-destroyed` once the person was erased.
    """
    sealed = contact_store.sealed_email(tx, person)
    return "" if sealed is None else tx.unseal(person, sealed, _SEALED_AS).decode()
