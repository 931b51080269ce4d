# SPDX-License-Identifier: Apache-2.0
"""How much of a stream may still become a hit: the longest suffix that begins some term.

The beginnings of a million terms are a sorted row of 64-bit hashes, which loads without a copy. Two
beginnings with the same hash would only hold a little more back.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

_FACTOR = 0x9E3779B97F4A7C15
_MASK = (1 << 64) - 1
_FIRST = 16
_REST = 64 - _FIRST


class Prefixes:
    """The proper beginnings of terms, as hashes in order."""

    def __init__(
        self, data: bytes | memoryview, longest: int, terms: Iterable[str] | None = None
    ) -> None:
        """Take what `hashed` made; no beginning is longer than `longest`.

        Of a few terms the `terms` themselves are asked, which is quicker.
        """
        self._hashes = memoryview(data).cast("Q")
        self._few = None if terms is None else _by_first(terms)
        self._bounds = _bounds(data if terms is None else b"")
        self.longest = longest

    def __len__(self) -> int:
        """How many there are."""
        return len(self._hashes)

    def __bytes__(self) -> bytes:
        """What they are made from again."""
        return bytes(self._hashes)

    def first(self, text: str, start: int) -> int:
        """The first place from `start` on from which `text` to its end begins some term."""
        end = len(text)
        at = max(start, end - self.longest)
        if at >= end or not len(self._hashes):
            return end
        if self._few is not None:
            return _first_of_few(self._few, text, at)
        return self._first_of_many(text, at)

    def _first_of_many(self, text: str, start: int) -> int:
        """The hash of each end of `text`, the shortest first, looked up among those like it."""
        hashes, bounds = self._hashes, self._bounds
        found, value, power = len(text), 0, 1
        for at in range(len(text) - 1, start - 1, -1):
            value = (value + (ord(text[at]) + 1) * power) & _MASK
            power = power * _FACTOR & _MASK
            low, high = bounds[value >> _REST], bounds[(value >> _REST) + 1]
            if low < high:
                low = bisect_left(hashes, value, low, high)
                if low < high and hashes[low] == value:
                    found = at
        return found


def _bounds(data: bytes | memoryview) -> memoryview:
    """Where the hashes with the same first bits begin; most that are asked for have none."""
    if not data:
        return memoryview(bytes(4)).cast("I")
    firsts = np.arange(1 << _FIRST, dtype=np.uint64) << np.uint64(_REST)
    hashes = np.frombuffer(data, dtype="<u8")
    bounds = np.append(np.searchsorted(hashes, firsts), len(hashes))
    return memoryview(bounds.astype(np.uint32).tobytes()).cast("I")


def _by_first(terms: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in terms:
        found.setdefault(one[0], []).append(one)
    return found


def _first_of_few(few: dict[str, list[str]], text: str, start: int) -> int:
    end = len(text)
    for place in range(start, end):
        for one in few.get(text[place], ()):
            if end - place < len(one) and one.startswith(text[place:]):
                return place
    return end


def hashed(terms: Iterable[str]) -> tuple[bytes, int]:
    """The hashes of all proper beginnings of `terms`, in order, and the length of the longest."""
    ordered = sorted(terms, key=len, reverse=True)
    lengths = np.fromiter(map(len, ordered), dtype=np.int64, count=len(ordered))
    longest = max(int(lengths.max(initial=1)) - 1, 0)
    starts = np.cumsum(lengths) - lengths
    codes = np.frombuffer("".join(ordered).encode("utf-32-le"), dtype="<u4")
    values = np.zeros(len(ordered), dtype=np.uint64)
    found = [values[:0]]
    for size in range(1, longest + 1):
        # Those that are longer than `size` stand first.
        count = int(np.searchsorted(-lengths, -size, side="left"))
        letters = codes[starts[:count] + (size - 1)].astype(np.uint64) + np.uint64(1)
        values = values[:count] * np.uint64(_FACTOR) + letters
        found.append(_distinct(values))
    return _distinct(np.concatenate(found)).astype("<u8").tobytes(), longest


def _distinct(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The values in order, each once; `numpy.unique` takes ten times as long."""
    values = np.sort(values)
    keep = np.ones(len(values), dtype=bool)
    np.not_equal(values[1:], values[:-1], out=keep[1:])
    return values[keep]
