# SPDX-License-Identifier: Apache-2.0
"""A short question before the long ones: can anything of a small lexicon stand in this text at all?

A form is found only where all its signs are. Each sign has a bit, each character the bits of what
it is seen as; a text whose bits together lack some of each form's needs no look in any view, and
need not even be folded. Ordinary text mostly lacks them. A large lexicon asks nothing here: of a
thousand terms some have all their signs in any text.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from string import ascii_letters, ascii_lowercase
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from guiju.screening.onetoone import first_plane
from guiju.screening.openings import Ends, Pairs
from guiju.screening.plain import forms as plain_forms
from guiju.screening.views import SEEN_AS, beginning
from guiju.screening.writing import FIRST, LAST, writing

MOST_FORMS = 400
"""A lexicon with more forms than this has no gate."""

_PINYIN = "pinyin"
_DOUBT, _LATIN = 1, 2
"""The bits of what is too hard to tell, and of letters: without any nothing is written in them."""
_FIRST_BIT, _BITS = 2, 256
_WORD = 1 << 64
_PLANE = 0x10000
_BEYOND = chr(_PLANE)
# Nobody has counted letters and signs beside ideographs: as a usual character, as hardly any.
_LETTER_SHARE, _SELDOM = 0.01, 2.0**-20
# Up to here looking up each character costs less than an array of them all.
_SHORT = 24
# From here on a text with some letters mostly holds all of them.
_LONG = 256

Forms = Mapping[str, Sequence[str]]
"""The forms of each view."""


class Gate:
    """Knows the signs of a few forms, and the characters with which they can begin."""

    def __init__(self, forms: Forms) -> None:
        """Take all forms of a lexicon."""
        starts = (beginning(view, some) for view, some in forms.items())
        self._begins = _class_of(_beginning(set().union(*starts)))
        self._pairs, self._ends = Pairs(forms), Ends(forms)
        spelt = forms.get(_PINYIN, ())
        # Any ideograph is made of letters, so these are asked only where some are written.
        self._spelt = _Signs({_PINYIN: spelt})
        others = {view: some for view, some in forms.items() if view != _PINYIN}
        self._others = _Signs(others, ascii_lowercase if spelt else "")

    def opens(self, text: str) -> bool:
        """Whether something may stand in `text`, folded or not; False is certain."""
        # One search, which ends most of it where forms are few.
        if self._others.tells.search(text) is None:
            return False
        mask = self._others.mask(text)
        if mask & _DOUBT or self._others.suffice(mask):
            return True
        if not mask & _LATIN:
            return False
        return len(text) > _LONG or self._spelt.suffice(self._spelt.mask(text))

    def goes(self, text: str) -> int:
        """How many characters of a text that nothing stands before certainly go at once.

        All of them, where no form can begin in it; all but the last, where one begins with that;
        -1, where only a search can say. Each of them folds to just one.
        """
        last, found = len(text) - 1, self._begins.search(text)
        while found is not None:
            at = found.start()
            if text[at] >= _BEYOND:
                return -1
            if at == last:
                return at if self._ends[text[at]] else -1
            if self._pairs[text[at : at + 2]]:
                return -1
            found = self._begins.search(text, at + 1)
        return last + 1


class _Signs:
    """What the forms of some views need, and what of it each character may be seen as."""

    def __init__(self, forms: Forms, letters: str = "") -> None:
        """Take also what is to have the bit of letters."""
        bits, needs = _signs(forms)
        bits |= {one: bits.get(one, 0) | _LATIN for one in letters}
        self._kinds, self._masks = _kinds(bits)
        self._needs = _by_rarest(_often(self._kinds, self._masks), needs)
        self._kind_of = memoryview(self._kinds.tobytes()).cast("H")
        # The bits of few signs fit into a word, and many words make one at once.
        fits = max(self._masks) < _WORD
        self._words = np.array(self._masks, dtype=np.uint64)[self._kinds] if fits else None
        telling = sum(rarest for rarest, _ in self._needs) | _LATIN
        told = np.array([bool(mask & telling) for mask in self._masks])
        self.tells = _class_of(told[self._kinds])
        """Finds letters, the rarest sign of each form, and what is too hard to tell."""

    def suffice(self, mask: int) -> bool:
        """Whether these bits are all that some form needs."""
        for rarest, needs in self._needs:
            if mask & rarest:
                for need in needs:
                    if mask & need == need:
                        return True
        return False

    def mask(self, text: str) -> int:
        """The bits of all characters; what is beyond the first plane is too hard."""
        mask, masks = 0, self._masks
        if len(text) > _SHORT:
            codes = first_plane(text)
            if codes is None:
                return _DOUBT
            if self._words is not None:
                return int(np.bitwise_or.reduce(self._words.take(codes)))
            for kind in set(self._kinds.take(codes).tolist()):
                mask |= masks[kind]
            return mask
        kind_of = self._kind_of
        for one in text:
            code = ord(one)
            if code >= _PLANE:
                return _DOUBT
            mask |= masks[kind_of[code]]
        return mask


class _Folding(NamedTuple):
    """What the first plane folds to: characters that become one of it, and the others."""

    sources: NDArray[np.int64]
    targets: NDArray[np.int64]
    others: tuple[tuple[int, str], ...]


@cache
def _folding() -> _Folding:
    plane = [(ord(one), to) for one, to in plain_forms().items() if ord(one) < _PLANE]
    pairs = [(code, ord(to)) for code, to in plane if len(to) == 1 and ord(to) < _PLANE]
    sources, targets = np.array(pairs, dtype=np.int64).T
    others = tuple((code, to) for code, to in plane if len(to) != 1 or ord(to) >= _PLANE)
    return _Folding(sources, targets, others)


def _class_of(found: NDArray[np.bool_]) -> re.Pattern[str]:
    """Finds characters of the first plane for which it is said, and all beyond it."""
    edges = np.flatnonzero(np.diff(found, prepend=False, append=False)).reshape(-1, 2)
    ranges = (f"\\u{low:04x}-\\u{high - 1:04x}" for low, high in edges.tolist())
    return re.compile(f"[{''.join(ranges)}{_BEYOND}-\U0010ffff]")


def _beginning(starts: set[str]) -> NDArray[np.bool_]:
    """For each character of the first plane whether it folds to such a one, or not to just one."""
    found = np.zeros(_PLANE, dtype=bool)
    found[[ord(one) for one in starts if ord(one) < _PLANE]] = True
    sources, targets, others = _folding()
    found[sources] = found[targets]
    found[[code for code, to in others if len(to) != 1 or to in starts]] = True
    return found


def _signs(forms: Forms) -> tuple[dict[str, int], list[int]]:
    """The bits of each folded character, and for each form those it needs."""
    bit_of: dict[tuple[str, str], int] = {}
    needs = set()
    bits: defaultdict[str, int] = defaultdict(int)
    for view, some in forms.items():
        for form in some:
            need = 0
            for sign in form:
                need |= bit_of.setdefault((view, sign), 1 << _FIRST_BIT + len(bit_of) % _BITS)
            needs.add(need)
    for (_, sign), bit in bit_of.items():
        bits[sign] |= bit
    for view in forms:
        for to, those in SEEN_AS[view].those():
            mask = sum({bit_of.get((view, sign), 0) for sign in to})
            for one in those if mask else ():
                bits[one] |= mask
    return dict(bits), sorted(needs)


def _often(kinds: NDArray[np.uint16], masks: Sequence[int]) -> Mapping[int, float]:
    """About how much of ordinary text has each bit."""
    shares = np.full(_PLANE, _SELDOM)
    shares[list(map(ord, ascii_letters))] = _LETTER_SHARE
    shares[FIRST : LAST + 1] = 2.0 ** writing().shares[1:]
    often: defaultdict[int, float] = defaultdict(float)
    for mask, share in zip(masks, np.bincount(kinds, shares, len(masks)).tolist(), strict=True):
        for bit in _each(mask):
            often[bit] += share
    return often


def _by_rarest(often: Mapping[int, float], needs: Iterable[int]) -> list[tuple[int, list[int]]]:
    """What the forms need, by the bit of it that ordinary text has least often."""
    found: defaultdict[int, list[int]] = defaultdict(list)
    for need in needs:
        found[min(_each(need), key=often.__getitem__)].append(need)
    return list(found.items())


def _each(mask: int) -> list[int]:
    return [1 << at for at in range(mask.bit_length()) if mask >> at & 1]


def _kinds(bits: Mapping[str, int]) -> tuple[NDArray[np.uint16], list[int]]:
    """For each character of the first plane, folded or not, which of some masks it has."""
    number: dict[int, int] = {0: 0}
    kinds = np.zeros(_PLANE, dtype=np.uint16)
    for one, mask in bits.items():
        if ord(one) < _PLANE:
            kinds[ord(one)] = number.setdefault(mask, len(number))
    sources, targets, others = _folding()
    kinds[sources] = kinds[targets]
    for code, to in others:
        mask = 0
        for sign in to:
            mask |= bits.get(sign, 0)
        kinds[code] = number.setdefault(mask, len(number))
    return kinds, list(number)


@lru_cache(maxsize=16)
def _made(forms: tuple[tuple[str, tuple[str, ...]], ...]) -> Gate:
    return Gate(dict(forms))


def gate_of(forms: Mapping[str, Sequence[str] | None]) -> Gate | None:
    """The gate of a lexicon with these forms; None where it has too many, or they are not known."""
    known = {view: tuple(some) for view, some in forms.items() if some is not None}
    if len(known) < len(forms) or sum(map(len, known.values())) > MOST_FORMS:
        return None
    # Input and output mostly have the same entries.
    return _made(tuple(sorted(known.items())))
