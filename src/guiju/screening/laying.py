# SPDX-License-Identifier: Apache-2.0
"""Under which forms, in which views, each entry of a lexicon is found (Article 4)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, TypeAlias

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


class Laid(NamedTuple):
    """An entry, its folded term, what each hit is asked, and the forms it is found by, by view."""

    entry: Entry
    folded: str
    flags: int
    forms: tuple[tuple[str, str], ...]


def lay(numbered: Sequence[tuple[int, Entry]]) -> Iterator[Laid]:
    """How each of the entries is found.

    Raises:
        Invalid: `lexicon-entry-hopeless`, naming the entry by its number.
    """
    folded = _together(fold(BORDER.join(one.term for _, one in numbered)).text, numbered)
    if sum(not one.views for _, one in numbered) > MOST_SEEN_THROUGH:
        yield from _lay_many(numbered, folded)
        return
    for (number, entry), text in zip(numbered, folded, strict=True):
        yield _lay_one(number, entry, text, default_views)


def _lay_many(numbered: Sequence[tuple[int, Entry]], folded: Sequence[str]) -> Iterator[Laid]:
    """Of very many, nothing is asked that is known of others like them."""
    squeezed = _split(seen("squeezed", BORDER.join(folded)).text, len(folded)) or folded
    fitting: dict[tuple[bool, int], bool] = {}
    for (number, entry), text, form in zip(numbered, folded, squeezed, strict=True):
        shape = (form.isascii(), len(form))
        if shape not in fitting:
            fitting[shape] = fits("squeezed", text) is None
        if fitting[shape] and len(text) <= LONGEST_SEEN and _is_usual(entry, text):
            yield Laid(entry, text, SQUEEZED, (("squeezed", form),))
        else:
            yield _lay_one(number, entry, text, _plainer_views)


def _lay_one(number: int, entry: Entry, folded: str, usual: Usual) -> Laid:
    if not _is_plain(entry, folded):
        _check(number, entry)
    if entry.kind == "regex":
        return Laid(entry, entry.term, 0, ())
    parts = (folded,) if entry.kind == "term" else tuple(fold(one).text for one in entry.parts)
    by_part = [_forms(part, entry.views or usual(part)) for part in parts]
    chain = next(view for view in _CHAIN if all(view in forms for forms in by_part))
    found = (chain, *(view for view in _SPLIT_OFF if all(view in forms for forms in by_part)))
    forms = tuple((view, form) for view in found for some in by_part for form in some[view])
    return Laid(entry, folded, _asked(entry, parts) | _CHAIN_FLAGS[chain], forms)


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


def _together(joined: str, numbered: Sequence[tuple[int, Entry]]) -> list[str]:
    """The folded terms; a term that holds a border is refused when it is asked alone."""
    return _split(joined, len(numbered)) or [fold(one.term).text for _, one in numbered]


def _split(joined: str, count: int) -> list[str]:
    parts = joined.split(BORDER)
    return parts if len(parts) == count else []


def _is_usual(entry: Entry, folded: str) -> bool:
    return not entry.views and _is_plain(entry, folded)


def _is_plain(entry: Entry, folded: str) -> bool:
    """Whether there is nothing to doubt about an entry; most of a million are asked no more."""
    if entry.kind != "term" or entry.near or entry.except_ or entry.from_ or entry.to:
        return False
    if folded.isascii() or folded.isspace() or entry.whole_word is not None:
        return False
    return 1 < len(folded) <= LONGEST_TERM and BORDER not in folded


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
