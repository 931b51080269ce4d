# SPDX-License-Identifier: Apache-2.0
"""The entries of a compiled lexicon, packed: read one by one only when they are hit (Article 4).

A million entries are a few rows of numbers and two blocks of bytes; as objects they would be a
gigabyte in every worker, and seconds at each start.
"""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import accumulate, count, groupby
from operator import attrgetter
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from guiju.kernel import Text, digest
from guiju.screening.entry import Entry, Kind, read_entry, write_entry
from guiju.screening.fold import BORDER, fold

LEFT, RIGHT, NEAR, EXCEPT, PART = 1, 2, 4, 8, 16
"""What a hit must be asked: a border on its left or right, its neighbours, phrases that void it,
the other parts of its combination."""
SQUEEZED, HOMOPHONE = 32, 64
"""How far the entry is seen through disguises."""
HEARD = 128
"""By sound a place counts only if it is no ordinary writing."""

_RULE_DIGITS = 16
_MOST_READ = 4096
# The rank of an action instead of itself, whose hash is slow.
_HEAD = attrgetter(
    *("action.rank" if one == "action" else one for one in Entry.__slots__ if one != "term")
)
_encode = msgspec.json.Encoder().encode


class Read(NamedTuple):
    """An entry, its folded parts, and the name of its rule."""

    entry: Entry
    folded: tuple[str, ...]
    rule: str


class Register:
    """The packed entries, by their number."""

    def __init__(self, sections: Sequence[bytes | memoryview]) -> None:
        """Take what `packed` made or `dump` gave."""
        self._terms, self._heads, *rows = (bytes(one) for one in sections)
        self._term_ends = memoryview(rows[0]).cast("Q")
        self._head_ends = memoryview(rows[1]).cast("Q")
        self._head_of = memoryview(rows[2]).cast("I")
        self.ranks, self.flags = memoryview(rows[3]), memoryview(rows[4]).cast("H")
        self._read: dict[int, Read] = {}
        self._folded: dict[int, str] = {}
        self._read_heads: dict[int, Entry] = {}

    def __len__(self) -> int:
        """How many there are."""
        return len(self.ranks)

    def dump(self) -> list[bytes]:
        """What it is made from again."""
        rows = (self._term_ends, self._head_ends, self._head_of, self.ranks, self.flags)
        return [self._terms, self._heads, *map(bytes, rows)]

    def read(self, number: int) -> Read:
        """The entry with this number."""
        found = self._read.get(number)
        if found is None:
            if len(self._read) >= _MOST_READ:
                self._read.clear()
            found = self._read[number] = self._decoded(number)
        return found

    def term(self, number: int) -> str:
        """The folded term of an entry that is no combination; its other parts are not read."""
        found = self._folded.get(number)
        if found is None:
            if len(self._folded) >= _MOST_READ:
                self._folded.clear()
            term = _cut(self._terms, self._term_ends, number).decode()
            found = self._folded[number] = fold(term).text
        return found

    def harm(self, number: int) -> str:
        """The harm of an entry, which many of them share."""
        return self._head(self._head_of[number]).harm

    def _decoded(self, number: int) -> Read:
        term = _cut(self._terms, self._term_ends, number).decode()
        entry = replace(self._head(self._head_of[number]), term=term)
        folded = tuple(fold(one).text for one in entry.parts)
        return Read(entry, folded, _rule(entry.kind, folded))

    def _head(self, number: int) -> Entry:
        """All of an entry but its term; a whole list has often only one of these."""
        found = self._read_heads.get(number)
        if found is None:
            if len(self._read_heads) >= _MOST_READ:
                self._read_heads.clear()
            head = msgspec.json.decode(_cut(self._heads, self._head_ends, number))
            found = self._read_heads[number] = read_entry(head | {"term": ""}, _PLACE)
        return found


_PLACE = Text(zh="已编译的词条", en="A compiled entry")


class Heads(NamedTuple):
    """What many entries have in common: all but their terms; `of` each of them one of `samples`."""

    of: NDArray[np.uint32]
    samples: tuple[Entry, ...]

    def only(self, used: NDArray[np.bool_]) -> Heads:
        """Those of some of the entries, in the order in which these have them."""
        of = self.of[used]
        found, first = np.unique(of, return_index=True)
        order = found[np.argsort(first)]
        place = np.zeros(len(self.samples), dtype=np.uint32)
        place[order] = np.arange(len(order))
        return Heads(place[of], tuple(self.samples[at] for at in order))

    def that(self, asked: Callable[[Entry], bool]) -> NDArray[np.bool_]:
        """Of which entries something is true that does not depend on their terms."""
        answers = np.fromiter(map(asked, self.samples), dtype=bool, count=len(self.samples))
        return answers[self.of]


def heads_of(entries: Sequence[Entry]) -> Heads:
    """The heads of `entries`, in the order in which they first stand."""
    heads: dict[tuple[object, ...], int] = {}
    numbers, counts = [], []
    # Mostly those that stand side by side have the same.
    for mark, those in groupby(map(_HEAD, entries)):
        numbers.append(heads.setdefault(mark, len(heads)))
        counts.append(_count(those))
    of = np.repeat(np.array(numbers, dtype=np.uint32), counts)
    _, first = np.unique(of, return_index=True)
    return Heads(of, tuple(entries[at] for at in first))


def _count(those: Iterable[object]) -> int:
    """How many there are; none is kept: a million marks at once would keep the collector busy."""
    counting = count()
    deque(zip(those, counting, strict=False), maxlen=0)
    return next(counting)


def packed(terms: Sequence[str], heads: Heads, flags: Iterable[int]) -> Register:
    """A register of the entries with these `terms` and heads, and with what each must be asked."""
    written = [_encode(_without_term(one)) for one in heads.samples]
    ranks = np.array([one.action.rank for one in heads.samples], dtype=np.uint8)
    data, ends = _joined(terms)
    return Register(
        (
            data,
            b"".join(written),
            ends,
            array("Q", accumulate(map(len, written))).tobytes(),
            heads.of.tobytes(),
            ranks[heads.of].tobytes(),
            array("H", flags).tobytes(),
        )
    )


def _joined(terms: Sequence[str]) -> tuple[bytes, bytes]:
    """All terms in UTF-8, and where each of them ends there."""
    octets = np.frombuffer(BORDER.join((*terms, "")).encode(), dtype=np.uint8)
    borders = octets == ord(BORDER)
    ends = np.flatnonzero(borders)
    if len(ends) != len(terms):  # a pattern may hold one
        lengths = [len(one.encode()) for one in terms]
        return "".join(terms).encode(), np.cumsum(lengths).astype("<u8").tobytes()
    # Before the end of each stand its own octets, and the borders of those before it.
    return octets[~borders].tobytes(), (ends - np.arange(len(ends))).astype("<u8").tobytes()


def _without_term(entry: Entry) -> dict[str, object]:
    return {key: value for key, value in write_entry(entry).items() if key != "term"}


def rule_of(entry: Entry) -> str:
    """The name of the entry's rule: the same in each version of a lexicon, and not its term."""
    return _rule(entry.kind, [fold(one).text for one in entry.parts])


def _rule(kind: Kind, folded: Sequence[str]) -> str:
    if kind == "term":
        data = b"guiju/lexicon/1/" + "".join(folded).encode()
    else:
        data = b"guiju/lexicon/2/" + _encode([kind, *folded])
    return "lex-" + digest(data)[:_RULE_DIGITS]


def _cut(block: bytes, ends: memoryview[int], number: int) -> bytes:
    return block[ends[number - 1] if number else 0 : ends[number]]
