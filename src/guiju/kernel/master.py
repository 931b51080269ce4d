# SPDX-License-Identifier: Apache-2.0
"""Master keys: what wraps the keys of people, held by this process or by a key management service.

`KeyWrapper` is the port. What is wrapped says in clear by which master key, so that a new one can
take an old one's place key by key while the service runs.
"""

from __future__ import annotations

import base64
import hmac
import os
import secrets
import stat
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from guiju.kernel.errors import Invalid, Unavailable
from guiju.kernel.text import Text

_NONCE = 12
KEY_BYTES = 32
_MARK = b"guiju-key/1 "
_ID = 16


class KeyWrapper(Protocol):
    """Whoever holds a master key: this process, or a key management service."""

    @property
    def id(self) -> str:
        """Which master key it is, without white space; it stands before all that it wraps."""
        ...

    @property
    def root(self) -> bytes | None:
        """What service keys were derived from before the data held a secret of their own.

        None where the key never leaves the service.
        """
        ...

    def opens(self, master: str) -> bool:
        """Whether it unwraps what the master key with this id has wrapped."""
        ...

    def wrap(self, key: bytes, context: bytes) -> bytes:
        """`key` encrypted under the master key and bound to `context`."""
        ...

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """The key behind `wrapped`; raises Unavailable when master key or context differ."""
        ...


class LocalMasterKey:
    """A master key of 32 bytes held by this process, from a file (0600) or the environment."""

    def __init__(self, master: bytes) -> None:
        """Take the raw 32 bytes; raises Invalid for another length."""
        if len(master) != KEY_BYTES:
            raise Invalid(
                "master-key-unreadable",
                Text(
                    zh=f"主密钥应为 {KEY_BYTES} 字节。",
                    en=f"The master key must be {KEY_BYTES} bytes.",
                ),
                Text(
                    zh="请提供 32 字节随机数的 Base64 文本。",
                    en="Give 32 random bytes as Base64 text.",
                ),
            )
        self._aead = AESGCM(expanded(master, "wrap"))
        self._master = master
        self._id = hmac.digest(expanded(master, "id"), b"guiju", "sha256").hex()[:_ID]

    @classmethod
    def from_text(cls, text: str) -> LocalMasterKey:
        """Read the key from Base64 text; raises Invalid when it is not."""
        try:
            return cls(base64.b64decode(text.strip(), validate=True))
        except ValueError:
            return cls(b"")

    @classmethod
    def from_file(cls, path: Path) -> LocalMasterKey:
        """Read the key from a file that only its owner may read.

        Raises:
            Unavailable: the file is missing or cannot be read.
            Invalid: others may read it, or it holds no key.
        """
        try:
            mode = stat.S_IMODE(path.stat().st_mode)
            text = path.read_text(encoding="ascii", errors="replace")
        except OSError as error:
            raise Unavailable(
                "master-key-missing",
                Text(
                    zh=f"无法读取主密钥文件 {path}。",
                    en=f"The master key file {path} cannot be read.",
                ),
                Text(
                    zh="请恢复该文件，或设置 GUIJU_MASTER_KEY。",
                    en="Restore it from your backup, or set GUIJU_MASTER_KEY.",
                ),
            ) from error
        if mode & 0o077:
            raise Invalid(
                "master-key-open",
                Text(
                    zh=f"主密钥文件 {path} 可被他人读取（权限 {mode:04o}）。",
                    en=f"Others may read the master key file {path} (mode {mode:04o}).",
                ),
                Text(zh=f"请执行 chmod 600 {path}。", en=f"Run chmod 600 {path}."),
            )
        return cls.from_text(text)

    @classmethod
    def create(cls, path: Path) -> LocalMasterKey:
        """Make a new key and write it to `path` with mode 0600; never overwrites one."""
        master = secrets.token_bytes(KEY_BYTES)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(base64.b64encode(master) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        return cls(master)

    @property
    def id(self) -> str:
        """16 hexadecimal digits that tell nothing of the key."""
        return self._id

    @property
    def root(self) -> bytes:
        """The master key itself, as data from before rotation has it."""
        return self._master

    def opens(self, master: str) -> bool:
        """Its own only, and what bears no id: that is from before there were any."""
        return master in {self._id, ""}

    def wrap(self, key: bytes, context: bytes) -> bytes:
        """`key` encrypted under the master key and bound to `context`."""
        nonce = os.urandom(_NONCE)
        return nonce + self._aead.encrypt(nonce, key, context)

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """The key behind `wrapped`; raises Unavailable when master key or context differ."""
        try:
            return self._aead.decrypt(wrapped[:_NONCE], wrapped[_NONCE:], context)
        except (InvalidTag, ValueError) as error:
            raise wrong_master_key() from error


def expanded(secret: bytes, purpose: str) -> bytes:
    """A 32-byte key for one purpose, out of a secret (HKDF-SHA256)."""
    info = b"guiju/1/" + purpose.encode()
    return HKDF(hashes.SHA256(), KEY_BYTES, salt=None, info=info).derive(secret)


class MasterKeys:
    """The master key in force, and those that it takes the place of.

    `look_again` gives them as they are now: a process that runs while somebody else rotates finds
    the new one by it.
    """

    def __init__(
        self,
        current: KeyWrapper,
        earlier: Sequence[KeyWrapper] = (),
        look_again: Callable[[], MasterKeys] | None = None,
    ) -> None:
        """`current` wraps, all unwrap."""
        self.current = current
        self.earlier = tuple(earlier)
        self._look_again = look_again

    def refresh(self) -> None:
        """Take up keys that have come since; raises what reading them raises."""
        if self._look_again is not None:
            found = self._look_again()
            self.current, self.earlier = found.current, found.earlier

    def wrap(self, key: bytes, context: bytes) -> bytes:
        """`key` under the key in force, whose id stands before it."""
        # The id is asked for afterwards: a service may just have turned its key over.
        wrapped = self.current.wrap(key, context)
        return header(self.current.id) + wrapped

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """The key behind `wrapped`; raises Unavailable `wrong-master-key`."""
        master, inner = parted(wrapped)
        tried = self._that_open(master)
        if not tried:
            self.refresh()
            tried = self._that_open(master)
        for one in tried[:-1]:
            try:
                return one.unwrap(inner, context)
            except Unavailable:
                continue
        if not tried:
            raise wrong_master_key()
        return tried[-1].unwrap(inner, context)

    def _that_open(self, master: str) -> list[KeyWrapper]:
        return [one for one in (self.current, *self.earlier) if one.opens(master)]


def header(master: str) -> bytes:
    """What stands before all that a master key has wrapped."""
    return _MARK + master.encode("ascii") + b"\n"


def parted(wrapped: bytes) -> tuple[str, bytes]:
    """By which master key something was wrapped, and the rest; no id is from before rotation."""
    if not wrapped.startswith(_MARK):
        return "", wrapped
    master, _, inner = wrapped[len(_MARK) :].partition(b"\n")
    return master.decode("ascii", errors="replace"), inner


def master_of(wrapped: bytes) -> str:
    """The id of the master key that has wrapped this; "" for what is from before rotation."""
    return parted(wrapped)[0]


def wrong_master_key() -> Unavailable:
    """The error for data that another master key has sealed."""
    return Unavailable(
        "wrong-master-key",
        Text(
            zh="主密钥与此数据目录不符。",
            en="This is not the master key that sealed this data.",
        ),
        Text(
            zh="请恢复原来的 master.key 或 GUIJU_MASTER_KEY；数据未被改动。",
            en="Restore the original master.key or GUIJU_MASTER_KEY; nothing was changed.",
        ),
    )
