# SPDX-License-Identifier: Apache-2.0
"""From hits in folded text back to the characters of the text as given, and spans made one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, TypeAlias

from guiju.screening.asking import meant
from guiju.screening.lexicon import Hit
from guiju.screening.model import Finding
from guiju.screening.register import Read
from guiju.screening.rules import Rule
from guiju.screening.sights import FOLDED

Span: TypeAlias = tuple[int, int]

_CERTAIN = 1000


class Place(NamedTuple):
    """Where hits stand.

    `shift` leads from their indexes in the `window` to those of the folded text, `offsets` on to
    those of `source`, `moved` or `at` to those of the whole text of which `source` is a part. None
    begins before `begin` in the whole text.
    """

    source: str
    window: str
    offsets: Sequence[int] | None
    shift: int
    begin: int
    moved: int = 0
    at: Callable[[int], int] | None = None

    def spans(self, hits: Iterable[Hit]) -> list[Span]:
        """Start and end of each hit in the source; what was dropped in between belongs to it."""
        shift, offsets = self.shift, self.offsets
        if offsets is None:
            return [(start + shift, end + shift) for start, end, _, _ in hits]
        last = shift - 1
        return [(offsets[start + shift], offsets[end + last] + 1) for start, end, _, _ in hits]

    def whole(self, spans: list[Span]) -> list[Span]:
        """Spans of the source as those of the whole text."""
        at, moved = self.at, self.moved
        if at is not None:
            return [(at(start), at(end - 1) + 1) for start, end in spans]
        return [(start + moved, end + moved) for start, end in spans] if moved else spans

    def finding(self, rule: Rule, hit: Hit, span: Span) -> Finding:
        """The finding of `rule` for a hit at the source's `span`."""
        start, end = span
        view = self._view(rule.read, hit, self.source[start:end])
        if self.at is not None or self.moved:
            ((start, end),) = self.whole([span])
        name, harm, detector, outcome, read, by = rule
        entry = "" if read is None else read.entry.id
        return Finding(start, end, name, harm, detector, view, _CERTAIN, outcome, by, entry)

    def _view(self, read: Read | None, hit: Hit, source: str) -> str:
        """The plainest view in which the hit is seen."""
        start, end, _, view = hit
        if read is None:
            return "raw" if source == self.window[start:end] else FOLDED
        if source in read.entry.parts:
            return "raw"
        seen_in = ("squeezed",) if view == "homophone" else ()
        window = self.window[start:end]
        return next((one for one in (FOLDED, *seen_in) if meant(read.folded, one, window)), view)


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same characters in spans that do not touch; `spans` stand in the order of the text."""
    done: list[Span] = []
    for start, end in spans:
        if done and start <= done[-1][1]:
            if end > done[-1][1]:
                done[-1] = (done[-1][0], end)
        else:
            done.append((start, end))
    return done
