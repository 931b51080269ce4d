# SPDX-License-Identifier: Apache-2.0
"""One window of folded text in all views, and where in it a hit of a view stands (Article 4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from guiju.screening.fold import BORDER
from guiju.screening.views import LONGEST_SPAN, SEE, SEE_WHOLE, keys
from guiju.screening.views_seen import Seen
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

    def __init__(self, folded: str, context: int = 0, *, closed: bool = True) -> None:
        """`closed`: nothing comes after the window."""
        self.folded = folded
        self.context = context
        self.closed = closed
        self.tail = folded[context:] if context else folded
        self._look: Look | None = None
        self._seen: dict[str, Seen] = {}

    def seen(self, view: str) -> Seen:
        """The tail in this view."""
        sight = self._seen.get(view)
        if sight is None:
            sight = self._seen[view] = self._sight(view)
        return sight

    def _sight(self, view: str, how: Mapping[str, Callable[[Look], Seen]] = SEE) -> Seen:
        if view == FOLDED:
            return Seen(self.tail)
        if self._look is None:
            self._look = Look(self.tail)
        return how[view](self._look)

    def ending(self) -> Sights:
        """The part of the window in which a hit that is still to come may begin."""
        oldest = max(self.context, len(self.folded) - LONGEST_SPAN + 1)
        return Sights(self.folded, oldest, closed=self.closed) if oldest > self.context else self

    def to_come(self, view: str) -> Seen:
        """The tail as this view sees it once more has come; a view may look away until then."""
        sight = self.seen(view)
        return sight if sight.text else self._sight(view, SEE_WHOLE)

    def core(self, sight: Seen, start: int, end: int) -> tuple[int, int]:
        """The least part of the window that the hit `start:end` of the tail's sight needs."""
        start, end = sight.core(start, end)
        return start + self.context, end + self.context

    def grown(self, start: int, end: int) -> tuple[int, int]:
        """With what is repeated at both ends."""
        folded = self.folded
        one, other = folded[start], folded[end - 1]
        low, high = max(start - REPEATS, 0), min(end + REPEATS, len(folded))
        while start > low and folded[start - 1] == one:
            start -= 1
        while end < high and folded[end] == other:
            end += 1
        return start, end

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

    def bordered(self, start: int, end: int) -> tuple[int, int]:
        """The part of the window around `start:end` that no border between texts divides."""
        low = self.folded.rfind(BORDER, 0, start) + 1
        high = self.folded.find(BORDER, end)
        return low, len(self.folded) if high < 0 else high


def _is_letter(character: str) -> bool:
    return character.isascii() and character.isalnum()
