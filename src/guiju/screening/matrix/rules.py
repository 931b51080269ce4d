# SPDX-License-Identifier: Apache-2.0
"""A named rule of the matrix: which findings it is about and what is done with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from guiju.screening.matrix.harms import GROUPS, expanded
from guiju.screening.model import Outcome

Audience = Literal["general", "minors"]
GENERAL: Audience = "general"
MINORS: Audience = "minors"
AUDIENCES: tuple[Audience, ...] = (GENERAL, MINORS)
EVERYBODY = "all"
DETECTORS = ("lexicon", "personal", "classifier", "guard")
USUAL_DIRECTIONS = ("input", "output")

# What these two find has a place, so it can be starred out; it is found or not, so it has no score.
_EXACT = ("lexicon", "personal")
SCORED = ("classifier", "guard")
_ALL_BUT_TRIAGE = ("lexicon", "personal", "guard")
_ABLE: Mapping[Outcome, tuple[str, ...]] = {
    Outcome.PASS: DETECTORS,
    Outcome.MASK: _EXACT,
    Outcome.REVIEW: DETECTORS,
    Outcome.REFUSE: _ALL_BUT_TRIAGE,
    Outcome.BLOCK: _ALL_BUT_TRIAGE,
}


def able(action: Outcome, *, scored: bool) -> tuple[str, ...]:
    """The detectors whose findings a rule with this action may be about; all of them by default.

    Only what has a place can be masked, only what has a score can be asked for one, and the
    classifier stops nobody: it is triage.
    """
    return tuple(one for one in _ABLE[action] if one in SCORED or not scored)


@dataclass(frozen=True, slots=True)
class MatrixRule:
    """One `[[screening.rule]]` table.

    It is about findings of `harms` by `detectors` in what `audience` says or reads, if the
    detector's own rules ask for `at_least` so much, or its score is `score_from`, per mille.
    """

    name: str
    action: Outcome
    harms: frozenset[str]
    directions: tuple[str, ...]
    audience: str
    detectors: tuple[str, ...]
    at_least: Outcome | None = None
    score_from: int | None = None

    @classmethod
    def read(cls, table: Mapping[str, Any]) -> MatrixRule:
        """The rule of a table that was checked; what is left out counts for all it can."""
        action, least = Outcome(table["action"]), table.get("at_least")
        scored = table.get("score_from") is not None
        return cls(
            name=table["name"],
            action=action,
            harms=expanded(table.get("harms", GROUPS)),
            directions=tuple(table.get("directions", USUAL_DIRECTIONS)),
            audience=table.get("audience", EVERYBODY),
            detectors=tuple(table.get("detectors", able(action, scored=scored))),
            at_least=None if least is None else Outcome(least),
            score_from=table.get("score_from"),
        )

    def is_about(self, harm: str, detector: str, direction: str, audience: str) -> bool:
        """Whether findings of this sort are its business."""
        return (
            harm in self.harms
            and detector in self.detectors
            and direction in self.directions
            and self.audience in {EVERYBODY, audience}
        )

    def is_met(self, action: Outcome, score: int) -> bool:
        """Whether a finding is grave or sure enough."""
        if self.score_from is not None:
            return score >= self.score_from
        return self.at_least is None or action >= self.at_least

    def leaves_nothing_to(self, later: MatrixRule) -> bool:
        """Whether `later` can decide on nothing, because this rule comes before it."""
        return (
            self.audience in {EVERYBODY, later.audience}
            and self.harms >= later.harms
            and set(self.directions) >= set(later.directions)
            and set(self.detectors) >= set(later.detectors)
            and self._asks_no_more_than(later)
        )

    def _asks_no_more_than(self, later: MatrixRule) -> bool:
        if self.score_from is not None:
            return later.score_from is not None and later.score_from >= self.score_from
        if self.at_least is None:
            return True
        return later.at_least is not None and later.at_least >= self.at_least


def read_rules(screening: Mapping[str, Any]) -> tuple[MatrixRule, ...]:
    """The rules of a policy's `screening` table, which was checked, in their order."""
    tables: Iterable[Mapping[str, Any]] = screening.get("rule", ())
    return tuple(map(MatrixRule.read, tables))
