# SPDX-License-Identifier: Apache-2.0
"""Whether what is said or spelt like a term may mean it, or is ordinary writing (Article 4).

What is written as nobody writes is a disguise; what everybody writes is not, however it sounds. An
entry that names its views is not asked: whoever named them has seen what they cost.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

from guiju.screening.syllables import likely, said, sounds
from guiju.screening.views_squeezed import dropped, squeeze
from guiju.screening.writing import BESIDE, KEPT, ZERO, Sign, Writing, signs, writing

TWO, SHORT = 2, 3
"""Up to so few syllables nothing is heard where something stands between them; of two nothing where
one stands twice, either."""
MOST_ORDINARY = (-114, -112, -112)
"""What two, three and more syllables may be worth as ordinary writing, in units of `writing`."""
MOST_FITTING = 12
"""So much more may two be worth on each side where the term is usual beside what stands there: who
disguises it writes around it what is written around it."""
_FEWEST_LETTERS = 2
_PIECES = re.compile("[a-z]+")
_IN_ADDRESS = re.compile(r"[a-z0-9]\.")
_ADDRESS_GOES_ON = re.compile(r"\.[a-z]")


def is_strange(term: str, before: str, text: str, after: str | None) -> bool | None:
    """Whether a folded text that is said like a term is no ordinary writing.

    `before` and `after` are the characters beside it, empty where there are none. Without knowing
    what comes after it, it may not be known: None.
    """
    if text == term:
        return True
    if len(text) != len(term):
        return _is_strange_apart(term, before, text, after)
    # Once for each place where something is said alike: hence no calls.
    known = writing()
    every = known.signs
    _, others, worths, *_ = every[before or BESIDE]
    worth, last = -ZERO * len(text), ""
    for one, own in zip(text, term, strict=True):
        sign, following, values, alone, alike, *_ = every[one]
        if sign in (last, BESIDE):
            return _is_strange_apart(term, before, text, after)
        worth += worths[others.find(sign)] + alone + (KEPT if one == own else alike)
        others, worths, last = following, values, sign
    return _decided(known, worth, every[last], (before, after), term)


def _is_strange_apart(term: str, before: str, text: str, after: str | None) -> bool | None:
    """The same of what holds anything but ideographs, or one of them twice."""
    key, those = squeeze(term), squeeze(text)
    if key == those:
        return True
    known = writing()
    every = known.signs
    worth, last = 0, every[before or BESIDE]
    if len(those) <= SHORT and len(text) > len(those):
        if len(those) <= TWO or len(dropped(text)) < len(text):
            return False
        # A usual word may begin or end with one of them twice.
        twice = {one for one, other in pairwise(text) if one == other}
        worth += sum(max(every[one].pair(every[one]), 0) for one in twice)
    for sign in map(every.__getitem__, signs(text)):
        worth += last.pair(sign)
        last = sign
    for one, own in zip(those, key, strict=False):
        sign = every[one]
        worth += sign.alone + (KEPT if one == own else sign.alike)
    return _decided(known, worth, last, (before, after), key)


def _decided(
    known: Writing, worth: int, last: Sign, beside: tuple[str, str | None], term: str
) -> bool | None:
    """What follows from the worth of what is said like a squeezed term; `last` is its last sign."""
    every, (before, after), count = known.signs, beside, len(term)
    most, fits = MOST_ORDINARY[min(count - TWO, len(MOST_ORDINARY) - 1)], 0
    if count == TWO:
        most += _fitting(every[before or BESIDE].pair(every[term[0]]))
        fits = MOST_FITTING
    if worth + known.least > most + fits:
        return False
    if after is None:
        return None
    following = every[after or BESIDE]
    if count == TWO:
        most += _fitting(every[term[-1]].pair(following) + following.after)
    return worth + last.pair(following) + following.after <= most


def _fitting(worth: int) -> int:
    """What a pair of the term's own character and the one beside it speaks for a disguise."""
    return min(max(worth, 0), MOST_FITTING)


def is_ordinary(squeezed: str, start: int, end: int) -> bool:
    """Whether `start:end` of a whole squeezed text is ordinary writing for certain.

    So it is whatever term it is said like, and whatever separates it from what stands beside it.
    """
    count = end - start
    if count > SHORT:
        return False
    every = writing().signs
    border = every[BESIDE]
    _, others, worths, *_ = border
    first, worth = "", -ZERO * (count + 1)
    for one in squeezed[start:end]:
        sign, following, values, _, _, least, _ = every[one]
        if first:
            worth += worths[others.find(sign)]
        else:
            first = sign
        worth += least
        others, worths = following, values
    before, after = every[squeezed[start - 1 : start]], every[squeezed[end : end + 1]]
    worth += min(
        before.worths[before.others.find(first)],
        border.worths[border.others.find(first)],
    )
    worth += min(
        worths[others.find(after.sign)] + after.after,
        worths[others.find(BESIDE)] + border.after,
    )
    fits = 2 * MOST_FITTING if count == TWO else 0
    return worth > MOST_ORDINARY[count - TWO] + fits


def is_spelt(term: str, before: str, text: str, after: str | None) -> bool | None:
    """Whether a folded text that spells two syllables in letters is no ordinary writing.

    It is ordinary if it is an English word or another one that Chinese texts write in letters, or
    one syllable as well (xian), and as part of an address. What of it is an ideograph must be said
    like one of the term's own.
    `before` and `after` are up to two characters, None if they are not known yet.
    """
    key = squeeze(term)
    if len(key) != TWO or key[0].isascii() or key[1].isascii():
        return True
    signs = squeeze(text)
    if not all(map(str.isascii, signs)):
        return sum(map(str.isascii, signs)) >= _FEWEST_LETTERS and _is_each_whole(key, signs)
    pieces = _PIECES.findall(text)
    if sum(map(len, pieces)) == len(signs) and all(map(writing().spells, pieces)):
        return False
    if text in sounds().syllables:
        return False
    if _IN_ADDRESS.fullmatch(before):
        return False
    return None if after is None else not _ADDRESS_GOES_ON.fullmatch(after)


@lru_cache(maxsize=1024)
def _is_each_whole(key: str, signs: str) -> bool:
    """Whether ideographs and letters stand each for syllables of their own."""
    one, other = signs[:1], signs[1:]
    at = 0
    if one.isascii():
        one, other, at = signs[-1:], signs[:-1], 1
    if not other.isascii():
        return False
    return said(one) in {way[at] for way in likely(key)}
