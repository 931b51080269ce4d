# SPDX-License-Identifier: Apache-2.0
"""How ordinary a piece of writing is: what tells a disguise from what is only said alike (Art. 4).

Who writes a term with other characters that are said alike writes what hardly ever stands side by
side. Ordinary text that happens to be said alike is made of its usual pairs: within its words, and
from one to the next. So the odds of both are reckoned from how often ordinary text writes two
characters side by side (`writing.npz`, made by `tools/count_pairs.py`), as a sum of whole numbers:
the more, the more ordinary. The unit is a quarter of a bit.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Literal, NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from guiju.screening.syllables import sounds
from guiju.screening.views_squeezed import dropped

FILE = "writing.npz"
FIRST, LAST = 0x4E00, 0x9FFF
"""The ideographs that are told apart; all else is a border of what is written in them."""
BORDER = 0
BESIDE = chr(FIRST - 1)
"""What stands for all borders, so that characters are told apart by their codes."""
ZERO = 128
COUNT = LAST - FIRST + 2
UNIT = 4
"""How many units a bit has."""
KEPT = UNIT
"""Half of those who disguise a term, which is one bit, leave some of its characters."""


class Sign(NamedTuple):
    """What ordinary text does with one character, and which it is: `BESIDE` for all borders.

    Beside it stand the characters `others`, and each of these pairs is worth its one of `worths`
    less `ZERO`; any other pair is worth the last of them less `ZERO`, which is where looking for a
    character that is not there leads.
    It is worth `alone` in itself: how likely text writes it; it is `alike` more for all that are
    said like it, of which a disguise may be any, a rare one less likely than a common one; or
    `KEPT` more where the term has it, too: `least` is the lesser of the two sums. What comes after
    a piece is there whether the piece is a disguise or not, which is worth `after`.
    """

    sign: str
    others: str
    worths: bytes
    alone: int
    alike: int
    least: int
    after: int

    def pair(self, other: Sign) -> int:
        """What two characters side by side are worth."""
        return self.worths[self.others.find(other.sign)] - ZERO


class Signs(dict[str, Sign]):
    """All characters; what is told of one is laid out when it is met."""

    def __init__(self, rows: Mapping[str, NDArray[Any]]) -> None:
        """Take the rows of the table."""
        super().__init__()
        counts = rows["counts"].astype(np.int64)
        starts = np.concatenate(([0], np.cumsum(counts)))
        # Low and high bytes lie apart, which takes less room.
        low, high = rows["gaps"].astype(np.int64)
        ends = np.cumsum(low + (high << 8))
        before = np.concatenate(([0], ends))[starts[:-1]]
        seconds = ends - np.repeat(before, counts) + ord(BESIDE)
        self._starts = _row(starts, "I")
        self._seconds = seconds.astype("<u2").tobytes()
        self._worths = (rows["values"].astype(np.int64) * UNIT + ZERO).astype(np.uint8).tobytes()
        self._else = (rows["others"].astype(np.int64) + ZERO).astype(np.uint8).tobytes()
        self._own = tuple(_row(rows[name], "b") for name in ("alone", "alike", "after"))
        self[BESIDE] = self._made(BORDER)

    def __missing__(self, character: str) -> Sign:
        """One that was not met, and is then kept if it is told from others."""
        at = number(character) if character else BORDER
        if at == BORDER:
            return self[BESIDE]
        found = self[character] = self._made(at)
        return found

    def _made(self, at: int) -> Sign:
        low, high = self._starts[at], self._starts[at + 1]
        alone, alike, after = (row[at] for row in self._own)
        return Sign(
            sign=chr(ord(BESIDE) + at),
            others=self._seconds[2 * low : 2 * high].decode("utf-16-le"),
            worths=self._worths[low:high] + self._else[at : at + 1],
            alone=alone,
            alike=alike,
            least=alone + min(alike, KEPT),
            after=after,
        )


class Writing(NamedTuple):
    """What ordinary text writes.

    `least` is what a pair and what comes after it are worth at least. `shares` is how much of all
    text each character is, by their numbers (`number`) and in bits. `spelt` are the checksums, in
    order, of usual words in Latin letters that may be read as one or two syllables.
    """

    signs: Signs
    least: int
    shares: NDArray[np.float64]
    spelt: memoryview

    def spells(self, word: str) -> bool:
        """Whether a word in Latin letters is a usual one."""
        mark = checksum(word)
        at = bisect_left(self.spelt, mark)
        return at < len(self.spelt) and bool(self.spelt[at] == mark)


def checksum(word: str) -> int:
    """As what a word in Latin letters is kept."""
    return crc32(word.encode())


def number(character: str) -> int:
    """The number of a character: 0 for all but ideographs."""
    code = ord(character)
    return code - FIRST + 1 if FIRST <= code <= LAST else BORDER


def signs(folded: str) -> list[str]:
    """The characters of a folded text, without repeats; what separates them is one border."""
    found: list[str] = []
    last = ""
    for one in folded:
        sign = one if dropped(one) else " "
        if sign != last or (sign.isascii() and sign != " "):
            found.append(sign)
        last = sign
    return found


def numbers(folded: str) -> list[int]:
    """The numbers of these."""
    return [*map(number, signs(folded))]


@cache
def writing() -> Writing:
    """The table, read when it is first asked."""
    with files(__package__).joinpath(FILE).open("rb") as file, np.load(file) as stored:
        rows = {name: stored[name] for name in stored.files}
    alone, after = rows["alone"].astype(float), rows["after"].astype(float)
    values = rows["values"] * UNIT
    return Writing(
        signs=Signs(rows),
        least=int(min(values.min(), rows["others"].min())) + int(after.min()),
        shares=(alone - after) / UNIT,
        spelt=_row(np.sort(rows["spelt"]), "I"),
    )


@cache
def said_often() -> dict[str, float]:
    """How much of all text each syllable is, in bits: the logarithm of its share."""
    every = sounds()
    weights = 2.0 ** writing().shares[1:]
    shares = np.bincount(every.first[FIRST : LAST + 1], weights=weights)[1:]
    bits = np.log2(np.maximum(shares, _LEAST))
    return dict(zip(every.syllables, bits.tolist(), strict=False))


def packed(**rows: Any) -> dict[str, NDArray[Any]]:
    """What `writing` reads: how many pairs each first one has, by how much the seconds grow, ..."""
    return {name: np.asarray(row, dtype=_TYPES[name]) for name, row in rows.items()}


_LEAST = 2.0**-20
_TYPES = {
    "counts": np.uint16,
    "gaps": np.uint8,
    "values": np.int8,
    "others": np.int8,
    "alone": np.int8,
    "alike": np.int8,
    "after": np.int8,
    "spelt": np.uint32,
}


def _row(numbers: NDArray[Any], kind: Literal["I", "b"]) -> memoryview:
    return memoryview(numbers.astype(kind).tobytes()).cast(kind)
