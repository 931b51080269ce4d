# SPDX-License-Identifier: Apache-2.0
"""How often ordinary text says two syllables side by side: what few syllables are rare (Art. 4)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import NamedTuple

_FILE = "pairs.tsv"


class Pairs(NamedTuple):
    """Pairs of syllables: the most common ones, and those that are common all the same."""

    common: frozenset[tuple[str, str]]
    often: frozenset[tuple[str, str]]


def is_common(ways: Iterable[Sequence[str]]) -> bool:
    """Whether a term that is said in one of these ways holds one of the most common pairs."""
    return _holds(ways, pairs().common)


def is_often(ways: Iterable[Sequence[str]]) -> bool:
    """Whether it holds a pair that is common at all."""
    return _holds(ways, pairs().often)


@cache
def pairs() -> Pairs:
    """The table, read when it is first asked."""
    lines = files(__package__).joinpath(_FILE).read_text("utf-8").splitlines()
    common: set[tuple[str, str]] = set()
    often: set[tuple[str, str]] = set()
    for line in lines:
        if not line.startswith("#"):
            one, most, others = line.split("\t")
            common.update((one, other) for other in most.split())
            often.update((one, other) for other in others.split())
    return Pairs(frozenset(common), frozenset(often | common))


def _holds(ways: Iterable[Sequence[str]], those: frozenset[tuple[str, str]]) -> bool:
    return any(not those.isdisjoint(pairwise(way)) for way in ways)
