# SPDX-License-Identifier: Apache-2.0
"""From a hit in folded text back to the characters of the text as given."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from guiju.screening.fold import Folded
from guiju.screening.lexicon import Hit
from guiju.screening.model import Finding

_CERTAIN = 1000


def span_of(hit: Hit, offsets: Sequence[int] | None) -> tuple[int, int]:
    """Start and end of what was hit in the source; what was dropped in between belongs to it."""
    if offsets is None:
        return hit.start, hit.end
    return offsets[hit.start], offsets[hit.end - 1] + 1


def findings_of(
    hits: Iterable[Hit], folded: Folded, at: Callable[[int], int] = lambda index: index
) -> list[Finding]:
    """Each hit as a finding; `at` gives the place of a source character in the whole text."""
    offsets = folded.offsets()
    return [_finding(hit, span_of(hit, offsets), folded.source, at) for hit in hits]


def _finding(hit: Hit, span: tuple[int, int], source: str, at: Callable[[int], int]) -> Finding:
    start, end = span
    entry = hit.term.entry
    return Finding(
        start=at(start),
        end=at(end - 1) + 1,
        rule=hit.term.rule,
        harm=entry.harm,
        detector="lexicon",
        view="raw" if source[start:end] == entry.term else "folded",
        score=_CERTAIN,
        outcome=entry.action,
    )
