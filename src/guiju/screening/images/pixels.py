# SPDX-License-Identifier: Apache-2.0
"""The picture as every part of image screening gets it: rows of red, green and blue bytes."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Pixels: TypeAlias = NDArray[np.uint8]
"""Height x width x 3, upright, without transparency."""

LUMA = np.array([0.299, 0.587, 0.114], np.float32)
_STRIPE = 1 << 20  # pixels at a time, so that no float copy of a whole picture is held


class Box(NamedTuple):
    """Where something stands, in pixels of the upright picture."""

    left: int
    top: int
    right: int
    bottom: int


class View(NamedTuple):
    """One way in which a picture can be seen: a frame, and what shows through it."""

    pixels: Pixels
    frame: int = 0
    backdrop: str = "none"


def stripes(pixels: Pixels) -> list[slice]:
    """Rows to be worked on together."""
    height, width = pixels.shape[:2]
    step = max(1, _STRIPE // max(width, 1))
    return [slice(top, top + step) for top in range(0, height, step)]


def grey(pixels: Pixels) -> Pixels:
    """The brightness, one byte a pixel."""
    whole = np.empty(pixels.shape[:2], np.uint8)
    for rows in stripes(pixels):
        whole[rows] = pixels[rows] @ LUMA + np.float32(0.5)
    return whole


def around(boxes: list[Box]) -> Box:
    """The smallest box that holds them all."""
    left, top, right, bottom = zip(*boxes, strict=True)
    return Box(min(left), min(top), max(right), max(bottom))
