# SPDX-License-Identifier: Apache-2.0
"""Lists of PDQ hashes of known pictures, searched by distance (Articles 4 and 14).

Two hashes at most 31 bits apart differ by one bit at most in one of their sixteen words of 16 bits,
for sixteen times two is more. So each word is a key: a look-up visits the hashes that share a word
or nearly do, a few thousand of a million, and never the whole list.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from guiju.kernel import digest
from guiju.screening.images.pdq import BYTES
from guiju.screening.model import Outcome

MOST_DISTANCE = 31
_WORDS = 16
_VALUES = 1 << 16
_EXACT = MOST_DISTANCE // 2  # up to here some word must be equal
_RULE_DIGITS = 16

_MANY = 1 << 19  # pairs that may be compared at once

_Numbers = NDArray[np.int64]
_Hashes = NDArray[np.uint64]


class Mark(NamedTuple):
    """What a listed picture is and what is done about it."""

    harm: str
    action: Outcome


class Listed(NamedTuple):
    """One line of a list."""

    hash: bytes
    mark: Mark
    note: str = ""


class Match(NamedTuple):
    """The nearest listed hash of one mark: its place, and to which asked hash it is near."""

    place: int
    distance: int
    asked: int


class PdqList:
    """An index over listed hashes; immutable, shared by threads; 0.1 GB for a million."""

    def __init__(self, listed: Iterable[Listed]) -> None:
        """Sort the hashes by each of their words."""
        marks: dict[Mark, int] = {}
        hashes, numbers = bytearray(), []
        self._notes: dict[int, str] = {}
        for index, one in enumerate(listed):
            hashes += one.hash
            numbers.append(marks.setdefault(one.mark, len(marks)))
            if one.note:
                self._notes[index] = one.note
        self._marks = tuple(marks)
        self._mark = np.array(numbers, np.int32)
        self._hashes = np.frombuffer(bytes(hashes), np.uint64).reshape(-1, BYTES // 8)
        words = self._hashes.view(np.uint16)
        self._order = [np.argsort(words[:, at], kind="stable").astype(np.uint32) for at in _PLACES]
        self._starts = [_starts(words[:, at]) for at in _PLACES]

    def __len__(self) -> int:
        """How many hashes are listed."""
        return len(self._hashes)

    def mark(self, index: int) -> Mark:
        """What the listed picture is."""
        return self._marks[int(self._mark[index])]

    def note(self, index: int) -> str:
        """What the list says about it, for reviewers."""
        return self._notes.get(index, "")

    def rule(self, index: int) -> str:
        """A name for the line that does not tell the hash."""
        return f"pdq-{digest(self._hashes[index].tobytes())[:_RULE_DIGITS]}"

    def nearest(self, asked: Sequence[bytes], distance: int = MOST_DISTANCE) -> list[Match]:
        """Of each mark the listed hash that is nearest to any of `asked`, at most `distance` away.

        Exact up to `MOST_DISTANCE`, beyond which distances mean nothing anyway.
        """
        if not (asked and len(self)):
            return []
        wanted = np.frombuffer(b"".join(asked), np.uint64).reshape(len(asked), -1)
        pieces = list(self._pairs(wanted, min(distance, MOST_DISTANCE)))
        which, index = (np.concatenate(one) for one in zip(*pieces, strict=True))
        return self._best(which, index, _distances(wanted[which], self._hashes[index]))

    def _pairs(self, wanted: _Hashes, distance: int) -> Iterator[tuple[_Numbers, _Numbers]]:
        """Every asked and listed hash that are near to each other."""
        for which, index in self._candidates(wanted, distance):
            near = _distances(wanted[which], self._hashes[index]) <= distance
            yield which[near], index[near]

    def _candidates(self, wanted: _Hashes, distance: int) -> Iterator[tuple[_Numbers, _Numbers]]:
        """Pairs that may be near; no near one is left out."""
        words = wanted.view(np.uint16).astype(np.int64)
        keys = words[:, :, None] ^ (_FLIPS if distance > _EXACT else _FLIPS[:1])
        starts = np.stack([self._starts[at][keys[:, at]] for at in _PLACES], axis=1)
        ends = np.stack([self._starts[at][keys[:, at] + 1] for at in _PLACES], axis=1)
        sizes = ends - starts
        if sizes.sum() > _MANY:
            # A list of pictures that are all alike: the words tell nothing apart.
            yield from _every(len(wanted), len(self))
            return
        for at in _PLACES:
            found = self._order[at][_ranges(starts[:, at].ravel(), sizes[:, at].ravel())]
            which = np.repeat(np.arange(len(wanted)), sizes[:, at].sum(axis=1))
            yield which, found.astype(np.int64)

    def _best(self, which: _Numbers, index: _Numbers, apart: _Numbers) -> list[Match]:
        marks = self._mark[index]
        order = np.lexsort((which, index, apart, marks))
        _, first = np.unique(marks[order], return_index=True)
        best = [Match(int(index[at]), int(apart[at]), int(which[at])) for at in order[first]]
        return sorted(best, key=lambda one: (one.distance, one.place))


_PLACES = range(_WORDS)
_FLIPS = np.array([0, *(1 << bit for bit in range(16))], np.int64)


def _starts(words: NDArray[np.uint16]) -> _Numbers:
    """Where the hashes with each value of a word begin, among those sorted by it."""
    starts = np.zeros(_VALUES + 1, np.int64)
    np.cumsum(np.bincount(words, minlength=_VALUES), out=starts[1:])
    return starts


def _ranges(starts: _Numbers, counts: _Numbers) -> _Numbers:
    """The numbers from each start on, as many as each count."""
    before = np.cumsum(counts) - counts
    return np.repeat(starts - before, counts) + np.arange(counts.sum())


def _every(asked: int, listed: int) -> Iterator[tuple[_Numbers, _Numbers]]:
    for which in range(asked):
        for start in range(0, listed, _MANY):
            index = np.arange(start, min(start + _MANY, listed))
            yield np.full(len(index), which), index


def _distances(some: _Hashes, others: _Hashes) -> _Numbers:
    bits: _Numbers = np.bitwise_count(some ^ others).sum(axis=1, dtype=np.int64)
    return bits
