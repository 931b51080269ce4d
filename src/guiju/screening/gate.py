# SPDX-License-Identifier: Apache-2.0
"""A short question before the long ones: can anything of a small lexicon stand in this text at all?

A form is found only where all its signs are. Each sign has a bit, each character the bits of what
it is seen as; a text whose bits together lack some of each form's needs no look in any view.
Ordinary text mostly lacks them. A large lexicon asks nothing here: of a thousand terms some have
all their signs in any text.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache

import numpy as np

from guiju.screening.ranges import ranges
from guiju.screening.views import seen
from guiju.screening.views_squeezed import dropped

MOST_FORMS = 400
"""A lexicon with more forms than this has no gate."""

_FOLDED, _PINYIN, _SPLIT = "folded", "pinyin", "split"
_BITS = 256
_PLANE = 0x10000
_SURROGATES = range(0xD800, 0xE000)
# Up to here looking up each character costs less than an array of them all.
_SHORT = 24
_LAST = "\U0010ffff"
_BEYOND = "\U00010000-\U0010ffff"
# Signs that a view shows as something else before it drops what is neither letter nor digit.
_PICTURES = "\u23f0-\u23f3\u2600-\u27bf\u2b50"
_LETTERS = "a-z"
# What may stand for a letter where letters are: see `views_spoken`.
_STANDING_IN = "0134578@$"

Forms = Mapping[str, Sequence[str]]
"""The forms of each view."""


class Gate:
    """Knows the signs of a few forms, and the characters with which they can begin."""

    def __init__(self, forms: Forms) -> None:
        """Take all forms of a lexicon."""
        self._doubt = _doubt(forms)
        self._start = {view: _start(view, some) for view, some in forms.items()}
        bits, self._needs = _signs(forms)
        self._few = bits
        words = -(-max(map(int.bit_length, bits.values()), default=1) // 64)
        masks = b"".join(mask.to_bytes(8 * words, "little") for mask in bits.values())
        self._many = np.zeros((_PLANE, words), dtype="<u8")
        self._many[list(map(ord, bits))] = np.frombuffer(masks, "<u8").reshape(-1, words)

    def opens(self, folded: str) -> bool:
        """Whether something may stand in `folded`; False is certain."""
        if self._doubt.search(folded):
            return True
        mask = self._mask(folded)
        for need in self._needs:  # noqa: SIM110 - `any` would make a generator for each text
            if mask & need == need:
                return True
        return False

    def start(self, view: str, folded: str, at: int) -> int | None:
        """The first place from `at` on where a form of this view may begin, if there is one."""
        found = self._start[view].search(folded, at)
        return None if found is None else found.start()

    def _mask(self, folded: str) -> int:
        if len(folded) > _SHORT:
            codes = np.frombuffer(folded.encode("utf-16-le", "surrogatepass"), "<u2")
            bits = np.bitwise_or.reduce(self._many.take(codes, axis=0), axis=0)
            return int.from_bytes(bits.tobytes(), "little")
        mask, bits_of = 0, self._few.get
        for one in folded:
            mask |= bits_of(one, 0)
        return mask


def _doubt(forms: Forms) -> re.Pattern[str]:
    """What makes a text too hard for this short question."""
    letters = _LETTERS if forms.get(_PINYIN) else ""
    pictures = _PICTURES if forms.get(_SPLIT) else ""
    return re.compile(f"[{_BEYOND}{letters}{pictures}]")


def _start(view: str, forms: Sequence[str]) -> re.Pattern[str]:
    starts = _starting(view, forms)
    doubtful = {_PINYIN: re.escape(_STANDING_IN), _SPLIT: _PICTURES}.get(view, "")
    return re.compile(f"[{_BEYOND}{doubtful}{ranges(map(ord, starts)) if starts else ''}]")


def _starting(view: str, forms: Sequence[str]) -> set[str]:
    """The characters that this view sees as the beginning of a form."""
    if view == _FOLDED:
        return {form[0] for form in forms if ord(form[0]) < _PLANE}
    seen_as, order = _seen_as(view), _in_order(view)
    found: set[str] = set()
    for form in forms:
        for end in range(1, len(form)):
            found.update(seen_as.get(form[:end], ()))
        for to in order[bisect_left(order, form) : bisect_right(order, form + _LAST)]:
            found.update(seen_as[to])
    return found


def _signs(forms: Forms) -> tuple[dict[str, int], list[int]]:
    """The bits of each character, and for each form those it needs."""
    bit_of: dict[tuple[str, str], int] = {}
    needs = set()
    for view, some in forms.items():
        # What is written in letters has been let through by its letters.
        for form in some if view != _PINYIN else ():
            need = 0
            for sign in form:
                need |= bit_of.setdefault((view, sign), 1 << len(bit_of) % _BITS)
            needs.add(need)
    bits: defaultdict[str, int] = defaultdict(int)
    for (view, sign), bit in bit_of.items():
        for one in _showing(view, sign):
            bits[one] |= bit
    return dict(bits), sorted(needs)


def _showing(view: str, sign: str) -> Sequence[str]:
    """The characters of the first plane in which this view sees a sign."""
    if view == _FOLDED:
        return sign if ord(sign) < _PLANE else ""
    return _signs_of(view).get(sign, "")


@cache
def _signs_of(view: str) -> Mapping[str, str]:
    """Each sign of a view, and the characters in which it is seen."""
    found: defaultdict[str, str] = defaultdict(str)
    for to, those in _seen_as(view).items():
        for sign in set(to):
            found[sign] += those
    return found


@cache
def _seen_as(view: str) -> Mapping[str, str]:
    """What the characters of the first plane that are no separators are seen as, and those."""
    plane = "".join(chr(code) for code in range(_PLANE) if code not in _SURROGATES)
    kept = [one for one in dropped(plane) if one != "\n"]
    seen_as = seen(view, "\n".join(kept), whole=True).text.split("\n")
    found: defaultdict[str, str] = defaultdict(str)
    for one, to in zip(kept, seen_as, strict=True):
        if to:
            found[to] += one
    return found


@cache
def _in_order(view: str) -> Sequence[str]:
    """What characters are seen as, sorted: all that begin alike stand together."""
    return sorted(_seen_as(view))


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
