# SPDX-License-Identifier: Apache-2.0
"""PDQ, the published perceptual hash of pictures: 256 bits that survive scaling and packing.

Written from its description (Meta, 2019): brightness, a tent filter, 64 x 64 samples, the lowest
16 x 16 cosines but the constant ones, and a bit for each above the median. Cropping and borders
change it; turning and mirroring are answered by hashing all eight ways to lay the picture down.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from guiju.screening.images.pixels import LUMA, Pixels, stripes

BITS = 256
BYTES = BITS // 8
WAYS = ("upright", "mirrored", "upside-down", "half-turn", "swapped", "turned", "back", "crossed")
"""As it stands and mirrored in each way; from `swapped` on with rows and columns exchanged."""

LEAST_QUALITY = 50
"""Of less than this a hash says little: the picture is too plain to be known by it."""

_SAMPLES = 64
_COSINES = 16
_SMALLEST = 5
_MOST_KEPT = 64  # tables for that many lengths, a few megabytes at most
_GRADIENTS_OF_ONE_POINT = 90
_BEST = 100

_Floats = NDArray[np.float32]


class Pdq(NamedTuple):
    """The hashes of one picture, one for each of `WAYS`; below `LEAST_QUALITY` they say little."""

    ways: tuple[bytes, ...]
    quality: int

    @property
    def upright(self) -> bytes:
        """The hash of the picture as it stands, as `.hex()` writes it everywhere."""
        return self.ways[0]


def pdq(pixels: Pixels) -> Pdq:
    """Hash a picture; one that is a few pixels wide has no hash worth a name, so quality 0."""
    if min(pixels.shape[:2]) < _SMALLEST:
        return Pdq((bytes(BYTES),) * len(WAYS), 0)
    laid = _sampled(pixels)
    blocks = [_bits(_transformed(one)) for one in laid]
    swapped = [_bits(_transformed(one.T)) for one in laid]
    return Pdq((*blocks, *swapped), _quality(laid[0]))


def _sampled(pixels: Pixels) -> list[_Floats]:
    """The picture filtered and thinned out to 64 x 64: as it is and mirrored in three ways.

    Both steps are linear, so two products do them, and all four ways at once. Changing the signs of
    cosines instead would be cheaper and, where windows have no middle, many bits less exact.
    """
    height, width = pixels.shape[:2]
    down, across = _both_ways(height), _both_ways(width).T
    whole = np.zeros((2 * _SAMPLES, 2 * _SAMPLES), np.float32)
    for rows in stripes(pixels):
        whole += down[:, rows] @ (_brightness(pixels[rows]) @ across)
    return [block for half in np.vsplit(whole, 2) for block in np.hsplit(half, 2)]


def _brightness(pixels: Pixels) -> _Floats:
    return pixels @ LUMA if pixels.ndim > 2 else pixels.astype(np.float32)  # noqa: PLR2004 - grey


@lru_cache(_MOST_KEPT)
def _both_ways(length: int) -> _Floats:
    weights = _sampling(length)
    return np.vstack((weights, weights[:, ::-1]))


def _sampling(length: int) -> _Floats:
    """How much each of `length` pixels in a row counts for each of the 64 samples.

    Two running means of 1/128 of the row, one after the other, which make a tent; at its ends a
    mean is that of the pixels that are there.
    """
    window = -(-length // (2 * _SAMPLES))
    right = window // 2
    left = window - 1 - right
    at = np.arange(length)
    count = np.minimum(at + right, length - 1) - np.maximum(at - left, 0) + 1
    weights = np.zeros((_SAMPLES, length))
    centres = ((np.arange(_SAMPLES) + 0.5) * length / _SAMPLES).astype(int)
    weights[np.arange(_SAMPLES), centres] = 1
    for _ in range(2):
        weights = _spread(weights / count, left, right)
    return weights.astype(np.float32)


def _spread(weights: NDArray[np.float64], left: int, right: int) -> NDArray[np.float64]:
    """Hand each mean's weight on to all the pixels that it is the mean of."""
    length = weights.shape[1]
    sums = np.zeros((len(weights), length + 1))
    np.cumsum(weights, axis=1, out=sums[:, 1:])
    at = np.arange(length)
    ends, starts = np.minimum(at + left + 1, length), np.maximum(at - right, 0)
    spread: NDArray[np.float64] = sums[:, ends] - sums[:, starts]
    return spread


def _transformed(small: _Floats) -> _Floats:
    cosines: _Floats = (_cosines() @ small @ _cosines().T).astype(np.float32)
    return cosines


@lru_cache(1)
def _cosines() -> _Floats:
    """The first sixteen cosines of 64 samples, without the constant one."""
    waves = np.arange(1, _COSINES + 1)[:, None] * (2 * np.arange(_SAMPLES) + 1)
    scaled = np.sqrt(2 / _SAMPLES) * np.cos(np.pi / (2 * _SAMPLES) * waves)
    waved: _Floats = scaled.astype(np.float32)
    return waved


def _bits(cosines: _Floats) -> bytes:
    """A bit for each above the median, the last of them first, as hashes are published."""
    flat = cosines.ravel()
    median = np.partition(flat, BITS // 2 - 1)[BITS // 2 - 1]
    return np.packbits((flat > median)[::-1]).tobytes()


def _quality(small: _Floats) -> int:
    """How much there is to see, 0 to 100: the steps between neighbours, small ones left out."""
    steps = sum(
        int(np.abs(np.trunc(np.diff(small, axis=axis) * 100 / 255)).sum()) for axis in (0, 1)
    )
    return min(steps // _GRADIENTS_OF_ONE_POINT, _BEST)
