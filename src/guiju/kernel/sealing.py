# SPDX-License-Identifier: Apache-2.0
"""Sealing: envelope encryption with one key per person, wrapped by a master key.

Destroying the wrapped key makes everything sealed with it unreadable for ever, while digests of the
ciphertext, and so the ledger, stay true.
"""

from __future__ import annotations

import hmac
import os
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from guiju.kernel.errors import Invalid
from guiju.kernel.mac import Mac
from guiju.kernel.master import (
    KEY_BYTES,
    KeyWrapper,
    MasterKeys,
    expanded,
    header,
    parted,
    wrong_master_key,
)
from guiju.kernel.text import Text

_NONCE = 12


class Keyring:
    """What the rooms need of keys: new ones, seals, blind indexes and codes against tampering.

    Service keys are derived from the *root*, a secret of the data that the master key wraps like
    any other, so that they stay as they are when another master key takes over.
    """

    def __init__(self, wrapper: KeyWrapper | MasterKeys) -> None:
        """Person keys are wrapped by `wrapper`; service keys need a root, see `adopt`."""
        self.masters = wrapper if isinstance(wrapper, MasterKeys) else MasterKeys(wrapper)
        self._root: bytes | None = None
        root = self.masters.current.root
        if root is not None:
            self._use(root)

    @property
    def check(self) -> str:
        """A code by which data tells whether it is opened with its own keys (64 hex digits)."""
        return hmac.digest(self.service_key("check"), b"guiju", "sha256").hex()

    # -- the root ----------------------------------------------------------------------------------

    def new_root(self) -> bytes:
        """A fresh root in its wrapped form, which is adopted at once."""
        root = secrets.token_bytes(KEY_BYTES)
        self._use(root)
        return self.masters.wrap(root, _ROOT)

    def first_root(self, check: str) -> bytes:
        """The root of data from before there were any, adopted; `check` is what the data says.

        Raises:
            Unavailable: `wrong-master-key`, when none of the master keys is that of the data.
        """
        for one in (self.masters.current, *self.masters.earlier):
            if one.root is not None:
                self._use(one.root)
                if hmac.compare_digest(self.check, check):
                    return one.root
        raise wrong_master_key()

    def wrapped_root(self, root: bytes) -> bytes:
        """A root under the master key in force."""
        return self.masters.wrap(root, _ROOT)

    def adopt(self, wrapped: bytes) -> None:
        """Derive service keys from this root from now on; raises Unavailable `wrong-master-key`."""
        self._use(self.masters.unwrap(wrapped, _ROOT))

    def _use(self, root: bytes) -> None:
        self._root = root
        self._index = Mac(expanded(root, "blind-index"))
        self._mac = Mac(expanded(root, "row-code"))

    # -- keys --------------------------------------------------------------------------------------

    def new_key(self, context: str) -> tuple[bytes, bytes]:
        """A fresh 32-byte key and its wrapped form, bound to `context` (the owner's id)."""
        key = secrets.token_bytes(KEY_BYTES)
        return key, self.masters.wrap(key, context.encode())

    def open_key(self, wrapped: bytes, context: str) -> bytes:
        """The key behind its wrapped form; raises Unavailable `wrong-master-key`."""
        return self.masters.unwrap(wrapped, context.encode())

    def wrapped_anew(self, wrapped: bytes, context: str) -> bytes:
        """The same key under the master key in force; it is opened again before it is given out.

        Raises:
            Unavailable: a master key is missing or its service does not answer, or what came back
                is not what was given: nothing may be put in the place of `wrapped` then.
        """
        key = self.open_key(wrapped, context)
        made = self.masters.wrap(key, context.encode())
        if not hmac.compare_digest(self.open_key(made, context), key):
            raise wrong_master_key()
        return made

    def root_anew(self, wrapped: bytes) -> bytes:
        """A wrapped root under the master key in force. Raises as `wrapped_anew`."""
        return self.wrapped_anew(wrapped, _ROOT.decode())

    @property
    def master(self) -> str:
        """The id of the master key in force."""
        return self.masters.current.id

    def is_current(self, wrapped: bytes) -> bool:
        """Whether the master key in force has wrapped this."""
        return parted(wrapped)[0] == self.master

    def current_header(self) -> bytes:
        """What stands before all that the master key in force has wrapped."""
        return header(self.master)

    def service_key(self, purpose: str) -> bytes:
        """A 32-byte key of the service itself, e.g. to seal a signing key.

        Raises:
            Unavailable: `wrong-master-key`, before the root has been adopted.
        """
        if self._root is None:
            raise wrong_master_key()
        return expanded(self._root, purpose)

    def blind(self, purpose: str, value: str) -> str:
        """A keyed digest by which an exact value can be found but not read (64 hex digits)."""
        message = purpose.encode() + b"\0" + value.encode()
        return self._index.digest(message).hex()

    def code(self, data: bytes) -> bytes:
        """A 16-byte authentication code over `data`, against changes behind our back."""
        return self._mac.digest(data)[:16]

    def code_holds(self, data: bytes, code: bytes) -> bool:
        """Whether `code` is the authentication code of `data`."""
        return hmac.compare_digest(self.code(data), code)


_ROOT = b"guiju/root"


class Sealer:
    """One person's key, ready to seal many times: making the cipher costs more than using it."""

    __slots__ = ("_aead", "key")

    def __init__(self, key: bytes) -> None:
        """Take a key of 32 bytes."""
        self.key = key
        self._aead = AESGCM(key)

    def seal(self, plain: bytes, context: bytes) -> bytes:
        """As the function `seal`."""
        nonce = os.urandom(_NONCE)
        return nonce + self._aead.encrypt(nonce, plain, context)

    def unseal(self, sealed: bytes, context: bytes) -> bytes:
        """As the function `unseal`."""
        try:
            return self._aead.decrypt(sealed[:_NONCE], sealed[_NONCE:], context)
        except (InvalidTag, ValueError) as error:
            raise _broken() from error


def seal(key: bytes, plain: bytes, context: bytes) -> bytes:
    """`plain` under AES-256-GCM with a random nonce, bound to `context` (the row it belongs to)."""
    return Sealer(key).seal(plain, context)


def unseal(key: bytes, sealed: bytes, context: bytes) -> bytes:
    """The plain bytes; raises Invalid `seal-broken` when a byte of seal or context was changed."""
    return Sealer(key).unseal(sealed, context)


def _broken() -> Invalid:
    return Invalid(
        "seal-broken",
        Text(
            zh="封存内容已被改动，无法打开。",
            en="Sealed content was changed and cannot be opened.",
        ),
        Text(zh="请运行 guiju ledger verify 定位。", en="Run guiju ledger verify to locate it."),
    )
