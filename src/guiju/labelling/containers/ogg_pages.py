# SPDX-License-Identifier: Apache-2.0
"""The pages of Ogg: walked through, put together into packets, and made anew (RFC 3533)."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from guiju.labelling.containers.walking import Budget, Edit, StopsError, take

MARK = b"OggS"
CONTINUED, FIRST = 1, 2
NO_GRANULE = (1 << 64) - 1
"""Stands where no packet ends on a page."""

_HEAD = struct.Struct("<4sBBQIIIB")
_LARGEST_LACE = 255
_MOST_LACES = 255
_MOST_PAGES = 300_000
_SEQUENCE, _CHECK = 18, 22
_REVERSED = bytes(int(f"{one:08b}"[::-1], 2) for one in range(256))


class Page(NamedTuple):
    """One page: where it stands, whose it is, its number there, and the lengths of its segments."""

    start: int
    flags: int
    granule: int
    serial: int
    sequence: int
    check: int
    laces: bytes

    @property
    def body(self) -> int:
        """Where its segments begin."""
        return self.start + _HEAD.size + len(self.laces)

    @property
    def end(self) -> int:
        """Where the next page begins."""
        return self.body + sum(self.laces)

    @property
    def is_closed(self) -> bool:
        """Whether a packet ends where it does."""
        return self.laces[-1:] != bytes((_LARGEST_LACE,))


def pages(data: bytes, at: int = 0) -> Iterator[Page]:
    """The pages from `at` on, up to where there is none; raises StopsError."""
    budget = Budget(parts=_MOST_PAGES)
    while data.startswith(MARK, at):
        budget.part()
        head = take(data, at, _HEAD.size)
        _, version, flags, granule, serial, sequence, check, count = _HEAD.unpack(head)
        if version:
            raise StopsError("unsupported:Ogg")
        laces = take(data, at + _HEAD.size, count)
        page = Page(at, flags, granule, serial, sequence, check, laces)
        if page.end > len(data):
            raise StopsError("truncated")
        yield page
        at = page.end


def packets(data: bytes, of: Iterable[Page]) -> list[bytes]:
    """The packets on these pages of one stream; the last one may be open."""
    found: list[bytes] = []
    parts: list[bytes] = []
    for page in of:
        at = page.body
        for lace in page.laces:
            parts.append(data[at : at + lace])
            at += lace
            if lace < _LARGEST_LACE:
                found.append(b"".join(parts))
                parts.clear()
    return [*found, b"".join(parts)] if parts else found


def is_whole(data: bytes, page: Page) -> bool:
    """Whether the page's check sum fits."""
    return checked(data[page.start : page.end])[_CHECK : _CHECK + 4] == page.check.to_bytes(
        4, "little"
    )


def repaged(contents: list[bytes], first: Page, count: int) -> list[bytes]:
    """These packets on `count` pages if they fit so, numbered from `first` on."""
    laces = b"".join(_laces(one) for one in contents)
    body = b"".join(contents)
    count = max(-(-len(laces) // _MOST_LACES), min(count, len(laces)))
    made: list[bytes] = []
    at, before = 0, b""
    for n in range(count):
        own = laces[n * len(laces) // count : (n + 1) * len(laces) // count]
        continued = CONTINUED if before.endswith(bytes((_LARGEST_LACE,))) else 0
        granule = NO_GRANULE if min(own) == _LARGEST_LACE else 0
        number = first.sequence + n & 0xFFFF_FFFF
        head = _HEAD.pack(MARK, 0, continued, granule, first.serial, number, 0, len(own))
        made.append(checked(head + own + body[at : at + sum(own)]))
        at, before = at + sum(own), own
    return made


def renumbered(data: bytes, serial: int, at: int, by: int) -> Iterator[Edit]:
    """What adds `by` to the numbers of this stream's pages from `at` on."""
    for page in pages(data, at):
        if page.serial != serial:
            continue
        if page.flags & FIRST:
            return
        number = (page.sequence + by & 0xFFFF_FFFF).to_bytes(4, "little")
        one = data[page.start : page.end]
        new = checked(one[:_SEQUENCE] + number + one[_CHECK:])
        yield page.start + _SEQUENCE, page.start + _CHECK + 4, new[_SEQUENCE : _CHECK + 4]


def checked(page: bytes) -> bytes:
    """The page with its check sum.

    That of Ogg is the one of zlib with bits the other way round, from nothing and not inverted.
    """
    blank = page[:_CHECK] + bytes(4) + page[_CHECK + 4 :]
    turned = zlib.crc32(blank.translate(_REVERSED), 0xFFFF_FFFF) ^ 0xFFFF_FFFF
    return page[:_CHECK] + turned.to_bytes(4).translate(_REVERSED) + page[_CHECK + 4 :]


def _laces(packet: bytes) -> bytes:
    full, rest = divmod(len(packet), _LARGEST_LACE)
    return bytes((_LARGEST_LACE,)) * full + bytes((rest,))
