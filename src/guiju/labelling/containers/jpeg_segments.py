# SPDX-License-Identifier: Apache-2.0
"""The segments of a JPEG, and where its picture ends (ITU T.81, annex B)."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple

from guiju.labelling.containers.walking import Budget, StopsError, number, take

START, END, SCAN, COMMENT = 0xD8, 0xD9, 0xDA, 0xFE
APP0, APP15 = 0xE0, 0xEF
_PLAIN = frozenset({0x01, *range(0xD0, 0xD9)})  # markers without a length
_FILL = 0xFF
_RESTART, _RESTARTS = 0xD0, 0xF8  # the markers D0 to D7, by their upper five bits
_NEAR, _PIECE = 1 << 16, 1 << 16  # larger pieces are given back to the system each time
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
    known = _known.get()
    if known is not None and (end := known.end_of(data, at)) is not None:
        return end
    numpy = sys.modules.get("numpy")  # it is faster, but nothing to be loaded for one picture
    found = _scan(data, at) if numpy is None else _scan_by(numpy, data, at)
    if found is None:
        raise StopsError("truncated")
    if known is not None:
        known.note(data, at, found)
    return found


def _scan(data: bytes, at: int) -> int | None:
    marker = _MARKER.search(data, at)
    return None if marker is None else marker.start()


def _scan_by(numpy: Any, data: bytes, at: int) -> int | None:
    """The same, many bytes at a time, unless it ends soon: a file may have many short scans."""
    near = _MARKER.search(data, at, at + _NEAR)
    if near is not None:
        return near.start()
    at += _NEAR - 1
    values = numpy.frombuffer(data, numpy.uint8)
    last = len(data) - 1
    for start in range(at, last, _PIECE):
        end = min(start + _PIECE, last)
        ahead = values[start + 1 : end + 1]
        stands = (values[start:end] == _FILL) & (ahead != 0)
        for one in numpy.flatnonzero(stands).tolist():
            if ahead[one] != _FILL and ahead[one] & _RESTARTS != _RESTART:
                return start + int(one)
    return None


class _Scan:
    """The longest scan of a picture and where it ended; another file can have the very same."""

    def __init__(self) -> None:
        self._file, self._at, self._end = b"", 0, 0

    def note(self, data: bytes, at: int, end: int) -> None:
        """Keep it, if none was longer."""
        if end - at > self._end - self._at:
            self._file, self._at, self._end = data, at, end

    def end_of(self, data: bytes, at: int) -> int | None:
        """Where this scan ends, if it is the same to the end of its file."""
        moved = at - self._at
        if not self._end or len(data) - len(self._file) != moved:
            return None
        same = data is self._file or data.endswith(memoryview(self._file)[self._at :])
        return self._end + moved if same else None


_known: ContextVar[_Scan | None] = ContextVar("known scan", default=None)


@contextmanager
def scans_kept() -> Iterator[None]:
    """Look through a compressed picture once only, while its metadata are read and written."""
    token = _known.set(_Scan())
    try:
        yield
    finally:
        _known.reset(token)
