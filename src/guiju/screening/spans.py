# SPDX-License-Identifier: Apache-2.0
"""From hits in folded text back to the characters of the text as given, and spans made one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, TypeAlias

from guiju.screening.lexicon import Hit, Term
from guiju.screening.model import Finding

Span: TypeAlias = tuple[int, int]

_CERTAIN = 1000


class Place(NamedTuple):
    """Where hits stand.

    `shift` leads from their indexes to those of the folded text, `offsets` on to those of `source`,
    `moved` or `at` to those of the whole text of which `source` is a part. None begins before
    `begin` in the whole text.
    """

    source: str
    offsets: Sequence[int] | None
    shift: int
    begin: int
    moved: int = 0
    at: Callable[[int], int] | None = None

    def spans(self, hits: Iterable[Hit]) -> list[Span]:
        """Start and end of each hit in the source; what was dropped in between belongs to it."""
        shift, offsets = self.shift, self.offsets
        if offsets is None:
            return [(start + shift, end + shift) for start, end, _ in hits]
        last = shift - 1
        return [(offsets[start + shift], offsets[end + last] + 1) for start, end, _ in hits]

    def whole(self, spans: list[Span]) -> list[Span]:
        """Spans of the source as those of the whole text."""
        at, moved = self.at, self.moved
        if at is not None:
            return [(at(start), at(end - 1) + 1) for start, end in spans]
        return [(start + moved, end + moved) for start, end in spans] if moved else spans

    def finding(self, term: Term, span: Span) -> Finding:
        """The finding of `term` at the source's `span`."""
        (whole,), entry = self.whole([span]), term.entry
        return Finding(
            start=whole[0],
            end=whole[1],
            rule=term.rule,
            harm=entry.harm,
            detector="lexicon",
            view="raw" if self.source[span[0] : span[1]] == entry.term else "folded",
            score=_CERTAIN,
            outcome=entry.action,
        )


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same characters in the order of the text, in spans that do not touch each other.

    No span may end before one that stands before it in `spans`.
    """
    done: list[Span] = []
    first = last = -1
    for start, end in spans:
        if start > last:
            done.append((first, last))
            first = start
        elif start < first:
            first = start
            while done[-1][1] >= first:
                first = min(first, done.pop()[0])
        last = end
    return [*done[1:], (first, last)] if done else done
