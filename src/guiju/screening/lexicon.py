# SPDX-License-Identifier: Apache-2.0
"""The operator's terms for one direction, compiled: what stands in a window of text (Article 4).

guiju ships no list. A term of ASCII characters counts only as a whole word, by ASCII borders: the
border of regular expressions would miss one between an ideograph and a letter.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from guiju.screening.asking import Asking
from guiju.screening.gate import Gate, gate_of
from guiju.screening.glimpse import Glimpse
from guiju.screening.hearing import is_ordinary
from guiju.screening.holding import Holding
from guiju.screening.layer import Layer
from guiju.screening.patterns import Pattern
from guiju.screening.reading import Reading, rows_of
from guiju.screening.register import HEARD, PART, Register
from guiju.screening.sights import FOLDED, Sights
from guiju.screening.views import SEEN_AS
from guiju.screening.views_squeezed import squeeze

Hit: TypeAlias = tuple[int, int, int, str]
"""Start and end in the window's folded text, the number of the rule, the view it was found in."""


Places: TypeAlias = Sequence[tuple[int, int, int]]
"""Start, end and form of what an automaton found."""


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
        above = [one for one in layers if one.view != FOLDED]
        plain = [one for one in layers if one.view == FOLDED]
        self._layers = (*enumerate(above), *enumerate(plain))
        self._patterns = tuple(patterns)
        self._rows = rows_of(tuple(one.view for one in above)) if above else None
        self._views = frozenset(one.view for one in layers)
        self._holding = Holding(layers)
        self._gate = gate_of({one.view: one.forms for one in layers})

    @property
    def gate(self) -> Gate | None:
        """What says in short that nothing stands in a text; None, where only a search can say."""
        return None if self._patterns else self._gate

    @property
    def sees(self) -> bool:
        """Whether some terms are looked for in views above "folded"."""
        return self._rows is not None

    def opens(self, glimpse: Glimpse) -> bool:
        """Whether something may stand in a text that was only glimpsed at; False is certain."""
        if self._patterns:
            return True
        if self._gate is not None and not self._gate.opens(glimpse.text):
            return False
        if self._rows is None or not self._views <= glimpse.texts().keys():
            return bool(self._layers)
        texts = glimpse.texts()
        for _, layer in self._layers:
            text = texts[layer.view]
            found = layer.find(text) if text else ()
            if found and layer.view == "homophone":
                found = self._strange(layer, found, texts["squeezed"])
            # A search of a large lexicon is not made twice.
            glimpse.found[id(layer)] = found
            if found:
                return True
        return False

    def _strange(self, layer: Layer, found: Places, squeezed: str) -> Places:
        """Places of which it is not certain at once that they are ordinary writing."""
        return [
            (start, end, form)
            for start, end, form in found
            if not is_ordinary(squeezed, start, end)
            or any(self._counts(one, squeezed[start:end]) for one in layer.owned(form))
        ]

    def _counts(self, number: int, text: str) -> bool:
        """Whether an entry counts even where it is said by ordinary writing."""
        flags = self.register.flags[number]
        if flags & PART or not flags & HEARD:
            return True
        term = self.register.term(number)
        # Squeezing makes it shorter, if anything.
        return term == text if len(term) <= len(text) else squeeze(term) == text

    def find(self, sights: Sights) -> Found:
        """Every hit that begins in the window's tail, overlapping ones too."""
        asking: Asking | None = None
        if self._gate is None or sights.asked or self._gate.opens(sights.tail):
            reading = self._read(sights)
            for number, layer in self._layers:
                view = layer.view
                if view == FOLDED:
                    text = sights.tail
                elif reading is None:
                    text = sights.text(view)
                else:
                    text = _read_as(view, sights, reading, number)
                found = sights.found.get(id(layer))
                if found is None:
                    found = layer.find(text) if text else ()
                if found:
                    asking = asking or Asking(self.register, sights)
                    asking.take(layer, found)
        hits, open_at = asking.done() if asking is not None else ([], len(sights.folded))
        for number, pattern in self._patterns:
            spans = pattern.spans(sights.folded, sights.context)
            hits += [(start, end, number, FOLDED) for start, end in spans]
        return Found(hits, open_at)

    def hold(self, sights: Sights) -> int:
        """Where the longest end of the window begins that may still become a hit."""
        ending = sights.ending()
        places = [one.hold(ending.folded, ending.context) for _, one in self._patterns]
        if self._layers:
            places.append(self._holding.first(ending, self._read(ending)))
        return max(min(places, default=len(sights.folded)), sights.context)

    def _read(self, sights: Sights) -> Reading | None:
        return None if self._rows is None else sights.reading(self._rows)


def _read_as(view: str, sights: Sights, reading: Reading, number: int) -> str:
    """What a view sees, which has this number among those that were read; nothing if it is moot."""
    is_moot = SEEN_AS[view].is_moot
    if is_moot is not None and is_moot(sights.tail, reading.text):
        return ""
    return "".join(reading.spelt[number])
