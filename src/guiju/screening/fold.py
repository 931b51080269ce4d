# SPDX-License-Identifier: Apache-2.0
"""Folding: one plain form for the many ways in which the same words can be written (Article 4).

Context-free by code point, so `fold(a + b) == fold(a) + fold(b)`: a stream folds piece by piece,
and a hit leads back to the very characters it was found in. Texts that are canonically or
compatibly equal fold alike, except for Hangul syllables, which are never taken apart.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from itertools import chain, compress, count, repeat
from typing import NamedTuple

from guiju.screening.plain import has_controls, plain, replaced, unusual

BORDER = "\n"
"""What to put between texts that are judged in one go, so that no hit reaches from one to the next.

Folding keeps it, a lexicon refuses terms that hold it, and it is no letter, so whole words end at
it. Whoever writes it into a text separates letters by a line break that every reader sees.
"""

# With more different unusual characters than this, one pass over all costs less than one for each.
_FEW = 10
_EVEN = {1}


class Folded(NamedTuple):
    """The folded text and the way back; `even`: every character stands where it stood."""

    text: str
    source: str
    even: bool

    def offsets(self) -> Sequence[int] | None:
        """For each folded character the index of the one it came from; None: the same index."""
        if self.even:
            return None
        lengths = {one: len(plain(one)) for one in set(self.source)}
        each = map(lengths.__getitem__, self.source)
        if max(lengths.values(), default=0) <= 1:
            return array("I", compress(count(), each))
        return array("I", chain.from_iterable(map(repeat, count(), each)))


def fold(text: str) -> Folded:
    """`text` in its plain form; idempotent."""
    if text.isascii() and not has_controls(text):
        return Folded(text.lower(), text, even=True)
    found = unusual(text)
    if not found:
        return Folded(text, text, even=True)
    forms = {one: plain(one) for one in found}
    return Folded(_replaced(text, forms), text, even=set(map(len, forms.values())) == _EVEN)


def _replaced(text: str, forms: dict[str, str]) -> str:
    if len(forms) > _FEW:
        return replaced(text)
    # One after the other is safe: what a fold yields is its own fold.
    for one, to in forms.items():
        text = text.replace(one, to)
    return text
