# SPDX-License-Identifier: Apache-2.0
"""Where the longest end of a window begins that may still become a hit (Article 14).

A form begins with a character, so nothing is asked within what one of them is spelt as.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from zlib import crc32

from guiju.screening.layer import Layer
from guiju.screening.prefixes import size_of
from guiju.screening.ranges import ranges
from guiju.screening.reading import MOST_KEPT, Reading
from guiju.screening.sights import FOLDED, Sights
from guiju.screening.views import SEEN_AS, beginning
from guiju.screening.views_seen import Way

_UNIT = 2


class Holding:
    """What must be held back for the layers of one lexicon."""

    def __init__(self, layers: Iterable[Layer]) -> None:
        """Take layers that see in different views."""
        held = [_Held(one) for one in layers]
        self._plain = [one for one in held if one.view == FOLDED]
        others = enumerate(one for one in held if one.view != FOLDED)
        # What begins in the longest forms leaves the others the least to ask.
        self._others = sorted(others, key=lambda one: -one[1].longest)

    def first(self, sights: Sights, reading: Reading | None) -> int:
        """The first place from which the window, to its end, begins a form; its end, if none does.

        `reading` is that of the window's tail in the views above "folded". No word begins within a
        run of letters and digits.
        """
        found = len(sights.folded)
        for one in self._plain:
            if one.may_begin(sights):
                found = one.first(sights)
        others = [one for one in self._others if one[1].may_begin(sights)]
        if not others:
            return found
        if reading is None:
            return min(found, *(one.first(sights) for _, one in others))
        return min(found, _first_read(others, reading, sights))


def _first_read(others: Iterable[tuple[int, _Held]], reading: Reading, sights: Sights) -> int:
    """The first place from which what was read begins a form in one of the views."""
    _, places, spelt = reading
    best = end = len(places)

    def place(number: int) -> int:
        return sights.first(places[number] + sights.context)

    for view, one in others:
        low = max(end - one.longest, 0)
        if low < best:
            best = one.earliest(spelt[view][low:], low, best, place, sights)
    return place(best) if best < end else len(sights.folded)


class _Held:
    """One layer, and what tells of nearly all texts that they begin none of its forms."""

    def __init__(self, layer: Layer) -> None:
        self.view = layer.view
        self.longest = max(layer.free.longest, layer.bound.longest)
        self._anywhere = layer.free.has
        self._is_word = layer.bound.has
        self._sieve = layer.sieve
        self._start = None if layer.forms is None else _starting(layer.view, layer.forms).search

    def may_begin(self, sights: Sights) -> bool:
        """Whether the window's tail holds a character with which one of a few forms begins."""
        return self._start is None or self._start(sights.folded, sights.context) is not None

    def first(self, sights: Sights) -> int:
        """The first place from which the window, to its end, begins a form; its end, if none."""
        text, steps = sights.ground(self.view)
        low, end = max(len(text) - self.longest, 0), len(text)
        if self._start is not None:
            found = self._start(text, low)
            low = end if found is None else found.start()

        def place(number: int) -> int:
            at = Way(steps).last(number) + sights.context
            return at if self.view == FOLDED else sights.first(at)

        pieces: Sequence[str] = text[low:]
        if self.view != FOLDED:
            pieces = [*map(_pieces(self.view).__getitem__, pieces)]
        number = self.earliest(pieces, low, end, place, sights)
        return place(number) if number < end else len(sights.folded)

    def earliest(
        self,
        pieces: Sequence[str],
        low: int,
        high: int,
        place: Callable[[int], int],
        sights: Sights,
    ) -> int:
        """The first of the characters `low:high` from which all `pieces` begin a form, or `high`.

        The pieces are what the characters from `low` on are spelt as.
        """
        text = "".join(pieces)
        whole, at = text.encode("utf-16-le"), 0
        size: Callable[[str], int] = len if len(whole) == _UNIT * len(text) else size_of
        bits, octet, shift = self._sieve
        for number, piece in enumerate(pieces[: high - low], low):
            mark = crc32(whole[at:])
            if bits[mark >> octet] >> (mark >> shift & 7) & 1:
                if self._anywhere(mark, whole[at:]):
                    return number
                if self._is_word(mark, whole[at:]) and not sights.joined(place(number)):
                    return number
            at += _UNIT * size(piece)
        return high


class _Pieces(dict[str, str]):
    """What characters are spelt as in a view, each asked for once."""

    def __init__(self, view: str) -> None:
        self._spell = SEEN_AS[view].spell

    def __missing__(self, character: str) -> str:
        if len(self) >= MOST_KEPT:
            self.clear()
        piece = self[character] = self._spell(character)
        return piece


@cache
def _pieces(view: str) -> _Pieces:
    return _Pieces(view)


def _starting(view: str, forms: Sequence[str]) -> re.Pattern[str]:
    """A character with which one of the forms begins."""
    starts = beginning(view, forms)
    return re.compile(f"[{ranges(map(ord, starts))}]" if starts else "(?!)")
