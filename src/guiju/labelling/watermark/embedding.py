# SPDX-License-Identifier: Apache-2.0
"""Puts a mark into brightness: waves pushed to the side of their bit, weaker where it is even.

Each wave is a carrier that the picture itself is projected on; the projection is moved over a
margin on the side of its bit, as much as that picture needs (quantisation with one threshold, so
that brightness and contrast may change later).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from guiju.labelling.watermark.carriers import carriers
from guiju.labelling.watermark.coding import Floats, encoded
from guiju.labelling.watermark.signal import flattened

TILES = 6
"""How often a tile fits into the shortest side."""
LEAST_SIDE = 256
"""Pixels; a smaller picture has no room for a mark."""
LEVELS = 1.6
"""How much brightness changes, root mean square in levels of 255; more where all is rough."""
_USUAL_LOUD, _MOST_LEVELS = 20.0, 2.5  # levels of texture that are usual; times `LEVELS` at most
_WEAKEST, _STRONGEST = 0.4, 2.5  # times the usual strength of a wave
_EVEN, _MOST_LOUD = 0.5, 2.5  # times the mean strength: where nothing is, where much is


def difference(light: Floats, mark: bytes) -> Floats:
    """What to add to the brightness of a picture, in levels, so that it carries the mark."""
    height, width = light.shape
    side = max(min(light.shape) // TILES, 1)
    flat, loud = flattened(light)
    room = np.clip(loud / loud.mean(), _EVEN, _MOST_LOUD)
    wanted, where = _signed_waves(mark)
    own = np.fft.fft2(_folded(flat, side))[where] / side**2
    gain = float((room / loud).mean())
    push = np.real(own * np.conj(wanted)) / gain
    usual = LEVELS / np.sqrt(2 * len(wanted))
    strength = np.clip(usual - push, _WEAKEST * usual, _STRONGEST * usual)
    spectrum: Any = np.zeros((side, side), np.complex64)
    spectrum[where] = wanted * strength
    tile = 2 * side**2 * np.real(np.fft.ifft2(spectrum))
    times = (-(-height // side), -(-width // side))
    made = np.tile(tile, times)[:height, :width] * room
    levels = LEVELS * float(np.clip(loud.mean() / _USUAL_LOUD, 1, _MOST_LEVELS))
    scale = levels / max(float(np.sqrt((made**2).mean())), 1e-6)
    added: Floats = (made * scale).astype(np.float32)
    return added


def _signed_waves(mark: bytes) -> tuple[Any, Any]:
    """Every wave with the phase it is to have, and its place in the spectrum of a tile."""
    known = carriers()
    signs = encoded(mark)[known.which]
    wanted = np.concatenate([known.phases, known.turns * signs])
    waves = np.concatenate([known.pilots, known.bits])
    return wanted, (waves[:, 0], waves[:, 1])


def _folded(flat: Floats, side: int) -> Floats:
    """The mean of all whole tiles."""
    down, across = flat.shape[0] // side, flat.shape[1] // side
    whole = flat[: down * side, : across * side].reshape(down, side, across, side)
    folded: Floats = whole.mean(axis=(0, 2))
    return folded
