# SPDX-License-Identifier: Apache-2.0
"""Under which forms, in which views, each entry of a lexicon is found (Article 4)."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from itertools import compress
from operator import attrgetter
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from guiju.kernel import Invalid, Text
from guiju.screening.entry import LONGEST_TERM, Entry, hopeless
from guiju.screening.fold import BORDER, fold
from guiju.screening.hearing import SHORT, TWO
from guiju.screening.register import (
    EXCEPT,
    HEARD,
    HOMOPHONE,
    LEFT,
    NEAR,
    PART,
    RIGHT,
    SQUEEZED,
    heads_of,
)
from guiju.screening.sights import FOLDED, REPEATING
from guiju.screening.syllables import count
from guiju.screening.views import LONGEST_TERM as LONGEST_SEEN
from guiju.screening.views import VIEWS, fits, keys, seen, withheld
from guiju.screening.views_spoken import said_at_most
from guiju.screening.views_squeezed import squeeze

MOST_SEEN_THROUGH = 100_000
"""In a larger lexicon entries that name no views are seen through separators only: among so many
terms almost every text sounds like one of them."""
MOST_OF_TWO = 100
"""With more terms of two characters in a lexicon none of them is heard unasked as other characters:
they are written by chance too often together, and looked at too often."""
MOST_OF_THREE = 1_000
"""With more terms of three characters only those are heard unasked whose syllables are rarer:
together the others are looked at too often."""
_MOST_SAID_OF_THREE = -22.2

_TOO_MANY = Text(
    zh=f"词表超过 {MOST_SEEN_THROUGH} 条",
    en=f"the lexicon has more than {MOST_SEEN_THROUGH} entries",
)
_TOO_MANY_OF_TWO = Text(
    zh=f"词表中两字词超过 {MOST_OF_TWO} 条",
    en=f"the lexicon has more than {MOST_OF_TWO} terms of two characters",
)
_TOO_MANY_OF_THREE = Text(
    zh=f"词表中三字词超过 {MOST_OF_THREE} 条，而此词音节常见",
    en=f"the lexicon has more than {MOST_OF_THREE} terms of three characters, and its syllables"
    " are common",
)
_LAST_ASCII = 0x7F
_CHAIN = ("homophone", "squeezed", FOLDED)
_SPLIT_OFF = ("pinyin", "split")
_PLAINER = (FOLDED, "squeezed")
_CHAIN_FLAGS = {"homophone": HOMOPHONE, "squeezed": SQUEEZED, FOLDED: 0}


Withheld: TypeAlias = Callable[[str, str], Text | None]
"""Why a view is not given to a folded term that names none; None if it is."""

_DOUBTS = attrgetter("kind", "near", "except_", "from_", "to", "whole_word")
_NO_DOUBTS = ("term", None, (), None, None, None)
_AS_IT_STANDS = (FOLDED,)
_TERM = attrgetter("term")


class Forms:
    """What is found in one view: each form, whose entry it finds, whether it begins a word."""

    def __init__(self) -> None:
        """Nothing is found yet."""
        self.forms: list[str] = []
        self.numbers: list[int] = []
        self.words = bytearray()

    def add(self, form: str, number: int, *, word: bool) -> None:
        """Find the entry with this number by `form`."""
        self.forms.append(form)
        self.numbers.append(number)
        self.words.append(word)

    def add_many(self, forms: Sequence[str], those: NDArray[np.bool_]) -> None:
        """Find those entries by their `forms`, which are no words."""
        self.forms += compress(forms, those.tobytes())
        self.numbers += np.flatnonzero(those).tolist()
        self.words += bytes(len(self.forms) - len(self.words))


class Laying:
    """The entries in order, each with its folded term and what a hit is asked; the forms by view.

    Rows of numbers and texts: a million small tuples would take longer than all they hold.
    """

    def __init__(self, entries: Sequence[Entry], folded: list[str]) -> None:
        """Nothing is laid yet."""
        self.entries = entries
        self.heads = heads_of(entries)
        self.folded = folded
        self.flags = array("H", bytes(2 * len(entries)))
        self.forms: dict[str, Forms] = {}

    def seen(self, view: str) -> Forms:
        """The forms of a view."""
        return self.forms.setdefault(view, Forms())


def lay(entries: Sequence[Entry], numbers: Sequence[int]) -> Laying:
    """How each of the entries is found; `numbers` are what an error names them by.

    Raises:
        Invalid: `lexicon-entry-hopeless`, naming the entry by its number.
    """
    laying = Laying(entries, _folded(entries))
    if len(entries) > MOST_SEEN_THROUGH:
        _lay_many(laying, numbers)
    else:
        why = _withheld_in(entries, laying.folded)
        for at, number in enumerate(numbers):
            _lay_one(laying, at, number, why)
    return laying


def refusals(entries: Sequence[Entry]) -> list[dict[str, Text]]:
    """For each entry of a lexicon the views it is not given, as it names none, and why.

    A combination has the views of all its parts. Nothing is refused to an entry that names its
    views, nor to a pattern, which has none.
    """
    folded = _folded(entries)
    why = _withheld_in(entries, folded)
    return [_refused(one, term, why) for one, term in zip(entries, folded, strict=True)]


def _refused(entry: Entry, folded: str, why: Withheld) -> dict[str, Text]:
    if entry.views or entry.kind == "regex":
        return {}
    found: dict[str, Text] = {}
    for part in _parts(entry, folded):
        reasons = ((view, why(view, part)) for view in VIEWS if view not in found)
        found |= {view: reason for view, reason in reasons if reason is not None}
    return found


def _lay_many(laying: Laying, numbers: Sequence[int]) -> None:
    """Of very many, nothing is asked that is known of others like them."""
    folded, heads = laying.folded, laying.heads
    forms = _split(seen("squeezed", BORDER.join(folded)).text, len(folded)) or [""] * len(folded)
    easy = _fitting(folded, forms) & heads.that(lambda one: _DOUBTS(one) == _NO_DOUBTS)
    plain = easy & heads.that(lambda one: one.views == _AS_IT_STANDS)
    squeezed = easy & heads.that(lambda one: not one.views)
    laying.seen(FOLDED).add_many(folded, plain)
    laying.seen("squeezed").add_many(forms, squeezed)
    laying.flags = array("H", (squeezed * np.uint16(SQUEEZED)).tobytes())
    for at in np.flatnonzero(~(plain | squeezed)).tolist():
        _lay_one(laying, at, numbers[at], _withheld_of_many)


def _fitting(folded: Sequence[str], forms: Sequence[str]) -> NDArray[np.bool_]:
    """Which terms fit the squeezed view; one with ideographs does as others of its length do."""
    sizes, others = _sizes(forms)
    sizes[others == 0] = 0
    sizes[_sizes(folded)[0] > LONGEST_SEEN] = 0
    those, first = np.unique(sizes, return_index=True)
    fit = np.zeros(int(those[-1]) + 1, dtype=bool)
    fit[those] = [fits("squeezed", folded[at]) is None for at in first]
    fit[0] = False
    return fit[sizes]


def _sizes(texts: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """How many characters each of them has, and how many of those are no ASCII.

    None holds a border; to ask a million one by one takes longer.
    """
    codes = np.frombuffer(BORDER.join((*texts, "")).encode("utf-32-le"), dtype="<u4")
    ends = np.flatnonzero(codes == ord(BORDER))
    others = np.cumsum(codes > _LAST_ASCII)[ends]
    return np.diff(ends, prepend=-1) - 1, np.diff(others, prepend=0)


def _lay_one(laying: Laying, at: int, number: int, why: Withheld) -> None:
    entry, folded = laying.entries[at], laying.folded[at]
    if entry.views or _DOUBTS(entry) != _NO_DOUBTS or not _is_hopeful(folded):
        _check(number, entry)
    if entry.kind == "regex":
        laying.folded[at] = entry.term
        return
    parts = _parts(entry, folded)
    by_part = [_forms(part, entry.views or _given(part, why)) for part in parts]
    chain = next(view for view in _CHAIN if all(view in forms for forms in by_part))
    flags = laying.flags[at] = _asked(entry, parts) | _CHAIN_FLAGS[chain]
    for view in (chain, *_SPLIT_OFF):
        if all(view in forms for forms in by_part):
            for form in (form for some in by_part for form in some[view]):
                laying.seen(view).add(form, at, word=_begins_word(form, flags))


def _begins_word(form: str, flags: int) -> bool:
    return bool(flags & LEFT) and form[0].isascii() and form[0].isalnum()


def _withheld_in(entries: Sequence[Entry], folded: Sequence[str]) -> Withheld:
    """What the terms of this lexicon that name no views are not given, and why."""
    if len(entries) > MOST_SEEN_THROUGH:
        return _withheld_of_many
    pairs = zip(entries, folded, strict=True)
    sizes = Counter(len(term) for one, term in pairs if not one.views)
    why: Withheld = withheld
    if sizes[SHORT] > MOST_OF_THREE:
        why = partial(_withheld_by_sound, why, _one_of_three)
    if sizes[TWO] > MOST_OF_TWO:
        why = partial(_withheld_by_sound, why, _one_of_two)
    return why


def _withheld_by_sound(
    why: Withheld, more: Callable[[str], Text | None], view: str, folded: str
) -> Text | None:
    reason = why(view, folded)
    return more(squeeze(folded)) if reason is None and view == "homophone" else reason


def _one_of_two(key: str) -> Text | None:
    return _TOO_MANY_OF_TWO if len(key) <= TWO else None


def _one_of_three(key: str) -> Text | None:
    is_common = count(key) == SHORT and said_at_most(key) > _MOST_SAID_OF_THREE
    return _TOO_MANY_OF_THREE if is_common else None


def _withheld_of_many(view: str, folded: str) -> Text | None:
    return fits(view, folded) if view in _PLAINER else _TOO_MANY


def _given(folded: str, why: Withheld) -> tuple[str, ...]:
    return tuple(view for view in VIEWS if why(view, folded) is None)


def _parts(entry: Entry, folded: str) -> tuple[str, ...]:
    return (folded,) if entry.kind == "term" else tuple(fold(one).text for one in entry.parts)


def _forms(part: str, views: Sequence[str]) -> dict[str, list[str]]:
    """The forms of a part in the views in which it can be found; as it stands it always can."""
    found = {view: keys(view, part) for view in views}
    if len("".join(found.get("squeezed") or keys("squeezed", part))) == 1:
        # Where repeats are seen as one, a single character would begin and end anywhere.
        found = {view: forms for view, forms in found.items() if view not in REPEATING}
    return {view: forms for view, forms in found.items() if forms} | {FOLDED: [part]}


def _asked(entry: Entry, parts: Sequence[str]) -> int:
    word = all(map(str.isascii, parts)) if entry.whole_word is None else entry.whole_word
    return (
        (LEFT | RIGHT) * word
        | NEAR * (entry.near is not None)
        | EXCEPT * bool(entry.except_)
        | PART * (entry.kind == "all")
        | HEARD * (not entry.views)
    )


def _folded(entries: Sequence[Entry]) -> list[str]:
    """The folded terms; a term that holds a border is refused when it is asked alone."""
    joined = fold(BORDER.join(map(_TERM, entries))).text
    return _split(joined, len(entries)) or [fold(one.term).text for one in entries]


def _split(joined: str, count: int) -> list[str]:
    parts = joined.split(BORDER)
    return parts if len(parts) == count else []


def _is_hopeful(folded: str) -> bool:
    """Whether a term leaves no doubt; most of a million are asked no more."""
    if folded.isascii() or folded.isspace() or BORDER in folded:
        return False
    return 1 < len(folded) <= LONGEST_TERM


def _check(number: int, entry: Entry) -> None:
    if (reason := hopeless(entry)) is None:
        return
    raise Invalid(
        "lexicon-entry-hopeless",
        Text(
            zh=f"词条第 {number} 条不可用：{reason.zh}。",
            en=f"Lexicon entry {number} cannot work: {reason.en}.",
        ),
        Text(
            zh="请改写该条（写成一行内更长的词），或删去。",
            en="Write it otherwise (a longer term on one line), or take the entry out.",
        ),
        article=4,
    )
