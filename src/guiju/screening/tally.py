# SPDX-License-Identifier: Apache-2.0
"""A verdict in the making: the worst of all hits, every span to mask, and not too many findings."""

from __future__ import annotations

from array import array

from guiju.screening.lexicon import Hit, Lexicon
from guiju.screening.model import Finding, Outcome, Verdict
from guiju.screening.spans import Place, Span, merged

MOST_FINDINGS = 100
"""Of a flood a verdict tells the worst findings, and the first of these; the outcome, the harms and
the masks are those of all."""

_OUTCOMES = tuple(Outcome)


class Tally:
    """What was found so far; the same in whatever pieces and order it is added."""

    def __init__(self, lexicon: Lexicon) -> None:
        """Nothing was found yet."""
        self._lexicon = lexicon
        self._seen: set[int] = set()
        self._found = 0
        self._kept: list[list[Finding]] = [[] for _ in _OUTCOMES]
        self._masks = array("q")  # start, end, start, end ...: two objects a span would be many

    def add(self, hits: list[Hit], place: Place) -> list[Span]:
        """Take hits, in the order in which they end; returns the source's spans to be masked."""
        numbers = {number for _, _, number in hits}
        self._seen |= numbers
        self._found += len(hits)
        wanted = self._wanted(numbers, place)
        if wanted:
            self._keep(_those(hits, numbers, wanted), place)
        masking = numbers & self._lexicon.masking
        if not masking:
            return []
        spans = merged(place.spans(_those(hits, numbers, masking)))
        self._mask(place.whole(spans))
        return spans

    def verdict(self, policy: str, covered: int) -> Verdict:
        """What follows from all that was found."""
        terms = [self._lexicon.terms[number] for number in self._seen]
        kept: list[Finding] = []
        for findings in reversed(self._kept):
            kept += findings[: MOST_FINDINGS - len(kept)]
        return Verdict(
            outcome=max((term.entry.action for term in terms), default=Outcome.PASS),
            findings=tuple(sorted(kept)),
            policy=policy,
            covered=covered,
            found=self._found,
            harms=frozenset(term.entry.harm for term in terms),
            masks=self._masks or (),
        )

    def _wanted(self, numbers: set[int], place: Place) -> set[int]:
        """The terms of which a finding where the hits stand might be kept."""
        for rank in range(len(_OUTCOMES) - 1, 0, -1):
            kept = self._kept[rank]
            if len(kept) >= MOST_FINDINGS:
                lowest = rank if kept[-1].start >= place.begin else rank + 1
                ranks = self._lexicon.ranks
                return {number for number in numbers if ranks[number] >= lowest}
        return numbers

    def _keep(self, hits: list[Hit], place: Place) -> None:
        terms = self._lexicon.terms
        new: list[set[Finding]] = [set() for _ in _OUTCOMES]
        for (_, _, number), span in zip(hits, place.spans(hits), strict=True):
            finding = place.finding(terms[number], span)
            new[self._lexicon.ranks[number]].add(finding)
        for rank, found in enumerate(new):
            if found:
                self._kept[rank] = sorted(found.union(self._kept[rank]))[:MOST_FINDINGS]

    def _mask(self, spans: list[Span]) -> None:
        masks = self._masks
        for start, end in spans:
            first = start
            while masks and masks[-1] >= first:
                masks.pop()
                first = min(first, masks.pop())
            masks.append(first)
            masks.append(end)


def _those(hits: list[Hit], numbers: set[int], wanted: set[int] | frozenset[int]) -> list[Hit]:
    if len(wanted) == len(numbers):
        return hits
    return [hit for hit in hits if hit[2] in wanted]
