# SPDX-License-Identifier: Apache-2.0
"""A short question before the long ones: can anything of a small lexicon stand in this text at all?

A form is found only where all its signs are. Each sign has a bit, each character the bits of what
it is seen as; a text whose bits together lack some of each form's needs no look in any view, and
need not even be folded. Ordinary text mostly lacks them. A large lexicon asks nothing here: of a
thousand terms some have all their signs in any text.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from string import ascii_lowercase
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from guiju.screening.onetoone import first_plane
from guiju.screening.plain import forms as plain_forms
from guiju.screening.views import SEEN_AS, beginning

MOST_FORMS = 400
"""A lexicon with more forms than this has no gate."""

_PINYIN = "pinyin"
_BITS = 256
_DOUBT = 1 << _BITS
"""The bit of letters where terms are found in letters: too much may be written in them."""
_LETTER = re.compile("[a-zA-Z]")
_PLANE = 0x10000
# Up to here looking up each character costs less than an array of them all.
_SHORT = 24

Forms = Mapping[str, Sequence[str]]
"""The forms of each view."""


class Gate:
    """Knows the signs of a few forms, and the characters with which they can begin."""

    def __init__(self, forms: Forms) -> None:
        """Take all forms of a lexicon."""
        starts = (beginning(view, some) for view, some in forms.items())
        self._begins = _beginning(set().union(*starts))
        self._letters = bool(forms.get(_PINYIN))
        bits, needs = _signs(forms)
        self._needs = _by_rarest(bits, needs)
        self._masks: list[int] = []
        self._kinds = _kinds(bits, self._masks)
        self._kind_of = memoryview(self._kinds.tobytes()).cast("H")

    def opens(self, text: str) -> bool:
        """Whether something may stand in `text`, folded or not; False is certain."""
        if self._letters and _LETTER.search(text):
            return True
        mask = self._mask(text)
        if mask & _DOUBT:
            return True
        for rarest, needs in self._needs:
            if mask & rarest:
                for need in needs:
                    if mask & need == need:
                        return True
        return False

    def begins(self, text: str) -> bool:
        """Whether a form may begin in `text`, folded or not; False is certain.

        False says also that each of its characters folds to just one.
        """
        begins = self._begins
        for one in text:
            code = ord(one)
            if code >= _PLANE or begins[code]:
                return True
        return False

    def _mask(self, text: str) -> int:
        """The bits of all characters; what is beyond the first plane is too hard."""
        mask, masks = 0, self._masks
        if len(text) > _SHORT:
            codes = first_plane(text)
            if codes is None:
                return _DOUBT
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


def _beginning(starts: set[str]) -> bytes:
    """For each character of the first plane whether it folds to such a one, or not to just one."""
    found = np.zeros(_PLANE, dtype=bool)
    found[[ord(one) for one in starts if ord(one) < _PLANE]] = True
    sources, targets, others = _folding()
    found[sources] = found[targets]
    found[[code for code, to in others if len(to) != 1 or to in starts]] = True
    return found.tobytes()


def _signs(forms: Forms) -> tuple[dict[str, int], list[int]]:
    """The bits of each folded character, and for each form those it needs."""
    bit_of: dict[tuple[str, str], int] = {}
    needs = set()
    bits: defaultdict[str, int] = defaultdict(int)
    for view, some in forms.items():
        if view == _PINYIN:
            # What is written in letters has been let through by its letters.
            bits.update(dict.fromkeys(ascii_lowercase, _DOUBT) if some else {})
            continue
        for form in some:
            need = 0
            for sign in form:
                need |= bit_of.setdefault((view, sign), 1 << len(bit_of) % _BITS)
            needs.add(need)
    for (_, sign), bit in bit_of.items():
        bits[sign] |= bit
    for view in forms:
        for to, those in SEEN_AS[view].those() if view != _PINYIN else ():
            mask = sum({bit_of.get((view, sign), 0) for sign in to})
            for one in those if mask else ():
                bits[one] |= mask
    return dict(bits), sorted(needs)


def _by_rarest(bits: Mapping[str, int], needs: Iterable[int]) -> list[tuple[int, list[int]]]:
    """What the forms need, by the bit of it that the fewest characters have."""
    often = Counter(bit for mask in bits.values() for bit in _each(mask))
    found: defaultdict[int, list[int]] = defaultdict(list)
    for need in needs:
        found[min(_each(need), key=often.__getitem__)].append(need)
    return list(found.items())


def _each(mask: int) -> list[int]:
    return [1 << at for at in range(mask.bit_length()) if mask >> at & 1]


def _kinds(bits: Mapping[str, int], masks: list[int]) -> NDArray[np.uint16]:
    """For each character of the first plane, folded or not, which of the `masks` it has."""
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
    masks.extend(number)
    return kinds


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
