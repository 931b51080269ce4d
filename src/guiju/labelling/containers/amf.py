# SPDX-License-Identifier: Apache-2.0
"""AMF0, in which FLV says what a film is, value by value (Adobe, "AMF 0 Specification")."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from guiju.labelling.containers.walking import Budget, StopsError, number, take

NUMBER, STRING, OBJECT, ECMA_ARRAY, STRICT_ARRAY, LONG_STRING = 0, 2, 3, 8, 10, 12
END = b"\0\0\x09"
"""An empty name and the mark of the end."""

_FIXED = {NUMBER: 8, 1: 1, 5: 0, 6: 0, 7: 2, 11: 10, 13: 0}
_XML, _TYPED_OBJECT = 15, 16
_DEEPEST = 16
_MANY = 8  # bytes of a number in an array


class Value(NamedTuple):
    """One value: its type, and where it and its content begin and end."""

    kind: int
    start: int
    body: int
    end: int


class Property(NamedTuple):
    """One property of an object: its name, where that begins, and its value."""

    name: bytes
    start: int
    value: Value


def value(data: bytes, at: int, budget: Budget, depth: int = 0) -> Value:
    """The value that begins at `at`; raises StopsError."""
    budget.part()
    kind, body = number(data, at, 1), at + 1
    if depth > _DEEPEST:
        raise StopsError("limit")
    if kind in _FIXED:
        end = body + len(take(data, body, _FIXED[kind]))
    elif kind == STRING:
        body, end = _sized(data, body, 2)
    elif kind in {LONG_STRING, _XML}:
        body, end = _sized(data, body, 4)
    elif kind in {OBJECT, ECMA_ARRAY, _TYPED_OBJECT}:
        body = _behind_head(data, kind, body)
        end = _object_end(data, body, budget, depth)
    elif kind == STRICT_ARRAY:
        end = _array_end(data, body, budget, depth)
        body += 4
    else:
        raise StopsError("unsupported:AMF")
    return Value(kind, at, body, end)


def properties(data: bytes, one: Value, budget: Budget) -> Iterator[Property]:
    """The properties of an object or of an array with names; raises StopsError."""
    yield from _properties(data, one.body, budget, 0)


def numbers(data: bytes, one: Value) -> Iterator[int]:
    """Where each number of a plain array stands."""
    at = one.body
    while at < one.end and data[at] == NUMBER:
        yield at + 1
        at += 1 + _MANY


def double(data: bytes, at: int) -> float:
    """The number whose eight bytes begin here."""
    found: float = struct.unpack(">d", take(data, at, _MANY))[0]
    return found


def string(text: bytes) -> bytes:
    """A text as a value, long or short."""
    if len(text) > 0xFFFF:  # noqa: PLR2004 - what two bytes count
        return bytes((LONG_STRING,)) + len(text).to_bytes(4) + text
    return bytes((STRING,)) + len(text).to_bytes(2) + text


def _properties(data: bytes, at: int, budget: Budget, depth: int) -> Iterator[Property]:
    while data[at : at + 3] != END:
        start = at
        name, at = _sized(data, at, 2)
        one = value(data, at, budget, depth + 1)
        yield Property(data[name:at], start, one)
        at = one.end


def _object_end(data: bytes, at: int, budget: Budget, depth: int) -> int:
    for one in _properties(data, at, budget, depth):
        at = one.value.end
    return at + len(END)


def _array_end(data: bytes, at: int, budget: Budget, depth: int) -> int:
    count, at = number(data, at, 4), at + 4
    for _ in range(count):
        at = value(data, at, budget, depth + 1).end
    return at


def _behind_head(data: bytes, kind: int, at: int) -> int:
    if kind == ECMA_ARRAY:
        return at + len(take(data, at, 4))
    return _sized(data, at, 2)[1] if kind == _TYPED_OBJECT else at


def _sized(data: bytes, at: int, width: int) -> tuple[int, int]:
    """Where a text with its length before it begins and ends."""
    begin = at + width
    return begin, begin + len(take(data, begin, number(data, at, width)))
