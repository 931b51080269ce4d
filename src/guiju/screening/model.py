# SPDX-License-Identifier: Apache-2.0
"""What screening says: outcomes in order, findings with their place in the text, the verdict."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

Direction = Literal["input", "output"]

FULL = "full"
MASK_SIGN = "*"


class Outcome(StrEnum):
    """What is to be done with a text, from nothing to stopping it; the worse is the greater."""

    PASS = "pass"  # noqa: S105 - an outcome, no password
    MASK = "mask"
    REVIEW = "review"
    REFUSE = "refuse"
    BLOCK = "block"

    @property
    def rank(self) -> int:
        """How bad it is, from 0."""
        return _RANKS[self.value]

    @property
    def stops(self) -> bool:
        """Whether the text must not be delivered."""
        return self.rank >= _RANKS["refuse"]

    def __lt__(self, other: str) -> bool:
        return self.rank < Outcome(other).rank

    def __le__(self, other: str) -> bool:
        return self.rank <= Outcome(other).rank

    def __gt__(self, other: str) -> bool:
        return self.rank > Outcome(other).rank

    def __ge__(self, other: str) -> bool:
        return self.rank >= Outcome(other).rank


_RANKS = {"pass": 0, "mask": 1, "review": 2, "refuse": 3, "block": 4}


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """Something found: `start` and `end` are character offsets in the text as given.

    `rule` names the entry without telling its term, `view` says whether the text held the term as
    written or only when folded, `score` is per mille.
    """

    start: int
    end: int
    rule: str
    harm: str
    detector: str
    view: str
    score: int
    outcome: Outcome

    def as_json(self) -> dict[str, object]:
        """The public form."""
        return {
            "harm": self.harm,
            "detector": self.detector,
            "rule": self.rule,
            "view": self.view,
            "start": self.start,
            "end": self.end,
            "score": self.score,
        }


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be done with a text and why.

    `screened` is "full" or the reason why not: a skipped screen is never a passed one. `covered` is
    the number of characters that were judged, `policy` the digest of the rules they were judged by.
    """

    outcome: Outcome
    findings: tuple[Finding, ...]
    policy: str
    covered: int
    screened: str = FULL

    @property
    def stops(self) -> bool:
        """Whether the text must not be delivered."""
        return self.outcome.stops

    def masked(self, text: str) -> str:
        """`text`, which must be the one judged, with the spans to be masked starred out."""
        spans = [(one.start, one.end) for one in self.findings if one.outcome is Outcome.MASK]
        return masked(text, spans)

    def as_json(self) -> dict[str, object]:
        """The public form."""
        return {
            "verdict": self.outcome.value,
            "screened": self.screened,
            "policy": self.policy,
            "findings": [one.as_json() for one in self.findings],
        }


def verdict_on(findings: Iterable[Finding], policy: str, covered: int) -> Verdict:
    """The verdict that follows from `findings`, each counted once, in the order of the text."""
    ordered = tuple(sorted(set(findings)))
    worst = max((one.outcome for one in ordered), default=Outcome.PASS)
    return Verdict(worst, ordered, policy, covered)


def masked(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """`text` with a star for each character in `spans`; its length does not change."""
    pieces: list[str] = []
    done = 0
    for first, last in sorted(spans):
        start, end = max(first, done), min(last, len(text))
        if start < end:
            pieces += (text[done:start], MASK_SIGN * (end - start))
            done = end
    return "".join((*pieces, text[done:]))
