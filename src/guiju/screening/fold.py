# SPDX-License-Identifier: Apache-2.0
"""Folding: one plain form for the many ways in which the same words can be written (Article 4).

Context-free by code point, so `fold(a + b) == fold(a) + fold(b)`: a stream folds piece by piece,
and a hit leads back to the very characters it was found in. Texts that are canonically or
compatibly equal fold alike, except for Hangul syllables, which are never taken apart; so do letters
that look alike.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from itertools import chain, compress, count, repeat
from typing import NamedTuple

from guiju.screening.onetoone import NONE
from guiju.screening.plain import has_controls, moving, one_for_one, plain, unusual

BORDER = "\n"
"""What to put between texts that are judged in one go, so that no hit reaches from one to the next.

Folding keeps it, a lexicon refuses terms that hold it, and it is no letter, so whole words end at
it. Whoever writes it into a text separates letters by a line break that every reader sees.
"""

# Fewer different ones are replaced one by one; more cost less when all characters are looked up.
_FEW = 3
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
    folded, even, at = text, True, 0
    # One after the other is safe: what a fold yields is its own fold.
    for _ in range(_FEW):
        found = unusual(folded, at)
        if found is None:
            return Folded(folded, text, even)
        one = found[0]
        to = plain(one)
        folded, even, at = folded.replace(one, to), even and len(to) == 1, found.start() + len(to)
    return _folded_at_once(folded, text, even=even)


def _folded_at_once(folded: str, text: str, *, even: bool) -> Folded:
    """Every character left to fold, in one go if each has a single one."""
    ones = one_for_one(folded)
    if NONE not in ones:
        return Folded(ones, text, even)
    forms = {one: plain(one) for one in moving(folded)}
    even = even and set(map(len, forms.values())) == _EVEN
    return Folded(one_for_one(_with(forms, folded), kept=True), text, even)


def _with(forms: dict[str, str], text: str) -> str:
    if len(forms) > _FEW:
        return text.translate({ord(one): to for one, to in forms.items()})
    for one, to in forms.items():
        text = text.replace(one, to)
    return text
