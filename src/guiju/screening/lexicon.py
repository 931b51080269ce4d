# SPDX-License-Identifier: Apache-2.0
"""The operator's terms, compiled: one automaton over folded text (Article 4).

guiju ships no list. A term of ASCII letters counts only as a whole word, by ASCII borders: the
border of regular expressions would miss one between an ideograph and a letter.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace
from operator import itemgetter
from typing import NamedTuple, TypeAlias

from daachorse import CharwiseDoubleArrayAhoCorasick

from guiju.kernel import Invalid, Text, digest
from guiju.screening.entry import Entry
from guiju.screening.entry import hopeless as _why_hopeless
from guiju.screening.fold import fold
from guiju.screening.model import DIRECTIONS, Direction, Outcome
from guiju.screening.prefixes import Prefixes

_RULE_DIGITS = 16
_END = itemgetter(1)


class Term(NamedTuple):
    """An entry, folded: `left` and `right` say at which side a whole word must end."""

    folded: str
    entry: Entry
    rule: str
    left: bool
    right: bool


Hit: TypeAlias = tuple[int, int, int]
"""Start and end in the searched text, and the number of the term."""


class Lexicon:
    """The terms of one direction."""

    def __init__(self, terms: Sequence[Term]) -> None:
        """Compile; terms must differ from each other."""
        self.terms = tuple(terms)
        self.ranks = tuple(one.entry.action.rank for one in terms)
        self.masking = _numbers(one.entry.action is Outcome.MASK for one in terms)
        self.stopping = _numbers(one.entry.action.stops for one in terms)
        self.longest = max((len(one.folded) for one in terms), default=0)
        self._words = any(one.left or one.right for one in terms)
        patterns = [one.folded for one in terms]
        self._automaton = CharwiseDoubleArrayAhoCorasick(patterns) if patterns else None
        self.prefixes = Prefixes((one.folded, one.left, one.right) for one in terms)

    def __len__(self) -> int:
        """How many terms there are."""
        return len(self.terms)

    def hits(
        self, folded: str, context: int = 0, seen: int = 0, *, closed: bool = True
    ) -> list[Hit]:
        """Every term in `folded`, overlapping ones too, in the order in which they end.

        `context` characters stand there only as a left border; hits that were certain within the
        first `seen` are left out. Unless `closed`, a word at the end is not yet certain.
        """
        if self._automaton is None:
            return []
        found: list[Hit] = self._automaton.find_overlapping(folded)
        if not found:
            return found
        if self._words:
            found = found[bisect_left(found, seen, key=_END) :] if seen else found
            last = len(folded) if closed else len(folded) - 1
            return [hit for hit in found if self._counts(hit, folded, context, seen, last)]
        # What begins with a character that was let go is no hit: it would not have been let go.
        return found[bisect_right(found, seen, key=_END) :] if seen else found

    def _counts(self, hit: Hit, folded: str, context: int, seen: int, last: int) -> bool:
        """Whether a hit is new, a whole word if it must be, and ends at `last` at the latest."""
        start, end, number = hit
        term = self.terms[number]
        if term.left and (start < context or (start > 0 and _is_letter(folded[start - 1]))):
            return False
        if not term.right:
            return end > seen
        return end <= last and not _is_letter(folded[end : end + 1])


def _numbers(which: Iterable[bool]) -> frozenset[int]:
    return frozenset(number for number, one in enumerate(which) if one)


def compiled(entries: Iterable[Entry]) -> dict[Direction, Lexicon]:
    """One lexicon for each direction; equal ones are shared.

    Raises:
        Invalid: `lexicon-entry-hopeless`, for a term that would hit everything or nothing.
    """
    terms = _merged(entries)
    ends = {way: tuple(one for one in terms if way in one.entry.scope) for way in DIRECTIONS}
    made = {terms: Lexicon(terms) for terms in set(ends.values())}
    return {way: made[ends[way]] for way in DIRECTIONS}


def _merged(entries: Iterable[Entry]) -> list[Term]:
    """Terms that fold alike become one for each direction they share, with the worst action."""
    found: dict[tuple[str, Direction], Term] = {}
    for number, entry in enumerate(entries, start=1):
        term = _term(number, entry)
        for way in sorted(entry.scope):
            before = found.get((term.folded, way))
            if before is None or entry.action > before.entry.action:
                found[term.folded, way] = term
    return _scoped(found)


def _scoped(found: dict[tuple[str, Direction], Term]) -> list[Term]:
    scopes: dict[Term, set[Direction]] = {}
    for (_, way), term in found.items():
        scopes.setdefault(term, set()).add(way)
    return [
        term._replace(entry=replace(term.entry, scope=frozenset(scope)))
        for term, scope in scopes.items()
    ]


def _term(number: int, entry: Entry) -> Term:
    folded = fold(entry.term).text
    if (reason := _why_hopeless(entry)) is not None:
        raise Invalid(
            "lexicon-entry-hopeless",
            Text(
                zh=f"词条第 {number} 条不可用：{reason.zh}。",
                en=f"Lexicon entry {number} cannot work: {reason.en}.",
            ),
            Text(
                zh="请在一行内写更长的词，或删去该条。",
                en="Write a longer term on one line, or take the entry out.",
            ),
            article=4,
        )
    word = folded.isascii()
    rule = "lex-" + digest(b"guiju/lexicon/1/" + folded.encode())[:_RULE_DIGITS]
    left, right = word and _is_letter(folded[0]), word and _is_letter(folded[-1])
    return Term(folded, entry, rule, left, right)


def _is_letter(character: str) -> bool:
    return character.isascii() and character.isalnum()
