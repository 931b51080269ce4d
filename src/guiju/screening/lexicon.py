# SPDX-License-Identifier: Apache-2.0
"""The operator's terms, compiled: one automaton over folded text (Article 4).

guiju ships no list. A term of ASCII letters counts only as a whole word, by ASCII borders: the
border of regular expressions would miss one between an ideograph and a letter.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from daachorse import CharwiseDoubleArrayAhoCorasick

from guiju.kernel import Invalid, Text, digest
from guiju.screening.fold import BORDER, fold
from guiju.screening.model import Direction, Outcome
from guiju.screening.prefixes import Prefixes

DIRECTIONS: tuple[Direction, ...] = ("input", "output")

_SHORTEST = 2
_SHORTEST_ASCII = 3
_RULE_DIGITS = 16


@dataclass(frozen=True, slots=True)
class Entry:
    """One term and what is to be done where it stands."""

    term: str
    harm: str
    action: Outcome
    scope: frozenset[Direction] = frozenset(DIRECTIONS)
    level: int = 1
    note: str = ""


class Term(NamedTuple):
    """An entry, folded: `left` and `right` say at which side a whole word must end."""

    folded: str
    entry: Entry
    rule: str
    left: bool
    right: bool


class Hit(NamedTuple):
    """A term found in folded text; `open`: whether its right border is still to come."""

    start: int
    end: int
    term: Term
    open: bool


class Lexicon:
    """The terms of one direction."""

    def __init__(self, terms: Sequence[Term]) -> None:
        """Compile; terms must differ from each other."""
        self._terms = tuple(terms)
        patterns = [one.folded for one in terms]
        self._automaton = CharwiseDoubleArrayAhoCorasick(patterns) if patterns else None
        self.prefixes = Prefixes((one.folded, one.left, one.right) for one in terms)

    def __len__(self) -> int:
        """How many terms there are."""
        return len(self._terms)

    def hits(self, folded: str) -> list[Hit]:
        """Every term in `folded`, overlapping ones too, in the order in which they end."""
        if self._automaton is None:
            return []
        found = self._automaton.find_overlapping(folded)
        return [hit for one in found if (hit := self._whole(folded, *one))] if found else []

    def _whole(self, folded: str, start: int, end: int, number: int) -> Hit | None:
        term = self._terms[number]
        if term.left and start > 0 and _is_letter(folded[start - 1]):
            return None
        if not term.right:
            return Hit(start, end, term, open=False)
        if end == len(folded):
            return Hit(start, end, term, open=True)
        return None if _is_letter(folded[end]) else Hit(start, end, term, open=False)


def compiled(entries: Iterable[Entry]) -> dict[Direction, Lexicon]:
    """One lexicon for each direction; equal ones are shared.

    Raises:
        Invalid: `lexicon-entry-hopeless`, for a term that would hit everything or nothing.
    """
    terms = _merged(entries)
    ends = {way: tuple(one for one in terms if way in one.entry.scope) for way in DIRECTIONS}
    first, second = DIRECTIONS
    one = Lexicon(ends[first])
    return {first: one, second: one if ends[first] == ends[second] else Lexicon(ends[second])}


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
    if (reason := _hopeless(folded)) is not None:
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


def _hopeless(folded: str) -> Text | None:
    if not folded.strip():
        return Text(zh="折叠后为空", en="nothing is left of it when it is folded")
    if BORDER in folded:
        return Text(zh="含有换行", en="it holds a line break")
    if len(folded) < _SHORTEST:
        return Text(zh="只有一个字符", en="it is a single character")
    if folded.isascii() and len(folded) < _SHORTEST_ASCII:
        return Text(
            zh=f"少于 {_SHORTEST_ASCII} 个 ASCII 字符",
            en=f"it has fewer than {_SHORTEST_ASCII} ASCII characters",
        )
    return None


def _is_letter(character: str) -> bool:
    return character.isascii() and character.isalnum()
