# SPDX-License-Identifier: Apache-2.0
"""The segments of a JPEG, and where its picture ends (ITU T.81, annex B)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from guiju.labelling.containers.walking import Budget, StopsError, number, take

START, END, SCAN, COMMENT = 0xD8, 0xD9, 0xDA, 0xFE
APP0, APP15 = 0xE0, 0xEF
_PLAIN = frozenset({0x01, *range(0xD0, 0xD9)})  # markers without a length
_FILL = 0xFF
# Within a scan 0xFF stands before a zero (it means itself) or before a restart marker.
_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")


class Segment(NamedTuple):
    """One segment: its marker, where that begins, and where the data begins and ends."""

    marker: int
    at: int
    start: int
    end: int


def segments(data: bytes, at: int, budget: Budget) -> Iterator[Segment]:
    """The segments of the picture that begins at `at`, the last being its end.

    Raises:
        StopsError: "truncated" when there is no end, "broken" when what follows is no marker.
    """
    if take(data, at, 2) != bytes((_FILL, START)):
        raise StopsError("broken")
    at += 2
    marker = START
    while marker != END:
        budget.part()
        begin = at
        while take(data, at, 1)[0] == _FILL:
            at += 1
            budget.part()
        marker = data[at]
        if at == begin or marker == 0:
            raise StopsError("broken")
        at += 1
        size = 0 if marker == END or marker in _PLAIN else number(data, at, 2)
        if size == 1 or (size == 0 and marker not in _PLAIN and marker != END):
            raise StopsError("broken")
        take(data, at, size)
        yield Segment(marker, begin, at + min(size, 2), at + size)
        at += size
        if marker == SCAN:
            at = _behind_scan(data, at)


def _behind_scan(data: bytes, at: int) -> int:
    """Where the next marker behind the compressed picture stands."""
    marker = _MARKER.search(data, at)
    if marker is None:
        raise StopsError("truncated")
    return marker.start()
