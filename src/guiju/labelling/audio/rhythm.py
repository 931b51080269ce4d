# SPDX-License-Identifier: Apache-2.0
"""The audible label without words: short-long, short-short, Morse for AI (labels.audio.rhythm)."""

from __future__ import annotations

from functools import cache

import numpy as np

from guiju.labelling.audio.pcm import Samples
from guiju.measures import rule

UNIT = 0.08
"""Seconds of a short tone; a long one and the gap between the groups take three."""

_TONE = 800.0  # Hz: in the middle of what a telephone carries
_EDGE = 0.008  # seconds in which a tone begins and ends, so that it does not click
_LONG = 3
_BEHIND = 2  # units of silence between rhythm and speech


@cache
def units() -> tuple[tuple[bool, int], ...]:
    """The rhythm as sound and silence by turns, each so many units long."""
    lengths = {"short": 1, "long": _LONG}
    runs: list[tuple[bool, int]] = []
    for group in str(rule("labels.audio.rhythm").value).split():
        for tone in group.split("-"):
            runs += [(True, lengths[tone]), (False, 1)]
        runs[-1] = (False, _LONG)
    return tuple(runs[:-1])


def rhythm(rate: int) -> Samples:
    """The rhythm and a pause behind it in one column, as loud as it gets."""
    parts = [_tone(length, rate) if sounds else _pause(length, rate) for sounds, length in units()]
    return np.concatenate([*parts, _pause(_BEHIND, rate)])[:, None]


def _tone(length: int, rate: int) -> Samples:
    count = round(length * UNIT * rate)
    time = np.arange(count) / rate
    edge = np.minimum(1.0, np.minimum(time, time[::-1]) / _EDGE)
    # A raised cosine on either side.
    raised: Samples = np.sin(2 * np.pi * _TONE * time) * (1 - np.cos(np.pi * edge)) / 2
    return raised


def _pause(length: int, rate: int) -> Samples:
    return np.zeros(round(length * UNIT * rate))
