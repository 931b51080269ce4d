# SPDX-License-Identifier: Apache-2.0
"""What one view sees of a folded text, and the way back, which is laid only when there is a hit."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

Way: TypeAlias = tuple[Sequence[int], Sequence[int]] | None
"""For each character of a view the first and last folded character it stands for; None: itself."""

_KEPT = 0x20000


class Seen:
    """A folded text in one view; `text` is what the automaton of the view searches."""

    __slots__ = ("_lay", "_way", "folded", "text")

    def __init__(
        self, folded: str, text: str | None = None, lay: Callable[[str], Way] | None = None
    ) -> None:
        """Take the folded text, its view and what finds the way back, unless it is the same."""
        self.folded = folded
        self.text = folded if text is None else text
        self._lay = lay
        self._way: Way = None

    @property
    def first(self) -> Sequence[int] | None:
        """For each character the index of the first folded character it stands for."""
        way = self._laid()
        return way[0] if way else None

    @property
    def last(self) -> Sequence[int] | None:
        """For each character the index of the last folded character it stands for."""
        way = self._laid()
        return way[1] if way else None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Start and end in the folded text of a hit at `start:end`."""
        way = self._laid()
        return (way[0][start], way[1][end - 1] + 1) if way else (start, end)

    def is_whole(self, start: int, end: int) -> bool:
        """Whether no folded character stands half inside `start:end`."""
        way = self._laid()
        if way is None:
            return True
        first = way[0]
        left = start == 0 or first[start - 1] != first[start]
        return left and (end == len(first) or first[end] != first[end - 1])

    def _laid(self) -> Way:
        if self._lay is not None:
            self._way = self._lay(self.folded)
            self._lay = None
        return self._way


class Spelling(dict[int, str]):
    """What `str.translate` asks where characters become several."""

    def __init__(self, forms: Mapping[str, str]) -> None:
        """Take what differs; other characters stay as they are."""
        super().__init__((ord(one), to) for one, to in forms.items())

    def __missing__(self, code: int) -> str:
        if code < _KEPT:
            self[code] = chr(code)
        return chr(code)

    def spread(self, way: Way, text: str) -> Way:
        """The way back through `text`, to which `way` leads, from what it becomes."""
        first, last = way or (range(len(text)), range(len(text)))
        begin, end = array("I"), array("I")
        for one, low, high in zip(text, first, last, strict=True):
            length = len(self[ord(one)])
            begin.extend([low] * length)
            end.extend([high] * length)
        return begin, end
