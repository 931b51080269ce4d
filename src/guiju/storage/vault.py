# SPDX-License-Identifier: Apache-2.0
"""One key per person, wrapped by the master key; destroying it erases its seals (Article 11).

Beside them lies the *root*, the secret that service keys are derived from, wrapped in the same way.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Column, LargeBinary, Row, String, Table, func, literal, select

from guiju.kernel import (
    Invalid,
    Keyring,
    NotFound,
    Sealer,
    Text,
    Unavailable,
    master_of,
    monotonic,
    wrong_master_key,
)
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

# The key that another has taken the place of, while what it sealed is sealed again.
EARLIER = table(
    "subject_key_earlier",
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

_KEY = 32
SERVICE_SECRET = table(
    "service_secret",
    Column("name", String(40), primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
    Column("made_at", Instant, nullable=False),
    guard="coded",
)

_CACHED_KEYS = 10_000
CACHE_SECONDS = 300
"""So long a key is remembered: when the master key's holder says no, the door closes after it."""
_ROOT = "root"


class Held(NamedTuple):
    """A remembered key, the wrapped form it came out of, and until when."""

    wrapped: bytes
    sealer: Sealer
    until: float


class Vault:
    """Person keys by subject id: sealing remembers them, unsealing always asks the table.

    So a destroyed key opens nothing from the moment its row is gone, in every process. What is
    remembered of a wrapped key spares only the master key's holder.
    """

    def __init__(self, keys: Keyring, seconds: float = CACHE_SECONDS) -> None:
        """Start with no remembered key; none is remembered for longer than `seconds`."""
        self._keys = keys
        self._seconds = seconds
        self._cache: dict[str, Held] = {}
        self._opened: dict[str, Held] = {}
        self._lock = threading.Lock()

    def seal(self, tx: Tx, subject: str, plain: bytes, context: str) -> bytes:
        """`plain` under the subject's key, which is made when there is none yet."""
        held = self._cache.get(subject) or tx.new_keys.get(subject)
        if held is None or held.until < monotonic():
            held = self._stored(tx, subject) or self._make(tx, subject)
            tx.new_keys[subject] = held
        return held.sealer.seal(plain, context.encode())

    def unseal(self, tx: Tx, subject: str, sealed: bytes, context: str) -> bytes:
        """The plain bytes, or NotFound `key-destroyed`."""
        return self._opened_by(tx, subject, self._there(tx, subject), sealed, context)

    def opener(self, tx: Tx, subject: str) -> Callable[[bytes, str], bytes]:
        """The same for many seals of one subject, whose row is asked for once; see `Tx.opener`."""
        held = self._there(tx, subject)
        return lambda sealed, context: self._opened_by(tx, subject, held, sealed, context)

    def _there(self, tx: Tx, subject: str) -> Held:
        held = self._stored(tx, subject)
        if held is None:
            raise NotFound(
                "key-destroyed",
                Text(zh="此人的内容已被抹除。", en="This person's content has been erased."),
                Text(zh="抹除不可撤销。", en="Erasure cannot be undone."),
                article=11,
            )
        return held

    def _opened_by(self, tx: Tx, subject: str, held: Held, sealed: bytes, context: str) -> bytes:
        try:
            return held.sealer.unseal(sealed, context.encode())
        except Invalid:
            row = tx.row(select(EARLIER.c.wrapped).where(EARLIER.c.subject == subject))
            if row is None:
                raise
            earlier = Sealer(self._keys.open_key(row.wrapped, subject))
            return earlier.unseal(sealed, context.encode())

    @property
    def remembers(self) -> float:
        """For how many seconds a key is remembered at most."""
        return self._seconds

    def remember(self, keys: dict[str, Held]) -> None:
        """Keep keys whose transaction has committed."""
        if keys:
            self._keep(self._cache, keys)

    def forget(self, subject: str) -> None:
        """Drop a key that was destroyed."""
        with self._lock:
            self._cache.pop(subject, None)
            self._opened.pop(subject, None)

    def _keep(self, where: dict[str, Held], found: dict[str, Held]) -> None:
        with self._lock:
            if len(where) > _CACHED_KEYS:
                where.clear()
            where.update(found)

    def _stored(self, tx: Tx, subject: str) -> Held | None:
        wanted = select(SUBJECT_KEY.c.wrapped).where(SUBJECT_KEY.c.subject == subject)
        row = tx.row(wanted)
        if row is None:
            return None
        held = self._opened.get(subject)
        if held is None or held.wrapped != row.wrapped or held.until < monotonic():
            held = self._held(row.wrapped, self._keys.open_key(row.wrapped, subject))
            self._keep(self._opened, {subject: held})
        return held

    def _held(self, wrapped: bytes, key: bytes) -> Held:
        return Held(wrapped, Sealer(key), monotonic() + self._seconds)

    def _make(self, tx: Tx, subject: str) -> Held:
        if is_erased(tx, subject):
            # An answer was under way when its person was erased: what is kept of it opens with a
            # key that is gone already.
            return self._held(b"", secrets.token_bytes(_KEY))
        self._check_master(tx)
        key, wrapped = self._keys.new_key(subject)
        row = {"subject": subject, "wrapped": wrapped, "made_at": tx.now}
        if tx.insert_if_absent(SUBJECT_KEY, row):
            return self._held(wrapped, key)
        # Another process made this person's key while we looked: theirs is the one that counts.
        return self._stored(tx, subject) or self._make(tx, subject)

    def _check_master(self, tx: Tx) -> None:
        """Wrap nothing under a master key that another has taken the place of.

        Raises:
            Unavailable: `master-key-changed`, when this process cannot find the new one.
        """
        root = _root(tx)
        if root is None or self._keys.masters.current.opens(master_of(root.wrapped)):
            return
        self._keys.masters.refresh()
        if not self._keys.masters.current.opens(master_of(root.wrapped)):
            raise Unavailable(
                "master-key-changed",
                Text(zh="主密钥已更换，本进程仍用旧的。", en="Another master key is in force now."),
                Text(
                    zh="请以新的主密钥重启本进程。",
                    en="Restart this process with the new master key.",
                ),
            )


