# SPDX-License-Identifier: Apache-2.0
"""Hears the rhythm of the audible label: one pure tone that is on and off for its lengths."""

from __future__ import annotations

from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from guiju.labelling.audio.pcm import Samples
from guiju.labelling.audio.rhythm import units

WINDOW = 6.0
"""So many seconds from either end are listened to."""

_FRAME, _STEP = 0.025, 0.005  # seconds of one look, and from one to the next
_FASTEST, _SLOWEST = 0.04, 0.3  # seconds of a short tone that a person still takes for a rhythm
_QUIETEST = 0.01  # the size of a tone at -40 dB: what is below that is no label
_PURE = 0.5  # so much of what sounds is the tone
_ENOUGH = 8_000
_TONES = 3  # how many pitches are tried, the most frequent ones
_TOLERANCE = 0.4  # of a unit, for each tone and each gap


def hears_rhythm(samples: Samples, rate: int) -> bool:
    """Whether the rhythm sounds somewhere in these samples, loud enough to be heard."""
    mono, rate = _thinned(samples.mean(axis=1), rate)
    frame, step = round(_FRAME * rate), max(1, round(_STEP * rate))
    if len(mono) < frame or frame < 1:
        return False
    looks = np.lib.stride_tricks.sliding_window_view(mono, frame)[::step]
    shape = np.hanning(frame)
    energy = np.abs(np.fft.rfft(looks * shape, axis=1)) ** 2
    in_all = energy.sum(axis=1) + 1e-12
    loud = np.sqrt(2 * in_all / frame / (shape**2).sum()) > _QUIETEST / np.sqrt(2)
    return any(_beats(energy, in_all, loud, pitch) for pitch in _pitches(energy, in_all, loud))


def _thinned(mono: Samples, rate: int) -> tuple[Samples, int]:
    """The same at about 8 kHz, where every tone that is used for this is still heard."""
    by = max(1, rate // _ENOUGH)
    return mono[: len(mono) // by * by].reshape(-1, by).mean(axis=1), rate // by


def _pitches(energy: Samples, in_all: Samples, loud: NDArray[np.bool_]) -> list[int]:
    """The pitches at which most looks see a pure tone."""
    best = energy.argmax(axis=1)
    pure = loud & (energy.max(axis=1) > in_all * _PURE / 2)
    counts = np.bincount(best[pure], minlength=1)
    return [int(one) for one in counts.argsort()[::-1][:_TONES] if counts[one]]


def _beats(energy: Samples, in_all: Samples, loud: NDArray[np.bool_], pitch: int) -> bool:
    """Whether the tone of this pitch is on and off in the lengths of the rhythm."""
    near = energy[:, max(0, pitch - 2) : pitch + 3].sum(axis=1)
    tone = loud & (near > in_all * _PURE)
    on = tone & (near > np.median(near[tone]) / 4) if tone.any() else tone
    runs = [(sounds, len(list(one))) for sounds, one in groupby(on.tolist())]
    wanted = units()
    parts = (runs[at : at + len(wanted)] for at in range(len(runs) - len(wanted) + 1))
    return any(_fits(part, wanted) for part in parts if part[0][0])


def _fits(part: list[tuple[bool, int]], wanted: tuple[tuple[bool, int], ...]) -> bool:
    unit = sum(length for _, length in part) / sum(length for _, length in wanted)
    if not _FASTEST <= unit * _STEP <= _SLOWEST:
        return False
    pairs = zip(part, wanted, strict=True)
    return all(abs(length - unit * share) <= unit * _TOLERANCE for (_, length), (_, share) in pairs)
