# SPDX-License-Identifier: Apache-2.0
"""What one view sees of a folded text, and the way back, which is laid only when there is a hit."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol


class Step(Protocol):
    """One step of the way back: from an index in what it made to those in what it made it from."""

    def first(self, at: int) -> int:
        """The first character that the one at this index stands for."""

    def last(self, at: int) -> int:
        """The last character that the one at this index stands for."""


class Gaps:
    """Back over what was dropped; the parts that were kept begin at `starts`, moved by `shifts`."""

    __slots__ = ("_shifts", "_starts")

    def __init__(self, starts: Sequence[int], shifts: Sequence[int]) -> None:
        """Take where each part begins, and how much was dropped before it."""
        self._starts = starts
        self._shifts = shifts

    def first(self, at: int) -> int:
        """Where it stood."""
        return at + self._shifts[bisect_right(self._starts, at) - 1]

    last = first


class Runs:
    """Back to runs of one character that became one: those at `places`."""

    __slots__ = ("_more", "_places")

    def __init__(self, places: Sequence[int], more: Sequence[int]) -> None:
        """Take also how many characters less there are: before all runs, after the first ..."""
        self._places = places
        self._more = more

    def first(self, at: int) -> int:
        """The beginning of its run."""
        return at + self._more[bisect_left(self._places, at)]

    def last(self, at: int) -> int:
        """The end of its run."""
        return at + self._more[bisect_right(self._places, at)]


class Spelt:
    """Back from several characters to the one they spell; they end before `ends`."""

    __slots__ = ("_ends", "_text")

    def __init__(self, ends: Sequence[int], text: str) -> None:
        """Take where what each character of `text` became ends."""
        self._ends = ends
        self._text = text

    def first(self, at: int) -> int:
        """What is spelt there."""
        return bisect_right(self._ends, at)

    last = first

    def divides(self, at: int) -> bool:
        """Whether `at` is within what one character became."""
        return at > 0 and self._ends[bisect_left(self._ends, at)] != at

    def of(self, start: int, end: int) -> str:
        """What is spelt at `start:end`."""
        return self._text[self.first(start) : self.first(end - 1) + 1]


class Ground(NamedTuple):
    """What a view spells out: `text`, and what gives the steps from there to the folded one."""

    text: str
    steps: Callable[[], Sequence[Step]]


class Way:
    """All steps back from a view, which are laid only when somebody goes there."""

    __slots__ = ("_laid", "_lay", "spelt")

    def __init__(self, lay: Callable[[], Sequence[Step]], spelt: Spelt | None = None) -> None:
        """Take what gives the steps in the order in which they lead back; what is spelt is first.

        Without any, each character stands for itself.
        """
        self._lay = lay
        self._laid: Sequence[Step] | None = None
        self.spelt = spelt

    @property
    def leads_straight(self) -> bool:
        """Whether each character stands for itself."""
        return self.spelt is None and not self._steps()

    def first(self, at: int) -> int:
        """The first folded character that the one at this index stands for."""
        if self.spelt is not None:
            at = self.spelt.first(at)
        for step in self._steps():
            at = step.first(at)
        return at

    def last(self, at: int) -> int:
        """The last folded character that the one at this index stands for."""
        if self.spelt is not None:
            at = self.spelt.last(at)
        for step in self._steps():
            at = step.last(at)
        return at

    def _steps(self) -> Sequence[Step]:
        if self._laid is None:
            self._laid = self._lay()
        return self._laid


class Seen:
    """A folded text in one view; `text` is what the automaton of the view searches."""

    __slots__ = ("_lay", "_way", "folded", "text")

    def __init__(
        self, folded: str, text: str | None = None, lay: Callable[[], Way] | None = None
    ) -> None:
        """Take the folded text, its view and what finds the way back, unless it is the same."""
        self.folded = folded
        self.text = folded if text is None else text
        self._lay = lay
        self._way: Way | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Start and end in the folded text of a hit at `start:end`."""
        way = self._laid()
        return (way.first(start), way.last(end - 1) + 1) if way is not None else (start, end)

    def core(self, start: int, end: int) -> tuple[int, int]:
        """The same, without what is repeated at both ends."""
        way = self._laid()
        if way is None or way.leads_straight:
            return start, end
        return way.last(start), way.first(end - 1) + 1

    def is_whole(self, start: int, end: int) -> bool:
        """Whether no folded character stands half inside `start:end`."""
        spelt = self._spelt()
        return spelt is None or not (spelt.divides(start) or spelt.divides(end))

    def spelt(self, start: int, end: int) -> str:
        """The characters that are spelt at `start:end`, or what stands there itself."""
        spelt = self._spelt()
        return self.text[start:end] if spelt is None else spelt.of(start, end)

    def _spelt(self) -> Spelt | None:
        way = self._laid()
        return None if way is None else way.spelt

    def _laid(self) -> Way | None:
        if self._way is None and self._lay is not None:
            self._way = self._lay()
        return self._way
