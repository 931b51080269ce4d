# SPDX-License-Identifier: Apache-2.0
"""What is asked of each place where a form of a term stands before it is a hit (Article 4).

An answer depends on nothing farther than the window's context, and is the same whatever stands
before it; it is given only when no text that comes can change it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from enum import Enum
from functools import lru_cache

from guiju.screening.combining import Part, combined
from guiju.screening.entry import LONGEST_EXCEPTION, Near
from guiju.screening.fold import fold
from guiju.screening.hearing import is_spelt, is_strange
from guiju.screening.layer import Layer
from guiju.screening.register import (
    EXCEPT,
    HEARD,
    HOMOPHONE,
    LEFT,
    NEAR,
    PART,
    RIGHT,
    SQUEEZED,
    Read,
    Register,
)
from guiju.screening.sights import FOLDED, Sights
from guiju.screening.views import LONGEST_SPAN, border, keys, seen
from guiju.screening.views_seen import Seen

_LATIN = re.compile("[a-z]")
_LAST_LETTER = "z"  # no folded letter or digit of ASCII comes after it
_BY_SOUND = ("homophone", "pinyin")
_SPLIT_OFF = ("pinyin", "split")
"""Views that do not see through what the ones before them do; they look for what these miss."""


class Answer(Enum):
    """Whether a place is a hit."""

    YES = "yes"
    NO = "no"
    OPEN = "open"


_ANSWERS = {True: Answer.YES, False: Answer.NO, None: Answer.OPEN}


class Asking:
    """Asks all places of one window."""

    def __init__(self, register: Register, sights: Sights) -> None:
        """Nothing was asked yet."""
        self._register = register
        self._sights = sights
        self._hits: list[tuple[int, int, int, str]] = []
        self._open_at = len(sights.folded)
        self._parts: dict[int, list[Part]] = {}

    def done(self) -> tuple[list[tuple[int, int, int, str]], int]:
        """The hits, and where the first place stands that is still open or may grow."""
        for number, places in self._parts.items():
            read = self._register.read(number)
            spans, open_at = combined(read, places, self._sights)
            self._hits += [(start, end, number, FOLDED) for start, end in spans]
            self._open_at = min(self._open_at, open_at)
        return self._hits, self._open_at

    def take(self, layer: Layer, found: Iterable[tuple[int, int, int]]) -> None:
        """Ask the places where the layer's automaton found a form."""
        owned, context, view = layer.owned, self._sights.context, layer.view
        if view == FOLDED:
            for start, end, form in found:
                for number in owned(form):
                    self._ask(number, (start + context, end + context), FOLDED)
            return
        sight = self._sights.seen(view)
        for start, end, form in found:
            if view in _SPLIT_OFF and not self._shows(view, sight, start, end):
                continue
            core = self._sights.core(sight, start, end)
            if core[1] - core[0] > LONGEST_SPAN:
                continue
            for number in owned(form):
                self._ask(number, core, view)

    def _shows(self, view: str, sight: Seen, start: int, end: int) -> bool:
        """Whether a place shows what the view looks for; borders of words are asked elsewhere."""
        if view == "split":
            return border(view, sight, start, end)
        # Mostly ideographs that are said so: what is spelt tells before what is folded.
        if not sight.is_whole(start, end) or not _LATIN.search(sight.spelt(start, end)):
            return False
        return bool(_LATIN.search(self._sights.folded, *self._sights.core(sight, start, end)))

    def _ask(self, number: int, core: tuple[int, int], view: str) -> None:
        sights, flags = self._sights, self._register.flags[number]
        if view in _SPLIT_OFF and self._is_seen_plainly(number, flags, core):
            return
        start, end = core if view == FOLDED else sights.grown(*core)
        if start < sights.context:
            return
        answer = self._as_written(number, flags, core, (start, end), view)
        if answer is not Answer.NO:
            answer = _worse(answer, self._at_borders(number, flags, core, (start, end)))
        if answer is not Answer.NO and flags & (EXCEPT | NEAR):
            answer = _worse(answer, self._in_its_place(number, core, (start, end), view))
        if answer is not Answer.NO:
            self._take(number, core, (start, end), view, waited=answer is Answer.OPEN)

    def _take(
        self, number: int, core: tuple[int, int], span: tuple[int, int], view: str, *, waited: bool
    ) -> None:
        """A place that counts, or may yet."""
        sights, (start, end) = self._sights, span
        grows = view != FOLDED and not sights.closed and sights.may_grow(core[1], end)
        if waited or grows:
            self._open_at = min(self._open_at, start)
        if self._register.flags[number] & PART:
            parts = self._register.read(number).folded
            for at in meant(parts, view, sights.folded[slice(*core)]):
                part = Part(core[1], start, end, at, waited, grows)
                self._parts.setdefault(number, []).append(part)
        elif not waited:
            self._hits.append((start, end, number, view))

    def _at_borders(
        self, number: int, flags: int, core: tuple[int, int], span: tuple[int, int]
    ) -> Answer:
        """A word ends at its borders; so does what is not written as the term is."""
        sights, (start, end) = self._sights, span
        folded = sights.folded
        if folded[start] > _LAST_LETTER and folded[end - 1] > _LAST_LETTER:
            return Answer.YES
        left, right = sights.joined(start), end < len(folded) and sights.joined(end)
        open_end = sights.ends_open(end)
        if not (left or right or open_end):
            return Answer.YES
        free = _is_free(self._register.read(number), flags, folded[slice(*core)])
        if (left and (flags & LEFT or not free)) or (right and (flags & RIGHT or not free)):
            return Answer.NO
        return Answer.OPEN if open_end and (flags & RIGHT or not free) else Answer.YES

    def _in_its_place(
        self, number: int, core: tuple[int, int], span: tuple[int, int], view: str
    ) -> Answer:
        entry = self._register.read(number).entry
        answer = Answer.YES
        if entry.except_:
            answer = _excepted(entry.except_, self._sights, core, view)
        if entry.near is not None and answer is not Answer.NO:
            answer = _worse(answer, _neighboured(entry.near, self._sights, span))
        return answer

    def _as_written(
        self, number: int, flags: int, core: tuple[int, int], span: tuple[int, int], view: str
    ) -> Answer:
        """Whether what is said or spelt like a term is anything but ordinary writing."""
        if view not in _BY_SOUND or not flags & HEARD:
            return Answer.YES
        sights, (start, end) = self._sights, span
        folded, text = sights.folded, sights.folded[core[0] : core[1]]
        ask, reach, written = is_spelt, 2, text
        if view == "homophone":
            ask, reach, written = is_strange, 1, folded[start:end]
        after = None if sights.may_follow(end, reach) else folded[end : end + reach]
        before = folded[start - reach : start] if start > reach else folded[:start]
        if not flags & PART:
            # Its other parts, of which it has none, are not read for it.
            term = self._register.term(number)
            is_plain = text == term and view == "homophone"
            return Answer.YES if is_plain else _ANSWERS[ask(term, before, written, after)]
        parts = self._register.read(number).folded
        if view == "homophone" and text in parts:
            return Answer.YES
        those = meant(parts, view, text)
        return _best(ask(parts[at], before, written, after) for at in those)

    def _is_seen_plainly(self, number: int, flags: int, core: tuple[int, int]) -> bool:
        """Whether a plainer view finds the same entry at this place, and tells it better."""
        parts = self._register.read(number).folded
        return bool(meant(parts, chain_of(flags), self._sights.folded[slice(*core)]))


