# SPDX-License-Identifier: Apache-2.0
"""Finds where named rules would be milder for minors than for everybody else (Article 10)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import NamedTuple

from guiju.screening.matrix.deciding import SURE, Decision, Matrix
from guiju.screening.matrix.harms import GROUPS
from guiju.screening.matrix.rules import AUDIENCES, DETECTORS, EVERYBODY, SCORED, MatrixRule
from guiju.screening.model import DIRECTIONS, Outcome

_HARMS = tuple(harm for members in GROUPS.values() for harm in members)
_FOUND = (Outcome.MASK, Outcome.REVIEW, Outcome.REFUSE, Outcome.BLOCK)
# What each detector's own rules can ask for about something that it found.
_ASKED: Mapping[str, tuple[Outcome, ...]] = {
    "lexicon": _FOUND,
    "personal": _FOUND,
    "classifier": (Outcome.REVIEW, Outcome.BLOCK),
    "guard": (Outcome.REVIEW, Outcome.REFUSE, Outcome.BLOCK),
}


class Loosening(NamedTuple):
    """A finding about which less would be done for a minor than for anybody else."""

    harm: str
    detector: str
    direction: str
    asked: Outcome
    score: int
    general: Decision
    minors: Decision

    @property
    def rule(self) -> str | None:
        """The rule to blame: the one for minors, or the one that forgets them."""
        return self.minors.rule or self.general.rule


def loosened(rules: Sequence[MatrixRule]) -> Loosening | None:
    """The first such finding; None when minors never get less, whatever is found.

    Every harm, detector, direction and own outcome is tried, with every score at which a rule
    turns, so there is no other case.
    """
    if all(one.audience == EVERYBODY for one in rules):
        return None
    matrix, scores = Matrix(rules), sorted({0, *_thresholds(rules)})
    for detector, direction, harm in product(DETECTORS, DIRECTIONS, _HARMS):
        tried = scores if detector in SCORED else (SURE,)
        for asked, score in product(_ASKED[detector], tried):
            general, minors = (
                matrix.decide(harm, detector, direction, audience, asked, score=score)
                for audience in AUDIENCES
            )
            if minors.action < general.action:
                return Loosening(harm, detector, direction, asked, score, general, minors)
    return None


def _thresholds(rules: Sequence[MatrixRule]) -> Iterator[int]:
    return (one.score_from for one in rules if one.score_from is not None)