# -- the root -------------------------------------------------------------------------------------


def open_root(tx: Tx, check: str | None) -> None:
    """Adopt the root of this data, which is made for new data; the check is that of older data.

    Raises:
        Unavailable: `wrong-master-key`.
    """
    row = _root(tx)
    if row is None:
        made = (
            tx.keys.new_root() if check is None else tx.keys.wrapped_root(tx.keys.first_root(check))
        )
        values = {"name": _ROOT, "wrapped": made, "made_at": tx.now}
        if tx.insert_if_absent(SERVICE_SECRET, values):
            return
        row = _root(tx)  # another process was first
    if row is None:
        raise wrong_master_key()
    tx.keys.adopt(row.wrapped)


def _root(tx: Tx) -> Row[Any] | None:
    return tx.row(select(SERVICE_SECRET).where(SERVICE_SECRET.c.name == _ROOT))


# -- another master key ---------------------------------------------------------------------------


def keys_held(tx: Tx) -> int:
    """How many people have a key."""
    row = tx.row(select(func.count()).select_from(SUBJECT_KEY))
    return 0 if row is None else int(row[0])


def keys_to_wrap(tx: Tx) -> int:
    """How many keys of people the master key in force has not wrapped; the root counts as one."""
    root, found = _root(tx), 0
    for one in (SUBJECT_KEY, EARLIER):
        row = tx.row(select(func.count()).select_from(one).where(_by_another(tx, one)))
        found += 0 if row is None else int(row[0])
    return found + int(root is not None and not tx.keys.is_current(root.wrapped))


def wrap_root(tx: Tx) -> bool:
    """Wrap the root under the master key in force; False when it is."""
    row = _root(tx)
    if row is None or tx.keys.is_current(row.wrapped):
        return False
    changes = {"wrapped": tx.keys.root_anew(row.wrapped)}
    return tx.update(SERVICE_SECRET, {"name": _ROOT}, changes, expect={"wrapped": row.wrapped})


def wrap_some(tx: Tx, most: int) -> int:
    """Wrap some keys under the master key in force; how many were looked at, 0 at the end.

    The caller appends evidence. A key that was destroyed meanwhile stays so.
    """
    # What the old master key wrapped must not linger where it stood: some will ask to be erased.
    tx.overwrite_deleted()
    return _wrapped_of(tx, SUBJECT_KEY, most) or _wrapped_of(tx, EARLIER, most)


def _wrapped_of(tx: Tx, subject: Table, most: int) -> int:
    wanted = select(subject).where(_by_another(tx, subject)).order_by(subject.c.subject)
    rows: Sequence[Row[Any]] = tx.rows(wanted.limit(most))
    for row in rows:
        changes = {"wrapped": tx.keys.wrapped_anew(row.wrapped, row.subject)}
        tx.update(subject, {"subject": row.subject}, changes, expect={"wrapped": row.wrapped})
    return len(rows)


def _by_another(tx: Tx, subject: Table) -> Any:
    mark = tx.keys.current_header()
    begins = func.substr(subject.c.wrapped, 1, len(mark), type_=LargeBinary())
    return begins != literal(mark, LargeBinary())


# -- one person -----------------------------------------------------------------------------------


def destroy_key(tx: Tx, subject: str, *, anyway: bool = False) -> bool:
    """Destroy the subject's key for ever; the caller appends `key-destroyed`. False if none.

    `anyway`: whoever has no key yet gets none either.
    """
    tx.forget_key(subject)
    wanted = select(SUBJECT_KEY.c.wrapped).where(SUBJECT_KEY.c.subject == subject)
    row = tx.row(wanted)
    if row is None:
        if anyway:
            tx.insert_if_absent(ERASED, {"subject": subject, "at": tx.now})
        return False
    tx.overwrite_deleted()
    _overwritten(tx, SUBJECT_KEY, subject)
    _overwritten(tx, EARLIER, subject)
    tx.insert_if_absent(ERASED, {"subject": subject, "at": tx.now})
    return True


def end_renewal(tx: Tx, subject: str) -> bool:
    """Destroy the earlier key; the caller appends evidence. False when there is none."""
    tx.overwrite_deleted()
    return _overwritten(tx, EARLIER, subject)


def _overwritten(tx: Tx, where: Table, subject: str) -> bool:
    """Delete a wrapped key, after writing over it: deleting leaves the bytes where they were."""
    row = tx.row(select(where.c.wrapped).where(where.c.subject == subject))
    if row is None:
        return False
    tx.update(where, {"subject": subject}, {"wrapped": bytes(len(row.wrapped))})
    return tx.delete(where, {"subject": subject})


def has_key(tx: Tx, subject: str) -> bool:
    """Whether the subject's key is there: without it nothing sealed for them can be opened."""
    return tx.row(select(SUBJECT_KEY.c.subject).where(SUBJECT_KEY.c.subject == subject)) is not None


def has_earlier_key(tx: Tx, subject: str) -> bool:
    """Whether the subject's key is being renewed: the earlier one is still there."""
    return tx.row(select(EARLIER.c.subject).where(EARLIER.c.subject == subject)) is not None


def is_erased(tx: Tx, subject: str) -> bool:
    """Whether the subject's key was destroyed."""
    return tx.row(select(ERASED.c.subject).where(ERASED.c.subject == subject)) is not None
