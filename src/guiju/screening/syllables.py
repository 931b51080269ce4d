# SPDX-License-Identifier: Apache-2.0
"""The toneless syllables of ideographs and terms, as pypinyin reads them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import combinations, islice, product

_MOST = 6
# What a dictionary names third is hardly ever said.
_MOST_EACH = 2
_MOST_OTHERWISE = 2
_LONGEST_PHRASE = 4
_BEYOND = 0x20000
_DIGITS = ("ling", "yi", "er", "san", "si", "wu", "liu", "qi", "ba", "jiu")
_TONE = re.compile("[^a-z\u0308]+")


@cache
def readings() -> dict[str, tuple[str, ...]]:
    """The readings of each ideograph, the most common one first."""
    from pypinyin.constants import PINYIN_DICT  # noqa: PLC0415  # 0.3 s, only who needs it pays

    pairs = ((chr(code), said.split(",")) for code, said in PINYIN_DICT.items() if code < _BEYOND)
    return {one: tuple(dict.fromkeys(map(_toneless, said))) for one, said in pairs}


@cache
def said() -> dict[str, str]:
    """How each ideograph and each digit is most commonly said."""
    digits = {str(value): said for value, said in enumerate(_DIGITS)}
    return {one: each[0] for one, each in readings().items()} | digits


@cache
def syllables() -> tuple[str, ...]:
    """Every syllable there is."""
    return tuple(sorted({one for each in readings().values() for one in each}))


@lru_cache(maxsize=64)
def likely(term: str) -> tuple[tuple[str, ...], ...]:
    """The likeliest ways to say `term`, character by character; what has no sound is itself."""
    known, sounds = readings(), said()
    options = [known.get(one, (sounds.get(one, one),))[:_MOST_EACH] for one in term]
    ways = [tuple(each[0] for each in options)]
    if any(len(each) > 1 for each in options):
        ways += [_in_phrases(term, ways[0]), *islice(_otherwise(options), _MOST)]
    return tuple(islice(dict.fromkeys(ways), _MOST))


def count(term: str) -> int:
    """How many ideographs of `term` have a sound."""
    return sum(one in readings() for one in term)


def _in_phrases(term: str, ways: Sequence[str]) -> tuple[str, ...]:
    """As it is said where it is made of words that are said otherwise than their parts."""
    phrases, way, at = _phrases(), list(ways), 0
    while at < len(term):
        sizes = range(min(_LONGEST_PHRASE, len(term) - at), 1, -1)
        size = next((size for size in sizes if term[at : at + size] in phrases), 1)
        if size > 1:
            way[at : at + size] = (_toneless(one[0]) for one in phrases[term[at : at + size]])
        at += size
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


@cache
def _phrases() -> dict[str, list[list[str]]]:
    from pypinyin.constants import PHRASES_DICT  # noqa: PLC0415  # as above

    return PHRASES_DICT


def _toneless(reading: str) -> str:
    apart = _TONE.sub("", unicodedata.normalize("NFD", reading))
    return apart.replace("u\u0308", "v").replace("\u0308", "")
