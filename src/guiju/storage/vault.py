# SPDX-License-Identifier: Apache-2.0
"""One key per person, wrapped by the master key; destroying it erases its seals (Article 11)."""

from __future__ import annotations

import secrets
import threading
from typing import TYPE_CHECKING

from sqlalchemy import Column, LargeBinary, String, select

from guiju.kernel import Keyring, NotFound, Text, seal, unseal
from guiju.storage.columns import Instant
from guiju.storage.tables import table

if TYPE_CHECKING:
    from guiju.storage.transaction import Tx

SUBJECT_KEY = table(
    "subject_key",
    Column("subject", String(80), primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
    Column("made_at", Instant, nullable=False),
)

# Whose key was destroyed: no new one is ever made for them, whatever is still on its way.
ERASED = table(
    "subject_erased",
    Column("subject", String(80), primary_key=True),
    Column("at", Instant, nullable=False),
)

_CACHED_KEYS = 10_000
_KEY = 32


class Vault:
    """Person keys by subject id: sealing remembers them, unsealing always asks the table.

    So a destroyed key opens nothing from the moment its row is gone, in every process.
    """

    def __init__(self, keys: Keyring) -> None:
        """Start with no remembered key."""
        self._keys = keys
        self._cache: dict[str, bytes] = {}
        self._lock = threading.Lock()

    def seal(self, tx: Tx, subject: str, plain: bytes, context: str) -> bytes:
        """`plain` under the subject's key, which is made when there is none yet."""
        key = self._cache.get(subject) or tx.new_keys.get(subject)
        if key is None:
            key = self._stored(tx, subject) or self._make(tx, subject)
            tx.new_keys[subject] = key
        return seal(key, plain, context.encode())

    def unseal(self, tx: Tx, subject: str, sealed: bytes, context: str) -> bytes:
        """The plain bytes, or NotFound `key-destroyed`."""
        key = self._stored(tx, subject)
        if key is None:
            raise NotFound(
                "key-destroyed",
                Text(zh="此人的内容已被抹除。", en="This person's content has been erased."),
                Text(zh="抹除不可撤销。", en="Erasure cannot be undone."),
                article=11,
            )
        return unseal(key, sealed, context.encode())

    def remember(self, keys: dict[str, bytes]) -> None:
        """Keep keys whose transaction has committed."""
        if not keys:
            return
        with self._lock:
            if len(self._cache) > _CACHED_KEYS:
                self._cache.clear()
            self._cache.update(keys)

    def forget(self, subject: str) -> None:
        """Drop a key that was destroyed."""
        with self._lock:
            self._cache.pop(subject, None)

    def _stored(self, tx: Tx, subject: str) -> bytes | None:
        wanted = select(SUBJECT_KEY.c.wrapped).where(SUBJECT_KEY.c.subject == subject)
        row = tx.row(wanted)
        return None if row is None else self._keys.open_key(row.wrapped, subject)

    def _make(self, tx: Tx, subject: str) -> bytes:
        if is_erased(tx, subject):
            # An answer was under way when its person was erased: what is kept of it opens with a
            # key that is gone already.
            return secrets.token_bytes(_KEY)
        key, wrapped = self._keys.new_key(subject)
        row = {"subject": subject, "wrapped": wrapped, "made_at": tx.now}
        if tx.insert_if_absent(SUBJECT_KEY, row):
            return key
        # Another process made this person's key while we looked: theirs is the one that counts.
        return self._stored(tx, subject) or self._make(tx, subject)


def destroy_key(tx: Tx, subject: str) -> bool:
    """Destroy the subject's key for ever; the caller appends `key-destroyed`. False if none."""
    tx.forget_key(subject)
    wanted = select(SUBJECT_KEY.c.wrapped).where(SUBJECT_KEY.c.subject == subject)
    row = tx.row(wanted)
    if row is None:
        return False
    # Written over in its own place first: deleting alone leaves the bytes where they were.
    tx.overwrite_deleted()
    tx.update(SUBJECT_KEY, {"subject": subject}, {"wrapped": bytes(len(row.wrapped))})
    tx.insert_if_absent(ERASED, {"subject": subject, "at": tx.now})
    return tx.delete(SUBJECT_KEY, {"subject": subject})


def has_key(tx: Tx, subject: str) -> bool:
    """Whether the subject's key is there: without it nothing sealed for them can be opened."""
    return tx.row(select(SUBJECT_KEY.c.subject).where(SUBJECT_KEY.c.subject == subject)) is not None


def is_erased(tx: Tx, subject: str) -> bool:
    """Whether the subject's key was destroyed."""
    return tx.row(select(ERASED.c.subject).where(ERASED.c.subject == subject)) is not None
