# SPDX-License-Identifier: Apache-2.0
"""The embedded classifier as one of the guards: it calls people and stops nothing (Article 4)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from guiju.screening import Finding, Outcome
from guiju.screening.classifier import Classifier, shipped

_PER_MILLE = 1000
_BOTH = ("input", "output")


class ClassifierTriage:
    """Finds what a trained classifier thinks a person should look at."""

    def __init__(
        self, classifier: Classifier, directions: Collection[str], review_from: int | None = None
    ) -> None:
        """`review_from`: the probability, per mille, from which a text is for review.

        None: the one that was chosen for each label when it was trained.
        """
        self._classifier = classifier
        self._directions = frozenset(directions)
        self._from = {
            label: threshold if review_from is None else review_from / _PER_MILLE
            for label, threshold in classifier.thresholds.items()
        }

    def serves(self, direction: str) -> bool:
        """Whether texts of this direction are looked at."""
        return direction in self._directions

    def judge(self, text: str, direction: str) -> tuple[Finding, ...]:  # noqa: ARG002 - as the port has it
        """A finding for each label whose probability is high enough."""
        scores = self._classifier.score(text)
        return tuple(
            Finding(
                start=0,
                end=len(text),
                rule=f"classifier-{self._classifier.digest[:16]}",
                harm=label,
                detector="classifier",
                view="window",
                score=round(score * _PER_MILLE),
                outcome=Outcome.REVIEW,
            )
            for label, score in scores.items()
            if score >= self._from[label]
        )


def triage_of(screening: Mapping[str, Any]) -> ClassifierTriage | None:
    """What the policy's `[screening.classifier]` asks for; None where it has no such table."""
    table = screening.get("classifier")
    if table is None:
        return None
    return ClassifierTriage(shipped(), table.get("directions", _BOTH), table.get("review_from"))
