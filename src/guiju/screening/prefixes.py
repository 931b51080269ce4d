# SPDX-License-Identifier: Apache-2.0
"""How much of a stream may still become a hit: the longest suffix that begins some term."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from itertools import chain

# Stands for the end that a whole word still waits for; greater than whatever follows it.
_AWAITED = "\U0010ffff"
_PAIR = 2


class Prefixes:
    """The beginnings of all terms, without a copy of each."""

    def __init__(self, terms: Iterable[tuple[str, bool, bool]]) -> None:
        """Take (term, needs a border on its left, needs one on its right)."""
        bound: list[str] = []
        free: list[str] = []
        for term, left, right in terms:
            (bound if left else free).append(term + _AWAITED if right else term)
        self._bound, self._free = _Beginnings(bound), _Beginnings(free)
        # The first one and two characters of each term: they rule out most places at once.
        self._pairs = {one[:size] for one in chain(bound, free) for size in (1, _PAIR)}
        self._longest = max(map(len, chain(bound, free)), default=1) - 1

    def hold(self, folded: str, start: int) -> int:
        """Where, from `start` on, the longest suffix begins that may still become a hit.

        `folded[start - 1]`, if there, is the character before it: a left border.
        """
        end = len(folded)
        pairs = self._pairs
        for at in range(max(start, end - self._longest), end):
            if folded[at : at + _PAIR] in pairs and self._begins(folded, at):
                return at
        return end

    def _begins(self, folded: str, at: int) -> bool:
        rest = folded[at:]
        return self._free.begin(rest) or (not _joins(folded, at) and self._bound.begin(rest))


class _Beginnings:
    """Sorted terms, in which those that begin alike stand together."""

    def __init__(self, terms: list[str]) -> None:
        self._terms = sorted(terms)
        self._short = {one[:size] for one in terms for size in (1, _PAIR) if len(one) > size}

    def begin(self, text: str) -> bool:
        """Whether some term begins with `text` and goes on after it."""
        if len(text) <= _PAIR:
            return text in self._short
        at = bisect_right(self._terms, text)
        return at < len(self._terms) and self._terms[at].startswith(text)


def _joins(folded: str, at: int) -> bool:
    before = folded[at - 1 : at]
    return before.isascii() and before.isalnum()
