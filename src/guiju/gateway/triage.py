# SPDX-License-Identifier: Apache-2.0
"""The embedded classifier as one of the guards: it calls people, it never stops alone."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from guiju.measures import enforces
from guiju.screening import Finding, Outcome
from guiju.screening.classifier import Classifier, shipped

_PER_MILLE = 1000
_BOTH = ("input", "output")


class ClassifierTriage:
    """Finds what a trained classifier thinks a person should look at."""

    def __init__(
        self,
        classifier: Classifier,
        directions: Collection[str],
        review_from: int | None = None,
        block_from: int | None = None,
        with_rule: Collection[str] = (),
    ) -> None:
        """`review_from`: the probability, per mille, from which a text is for review.

        None: the one that was chosen for each label when it was trained. From `block_from` on a
        text is blocked, but only where one of the named rules `with_rule` was met as well.
        """
        self._classifier = classifier
        self._directions = frozenset(directions)
        self._from = {
            label: threshold if review_from is None else review_from / _PER_MILLE
            for label, threshold in classifier.thresholds.items()
        }
        self._block_from = None if block_from is None else block_from / _PER_MILLE
        self._with_rule = frozenset(with_rule)

    def serves(self, direction: str) -> bool:
        """Whether texts of this direction are looked at."""
        return direction in self._directions

    @enforces("classifier-triage")
    def judge(self, text: str, met: Collection[str]) -> tuple[Finding, ...]:
        """A finding for each label whose probability is high enough."""
        scores, together = self._classifier.score(text), not self._with_rule.isdisjoint(met)
        return tuple(
            Finding(
                start=0,
                end=len(text),
                rule=f"classifier-{self._classifier.digest[:16]}",
                harm=label,
                detector="classifier",
                view="window",
                score=round(score * _PER_MILLE),
                outcome=self._outcome(score, together=together),
            )
            for label, score in scores.items()
            if score >= self._from[label]
        )

    def _outcome(self, score: float, *, together: bool) -> Outcome:
        sure = self._block_from is not None and score >= self._block_from
        return Outcome.BLOCK if sure and together else Outcome.REVIEW


def triage_of(screening: Mapping[str, Any]) -> ClassifierTriage | None:
    """What the policy's `[screening.classifier]` asks for; None where it has no such table."""
    table = screening.get("classifier")
    if table is None:
        return None
    return ClassifierTriage(
        shipped(),
        table.get("directions", _BOTH),
        table.get("review_from"),
        table.get("block_from"),
        table.get("with_rule", ()),
    )
