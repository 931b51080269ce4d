# SPDX-License-Identifier: Apache-2.0
"""Walking through bytes that may lie: every step is counted and none leads outside (Article 12)."""

from __future__ import annotations

import zlib
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import accumulate
from typing import Literal

from guiju.labelling.containers.model import LARGEST_METADATA, Contents, Found, Unread

MOST_LABELS = 64
"""Of one file; each one is parsed and judged, and one is what there may be."""

Order = Literal["big", "little"]
Edit = tuple[int, int, bytes]
"""From where to where, and what stands there instead."""


class StopsError(Exception):
    """Reading ends here; `why` is one of the stable words of `Contents.stopped`."""

    def __init__(self, why: str) -> None:
        """Keep the word."""
        super().__init__(why)
        self.why = why


class Budget:
    """How many parts and how many bytes of metadata of one file are still looked at."""

    def __init__(self, parts: int = 100_000, size: int = LARGEST_METADATA) -> None:
        """Allow so many parts and bytes."""
        self._parts = parts
        self._size = size

    def part(self) -> None:
        """Count one part; raises StopsError "limit" when there were too many."""
        self._parts -= 1
        if self._parts < 0:
            raise StopsError("limit")

    def spend(self, size: int) -> None:
        """Count bytes of metadata; raises StopsError "limit" when there were too many."""
        self._size -= size
        if self._size < 0:
            raise StopsError("limit")


def collected(seen: Iterable[Found | Unread]) -> Contents:
    """All that a walk finds, up to where it stops: after so many labels, there is one too many."""
    found: list[Found] = []
    stopped: dict[str, None] = {}
    try:
        for one in seen:
            if isinstance(one, Found) and len(found) == MOST_LABELS:
                stopped["limit"] = None
                break
            if isinstance(one, Found):
                found.append(one)
            else:
                stopped[one.why] = None
    except StopsError as stop:
        stopped[stop.why] = None
    return Contents(tuple(found), tuple(stopped))


def with_faults(
    seen: Iterable[Found | Unread], faults: tuple[str, ...]
) -> Iterator[Found | Unread]:
    """The same, each label with these faults of its place besides its own."""
    for one in seen:
        yield replace(one, faults=(*one.faults, *faults)) if isinstance(one, Found) else one


def take(data: bytes, at: int, size: int) -> bytes:
    """`size` bytes from `at`; raises StopsError "truncated" when the file ends before."""
    if at < 0 or size < 0 or at + size > len(data):
        raise StopsError("truncated")
    return data[at : at + size]


def number(data: bytes, at: int, size: int, order: Order = "big") -> int:
    """The unsigned number of `size` bytes at `at`; raises StopsError "truncated"."""
    return int.from_bytes(take(data, at, size), order)


def inflated(packed: bytes, most: int, wbits: int = zlib.MAX_WBITS) -> bytes:
    """At most `most` bytes unpacked; raises StopsError "limit" if there are more, or "broken"."""
    engine = zlib.decompressobj(wbits)
    try:
        data = engine.decompress(packed, most + 1)
    except zlib.error as error:
        raise StopsError("broken") from error
    if len(data) > most:
        raise StopsError("limit")
    return data


def spliced(data: bytes, edits: Iterable[Edit]) -> bytes:
    """`data` with each range from start to end replaced; ranges do not overlap."""
    pieces: list[bytes | memoryview] = []
    at = 0
    view = memoryview(data)
    for start, end, new in sorted(edits):
        pieces += (view[at:start], new)
        at = end
    return b"".join((*pieces, view[at:]))


def moved_by(edits: Iterable[Edit]) -> Callable[[int], int]:
    """Where a place in a file is found after these edits; one inside a replaced range stays."""
    ordered = sorted(edits)
    ends = [end for _, end, _ in ordered]
    growth = [0, *accumulate(len(new) - (end - start) for start, end, new in ordered)]
    return lambda place: place + growth[bisect_right(ends, place)]
