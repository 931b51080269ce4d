# SPDX-License-Identifier: Apache-2.0
"""EBML, which Matroska and WebM are made of: an id, a size, content (RFC 8794)."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import NamedTuple

from guiju.labelling.containers.walking import Budget, StopsError

VOID, CRC_32 = 0xEC, 0xBF
_LONGEST_ID, _LONGEST_SIZE = 4, 8
_CRC = 6  # bytes of such an element


class Element(NamedTuple):
    """One element: its id, and where it, its size, its content and what follows begin.

    `endless`: its size is not known, so it is taken to go on as far as what it is in.
    """

    id: int
    start: int
    sized: int
    body: int
    end: int
    endless: bool

    @property
    def size(self) -> int:
        """All its bytes."""
        return self.end - self.start


def element(data: bytes, at: int, end: int) -> Element:
    """The element that begins at `at`; raises StopsError."""
    sized = at + _width(data, at, _LONGEST_ID)
    body = sized + _width(data, sized, _LONGEST_SIZE)
    unknown = (1 << 7 * (body - sized)) - 1
    size = int.from_bytes(data[sized:body]) & unknown
    behind = end if size == unknown else body + size
    if max(body, behind) > end:
        raise StopsError("truncated")
    return Element(int.from_bytes(data[at:sized]), at, sized, body, behind, size == unknown)


def elements(data: bytes, at: int, end: int, budget: Budget) -> Iterator[Element]:
    """The elements between two places; raises StopsError."""
    while at < end:
        budget.part()
        one = element(data, at, end)
        yield one
        at = one.end


def inside(data: bytes, one: Element, budget: Budget) -> Iterator[Element]:
    """The elements in an element; raises StopsError."""
    return elements(data, one.body, one.end, budget)


def made(name: int, content: bytes, width: int = 1) -> bytes:
    """An element; its size takes at least `width` bytes."""
    return _id(name) + sized(len(content), width) + content


def sized(size: int, least: int = 1) -> bytes:
    """A size in at least so many bytes."""
    widths = range(least, _LONGEST_SIZE + 1)
    width = next((one for one in widths if size < (1 << 7 * one) - 1), None)
    if width is None:
        raise StopsError("limit")
    return (size | 1 << 7 * width).to_bytes(width)


def void(length: int) -> bytes:
    """An element of `length` bytes that says nothing; at least two."""
    for width in range(1, _LONGEST_SIZE + 1):
        content = length - 1 - width
        if 0 <= content < (1 << 7 * width) - 1:
            return made(VOID, bytes(content), width)
    raise ValueError(length)


def fitted(name: int, content: bytes, room: int) -> bytes | None:
    """An element that, with what says nothing behind it, takes exactly `room` bytes, if it can."""
    least = made(name, content)
    left = room - len(least)
    if left == 1:
        # One byte is too little for a void, but a size may be written longer.
        width = len(least) - len(content) - len(_id(name)) + 1
        return made(name, content, width) if width <= _LONGEST_SIZE else None
    return None if left < 0 else least + (void(left) if left else b"")


def summed(content: bytes) -> bytes:
    """Content with its check sum right, if it begins with one."""
    if content[:2] != bytes((CRC_32, 0x84)):
        return content
    return content[:2] + zlib.crc32(content[_CRC:]).to_bytes(4, "little") + content[_CRC:]


def _width(data: bytes, at: int, longest: int) -> int:
    """How many bytes the number that begins here takes, as its first bits say."""
    if at >= len(data):
        raise StopsError("truncated")
    width = 9 - data[at].bit_length()
    if width > longest:
        raise StopsError("broken")
    return width


def _id(name: int) -> bytes:
    return name.to_bytes((name.bit_length() + 7) // 8)
