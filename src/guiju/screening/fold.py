# SPDX-License-Identifier: Apache-2.0
"""Folding: one plain form for the many ways in which the same words can be written (Article 4).

Context-free by code point, so `fold(a + b) == fold(a) + fold(b)`: a stream folds piece by piece,
and a hit leads back to the very characters it was found in. Texts that are canonically or
compatibly equal fold alike, except for Hangul syllables, which are never taken apart.
"""

from __future__ import annotations

from dataclasses import dataclass

from guiju.screening.plain import may_move, plain, replaced, unusual

# With more different unusual characters than this, one pass over all costs less than one for each.
_FEW = 10


@dataclass(frozen=True, slots=True)
class Folded:
    """The folded text and the way back; `even`: every character stands where it stood."""

    text: str
    source: str
    even: bool

    @property
    def offsets(self) -> list[int] | None:
        """For each folded character the index of the one it came from; None: the same index."""
        if self.even:
            return None
        return [at for at, one in enumerate(self.source) for _ in plain(one)]


def fold(text: str) -> Folded:
    """`text` in its plain form; idempotent."""
    if text.isascii():
        return Folded(text.lower(), text, even=True)
    found = unusual(text)
    if not found:
        return Folded(text, text, even=True)
    even = not may_move(text) or all(len(plain(one)) == 1 for one in found)
    return Folded(_replaced(text, found), text, even)


def _replaced(text: str, found: set[str]) -> str:
    if len(found) > _FEW:
        return replaced(text)
    # One after the other is safe: what a fold yields is its own fold.
    for one in found:
        text = text.replace(one, plain(one))
    return text
