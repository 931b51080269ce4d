# SPDX-License-Identifier: Apache-2.0
"""Looks for a mark in brightness: how tiles lie now is found by their pilots, then bits are read.

Every wave of a tile stands at one point of the spectrum of the picture. Scaling, turning and
mirroring move the points, cutting and moving only turn their phases; so for each way in which tiles
may lie the points are looked up, and one short transform says where the tile must begin.
"""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

import numpy as np

from guiju.labelling.watermark.carriers import MOST, Complex, carriers
from guiju.labelling.watermark.coding import Floats, decoded, encoded
from guiju.labelling.watermark.signal import flattened

LARGEST_CUT, SMALLEST = 1.7, 6.6
"""A tile is looked for between the shortest side by these."""
TURNED = 5.0
"""Degrees by which a picture may be turned either way, beside quarter turns."""
_BETWEEN = 0.7  # periods over the picture by which two ways tried may differ
_GRID = 64  # places of a tile that are tried in each direction
_TRIED = 12
_BATCH = 64
_FINER = (0.25, 0.12, 0.06)  # of the steps between two ways

Ways: TypeAlias = "np.ndarray[Any, np.dtype[np.float64]]"
"""Matrices that give the frequencies (rows, columns, in periods per pixel) of a wave."""


class Seen(NamedTuple):
    """A mark that was found.

    `sure` is how well the picture fits it, at most 15.3; `tile` is the side of a tile in pixels and
    `turned` the angle in degrees, both as the picture is now.
    """

    mark: bytes
    sure: float
    tile: float
    turned: float

    def as_json(self) -> dict[str, object]:
        """For other programs."""
        return {
            "mark": self.mark.hex(),
            "sure": round(self.sure, 1),
            "tile": round(self.tile, 1),
            "turned": round(self.turned, 1),
        }


def seen_in(light: Floats) -> Seen | None:
    """The mark in brightness; None where none is found, which says nothing of its origin."""
    spectrum = _Spectrum(flattened(light)[0])
    short = min(light.shape)
    upright = _ways(short, [0.0], _SQUARE)
    found = _best(spectrum, upright)
    if (seen := _read(spectrum, found)) is not None:
        return seen
    angles = [sign * one for one in np.arange(0.35, TURNED, 0.35) for sign in (1, -1)]
    return _read(spectrum, _best(spectrum, _ways(short, angles, _SQUARE[:1])))


class _Spectrum:
    """The spectrum of a picture, looked up between its points, with the middle as the origin."""

    def __init__(self, flat: Floats) -> None:
        height, width = flat.shape
        self.short = min(height, width)
        self._shape = (_fast(2 * height), _fast(2 * width))
        padded: Any = np.zeros(self._shape, np.float32)
        padded[:height, :width] = flat
        self._values = np.fft.rfft2(padded)
        self._middle = ((height - 1) / 2, (width - 1) / 2)

    def at(self, frequencies: Ways) -> Complex:
        """The values at these frequencies, (..., 2) in periods per pixel."""
        points = np.rint(frequencies * self._shape).astype(np.int64)
        other = points[..., 1] < 0
        points[other] = -points[other]
        held = self._values[points[..., 0] % self._shape[0], points[..., 1] % self._shape[1]]
        held = np.where(other, np.conj(held), held)
        exact = np.where(other[..., None], -points, points) / self._shape
        moved: Complex = held * np.exp(2j * np.pi * (exact @ self._middle))
        return moved


