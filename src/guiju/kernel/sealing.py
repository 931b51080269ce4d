# SPDX-License-Identifier: Apache-2.0
"""Sealing: envelope encryption with one key per person, wrapped by a master key.

Destroying the wrapped key makes everything sealed with it unreadable for ever, while digests of the
ciphertext, and so the ledger, stay true. `KeyWrapper` is the port for a key management service.
"""

from __future__ import annotations

import base64
import hmac
import os
import secrets
import stat
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from guiju.kernel.errors import Invalid, Unavailable
from guiju.kernel.text import Text

_NONCE = 12
_KEY = 32


class KeyWrapper(Protocol):
    """Whoever holds the master key: this process, or a key management service."""

    def wrap(self, key: bytes, context: bytes) -> bytes:
        """`key` encrypted under the master key and bound to `context`."""
        ...

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """The key behind `wrapped`; raises Unavailable when master key or context differ."""
        ...

    def derive(self, purpose: str) -> bytes:
        """A 32-byte key for one purpose that is not secret to this process."""
        ...


class LocalMasterKey:
    """A master key of 32 bytes held by this process, from a file (0600) or the environment."""

    def __init__(self, master: bytes) -> None:
        """Take the raw 32 bytes; raises Invalid for another length."""
        if len(master) != _KEY:
            raise Invalid(
                "master-key-unreadable",
                Text(zh=f"主密钥应为 {_KEY} 字节。", en=f"The master key must be {_KEY} bytes."),
                Text(
                    zh="请提供 32 字节随机数的 Base64 文本。",
                    en="Give 32 random bytes as Base64 text.",
                ),
            )
        self._aead = AESGCM(self._expand(master, "wrap"))
        self._master = master

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
        master = secrets.token_bytes(_KEY)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(base64.b64encode(master) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        return cls(master)

    @staticmethod
    def _expand(master: bytes, purpose: str) -> bytes:
        info = b"guiju/1/" + purpose.encode()
        return HKDF(hashes.SHA256(), _KEY, salt=None, info=info).derive(master)

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

    def derive(self, purpose: str) -> bytes:
        """A 32-byte key for one purpose."""
        return self._expand(self._master, purpose)


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


class Keyring:
    """What the rooms need of keys: new ones, seals, blind indexes and codes against tampering."""

    def __init__(self, wrapper: KeyWrapper) -> None:
        """Derive the service keys once; person keys are wrapped by `wrapper`."""
        self._wrapper = wrapper
        self._index = wrapper.derive("blind-index")
        self._mac = wrapper.derive("row-code")
        self.check = hmac.digest(wrapper.derive("check"), b"guiju", "sha256").hex()

    def new_key(self, context: str) -> tuple[bytes, bytes]:
        """A fresh 32-byte key and its wrapped form, bound to `context` (the owner's id)."""
        key = secrets.token_bytes(_KEY)
        return key, self._wrapper.wrap(key, context.encode())

    def open_key(self, wrapped: bytes, context: str) -> bytes:
        """The key behind its wrapped form; raises Unavailable `wrong-master-key`."""
        return self._wrapper.unwrap(wrapped, context.encode())

    def service_key(self, purpose: str) -> bytes:
        """A 32-byte key of the service itself, e.g. to seal a signing key."""
        return self._wrapper.derive(purpose)

    def blind(self, purpose: str, value: str) -> str:
        """A keyed digest by which an exact value can be found but not read (64 hex digits)."""
        message = purpose.encode() + b"\0" + value.encode()
        return hmac.digest(self._index, message, "sha256").hex()

    def code(self, data: bytes) -> bytes:
        """A 16-byte authentication code over `data`, against changes behind our back."""
        return hmac.digest(self._mac, data, "sha256")[:16]

    def code_holds(self, data: bytes, code: bytes) -> bool:
        """Whether `code` is the authentication code of `data`."""
        return hmac.compare_digest(self.code(data), code)


def seal(key: bytes, plain: bytes, context: bytes) -> bytes:
    """`plain` under AES-256-GCM with a random nonce, bound to `context` (the row it belongs to)."""
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, plain, context)


def unseal(key: bytes, sealed: bytes, context: bytes) -> bytes:
    """The plain bytes; raises Invalid `seal-broken` when a byte of seal or context was changed."""
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], context)
    except (InvalidTag, ValueError) as error:
        raise Invalid(
            "seal-broken",
            Text(
                zh="封存内容已被改动，无法打开。",
                en="Sealed content was changed and cannot be opened.",
            ),
            Text(
                zh="请运行 guiju ledger verify 定位。", en="Run guiju ledger verify to locate it."
            ),
        ) from error
