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
    """A finding about which the rules would do less for a minor than for anybody else."""

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
    """The first such finding; None when no rule means to be milder for minors.

    `Matrix` gives minors no less in any case; but a rule that asks for less is a mistake, or
    worse. A rule for minors may be below an own action of the detector, where it still does more
    than some other own action: it says what they get at least. Every harm, detector, direction and
    own action is tried, with every score at which a rule turns, so there is no other case.
    """
    if all(one.audience == EVERYBODY for one in rules):
        return None
    matrix, scores = Matrix(rules), sorted({0, *_thresholds(rules)})
    for detector, direction, harm in product(DETECTORS, DIRECTIONS, _HARMS):
        for score in scores if detector in SCORED else (SURE,):
            found = list(_pairs(matrix, harm, detector, direction, score))
            raising = {one.minors.rule for one in found if one.minors.action > one.general.action}
            for one in found:
                floor = one.general.rule is None and one.minors.rule in raising
                if one.minors.action < one.general.action and not floor:
                    return one
    return None


def _pairs(
    matrix: Matrix, harm: str, detector: str, direction: str, score: int
) -> Iterator[Loosening]:
    for asked in _ASKED[detector]:
        general, minors = (
            matrix.first(harm, detector, direction, audience, asked, score=score)
            for audience in AUDIENCES
        )
        yield Loosening(harm, detector, direction, asked, score, general, minors)


def _thresholds(rules: Sequence[MatrixRule]) -> Iterator[int]:
    return (one.score_from for one in rules if one.score_from is not None)
