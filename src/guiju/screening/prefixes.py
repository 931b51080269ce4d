# SPDX-License-Identifier: Apache-2.0
"""How much of a stream may still become a hit: the longest suffix that begins some term.

The beginnings of a million terms are a sorted row of 64-bit hashes, which loads without a copy. Two
beginnings with the same hash would only hold a little more back. A hash is two checksums of the
text in UTF-16: those the standard library reckons at once, and numpy for a million texts together.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple
from zlib import adler32

import numpy as np
from numpy.typing import NDArray

from guiju.screening.fold import BORDER

_POLYNOMIAL = 0xEDB88320
_ADLER = 65521
_BYTE = 8
_WIDTH = 32
_HALF = 16
_UNITS = 64
"""After so many units the sums of Adler-32 are taken modulo: long before they overflow."""
_SPARSE = 2
_FEW = 1 << 13
_FIRST = 4


class Sieve(NamedTuple):
    """A bit for each first part of a mark: `bits[mark >> octet] >> (mark >> shift & 7) & 1`.

    It is set for one in eight or fewer that are not among those it was made of.
    """

    bits: bytes
    octet: int
    shift: int


class Prefixes:
    """The proper beginnings of terms, as hashes in order; none is longer than `longest`.

    The first half of a hash, its mark, is the `crc32` of the text in UTF-16.
    """

    __slots__ = ("_bounds", "_few", "_hashes", "longest")

    def __init__(self, data: bytes | memoryview, longest: int) -> None:
        """Take what `hashed` made."""
        self._hashes = memoryview(data).cast("Q")
        many = len(self._hashes) > _FEW
        self._few = frozenset(() if many else self._hashes)
        self._bounds = _bounds(self.marks()) if many else None
        self.longest = longest

    def __len__(self) -> int:
        """How many there are."""
        return len(self._hashes)

    def __bytes__(self) -> bytes:
        """What they are made from again."""
        return bytes(self._hashes)

    def has(self, mark: int, text: bytes) -> bool:
        """Whether a text, in UTF-16, with its mark, is one of them."""
        value = mark << _WIDTH | adler32(text)
        if self._bounds is None:
            return value in self._few
        low, high = self._bounds[mark >> _HALF], self._bounds[(mark >> _HALF) + 1]
        low = bisect_left(self._hashes, value, low, high)
        return low < high and self._hashes[low] == value

    def marks(self) -> NDArray[np.uint64]:
        """The marks in order."""
        return np.frombuffer(self._hashes, dtype="<u8") >> np.uint64(_WIDTH)


def sieve(*several: Prefixes) -> Sieve:
    """What says of most texts in short that they are none of the prefixes."""
    count = sum(map(len, several))
    shift = max(_WIDTH - count.bit_length() - _SPARSE, 0)
    bits = np.zeros(1 << (_WIDTH - shift), dtype=bool)
    for one in several:
        bits[one.marks() >> np.uint64(shift)] = True
    return Sieve(np.packbits(bits, bitorder="little").tobytes(), shift + 3, shift)


def _bounds(marks: NDArray[np.uint64]) -> memoryview[int]:
    """Where the marks with the same first bits begin."""
    counts = np.bincount((marks >> np.uint64(_HALF)).astype(np.int64), minlength=1 << _HALF)
    bounds = np.concatenate(([0], np.cumsum(counts)))
    return memoryview(bounds.astype(np.uint32).tobytes()).cast("I")


class Units(NamedTuple):
    """Texts in UTF-16, with borders between them: where each begins there, and its length."""

    units: NDArray[np.uint16]
    starts: NDArray[np.int64]
    lengths: NDArray[np.int64]

    def order(self) -> NDArray[np.int64]:
        """The order of the texts by their first few characters."""
        mark = np.zeros(len(self.starts), dtype=np.uint64)
        for at in range(_FIRST):
            there = self.units[np.minimum(self.starts + at, len(self.units) - 1)]
            mark = mark << np.uint64(_HALF) | np.where(at < self.lengths, there, 0)
        return np.argsort(mark, kind="stable")

    def only(self, those: NDArray[np.int64] | NDArray[np.bool_]) -> Units:
        """Those of the texts, in the order in which they are named."""
        return Units(self.units, self.starts[those], self.lengths[those])


def units_of(texts: Sequence[str]) -> Units:
    """Texts as units of UTF-16; none of them holds a border.

    Raises:
        ValueError: one of them does.
    """
    # Between each two a border: to ask a million for their lengths takes longer.
    units = np.frombuffer(BORDER.join((*texts, "")).encode("utf-16-le"), dtype="<u2")
    ends = np.flatnonzero(units == ord(BORDER))
    if len(ends) != len(texts):
        raise ValueError("a text holds a border")
    starts = np.concatenate(([0], ends + 1))[:-1]
    return Units(units, starts, ends - starts)


def size_of(text: str) -> int:
    """The length of a text in UTF-16."""
    return len(text.encode("utf-16-le")) // 2


def hashed(terms: Units) -> tuple[bytes, int]:
    """The hashes of all proper beginnings of `terms`, in order, and the length of the longest.

    Lengths are those in UTF-16. Of terms that stand in order most of the work is to sort them once.
    """
    units, starts, left = terms
    longest = max(int(left.max(initial=1)) - 1, 0)
    sums = _Sums(len(starts))
    found = [np.zeros(0, dtype=np.uint64)]
    for size in range(longest):
        going_on = left > size + 1
        starts, left = starts[going_on], left[going_on]
        sums.add(units[starts + size], going_on)
        found.append(_differing(sums.hashes()))
    every = np.sort(np.concatenate(found))
    return _differing(every).astype("<u8").tobytes(), longest


class _Sums:
    """The checksums of many texts that grow by one unit of UTF-16 at a time, or are left behind."""

    def __init__(self, count: int) -> None:
        """All are empty."""
        self._crc = np.full(count, 0xFFFFFFFF, dtype=np.uint32)
        self._low = np.ones(count, dtype=np.uint32)
        self._high = np.zeros(count, dtype=np.uint32)
        self._added = 0

    def add(self, units: NDArray[np.uint16], those: NDArray[np.bool_]) -> None:
        """One unit more for each of those that are not left behind."""
        crc, low, high = (one[those] for one in (self._crc, self._low, self._high))
        self._crc = _crc_table().take(crc.astype(np.uint16) ^ units) ^ crc >> np.uint32(_HALF)
        for octets in (units & np.uint16(0xFF), units >> np.uint16(_BYTE)):
            low = low + octets
            high = high + low
        self._added += 1
        if self._added % _UNITS == 0:
            low, high = low % np.uint32(_ADLER), high % np.uint32(_ADLER)
        self._low, self._high = low, high

    def hashes(self) -> NDArray[np.uint64]:
        """What `crc32` and `adler32` give, side by side."""
        low, high = self._low % np.uint32(_ADLER), self._high % np.uint32(_ADLER)
        return (~self._crc).astype(np.uint64) << np.uint64(_WIDTH) | (
            high << np.uint32(_HALF) | low
        )


@cache
def _crc_table() -> NDArray[np.uint32]:
    """What the two octets of each unit make of a checksum."""
    table = np.arange(1 << _HALF, dtype=np.uint32)
    for _ in range(_HALF):
        table = np.where(table & 1, table >> np.uint32(1) ^ np.uint32(_POLYNOMIAL), table >> 1)
    return table


def _differing(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The values without those that are the same as the one before."""
    keep = np.ones(len(values), dtype=bool)
    np.not_equal(values[1:], values[:-1], out=keep[1:])
    return values[keep]
