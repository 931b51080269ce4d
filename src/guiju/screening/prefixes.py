# SPDX-License-Identifier: Apache-2.0
"""How much of a stream may still become a hit: the longest suffix that begins some term.

The beginnings of a million terms are a sorted row of 64-bit hashes, which loads without a copy. Two
beginnings with the same hash would only hold a little more back. A hash is two checksums of the
text in UTF-16: those the standard library reckons at once, and numpy for a million texts together.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
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


class _Units(NamedTuple):
    """Texts in UTF-16, one after the other with borders between: where each begins, its length."""

    units: NDArray[np.uint16]
    starts: NDArray[np.int64]
    lengths: NDArray[np.int64]


def _units(texts: Sequence[str]) -> _Units:
    # Between each two a border, which none holds: to ask a million for their lengths takes longer.
    units = np.frombuffer(BORDER.join((*texts, "")).encode("utf-16-le"), dtype="<u2")
    ends = np.flatnonzero(units == ord(BORDER))
    if len(ends) != len(texts):
        raise ValueError("a text holds a border")
    starts = np.concatenate(([0], ends + 1))[:-1]
    return _Units(units, starts, ends - starts)


def size_of(text: str) -> int:
    """The length of a text in UTF-16."""
    return len(text.encode("utf-16-le")) // 2


def beginning_order(texts: Sequence[str]) -> NDArray[np.int64]:
    """The order of texts by their first few characters."""
    units, starts, lengths = _units(texts)
    mark = np.zeros(len(texts), dtype=np.uint64)
    for at in range(_FIRST):
        there = units[np.minimum(starts + at, len(units) - 1)]
        mark = mark << np.uint64(_HALF) | np.where(at < lengths, there, 0).astype(np.uint64)
    return np.argsort(mark, kind="stable")


def hashed(terms: Sequence[str]) -> tuple[bytes, int]:
    """The hashes of all proper beginnings of `terms`, in order, and the length of the longest.

    Lengths are those in UTF-16.
    """
    units, starts, lengths = _units(terms)
    longest_first = np.argsort(-lengths, kind="stable")
    starts, lengths = starts[longest_first], lengths[longest_first]
    longest = max(int(lengths.max(initial=1)) - 1, 0)
    sums = _Sums(len(terms))
    found = [np.zeros(0, dtype=np.uint64)]
    for size in range(1, longest + 1):
        # Those that are longer than `size` stand first.
        count = int(np.searchsorted(-lengths, -size, side="left"))
        sums.add(units[starts[:count] + (size - 1)])
        found.append(_distinct(sums.hashes()))
    return _distinct(np.concatenate(found)).astype("<u8").tobytes(), longest


class _Sums:
    """The checksums of many texts that grow by one unit of UTF-16 at a time, or are left behind."""

    def __init__(self, count: int) -> None:
        """All are empty."""
        self._crc = np.full(count, 0xFFFFFFFF, dtype=np.uint32)
        self._low = np.ones(count, dtype=np.uint32)
        self._high = np.zeros(count, dtype=np.uint32)
        self._table = _crc_table()

    def add(self, units: NDArray[np.uint16]) -> None:
        """One unit more for each of the first ones; the others are forgotten."""
        crc, low, high = (one[: len(units)] for one in (self._crc, self._low, self._high))
        for octets in (units & np.uint16(0xFF), units >> np.uint16(_BYTE)):
            crc = self._table[(crc ^ octets) & np.uint32(0xFF)] ^ crc >> np.uint32(_BYTE)
            low = (low + octets) % np.uint32(_ADLER)
            high = (high + low) % np.uint32(_ADLER)
        self._crc, self._low, self._high = crc, low, high

    def hashes(self) -> NDArray[np.uint64]:
        """What `crc32` and `adler32` give, side by side."""
        crc, high = (~self._crc).astype(np.uint64), self._high.astype(np.uint64)
        return crc << np.uint64(_WIDTH) | high << np.uint64(_HALF) | self._low


def _crc_table() -> NDArray[np.uint32]:
    """What each octet makes of a checksum."""
    table = np.arange(1 << _BYTE, dtype=np.uint32)
    for _ in range(_BYTE):
        table = np.where(table & 1, table >> np.uint32(1) ^ np.uint32(_POLYNOMIAL), table >> 1)
    return table


def _distinct(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The values in order, each once; `numpy.unique` takes ten times as long."""
    values = np.sort(values)
    keep = np.ones(len(values), dtype=bool)
    np.not_equal(values[1:], values[:-1], out=keep[1:])
    return values[keep]
