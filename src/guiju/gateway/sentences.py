# SPDX-License-Identifier: Apache-2.0
"""Cuts a text that arrives in pieces into sentences, always in the same places."""

from __future__ import annotations

import re
from functools import lru_cache

SHORTEST = 24
"""Characters: what is shorter is judged together with the next sentence."""

ENDS = "。！？!?…；;\n"
"""What a sentence ends with."""


class Sentences:
    """Gives a text back in windows: up to the end of a sentence, or as long as allowed."""

    def __init__(self, longest: int | None) -> None:
        """`longest` is the number of characters of a window that no sentence ends.

        None: the whole text is one window, given by `close`.
        """
        self._window = None if longest is None else _pattern(min(SHORTEST, longest), longest)
        self._whole: list[str] = []
        self._held = ""

    def feed(self, text: str) -> list[str]:
        """The windows that are complete now that `text` has come."""
        if self._window is None:
            self._whole.append(text)
            return []
        windows, done, held = [], 0, self._held + text
        while found := self._window.match(held, done):
            windows.append(found[0])
            done = found.end()
        self._held = held[done:]
        return windows

    def close(self) -> str:
        """What is left at the end of the text; it may be nothing."""
        held = "".join((*self._whole, self._held))
        self._whole, self._held = [], ""
        return held


@lru_cache(maxsize=64)
def _pattern(shortest: int, longest: int) -> re.Pattern[str]:
    ended = rf"[\s\S]{{{shortest - 1},{longest - 1}}}?[{ENDS}]"
    return re.compile(rf"{ended}|[\s\S]{{{longest}}}")
