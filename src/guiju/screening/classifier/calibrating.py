# SPDX-License-Identifier: Apache-2.0
"""Turns what a text scores into a probability, by two numbers fitted on held-out texts (Platt)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float64]

_ROUNDS = 100
_CLOSE = 1e-10
_FLAT = 1e-12
# Beyond, the double is 0 or 1 anyway, and the exponential would overflow.
_FARTHEST = 700.0


class Calibration(NamedTuple):
    """The probability is the logistic function of slope * score + intercept: monotone."""

    slope: float
    intercept: float

    def __call__(self, scores: Vector) -> Vector:
        """The probabilities of these scores."""
        return logistic(self.slope * scores + self.intercept)


def logistic(values: Vector) -> Vector:
    """From any number to between 0 and 1, without overflow."""
    return 1.0 / (1.0 + np.exp(-np.clip(values, -_FARTHEST, _FARTHEST)))


def calibrated(scores: Vector, target: npt.NDArray[np.bool_]) -> Calibration:
    """The most likely calibration, by Newton's method with halved steps.

    The targets are drawn in from 0 and 1 as Platt has it, so that few or well-parted texts do not
    yield certainty.
    """
    wanted = _drawn_in(target)
    at = Calibration(0.0, 0.0)
    for _ in range(_ROUNDS):
        missed = at(scores) - wanted
        pull = float((scores * missed).sum()), float(missed.sum())
        if max(map(abs, pull)) < _CLOSE:
            break
        at = _stepped(at, _newton(at(scores), scores, pull), scores, wanted)
    return at


def _newton(chance: Vector, scores: Vector, pull: tuple[float, float]) -> tuple[float, float]:
    """The gradient times the inverse of the matrix of second derivatives, written out."""
    bend = chance * (1 - chance)
    aa, ab, bb = (float((scores**power * bend).sum()) for power in (2, 1, 0))
    aa, bb = aa + _FLAT, bb + _FLAT
    area = aa * bb - ab * ab
    return (bb * pull[0] - ab * pull[1]) / area, (aa * pull[1] - ab * pull[0]) / area


def _stepped(
    at: Calibration, step: tuple[float, float], scores: Vector, wanted: Vector
) -> Calibration:
    loss, length = _loss(at, scores, wanted), 1.0
    while True:
        there = Calibration(at.slope - length * step[0], at.intercept - length * step[1])
        if length < _CLOSE or _loss(there, scores, wanted) <= loss:
            return there
        length /= 2


def _loss(at: Calibration, scores: Vector, wanted: Vector) -> float:
    values = at.slope * scores + at.intercept
    return float((np.logaddexp(0.0, values) - wanted * values).sum())


def _drawn_in(target: npt.NDArray[np.bool_]) -> Vector:
    inside = int(target.sum())
    outside = target.size - inside
    return np.where(target, (inside + 1) / (inside + 2), 1 / (outside + 2))
