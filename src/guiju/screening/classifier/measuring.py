# SPDX-License-Identifier: Apache-2.0
"""How well probabilities tell texts with a label from texts without it, in the figures of the card.

Recall at so many per cent of false positives is exact on the texts measured: the highest share of
texts with the label that can be raised while no more than that share of the others is.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Chances = npt.NDArray[np.float64]
Target = npt.NDArray[np.bool_]

EVEN = 0.5
_BINS = 10


class Figures(NamedTuple):
    """One label on one set of texts; shares between 0 and 1, None where the texts cannot tell."""

    texts: int
    with_label: int
    macro_f1: float | None
    auc: float | None
    recall_at_1: float | None
    recall_at_5: float | None
    calibration_error: float
    triage_recall: float | None
    triage_false: float | None

    def as_json(self) -> dict[str, int | float | None]:
        """By name, to four places."""
        return {name: rounded(value) for name, value in self._asdict().items()}


def figures(chances: Chances, target: Target, triage: float) -> Figures:
    """All figures; `triage` is the probability from which a text is raised."""
    inside, outside = chances[target], chances[~target]
    both = bool(inside.size and outside.size)
    return Figures(
        texts=target.size,
        with_label=inside.size,
        macro_f1=macro_f1(chances >= EVEN, target) if both else None,
        auc=auc(chances, target) if both else None,
        recall_at_1=share_raised(inside, threshold(outside, 0.01)) if both else None,
        recall_at_5=share_raised(inside, threshold(outside, 0.05)) if both else None,
        calibration_error=calibration_error(chances, target),
        triage_recall=share_raised(inside, triage),
        triage_false=share_raised(outside, triage),
    )


def rounded(value: float | None) -> int | float | None:
    """To four places; whole numbers and None stay."""
    return round(value, 4) if isinstance(value, float) else value


def macro_f1(said: Target, target: Target) -> float:
    """The mean of F1 for the texts with the label and F1 for those without."""
    return (_f1(said, target) + _f1(~said, ~target)) / 2


def auc(chances: Chances, target: Target) -> float:
    """How often a text with the label scores above one without; a tie counts half."""
    ordered = np.sort(chances[~target])
    inside = chances[target]
    below = np.searchsorted(ordered, inside, "left") + np.searchsorted(ordered, inside, "right")
    return float(below.sum() / (2 * inside.size * ordered.size))


def threshold(outside: Chances, share: float) -> float:
    """The least probability from which no more than `share` of these texts are raised."""
    ordered = np.sort(outside)[::-1]
    allowed = int(share * ordered.size)
    if allowed >= ordered.size:
        return 0.0
    return float(np.nextafter(ordered[allowed], 2.0))


def share_raised(chances: Chances, triage: float) -> float | None:
    """The share of these texts at or above the threshold."""
    return float((chances >= triage).mean()) if chances.size else None


def calibration_error(chances: Chances, target: Target) -> float:
    """By how much probabilities miss the share that came true, over ten bins of equal width."""
    if not target.size:
        return 0.0
    bins = np.minimum((chances * _BINS).astype(int), _BINS - 1)
    missed = np.bincount(bins, chances - target, _BINS)
    return float(np.abs(missed).sum() / target.size)


def _f1(said: Target, target: Target) -> float:
    return float(2 * (said & target).sum() / max(1, said.sum() + target.sum()))
