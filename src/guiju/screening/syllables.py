# SPDX-License-Identifier: Apache-2.0
"""The toneless syllables of ideographs and terms, as pypinyin reads them.

Its tables are read from its files and kept as rows of numbers: as the objects that its import makes
of them they take 50 MB in every process.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from importlib.util import find_spec
from itertools import chain, combinations, islice, pairwise, product
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

_MOST = 6
# What a dictionary names third is hardly ever said.
_MOST_EACH = 2
_MOST_OTHERWISE = 2
_LONGEST_PHRASE = 4
_NONE = ("",) * _LONGEST_PHRASE
_PLANE = 0x10000
_DIGITS = ("ling", "yi", "er", "san", "si", "wu", "liu", "qi", "ba", "jiu")
_TONE = re.compile("[^a-z\u0308]+")


class Sounds(NamedTuple):
    """Every syllable there is, and which of them each character of the first plane is said as.

    `first` and `second` are its most common readings, as numbers of `syllables` from 1, or 0.
    """

    syllables: tuple[str, ...]
    first: NDArray[np.uint16]
    second: NDArray[np.uint16]


@cache
def sounds() -> Sounds:
    """The syllables, and the sounds of all characters."""
    written = msgspec.json.decode(_table("pinyin_dict"), type=dict[int, str])
    each = {
        code: tuple(dict.fromkeys(map(_toneless, said.split(","))))
        for code, said in written.items()
        if code < _PLANE
    }
    each |= {ord(str(value)): (said,) for value, said in enumerate(_DIGITS)}
    syllables = tuple(sorted({one for some in each.values() for one in some}))
    numbers = {one: number for number, one in enumerate(syllables, 1)}
    first, second = np.zeros(_PLANE, dtype=np.uint16), np.zeros(_PLANE, dtype=np.uint16)
    for code, some in each.items():
        first[code] = numbers[some[0]]
        second[code] = numbers[some[1]] if len(some) > 1 else 0
    return Sounds(syllables, first, second)


@cache
def saying() -> tuple[tuple[str, str], ...]:
    """Each syllable, and the ideographs and digits that are most commonly said so."""
    syllables, first, _ = sounds()
    order = np.argsort(first, kind="stable")
    ends = np.cumsum(np.bincount(first, minlength=len(syllables) + 1)).tolist()
    those = ("".join(map(chr, order[low:high].tolist())) for low, high in pairwise(ends))
    return tuple((one, some) for one, some in zip(syllables, those, strict=True) if some)


def said(character: str) -> str | None:
    """How an ideograph or a digit is most commonly said."""
    ways = _ways()[character]
    return ways[0] if ways else None


@lru_cache(maxsize=64)
def likely(term: str) -> tuple[tuple[str, ...], ...]:
    """The likeliest ways to say `term`, character by character; what has no sound is itself."""
    known = _ways()
    options = [known[one] or (one,) for one in term]
    ways = [tuple(each[0] for each in options)]
    if any(len(each) > 1 for each in options):
        ways += [_in_phrases(term, ways[0]), *islice(_otherwise(options), _MOST)]
    return tuple(islice(dict.fromkeys(ways), _MOST))


def count(term: str) -> int:
    """How many ideographs of `term` have a sound."""
    known = _ways()
    return sum(bool(known[one]) and not one.isascii() for one in term)


class _Ways(dict[str, tuple[str, ...]]):
    """The readings of a character that count, looked up when it is first asked for."""

    def __missing__(self, character: str) -> tuple[str, ...]:
        syllables, *rows = sounds()
        code = ord(character)
        numbers = (int(row[code]) for row in rows) if code < _PLANE else ()
        found = self[character] = tuple(syllables[one - 1] for one in numbers if one)
        return found


@cache
def _ways() -> _Ways:
    return _Ways()


def _in_phrases(term: str, ways: Sequence[str]) -> tuple[str, ...]:
    """As it is said where it is made of words that are said otherwise than their parts."""
    phrases, way, at = _phrases(), list(ways), 0
    while at < len(term):
        sizes = range(min(_LONGEST_PHRASE, len(term) - at), 1, -1)
        readings = (phrases.said(term[at : at + size]) for size in sizes)
        found = next((each for each in readings if each), ("",))
        if len(found) > 1:
            way[at : at + len(found)] = found
        at += len(found)
    return tuple(way)


def _otherwise(options: Sequence[Sequence[str]]) -> Iterator[tuple[str, ...]]:
    """All ways in which at most two are said otherwise than they mostly are."""
    several = [at for at, each in enumerate(options) if len(each) > 1]
    for size in range(1, _MOST_OTHERWISE + 1):
        for places in combinations(several, size):
            for picks in product(*(options[at][1:] for at in places)):
                way = [each[0] for each in options]
                for at, pick in zip(places, picks, strict=True):
                    way[at] = pick
                yield tuple(way)


class _Phrases:
    """Phrases and how they are said: their hashes in order, and a row of syllables for each.

    What is not a phrase hardly ever has the hash of one; if so, one form more is looked for.
    """

    def __init__(self, said: Mapping[str, Sequence[str]]) -> None:
        syllables = {one: number for number, one in enumerate(("", *sounds().syllables))}
        hashes = np.fromiter(map(hash, said), dtype=np.int64, count=len(said))
        order = np.argsort(hashes)
        places = (islice(chain(each, _NONE), _LONGEST_PHRASE) for each in said.values())
        numbers = map(syllables.__getitem__, chain.from_iterable(places))
        flat = np.fromiter(numbers, dtype=np.uint16, count=len(said) * _LONGEST_PHRASE)
        rows = flat.reshape(len(said), _LONGEST_PHRASE)
        self._hashes = memoryview(hashes[order].tobytes()).cast("q")
        self._rows = rows[order]

    def said(self, phrase: str) -> tuple[str, ...]:
        """Its syllables; none, if it is no phrase."""
        mark = hash(phrase)
        at = bisect_left(self._hashes, mark)
        if at == len(self._hashes) or self._hashes[at] != mark:
            return ()
        syllables = sounds().syllables
        return tuple(syllables[one - 1] for one in self._rows[at, : len(phrase)].tolist())


@cache
def _phrases() -> _Phrases:
    written = msgspec.json.decode(_table("phrases_dict"), type=dict[str, list[list[str]]])
    return _Phrases(
        {
            phrase: [_toneless(one[0]) for one in each]
            for phrase, each in written.items()
            if len(phrase) <= _LONGEST_PHRASE
        }
    )


def _table(name: str) -> bytes:
    """A table of pypinyin as it is written."""
    package = find_spec("pypinyin")
    if package is None or package.origin is None:
        raise ModuleNotFoundError(name="pypinyin")
    return Path(package.origin).with_name(f"{name}.json").read_bytes()


@cache
def _toneless(reading: str) -> str:
    apart = _TONE.sub("", unicodedata.normalize("NFD", reading))
    return apart.replace("u\u0308", "v").replace("\u0308", "")
