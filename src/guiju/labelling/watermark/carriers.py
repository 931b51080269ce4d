# SPDX-License-Identifier: Apache-2.0
"""The carriers of a watermark: waves that fit a square tile, some to find it by, some with bits.

A tile repeats over the whole picture, so every part that is a tile large carries all. Waves are
named by how often they fit into the tile: (rows, columns).
"""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from guiju.labelling.watermark.coding import CODED, Whole

Complex: TypeAlias = "np.ndarray[Any, np.dtype[np.complex64]]"

MOST = 16
"""Periods of the shortest wave in a tile."""
_LEAST = 5
_SEED = 20260901


class Carriers(NamedTuple):
    """Waves as (rows, columns) of periods in a tile, and what each says.

    `pilots` have the phases `phases`; wave k of `bits` carries coded bit `which[k]` times
    `turns[k]`, a unit of a phase of its own.
    """

    pilots: Whole
    phases: Complex
    bits: Whole
    which: Whole
    turns: Complex


@cache
def carriers() -> Carriers:
    """The same for everybody, so that anybody can look for a mark."""
    random = np.random.Generator(np.random.PCG64(_SEED))
    grid = range(-MOST, MOST + 1)
    half = [
        (v, u)
        for v in grid
        for u in grid
        if (v > 0 or (v == 0 and u > 0)) and _LEAST**2 <= u * u + v * v <= MOST**2
    ]
    order = random.permutation(len(half))
    waves = np.array(half, np.int64)[order]
    turns = np.exp(2j * np.pi * random.random(len(waves))).astype(np.complex64)
    spare = len(waves) - CODED
    pilots, bits = waves[:spare], waves[spare:]
    return Carriers(
        pilots,
        turns[:spare],
        bits,
        random.permutation(CODED),
        turns[spare:],
    )
