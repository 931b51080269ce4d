# SPDX-License-Identifier: Apache-2.0
"""Under which forms, in which views, each entry of a lexicon is found (Article 4)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import TypeAlias

from guiju.kernel import Invalid, Text
from guiju.screening.entry import LONGEST_TERM, Entry, hopeless
from guiju.screening.fold import BORDER, fold
from guiju.screening.register import EXCEPT, HOMOPHONE, LEFT, NEAR, PART, RIGHT, SQUEEZED
from guiju.screening.sights import FOLDED, REPEATING
from guiju.screening.views import LONGEST_TERM as LONGEST_SEEN
from guiju.screening.views import default_views, fits, keys, seen

MOST_SEEN_THROUGH = 100_000
"""In a larger lexicon entries that name no views are seen through separators only: among so many
terms almost every text sounds like one of them."""

_CHAIN = ("homophone", "squeezed", FOLDED)
_SPLIT_OFF = ("pinyin", "split")
_CHAIN_FLAGS = {"homophone": HOMOPHONE, "squeezed": SQUEEZED, FOLDED: 0}


Usual: TypeAlias = Callable[[str], tuple[str, ...]]
"""The views of a term that names none."""

_DOUBTS = attrgetter("kind", "near", "except_", "from_", "to", "whole_word")
_NO_DOUBTS = ("term", None, (), None, None, None)
_AS_IT_STANDS = (FOLDED,)


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


class Laying:
    """The entries in order, each with its folded term and what a hit is asked; the forms by view.

    Rows of numbers and texts: a million small tuples would take longer than all they hold.
    """

    def __init__(self) -> None:
        """Nothing is laid yet."""
        self.entries: list[Entry] = []
        self.folded: list[str] = []
        self.flags = bytearray()
        self.forms: dict[str, Forms] = {}

    def add(self, entry: Entry, folded: str, flags: int) -> int:
        """Take the next entry; returns its number."""
        self.entries.append(entry)
        self.folded.append(folded)
        self.flags.append(flags)
        return len(self.flags) - 1

    def seen(self, view: str) -> Forms:
        """The forms of a view."""
        return self.forms.setdefault(view, Forms())


def lay(entries: Sequence[Entry], numbers: Sequence[int]) -> Laying:
    """How each of the entries is found; `numbers` are what an error names them by.

    Raises:
        Invalid: `lexicon-entry-hopeless`, naming the entry by its number.
    """
    laying = Laying()
    folded = _together(fold(BORDER.join(one.term for one in entries)).text, entries)
    if len(entries) > MOST_SEEN_THROUGH:
        _lay_many(laying, entries, numbers, folded)
    else:
        for number, entry, text in zip(numbers, entries, folded, strict=True):
            _lay_one(laying, number, entry, text, default_views)
    return laying


def _lay_many(
    laying: Laying, entries: Sequence[Entry], numbers: Sequence[int], folded: Sequence[str]
) -> None:
    """Of very many, nothing is asked that is known of others like them."""
    forms = _split(seen("squeezed", BORDER.join(folded)).text, len(folded)) or [""] * len(folded)
    fitting: dict[int, bool] = {}
    plain, squeezed, add = laying.seen(FOLDED), laying.seen("squeezed"), laying.add
    for number, entry, text, form in zip(numbers, entries, folded, forms, strict=True):
        size = 0 if form.isascii() or len(text) > LONGEST_SEEN else len(form)
        if size not in fitting:
            fitting[size] = size > 0 and fits("squeezed", text) is None
        if not fitting[size] or _DOUBTS(entry) != _NO_DOUBTS:
            _lay_one(laying, number, entry, text, _plainer_views)
        elif not entry.views:
            squeezed.add(form, add(entry, text, SQUEEZED), word=False)
        elif entry.views == _AS_IT_STANDS:
            plain.add(text, add(entry, text, 0), word=False)
        else:
            _lay_one(laying, number, entry, text, _plainer_views)


def _lay_one(laying: Laying, number: int, entry: Entry, folded: str, usual: Usual) -> None:
    if entry.views or _DOUBTS(entry) != _NO_DOUBTS or not _is_hopeful(folded):
        _check(number, entry)
    if entry.kind == "regex":
        laying.add(entry, entry.term, 0)
        return
    parts = (folded,) if entry.kind == "term" else tuple(fold(one).text for one in entry.parts)
    by_part = [_forms(part, entry.views or usual(part)) for part in parts]
    chain = next(view for view in _CHAIN if all(view in forms for forms in by_part))
    at = laying.add(entry, folded, _asked(entry, parts) | _CHAIN_FLAGS[chain])
    for view in (chain, *_SPLIT_OFF):
        if all(view in forms for forms in by_part):
            for form in (form for some in by_part for form in some[view]):
                laying.seen(view).add(form, at, word=_begins_word(form, laying.flags[at]))


def _begins_word(form: str, flags: int) -> bool:
    return bool(flags & LEFT) and form[0].isascii() and form[0].isalnum()


def _plainer_views(folded: str) -> tuple[str, ...]:
    return tuple(view for view in (FOLDED, "squeezed") if fits(view, folded) is None)


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
    )


def _together(joined: str, entries: Sequence[Entry]) -> list[str]:
    """The folded terms; a term that holds a border is refused when it is asked alone."""
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
