# SPDX-License-Identifier: Apache-2.0
"""A verdict in the making: the worst of all hits, every span to mask, and not too many findings."""

from __future__ import annotations

from array import array

from guiju.screening.lexicon import Hit
from guiju.screening.model import Finding, Outcome, Verdict
from guiju.screening.rules import Rules
from guiju.screening.spans import Place, Span, merged

MOST_FINDINGS = 100
"""Of a flood a verdict tells the worst findings, and the first of these; the outcome, the harms and
the masks are those of all."""

_OUTCOMES = tuple(Outcome)


class Tally:
    """What was found so far: the same in whatever pieces it is added, in the order of the text."""

    def __init__(self, rules: Rules) -> None:
        """Nothing was found yet."""
        self._rules = rules
        self._ranks: dict[int, int] = {}
        self._found = 0
        self._is_full = False  # of some rank, so that more of it may not be wanted
        self._kept: list[list[Finding]] = [[] for _ in _OUTCOMES]
        self._masks = array("q")  # start, end, start, end ...: two objects a span would be many

    def add(self, hits: list[Hit], place: Place) -> list[Span]:
        """Take hits, none of which begins before one that was taken earlier with other hits.

        Returns the source's spans to be masked, in order.
        """
        if not hits:
            return []
        hits = sorted(hits)
        numbers = {number for _, _, number, _ in hits}
        ranks = self._ranks
        for number in numbers - ranks.keys():
            ranks[number] = self._rules.rank(number)
        self._found += len(hits)
        if wanted := self._wanted(numbers, place):
            self._keep(_those(hits, numbers, wanted), place)
        masking = {number for number in numbers if ranks[number] == Outcome.MASK.rank}
        if not masking:
            return []
        spans = merged(place.spans(_those(hits, numbers, masking)))
        self._mask(place.whole(spans))
        return spans

    def verdict(self, policy: str, covered: int) -> Verdict:
        """What follows from all that was found."""
        kept: list[Finding] = []
        for findings in filter(None, reversed(self._kept)):
            kept += findings[: MOST_FINDINGS - len(kept)]
        return Verdict(
            outcome=_OUTCOMES[max(self._ranks.values(), default=0)],
            findings=tuple(sorted(kept)),
            policy=policy,
            covered=covered,
            found=self._found,
            harms=frozenset(map(self._rules.harm, self._ranks)),
            masks=self._masks or (),
        )

    def _wanted(self, numbers: set[int], place: Place) -> set[int]:
        """The rules of which a finding where the hits stand might be kept."""
        if not self._is_full:
            return numbers
        for rank in range(len(_OUTCOMES) - 1, 0, -1):
            kept = self._kept[rank]
            if len(kept) >= MOST_FINDINGS:
                lowest = rank if kept[-1].start >= place.begin else rank + 1
                return {number for number in numbers if self._ranks[number] >= lowest}
        return numbers

    def _keep(self, hits: list[Hit], place: Place) -> None:
        new: dict[int, set[Finding]] = {}
        for hit, span in zip(hits, place.spans(hits), strict=True):
            rule = self._rules.rule(hit[2])
            new.setdefault(rule.outcome.rank, set()).add(place.finding(rule, hit, span))
        for rank, found in new.items():
            kept = self._kept[rank] = sorted(found.union(self._kept[rank]))[:MOST_FINDINGS]
            self._is_full = self._is_full or len(kept) == MOST_FINDINGS

    def _mask(self, spans: list[Span]) -> None:
        masks = self._masks
        for start, end in spans:
            if masks and start <= masks[-1]:
                masks[-1] = max(masks[-1], end)
            else:
                masks.append(start)
                masks.append(end)


def _those(hits: list[Hit], numbers: set[int], wanted: set[int]) -> list[Hit]:
    if len(wanted) == len(numbers):
        return hits
    return [hit for hit in hits if hit[2] in wanted]
