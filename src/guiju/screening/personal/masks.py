# SPDX-License-Identifier: Apache-2.0
"""Masks that only who has the key can lift: deterministic authenticated encryption (RFC 5297).

A token is bound to its kind and to the record it stands in. The same words of a record have the
same token, so a reader still sees that two places mean the same.
"""

from __future__ import annotations

import re
from base64 import b32decode, b32encode
from collections.abc import Iterable
from typing import TypeAlias

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from guiju.kernel import Invalid, Text

Span: TypeAlias = tuple[int, int, str]
"""Start, end and kind."""

KEY = 32
"""How many bytes a key has."""

_OPENING = "⟦"
_PLAIN = "⟦⟧"
_TOKEN = re.compile(r"⟦(?:([a-z-]{1,32}):([A-Z2-7]*))?⟧|⟦")
_PURPOSE = b"guiju/1/personal-mask"
_QUANTUM = 8


def mask(text: str, spans: Iterable[Span], key: bytes, record: str) -> str:
    """`text` with a token such as ⟦mobile:…⟧ for each span; of overlapping ones the first stands.

    An opening sign that was in the text already becomes ⟦⟧, so that nobody can write a token.

    Raises:
        Invalid: `personal-key-unreadable`.
    """
    cipher, pieces, done = _cipher(key), [], 0
    for start, end, kind in sorted(spans, key=_order):
        if start >= done:
            pieces.append(text[done:start].replace(_OPENING, _PLAIN))
            pieces.append(f"⟦{kind}:{_sealed(cipher, text[start:end], kind, record)}⟧")
            done = end
    pieces.append(text[done:].replace(_OPENING, _PLAIN))
    return "".join(pieces)


def unmask(text: str, key: bytes, record: str) -> str:
    """The text behind what `mask` made of it.

    Raises:
        Invalid: `personal-mask-broken` if a token was changed or belongs to another key or record;
            `personal-key-unreadable`.
    """
    cipher = _cipher(key)

    def original(token: re.Match[str]) -> str:
        if token[0] == _PLAIN:
            return _OPENING
        return _opened(cipher, token, record)

    return _TOKEN.sub(original, text)


def _sealed(cipher: AESSIV, plain: str, kind: str, record: str) -> str:
    data = plain.encode(errors="surrogatepass")
    # The byte is there because AES-SIV refuses an empty text.
    sealed = cipher.encrypt(b"\0" + data, _bound(kind, record))
    return _written(sealed)


def _written(sealed: bytes) -> str:
    return b32encode(sealed).decode().rstrip("=")


def _opened(cipher: AESSIV, token: re.Match[str], record: str) -> str:
    kind, code = token[1] or "", token[2] or ""
    try:
        sealed = b32decode(code + "=" * (-len(code) % _QUANTUM))
        if _written(sealed) != code:  # the last letter has bits that mean nothing
            raise _broken(token)
        data = cipher.decrypt(sealed, _bound(kind, record))
        return data[1:].decode(errors="surrogatepass")
    except (InvalidTag, ValueError) as error:
        raise _broken(token) from error


def _bound(kind: str, record: str) -> list[bytes]:
    return [kind.encode(), record.encode()]


def _order(span: Span) -> tuple[int, int]:
    return span[0], -span[1]


def _cipher(key: bytes) -> AESSIV:
    if len(key) != KEY:
        raise Invalid(
            "personal-key-unreadable",
            Text(zh=f"密钥应为 {KEY} 字节。", en=f"The key must have {KEY} bytes."),
            Text(zh="请使用为此用途派生的服务密钥。", en="Use the service key of this purpose."),
            article=11,
        )
    return AESSIV(HKDF(SHA256(), 2 * KEY, salt=None, info=_PURPOSE).derive(key))


def _broken(token: re.Match[str]) -> Invalid:
    return Invalid(
        "personal-mask-broken",
        Text(
            zh=f"第 {token.start() + 1} 个字符处的掩码无法还原。",
            en=f"The mask at character {token.start() + 1} cannot be lifted.",
        ),
        Text(
            zh="掩码已被改动，或属于另一密钥或另一条记录；请取原始记录。",
            en="It was changed, or belongs to another key or record; take the record as stored.",
        ),
        article=11,
    )