def _fast(size: int) -> int:
    """The next size that a transform is fast for."""
    return -(-size // 64) * 64


_SQUARE = [
    np.array(one, np.float64)
    for one in (
        [[1, 0], [0, 1]],
        [[1, 0], [0, -1]],
        [[0, 1], [-1, 0]],
        [[0, -1], [1, 0]],
        [[-1, 0], [0, -1]],
        [[-1, 0], [0, 1]],
        [[0, 1], [1, 0]],
        [[0, -1], [-1, 0]],
    )
]
"""The eight ways in which a square can lie."""


def _ways(short: int, angles: list[float], lying: list[Any]) -> Ways:
    """All ways to try: sizes of a tile so close that none is missed, by angles and mirrorings."""
    step = _BETWEEN / MOST
    counts = np.arange(LARGEST_CUT, SMALLEST, step)  # tiles in the shortest side
    turns = [_turn(one) @ square for one in angles for square in lying]
    found = np.array([count / short * turn for count in counts for turn in turns])
    return found.reshape(-1, 2, 2)


def _turn(degrees: float) -> Any:
    angle = np.deg2rad(degrees)
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


def _best(spectrum: _Spectrum, ways: Ways) -> list[Any]:
    """The ways in which the pilots fit best."""
    worth = np.concatenate(
        [_fit(spectrum, ways[at : at + _BATCH])[0] for at in range(0, len(ways), _BATCH)]
    )
    return [ways[one] for one in np.argsort(-worth)[:_TRIED]]


def _fit(spectrum: _Spectrum, ways: Ways) -> tuple[Any, Any]:
    """For each way how well the pilots fit where they fit best, and where: parts of a tile."""
    known = carriers()
    held = spectrum.at(known.pilots @ ways.transpose(0, 2, 1))
    phases = held / np.maximum(np.abs(held), 1e-9) * np.conj(known.phases)
    fits: Any = np.zeros((len(ways), _GRID, _GRID // 2 + 1), np.complex64)
    fits[:, known.pilots[:, 1], known.pilots[:, 0]] = phases
    places = np.fft.irfft2(fits, (_GRID, _GRID)).reshape(len(ways), -1)
    chosen = places.argmax(axis=1)
    column, row = np.divmod(chosen, _GRID)
    worth = places[np.arange(len(ways)), chosen] * _GRID**2 / np.sqrt(2 * len(known.pilots))
    return worth, np.stack([row, column], axis=1) / _GRID


def _read(spectrum: _Spectrum, ways: list[Any]) -> Seen | None:
    """The mark, in the first of these ways in which its check holds."""
    known = carriers()
    for way in ways:
        exact, place = _closer(spectrum, way)
        held = spectrum.at(known.bits @ exact.T)
        turned = held * np.exp(2j * np.pi * (known.bits @ place)) * np.conj(known.turns)
        values = np.real(turned)
        soft = np.empty(len(values), np.float32)
        soft[known.which] = values / max(float(values.std()), 1e-9)
        mark = decoded(soft)
        if mark is not None:
            sure = float((encoded(mark) * soft).sum() / np.sqrt((soft**2).sum()))
            tile = 1 / float(np.hypot(*exact[:, 0]))
            angle = float(np.rad2deg(np.arctan2(exact[1, 0], exact[0, 0])))
            return Seen(mark, sure, tile, angle)
    return None


def _closer(spectrum: _Spectrum, way: Any) -> tuple[Any, Any]:
    """A way that fits still better, in small steps of each of its four numbers, and the place."""
    step = _BETWEEN / MOST / spectrum.short
    for part in _FINER:
        moves = [np.zeros((2, 2))]
        for at in range(4):
            for sign in (1, -1):
                move = np.zeros(4)
                move[at] = sign * part * step
                moves.append(move.reshape(2, 2))
        for _ in range(3):
            near = np.array([way + one for one in moves])
            worth, _ = _fit(spectrum, near)
            if not worth.argmax():
                break
            way = near[worth.argmax()]
    _, place = _fit(spectrum, way[None])
    return way, _exact_place(spectrum, way, place[0])


def _exact_place(spectrum: _Spectrum, way: Any, place: Any) -> Any:
    """Where a tile begins, between the places of the grid."""
    known = carriers()
    held = spectrum.at(known.pilots @ way.T)
    phases = held / np.maximum(np.abs(held), 1e-9) * np.conj(known.phases)
    parts = np.linspace(-0.5, 0.5, 9) / _GRID
    near = np.array([place + np.array([row, column]) for row in parts for column in parts])
    worth = np.real(np.exp(2j * np.pi * (near @ known.pilots.T)) @ phases)
    return near[worth.argmax()]
