# SPDX-License-Identifier: Apache-2.0
"""JPEG: segments between markers; the size stands in the one start of frame."""

from __future__ import annotations

import re

from guiju.screening.images.formats.walk import Header, Walk, bomb, broken
from guiju.screening.images.sniff import Kind

# Any marker but the stuffed zero, fill bytes and the restarts within a scan, at the speed of C.
_MARKER = re.compile(rb"\xff([\x01-\xcf\xd8-\xfe])")
_STARTS_OF_FRAME = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_START, _END, _SCAN = 0xD8, 0xD9, 0xDA
_WITHOUT_LENGTH = frozenset({0x01, _START})
_LENGTH = 2


def measure(walk: Walk) -> Header:
    """The size, and how many scans there are."""
    size: tuple[int, int] | None = None
    at = scans = 0
    while (found := _MARKER.search(walk.data, at)) and found[1][0] != _END:
        walk.step()
        marker, at = found[1][0], found.end()
        if marker in _WITHOUT_LENGTH:
            continue
        if marker in _STARTS_OF_FRAME:
            if size:
                raise bomb("more than one frame in a JPEG")
            size = walk.number(at + 5, 2, "big"), walk.number(at + 3, 2, "big")
        scans += marker == _SCAN
        at += max(walk.number(at, _LENGTH, "big"), _LENGTH)
    if not (size and scans):
        raise broken("it holds no picture")
    return Header(Kind.JPEG, *size, passes=scans)