def _is_free(read: Read, flags: int, text: str) -> bool:
    """Whether what stands there may be part of a word, as the term written out may.

    A combination as a whole is no word, and its parts of ASCII characters are.
    """
    is_word = flags & PART and read.entry.whole_word is None and text.isascii()
    return text in read.folded and not is_word


def chain_of(flags: int) -> str:
    """The farthest view in which the entry counts, of those that see all the plainer ones see."""
    if flags & HOMOPHONE:
        return "homophone"
    return "squeezed" if flags & SQUEEZED else FOLDED


@lru_cache(maxsize=1024)
def meant(parts: tuple[str, ...], view: str, text: str) -> tuple[int, ...]:
    """Which of the folded `parts` stand written as `text`, seen in `view`."""
    sight = seen(view, text).text
    return tuple(at for at, part in enumerate(parts) if sight in _forms(view, part))


def _excepted(phrases: Iterable[str], sights: Sights, core: tuple[int, int], view: str) -> Answer:
    """Whether one of the phrases covers a place, or may yet; it is seen as the place is."""
    low = max(core[0] - LONGEST_EXCEPTION, 0)
    near = Sights(sights.folded[low : core[0] + LONGEST_SPAN], closed=sights.closed)
    sight, place = near.seen(view), (core[0] - low, core[1] - low)
    may_come = not sights.closed and len(sights.folded) - core[0] < LONGEST_SPAN
    answer = Answer.YES
    for form in (form for phrase in phrases for form in _forms(view, fold(phrase).text)):
        if any(_covers(near, sight, at, at + len(form), place) for at in _places(sight, form)):
            return Answer.NO
        if may_come and _may_cover(near, sight, form, place[0]):
            answer = Answer.OPEN
    return answer


def _places(sight: Seen, form: str) -> Iterator[int]:
    at = sight.text.find(form)
    while at >= 0:
        yield at
        at = sight.text.find(form, at + 1)


def _covers(near: Sights, sight: Seen, start: int, end: int, place: tuple[int, int]) -> bool:
    first, last = near.core(sight, start, end)
    return first <= place[0] and place[1] <= last


def _may_cover(near: Sights, sight: Seen, form: str, place: int) -> bool:
    """Whether the text ends within the phrase, which began at the place or before it."""
    text = sight.text
    for at in range(max(len(text) - len(form) + 1, 0), len(text)):
        if near.core(sight, at, at + 1)[0] > place:
            return False
        if form.startswith(text[at:]):
            return True
    return False


def _neighboured(near: Near, sights: Sights, span: tuple[int, int]) -> Answer:
    """Whether one of the terms stands in the window around a place, or may yet."""
    start, end = span
    low, high = sights.bordered(start, end)
    answer = Answer.NO
    for term in (fold(one).text for one in near.terms):
        reach = near.window + len(term)
        if sights.folded.find(term, max(low, start - reach), min(high, end + reach)) >= 0:
            return Answer.YES
        if not sights.closed and high == len(sights.folded) < end + reach:
            answer = Answer.OPEN
    return answer


@lru_cache(maxsize=4096)
def _forms(view: str, folded: str) -> tuple[str, ...]:
    return tuple(keys(view, folded))


def _best(answers: Iterable[bool | None]) -> Answer:
    """Yes if one of them is; open, while one of them is not known."""
    found = set(answers)
    if True in found:
        return Answer.YES
    return Answer.OPEN if None in found else Answer.NO


def _worse(one: Answer, other: Answer) -> Answer:
    if one is Answer.NO or other is Answer.NO:
        return Answer.NO
    return one if other is Answer.YES else other
