# SPDX-License-Identifier: Apache-2.0
"""Decides by the named rules what is done about a finding: the first that is met, else nobody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from guiju.measures import enforces
from guiju.screening.matrix.harms import GROUPS
from guiju.screening.matrix.rules import (
    AUDIENCES,
    DETECTORS,
    GENERAL,
    MINORS,
    MatrixRule,
    read_rules,
)
from guiju.screening.model import DIRECTIONS, Outcome

SURE = 1000


class Decision(NamedTuple):
    """What is done, and the rule that says so; None: it is what the detector asked for."""

    action: Outcome
    rule: str | None = None


Row: TypeAlias = tuple[Decision, ...]
"""What becomes of a finding of one harm, for each outcome it may ask for: index it by its rank."""

_Rules: TypeAlias = tuple[MatrixRule, ...]


class Matrix:
    """The named rules of a policy, ready to ask; immutable, shared by all threads."""

    def __init__(self, rules: Sequence[MatrixRule] = ()) -> None:
        """The first rule that is met decides."""
        self.rules: _Rules = tuple(rules)
        self._of: dict[tuple[str, str, str], Mapping[str, _Rules]] = {
            (direction, audience, detector): _by_harm(self.rules, detector, direction, audience)
            for direction in DIRECTIONS
            for audience in AUDIENCES
            for detector in DETECTORS
        }

    @classmethod
    def load(cls, screening: Mapping[str, Any]) -> Matrix:
        """The matrix of a policy's `screening` table, which was checked."""
        return cls(read_rules(screening))

    @enforces("named-rules-decide")
    def decide(
        self,
        harm: str,
        detector: str,
        direction: str,
        audience: str,
        action: Outcome,
        *,
        score: int = SURE,
    ) -> Decision:
        """What is done about a finding whose detector asks for `action`.

        `detector` is as findings have it: every `guard:<name>` is a guard. Minors get what the
        first rule for them says, and never less than everybody else does.
        """
        told = self.first(harm, detector, direction, audience, action, score=score)
        if audience != MINORS:
            return told
        least = self.first(harm, detector, direction, GENERAL, action, score=score)
        return least if least.action > told.action else told

    def first(
        self,
        harm: str,
        detector: str,
        direction: str,
        audience: str,
        action: Outcome,
        *,
        score: int = SURE,
    ) -> Decision:
        """What the first rule that is met says, taken by itself."""
        for rule in self._for(direction, audience, detector).get(harm, ()):
            if rule.is_met(action, score):
                return Decision(rule.action, rule.name)
        return Decision(action)

    def overrides(
        self, direction: str, audience: str, detector: str = "lexicon"
    ) -> Mapping[str, Row]:
        """All decisions about findings of certain score, by harm; a harm without a rule is absent.

        At most 31 rows, however long the lexicon. An entry is decided when it is hit:
        `rows[harm][own_rank]` if the harm is there, its own outcome if not; so no entry need be
        touched, compiled or loaded anew when the rules change. For "lexicon" and "personal" it
        says the same as `decide`, because their score is always certain.
        """
        harms = {*self._for(direction, audience, detector)}
        if audience == MINORS:
            harms |= {*self._for(direction, GENERAL, detector)}
        return {
            harm: tuple(
                self.decide(harm, detector, direction, audience, action) for action in Outcome
            )
            for harm in harms
        }

    def _for(self, direction: str, audience: str, detector: str) -> Mapping[str, _Rules]:
        return self._of[direction, audience, detector.partition(":")[0]]


def _by_harm(rules: _Rules, detector: str, direction: str, audience: str) -> Mapping[str, _Rules]:
    harms = (harm for members in GROUPS.values() for harm in members)
    found = {
        harm: tuple(one for one in rules if one.is_about(harm, detector, direction, audience))
        for harm in harms
    }
    return {harm: about for harm, about in found.items() if about}
