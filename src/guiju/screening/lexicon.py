# SPDX-License-Identifier: Apache-2.0
"""The operator's terms for one direction, compiled: what stands in a window of text (Article 4).

guiju ships no list. A term of ASCII characters counts only as a whole word, by ASCII borders: the
border of regular expressions would miss one between an ideograph and a letter.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from guiju.screening.asking import Asking
from guiju.screening.gate import gate_of
from guiju.screening.layer import Layer
from guiju.screening.patterns import Pattern
from guiju.screening.register import Register
from guiju.screening.sights import FOLDED, Sights

Hit: TypeAlias = tuple[int, int, int, str]
"""Start and end in the window's folded text, the number of the rule, the view it was found in."""


class Found(NamedTuple):
    """The hits that are certain, in any order.

    `open_at` is where the first stands that is not certain yet or may still grow; the end of the
    window if there is none.
    """

    hits: list[Hit]
    open_at: int


class Lexicon:
    """The terms of one direction."""

    def __init__(
        self, register: Register, layers: Sequence[Layer], patterns: Sequence[tuple[int, Pattern]]
    ) -> None:
        """Take the entries, of which these are found by terms and by patterns."""
        self.register = register
        self._layers = tuple(layers)
        self._patterns = tuple(patterns)
        self._gate = gate_of({one.view: one.forms for one in layers})

    def find(self, sights: Sights) -> Found:
        """Every hit that begins in the window's tail, overlapping ones too."""
        asking: Asking | None = None
        for layer in self._layers if self._may_hold(sights) else ():
            sight = sights.seen(layer.view)
            found = sight.text and layer.automaton.find_overlapping(sight.text)
            if found:
                asking = asking or Asking(self.register, sights)
                asking.take(layer, sight, found)
        hits, open_at = asking.done() if asking is not None else ([], len(sights.folded))
        for number, pattern in self._patterns:
            spans = pattern.spans(sights.folded, sights.context)
            hits += [(start, end, number, FOLDED) for start, end in spans]
        return Found(hits, open_at)

    def hold(self, sights: Sights) -> int:
        """Where the longest end of the window begins that may still become a hit."""
        ending = sights.ending()
        places = [one.hold(ending.folded, ending.context) for _, one in self._patterns]
        for layer in self._layers:
            begun = self._begun(layer, ending)
            if begun is not None:
                places.append(_first(layer, begun))
        return max(min(places, default=len(sights.folded)), sights.context)

    def _may_hold(self, sights: Sights) -> bool:
        return self._gate is None or self._gate.opens(sights.tail)

    def _begun(self, layer: Layer, ending: Sights) -> Sights | None:
        """The window from where a form of the layer may begin in it; None if none may."""
        if self._gate is None:
            return ending
        at = self._gate.start(layer.view, ending.folded, ending.context)
        if at is None or at == ending.context:
            return None if at is None else ending
        return Sights(ending.folded, at, closed=ending.closed)


def _first(layer: Layer, sights: Sights) -> int:
    """Where the first begins that may still become one of the layer's forms."""
    if layer.view == FOLDED:
        context = sights.context
        tail = sights.tail
        return context + layer.first(tail, 0, lambda at: sights.joined(at + context))
    return _first_seen(layer, sights)


def _first_seen(layer: Layer, sights: Sights) -> int:
    sight = sights.to_come(layer.view)
    text, at = sight.text, 0

    def start(place: int) -> int:
        core, _ = sights.core(sight, place, place + 1)
        return sights.grown(core, core + 1)[0]

    def joined(place: int) -> bool:
        return sights.joined(start(place))

    while (at := layer.first(text, at, joined)) < len(text):
        if sight.is_whole(at, len(text)):
            return start(at)
        at += 1
    return len(sights.folded)
