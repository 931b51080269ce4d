# SPDX-License-Identifier: Apache-2.0
"""Brightness without what is large in it: the part of a picture in which a watermark stands."""

from __future__ import annotations

from typing import Any

import numpy as np

from guiju.labelling.watermark.coding import Floats

_QUIET = 3.0  # levels of 255; below it noise is not made as loud as texture
_PARTS = 24  # the mean is taken over the shortest side by this


def flattened(light: Floats) -> tuple[Floats, Floats]:
    """What differs from its surroundings, as loud everywhere; and how loud it was, in levels."""
    radius = max(2, min(light.shape) // _PARTS // 2)
    rest = light - _mean(light, radius)
    loud = np.sqrt(np.maximum(_mean(rest * rest, radius), 0)) + np.float32(_QUIET)
    return np.clip(rest / loud, -3, 3), loud


def _mean(values: Floats, radius: int) -> Floats:
    """The mean over a square of 2 * `radius` + 1, its rows and columns one after the other."""
    return _along(_along(values, radius).T, radius).T


def _along(values: Floats, radius: int) -> Floats:
    width = 2 * radius + 1
    padded: Any = np.pad(values, ((radius + 1, radius), (0, 0)), mode="edge")
    sums = np.cumsum(padded, axis=0, dtype=np.float64)
    return ((sums[width:] - sums[:-width]) / width).astype(np.float32)
