# SPDX-License-Identifier: Apache-2.0
"""One window of folded text in all views, and where in it a hit of a view stands (Article 4)."""

from __future__ import annotations

from functools import partial

from guiju.screening.fold import BORDER
from guiju.screening.glimpse import Glimpse
from guiju.screening.reading import SHORT, Reading, Rows
from guiju.screening.views import LONGEST_SPAN, SEEN_AS, keys
from guiju.screening.views_seen import Ground, Seen
from guiju.screening.views_squeezed import Look

CONTEXT = 32
"""How many folded characters of what was let go are still looked at."""
REPEATS = 16
"""Of a character repeated at an end of a hit so many belong to it: a mask that stopped short would
leave the term readable beside it."""
FOLDED = "folded"
REPEATING = frozenset({"squeezed", "homophone", "pinyin"})
"""Views in which a character and its repeats are one."""


def findable(view: str, folded: str) -> bool:
    """Whether a term has forms in a view, and more than one character of them.

    Where repeats are seen as one, a single character would begin and end anywhere in its run.
    """
    if view in REPEATING and len("".join(keys("squeezed", folded))) == 1:
        return False
    return bool(keys(view, folded))


class Sights:
    """A window: `context` folded characters that were let go, and the tail that may hold hits."""

    __slots__ = (
        *("_glimpse", "_look", "_reading", "_rows", "_seen", "_texts"),
        *("asked", "closed", "context", "folded", "found", "tail"),
    )

    def __init__(
        self,
        folded: str,
        context: int = 0,
        *,
        closed: bool = True,
        glimpse: Glimpse | None = None,
    ) -> None:
        """`closed`: nothing comes after the window; `glimpse`: what was seen of it already."""
        self.folded = folded
        self.context = context
        self.closed = closed
        self.asked = False
        """Whether the gate of the only lexicon was asked already, and is open."""
        self.tail = folded[context:] if context else folded
        self._look: Look | None = None
        self._glimpse = glimpse
        self.found = {} if glimpse is None else glimpse.found
        """What layers have found in it already."""
        self._texts = {} if glimpse is None else glimpse.texts()
        self._seen: dict[str, Seen] = {}
        self._rows: Rows | None = None
        self._reading: Reading | None = None

    def reading(self, rows: Rows) -> Reading | None:
        """A short tail as all of some views see it, if it is that simple."""
        if self._rows is not rows:
            self._rows = rows
            self._reading = rows.read(self.tail) if len(self.tail) <= SHORT else None
        return self._reading

    def look(self) -> Look:
        """The tail as it is looked at in views above "folded"."""
        look = self._look
        if look is None:
            known = None if self._glimpse is None else self._glimpse.look()
            look = self._look = known or Look(self.tail)
        return look

    def text(self, view: str) -> str:
        """The tail as this view sees it; nothing, where nothing in it can matter there."""
        found = self._texts.get(view)
        if found is None:
            found = self._texts[view] = SEEN_AS[view].text(self._look or self.look())
        return found

    def ground(self, view: str) -> Ground:
        """What the view spells out, even where nothing in it matters yet."""
        return Ground(self.tail, tuple) if view == FOLDED else SEEN_AS[view].ground(self.look())

    def seen(self, view: str) -> Seen:
        """The same with the way back."""
        sight = self._seen.get(view)
        if sight is None:
            way = partial(SEEN_AS[view].way, self.look())
            sight = self._seen[view] = Seen(self.tail, self.text(view), way)
        return sight

    def ending(self) -> Sights:
        """The part of the window in which a hit that is still to come may begin."""
        oldest = max(self.context, len(self.folded) - LONGEST_SPAN + 1)
        return Sights(self.folded, oldest, closed=self.closed) if oldest > self.context else self

    def core(self, sight: Seen, start: int, end: int) -> tuple[int, int]:
        """The least part of the window that the hit `start:end` of the tail's sight needs."""
        start, end = sight.core(start, end)
        return start + self.context, end + self.context

    def grown(self, start: int, end: int) -> tuple[int, int]:
        """With what is repeated at both ends."""
        folded = self.folded
        one, other = folded[start], folded[end - 1]
        if folded[start - 1 : start] != one and folded[end : end + 1] != other:
            return start, end
        low, high = max(start - REPEATS, 0), min(end + REPEATS, len(folded))
        while start > low and folded[start - 1] == one:
            start -= 1
        while end < high and folded[end] == other:
            end += 1
        return start, end

    def first(self, at: int) -> int:
        """Where a hit begins whose first character stands at `at`, with what is repeated there."""
        folded = self.folded
        one, low = folded[at], max(at - REPEATS, 0)
        while at > low and folded[at - 1] == one:
            at -= 1
        return at

    def may_grow(self, core_end: int, end: int) -> bool:
        """Whether what is repeated at the end of a hit may go on in what comes."""
        return not self.closed and end == len(self.folded) and end - core_end < REPEATS

    def joined(self, start: int) -> bool:
        """Whether `start` stands within a run of letters and digits."""
        folded = self.folded
        return start > 0 and _is_letter(folded[start]) and _is_letter(folded[start - 1])

    def ends_open(self, end: int) -> bool:
        """Whether a letter that comes may make the word longer that ends at `end`."""
        return not self.closed and end == len(self.folded) and _is_letter(self.folded[end - 1])

    def may_follow(self, end: int, count: int) -> bool:
        """Whether of so many characters behind `end` some may still come."""
        return not self.closed and end + count > len(self.folded)

    def bordered(self, start: int, end: int) -> tuple[int, int]:
        """The part of the window around `start:end` that no border between texts divides."""
        low = self.folded.rfind(BORDER, 0, start) + 1
        high = self.folded.find(BORDER, end)
        return low, len(self.folded) if high < 0 else high


def _is_letter(character: str) -> bool:
    return character.isascii() and character.isalnum()
