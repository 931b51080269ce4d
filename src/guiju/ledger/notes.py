# SPDX-License-Identifier: Apache-2.0
"""Signed notes and checkpoints in the formats of C2SP (signed-note, tlog-checkpoint).

A note may carry several signature lines; those of keys we do not know are passed over, so that a
second algorithm or a witness can be added without a new format.
"""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from types import MappingProxyType
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from guiju.kernel import Invalid, Text, isoformat
from guiju.ledger.tree import HASH

_DASH = "\N{EM DASH} "
_KEY_HASH = 4


class Algorithm(Protocol):
    """A signature algorithm under the byte that C2SP gives it."""

    byte: int
    name: str

    def new_key(self) -> tuple[bytes, bytes]:
        """A fresh private key and its public key, raw."""
        ...

    def sign(self, private: bytes, message: bytes) -> bytes:
        """The signature over `message`."""
        ...

    def holds(self, public: bytes, message: bytes, signature: bytes) -> bool:
        """Whether the signature is this key's over `message`."""
        ...


class Ed25519:
    """RFC 8032, the algorithm of C2SP checkpoints."""

    byte = 1
    name = "ed25519"

    def new_key(self) -> tuple[bytes, bytes]:
        """A fresh private key and its public key, raw."""
        private = Ed25519PrivateKey.generate()
        return private.private_bytes_raw(), private.public_key().public_bytes_raw()

    def sign(self, private: bytes, message: bytes) -> bytes:
        """The signature over `message`."""
        return Ed25519PrivateKey.from_private_bytes(private).sign(message)

    def holds(self, public: bytes, message: bytes, signature: bytes) -> bool:
        """Whether the signature is this key's over `message`."""
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


# A second algorithm (SM2, say) is one more entry here and one more key in `ledger_key`.
ALGORITHMS: Mapping[str, Algorithm] = MappingProxyType({one.name: one for one in (Ed25519(),)})
_BY_BYTE = {one.byte: one for one in ALGORITHMS.values()}


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key under its name, as an inspector is given it."""

    name: str
    algorithm: str
    public: bytes

    @property
    def hash(self) -> bytes:
        """The four bytes by which a signature line names the key."""
        typed = bytes([ALGORITHMS[self.algorithm].byte]) + self.public
        return sha256(self.name.encode() + b"\n" + typed).digest()[:_KEY_HASH]

    @property
    def line(self) -> str:
        """`name+hash+key`, the text form of C2SP."""
        typed = bytes([ALGORITHMS[self.algorithm].byte]) + self.public
        return f"{self.name}+{self.hash.hex()}+{encode(typed)}"

    @classmethod
    def from_line(cls, line: str) -> VerifierKey:
        """Read the text form; raises Invalid `key-unreadable`."""
        name, plus, rest = line.strip().partition("+")
        named, also, encoded = rest.partition("+")
        typed = _base64(encoded)
        if plus and also and typed and typed[0] in _BY_BYTE:
            key = cls(name, _BY_BYTE[typed[0]].name, typed[1:])
            if key.hash.hex() == named:
                return key
        raise Invalid(
            "key-unreadable",
            Text(zh="无法识别该验证公钥。", en="This is no verifier key that can be read."),
            Text(
                zh="请给出 key.txt 中的一整行。", en="Give the whole line as it stands in key.txt."
            ),
        )

    def holds(self, message: bytes, signature: bytes) -> bool:
        """Whether the signature is this key's over `message`."""
        return ALGORITHMS[self.algorithm].holds(self.public, message, signature)


@dataclass(frozen=True, slots=True)
class Signer:
    """A key that can sign."""

    key: VerifierKey
    private: bytes

    @classmethod
    def create(cls, name: str, algorithm: str) -> Signer:
        """A fresh key under `name`."""
        private, public = ALGORITHMS[algorithm].new_key()
        return cls(VerifierKey(name, algorithm, public), private)

    def line(self, text: str) -> str:
        """This key's signature line under `text`."""
        signature = ALGORITHMS[self.key.algorithm].sign(self.private, text.encode())
        return f"{_DASH}{self.key.name} {encode(self.key.hash + signature)}\n"


@dataclass(frozen=True, slots=True)
class Statement:
    """What a checkpoint says, without its signatures."""

    origin: str
    size: int
    root: bytes
    at: datetime

    @property
    def text(self) -> str:
        """The signed text: origin, size, root, and the time as an extension line."""
        root = encode(self.root)
        return f"{self.origin}\n{self.size}\n{root}\nat {isoformat(self.at)}\n"


def sign(statement: Statement, signers: Sequence[Signer]) -> str:
    """The note: the text, an empty line, one signature line for each signer."""
    text = statement.text
    return text + "\n" + "".join(one.line(text) for one in signers)


def opened(note: str, keys: Sequence[VerifierKey]) -> Statement:
    """What the note says, once one known key has signed it and no known key's line is false.

    Raises:
        Invalid: `checkpoint-unreadable` or `checkpoint-not-signed`.
    """
    text, gap, lines = note.rpartition("\n\n")
    text += "\n"
    if not gap or not lines.endswith("\n"):
        raise _unreadable()
    known = {(key.name, key.hash): key for key in keys}
    signed = False
    for line in lines[:-1].split("\n"):
        name, blob = _signature(line)
        key = known.get((name, blob[:_KEY_HASH]))
        if key is None:
            continue
        if not key.holds(text.encode(), blob[_KEY_HASH:]):
            raise _not_signed()
        signed = True
    if not signed:
        raise _not_signed()
    return statement_of(text)


def statement_of(text: str) -> Statement:
    """Read the signed text; raises Invalid unless it is exactly as we write it."""
    lines = text.split("\n")
    try:
        origin, size, root, at = lines[0], int(lines[1]), _base64(lines[2]), lines[3]
        stamp = datetime.strptime(at, "at %Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
    except (IndexError, ValueError) as error:
        raise _unreadable() from error
    statement = Statement(origin, size, root, stamp)
    if statement.text != text or len(root) != HASH:
        raise _unreadable()
    return statement


def _signature(line: str) -> tuple[str, bytes]:
    name, gap, encoded = line.removeprefix(_DASH).partition(" ")
    blob = _base64(encoded)
    if not line.startswith(_DASH) or not gap or len(blob) <= _KEY_HASH:
        raise _unreadable()
    return name, blob


def encode(data: bytes) -> str:
    """Base64 as it stands in notes."""
    return b64encode(data).decode()


def _base64(text: str) -> bytes:
    """The bytes, or none: only the one canonical spelling counts, so that no bit is idle."""
    try:
        plain = b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
    return plain if encode(plain) == text else b""


def _unreadable() -> Invalid:
    return Invalid(
        "checkpoint-unreadable",
        Text(zh="检查点的格式不对。", en="The checkpoint is not in the form it must have."),
        Text(
            zh="请使用未经改动的 checkpoint 文件。", en="Use the checkpoint file as it was written."
        ),
    )


def _not_signed() -> Invalid:
    return Invalid(
        "checkpoint-not-signed",
        Text(
            zh="检查点没有已知密钥的有效签名。",
            en="The checkpoint carries no valid signature of a known key.",
        ),
        Text(
            zh="请确认公钥，并使用未经改动的检查点。",
            en="Check the public key, and use the checkpoint as it was written.",
        ),
    )
