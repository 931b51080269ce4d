# SPDX-License-Identifier: Apache-2.0
"""Keys of label signatures: as files that OpenSSL reads too, as hexadecimal text, and pinned ones.

A key that travels in a file shows that the label was not changed since; only a key that was had
from its owner before, a pinned one, shows who signed.
"""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Mapping
from pathlib import Path

import msgspec

from guiju.kernel import Invalid, Text
from guiju.labelling.key_files import contents, secret, unreadable
from guiju.labelling.security import sm2
from guiju.labelling.security.sm2 import SIZE, Point

# DER up to the key itself: the algorithm is an elliptic curve key on the curve of SM2.
_PUBLIC = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d034200")
_PRIVATE = bytes.fromhex("308187020100301306072a8648ce3d020106082a811ccf5501822d046d306b0201010420")
_BETWEEN = bytes.fromhex("a144034200")
_UNCOMPRESSED = b"\x04"
_PEM = ("-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----")
_LINE = 64

Pinned = Mapping[str, frozenset[Point]]
"""The keys that a provider, by its code, is known to sign with."""


class Pair(msgspec.Struct, frozen=True):
    """A private key and its public one."""

    private: int
    public: Point


def new_pair() -> Pair:
    """A new key, drawn at random."""
    private = sm2.new_private()
    return Pair(private, sm2.public_of(private))


def public_text(public: Point) -> str:
    """A public key as hexadecimal DER (SubjectPublicKeyInfo), as it stands in security data."""
    return (_PUBLIC + _raw(public)).hex().upper()


def public_from(text: str) -> Point | None:
    """The key behind hexadecimal DER, or behind both coordinates; None where there is none."""
    try:
        data = bytes.fromhex(text)
    except ValueError:
        return None
    raw = data.removeprefix(_PUBLIC)
    if len(raw) == 2 * SIZE:
        raw = _UNCOMPRESSED + raw
    if len(raw) != 1 + 2 * SIZE or raw[:1] != _UNCOMPRESSED:
        return None
    point = Point(int.from_bytes(raw[1 : 1 + SIZE], "big"), int.from_bytes(raw[1 + SIZE :], "big"))
    return point if point.on_curve() else None


def write_pair(path: Path, pair: Pair) -> None:
    """Write the private key to a new file, as PEM that only its owner may read.

    Raises:
        Invalid: `file-exists`, `file-unreadable`.
    """
    data = _PRIVATE + pair.private.to_bytes(SIZE, "big") + _BETWEEN + _raw(pair.public)
    text = base64.b64encode(data).decode()
    lines = [text[at : at + _LINE] for at in range(0, len(text), _LINE)]
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write("\n".join((_PEM[0], *lines, _PEM[1], "")))
    except FileExistsError as error:
        raise _exists(path) from error
    except OSError as error:
        raise unreadable(path, error) from error


def read_pair(path: Path) -> Pair:
    """The key in a PEM file of PKCS #8, as `write_pair` and OpenSSL 3 write it, without a password.

    Raises:
        Invalid: `file-unreadable`; `key-open`, when others may read it; `key-not-understood`.
    """
    body = pem_body(secret(path).decode("ascii", "replace"))
    pair = None if body is None else pair_from(body)
    if pair is None:
        raise _not_understood(path)
    return pair


def pem_body(text: str) -> str | None:
    """The Base64 in a PEM text of one private key, as one line; None for any other text."""
    begin, _, rest = text.strip().partition("\n")
    body, _, end = rest.rpartition("\n")
    return "".join(body.split()) if (begin.strip(), end.strip()) == _PEM else None


def pair_from(line: str) -> Pair | None:
    """The key in one line, the Base64 of its PEM; None where it is no SM2 key."""
    try:
        made = base64.b64decode(line.strip(), validate=True)
    except (binascii.Error, ValueError):
        return None
    if not made.startswith(_PRIVATE):
        return None
    private = int.from_bytes(made[len(_PRIVATE) : len(_PRIVATE) + SIZE], "big")
    try:
        pair = Pair(private, sm2.public_of(private))
    except ValueError:
        return None
    return pair if made[len(_PRIVATE) + SIZE :] == _BETWEEN + _raw(pair.public) else None


def read_pinned(path: Path) -> Pinned:
    """Pinned keys from JSON: `{"<provider code>": ["<hexadecimal key>", ...]}`.

    Raises:
        Invalid: `file-unreadable`, or `keys-not-understood` with the provider it is about.
    """
    try:
        held = msgspec.json.decode(contents(path), type=dict[str, list[str]])
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise _no_keys(path, str(error)) from error
    found: dict[str, frozenset[Point]] = {}
    for code, texts in held.items():
        points = [public_from(one) for one in texts]
        known = frozenset(one for one in points if one is not None)
        if None in points:
            raise _no_keys(path, code)
        found[code] = known
    return found


def _raw(public: Point) -> bytes:
    return _UNCOMPRESSED + b"".join(one.to_bytes(SIZE, "big") for one in public)


def _exists(path: Path) -> Invalid:
    return Invalid(
        "file-exists",
        Text(zh=f"{path} 已存在，未覆盖。", en=f"{path} exists; it was not overwritten."),
        Text(zh="请换一个文件名。", en="Choose another name."),
    )


def _not_understood(path: Path) -> Invalid:
    return Invalid(
        "key-not-understood",
        Text(
            zh=f"{path} 不是未加密的 SM2 私钥（PKCS #8 PEM）。",
            en=f"{path} is no SM2 private key without a password (PKCS #8 PEM).",
        ),
        Text(
            zh="请用 guiju label key 生成，或用 openssl genpkey -algorithm SM2。",
            en="Make one with guiju label key, or with openssl genpkey -algorithm SM2.",
        ),
    )


def _no_keys(path: Path, what: str) -> Invalid:
    return Invalid(
        "keys-not-understood",
        Text(zh=f"{path} 中的公钥无法识别：{what}。", en=f"No keys can be read in {path}: {what}."),
        Text(
            zh='应为 {"服务提供者编码": ["十六进制公钥"]}。',
            en='It holds {"provider code": ["public key in hexadecimal"]}.',
        ),
    )
