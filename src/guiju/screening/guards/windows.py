# SPDX-License-Identifier: Apache-2.0
"""Cuts a long text into the windows that a guard model is asked about."""

from __future__ import annotations

MOST_TEXT = 200_000  # characters: more than this no guard is asked about
_BORDERS = ("\n", "。", "！", "？", ". ", "! ", "? ")
_OVERLAP = 10  # a tenth of a window is seen twice


def windows(text: str, size: int) -> list[tuple[int, int]]:
    """Start and end of each window of at most `size` characters, overlapping by a tenth.

    A window ends with a sentence where one ends in its last quarter. No text, no window.
    """
    found, start = [], 0
    while len(text) - start > size:
        end = _border(text, start + size * 3 // 4, start + size)
        found.append((start, end))
        start = end - size // _OVERLAP
    if text:
        found.append((start, len(text)))
    return found


def _border(text: str, least: int, most: int) -> int:
    ends = [at + len(one) for one in _BORDERS if (at := text.rfind(one, least, most)) >= 0]
    return max(ends, default=most)
