# SPDX-License-Identifier: Apache-2.0
"""The objects of PDF as far as a label needs them, read from bytes that may lie (ISO 32000-2, 7.3).

Only dictionaries are taken apart; every value stays the bytes that it is.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from guiju.labelling.containers.walking import Budget, StopsError

_BLANK = rb"[\0\t\n\f\r ]"
_SKIPPED = re.compile(rb"(?:" + _BLANK + rb"++|%[^\r\n]*+)*+")
_WORD = re.compile(rb"[^\0\t\n\f\r ()<>\[\]{}/%]++")
_NAME = re.compile(rb"/[^\0\t\n\f\r ()<>\[\]{}/%]*+")
_HEX = re.compile(rb"<[0-9A-Fa-f\0\t\n\f\r ]*+>")
_REFERENCE = re.compile(rb"(\d{1,10})" + _BLANK + rb"++(\d{1,5})" + _BLANK + rb"++R(?![A-Za-z])")
_HEAD = re.compile(rb"(\d{1,10})" + _BLANK + rb"++(\d{1,5})" + _BLANK + rb"++obj(?![A-Za-z])")
_BRACKET = re.compile(rb"\\[\s\S]|[()]")
_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_ESCAPE = re.compile(rb"\\(?:([0-7]{1,3})|(\r\n|[\s\S]))|\r\n?")
_DEEPEST = 64


class Reference(NamedTuple):
    """An object by its number and generation."""

    number: int
    generation: int


class Pdf:
    """The bytes of a file, or of a stream of objects, and how much may still be looked at."""

    def __init__(self, data: bytes, budget: Budget) -> None:
        """Read from `data`."""
        self.data = data
        self.budget = budget

    def skip(self, at: int) -> int:
        """Where the next token begins, behind blanks and comments."""
        match = _SKIPPED.match(self.data, at)
        return at if match is None else match.end()

    def token(self, at: int) -> bytes:
        """The word that stands here, behind blanks; empty: no word."""
        match = _WORD.match(self.data, self.skip(at))
        return b"" if match is None else match[0]

    def head(self, at: int) -> tuple[Reference, int]:
        """The object whose head stands here, and where its value begins; raises StopsError."""
        match = _HEAD.match(self.data, self.skip(at))
        if match is None:
            raise StopsError("broken")
        return Reference(int(match[1]), int(match[2])), self.skip(match.end())

    def dictionary(self, at: int) -> tuple[dict[bytes, bytes], int]:
        """The dictionary that stands here, each value as its bytes, and where it ends."""
        found, end = self.pairs(at)
        return dict(found), end

    def pairs(self, at: int) -> tuple[list[tuple[bytes, bytes]], int]:
        """The same as pairs, so that a name that stands twice is seen."""
        at = self.skip(at)
        if not self.data.startswith(b"<<", at):
            raise StopsError("broken")
        found: list[tuple[bytes, bytes]] = []
        at = self.skip(at + 2)
        while not self.data.startswith(b">>", at):
            name = _NAME.match(self.data, at)
            if name is None:
                raise StopsError("broken")
            start = self.skip(name.end())
            at = self._behind(start, 0)
            found.append((name[0], self.data[start:at]))
            at = self.skip(at)
        return found, at + 2

    def value(self, at: int) -> bytes:
        """The bytes of the value that stands here; raises StopsError."""
        return self.data[at : self._behind(at, 0)]

    def _behind(self, at: int, depth: int) -> int:
        """Where the value that begins here ends."""
        self.budget.part()
        if depth > _DEEPEST:
            raise StopsError("limit")
        data = self.data
        if data.startswith(b"<<", at):
            return self._behind_all(at + 2, b">>", depth)
        if data.startswith(b"[", at):
            return self._behind_all(at + 1, b"]", depth)
        if data.startswith(b"(", at):
            return self._behind_string(at)
        for shape in (_HEX, _NAME, _REFERENCE, _WORD):
            match = shape.match(data, at)
            if match is not None:
                return match.end()
        raise StopsError("broken" if at < len(data) else "truncated")

    def _behind_all(self, at: int, closing: bytes, depth: int) -> int:
        at = self.skip(at)
        while not self.data.startswith(closing, at):
            at = self.skip(self._behind(at, depth + 1))
        return at + len(closing)

    def _behind_string(self, at: int) -> int:
        depth = 0
        for one in _BRACKET.finditer(self.data, at):
            self.budget.part()
            depth += {b"(": 1, b")": -1}.get(one[0], 0)
            if not depth:
                return one.end()
        raise StopsError("truncated")


def reference(value: bytes) -> Reference | None:
    """The object that a value refers to; None: it does not."""
    match = _REFERENCE.fullmatch(value.strip())
    return None if match is None else Reference(int(match[1]), int(match[2]))


def integer(value: bytes | None, most: int = 1 << 40) -> int:
    """A value that is a number from 0 on; raises StopsError "broken"."""
    if value is None or not value.strip().isdigit() or len(value) > 20:  # noqa: PLR2004 - digits
        raise StopsError("broken")
    number = int(value)
    if number > most:
        raise StopsError("broken")
    return number


def text(value: bytes) -> str:
    """The text of a string: UTF-16 or UTF-8 by its mark, else one byte for a character."""
    raw = _unescaped(value[1:-1]) if value.startswith(b"(") else _from_hex(value)
    if raw.startswith(b"\xfe\xff"):
        return raw[2:].decode("utf-16-be", "replace")
    if raw.startswith(b"\xff\xfe"):
        return raw[2:].decode("utf-16-le", "replace")
    if raw.startswith(b"\xef\xbb\xbf"):
        return raw[3:].decode("utf-8", "replace")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _unescaped(raw: bytes) -> bytes:
    return _ESCAPE.sub(_meant, raw)


def _meant(match: re.Match[bytes]) -> bytes:
    if match[1] is not None:
        return bytes((int(match[1], 8) & 0xFF,))
    if match[2] is None:
        return b"\n"
    return b"" if match[2] in {b"\r", b"\n", b"\r\n"} else _ESCAPES.get(match[2], match[2])


def _from_hex(value: bytes) -> bytes:
    digits = bytes(one for one in value if one in b"0123456789abcdefABCDEF")
    return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode())


def string(said: str) -> bytes:
    """ASCII as a string of PDF."""
    return b"(" + re.sub(rb"([()\\])", rb"\\\1", said.encode("ascii")) + b")"
