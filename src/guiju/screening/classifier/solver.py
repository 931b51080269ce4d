# SPDX-License-Identifier: Apache-2.0
"""Learns one label: logistic regression over features weighted by naive Bayes and rarity.

By L-BFGS. Deterministic: no random number, no BLAS (its sums differ between processors), one
thread.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from guiju.screening.classifier.ngrams import Presence

Vector = npt.NDArray[np.float64]
Objective = Callable[[Vector], tuple[float, Vector]]
Watch = Callable[[int, float], None]

_REMEMBERED = 10
_SUFFICIENT = 1e-4
_SHORTEST_STEP = 1e-12


class Settings(NamedTuple):
    """How to learn; chosen on COLD's development split by `tools/choose_settings.py`.

    `strength`: how much an example weighs against the pull of all weights to zero; `smoothing`: how
    often every feature counts as seen on each side before anything was; `rarity`: the power to
    which a feature's rarity is raised before it is weighted by it, 0 not to.
    """

    bits: int = 20
    strength: float = 2.0
    smoothing: float = 1.0
    rounds: int = 200
    tolerance: float = 1e-3
    rarity: float = 1.0


class Learned(NamedTuple):
    """A weight for each place of the table, and the bias."""

    weights: Vector
    bias: float


def learn(
    seen: Presence, target: npt.NDArray[np.bool_], settings: Settings, watch: Watch
) -> Learned:
    """Weights under which texts of `target` score high."""
    size = 1 << settings.bits
    ratios = _log_ratios(seen, target, size, settings.smoothing)
    if settings.rarity:
        ratios = ratios * _rarity(seen, size) ** settings.rarity
    start = np.zeros(ratios.size + 1)
    objective = _objective(seen, target, ratios, settings.strength)
    found = minimised(objective, start, settings, watch)
    return Learned(found[:-1] * ratios, float(found[-1]))


def margins(seen: Presence, learned: Learned) -> Vector:
    """What each text scores; zero is the border."""
    return _sums(seen, learned.weights) * seen.scales() + learned.bias


def minimised(objective: Objective, start: Vector, settings: Settings, watch: Watch) -> Vector:
    """Where `objective`, which gives value and gradient, is least: L-BFGS."""
    at = start
    value, gradient = objective(at)
    memory: deque[tuple[Vector, Vector, float]] = deque(maxlen=_REMEMBERED)
    for round_ in range(settings.rounds):
        if np.abs(gradient).max() <= settings.tolerance:
            break
        way = _direction(gradient, memory)
        moved = _searched(objective, at, value, gradient, way)
        if moved is None:
            break
        there, less, slope = moved
        step, turn = there - at, slope - gradient
        if (bend := _dot(step, turn)) > 0:
            memory.append((step, turn, bend))
        at, value, gradient = there, less, slope
        watch(round_ + 1, value)
    return at


def _direction(gradient: Vector, memory: deque[tuple[Vector, Vector, float]]) -> Vector:
    """The two loops of L-BFGS: downhill, corrected by what the last steps taught."""
    way = -gradient
    if not memory:
        return way / max(1.0, float(np.abs(gradient).sum()))
    shares = []
    for step, turn, bend in reversed(memory):
        share = _dot(step, way) / bend
        shares.append(share)
        way = way - share * turn
    _, turn, bend = memory[-1]
    way = way * (bend / _dot(turn, turn))
    for (step, turn, bend), share in zip(memory, reversed(shares), strict=True):
        way = way + (share - _dot(turn, way) / bend) * step
    return way


def _searched(
    objective: Objective, at: Vector, value: float, gradient: Vector, way: Vector
) -> tuple[Vector, float, Vector] | None:
    """A step that lowers the value by enough for its length; None: there is none."""
    slope, length = _dot(gradient, way), 1.0
    while length > _SHORTEST_STEP:
        there = at + length * way
        less, steeper = objective(there)
        if less <= value + _SUFFICIENT * length * slope:
            return there, less, steeper
        length /= 2
    return None


def _objective(
    seen: Presence, target: npt.NDArray[np.bool_], ratios: Vector, strength: float
) -> Objective:
    signs, scales = np.where(target, 1.0, -1.0), seen.scales()

    def objective(at: Vector) -> tuple[float, Vector]:
        weights, bias = at[:-1], at[-1]
        right = signs * (_sums(seen, weights * ratios) * scales + bias)
        pulls = -strength * signs * _logistic(-right)
        loss = strength * float(np.logaddexp(0.0, -right).sum()) + 0.5 * _dot(weights, weights)
        each = np.bincount(seen.places, np.repeat(pulls * scales, seen.counts), ratios.size)
        return loss, np.append(each * ratios + weights, pulls.sum())

    return objective


def _log_ratios(
    seen: Presence, target: npt.NDArray[np.bool_], size: int, smoothing: float
) -> Vector:
    """How much more often a feature is seen in texts of the target than in others."""
    with_it = np.repeat(target, seen.counts)
    inside = np.bincount(seen.places[with_it], minlength=size) + smoothing
    outside = np.bincount(seen.places[~with_it], minlength=size) + smoothing
    ratios: Vector = np.log(inside / inside.sum()) - np.log(outside / outside.sum())
    return ratios


def _sums(seen: Presence, weights: Vector) -> Vector:
    return np.add.reduceat(weights[seen.places], seen.starts)


def _rarity(seen: Presence, size: int) -> Vector:
    """How few texts hold a feature (inverse document frequency), one on average."""
    texts = np.bincount(seen.places, minlength=size)
    rare: Vector = np.log(seen.starts.size + 1.0) - np.log(texts + 1.0)
    mean = float(rare.mean())
    return np.divide(rare, mean) if mean else np.ones(size)


def _logistic(values: Vector) -> Vector:
    chances: Vector = np.exp(-np.logaddexp(0.0, -values))
    return chances


def _dot(one: Vector, other: Vector) -> float:
    return float((one * other).sum())
