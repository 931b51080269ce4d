# SPDX-License-Identifier: Apache-2.0
"""The audible label beside samples that are at hand: raw ones and those of a WAV file."""

from __future__ import annotations

from guiju.labelling.audio.cue import LISTENED, Cue, Rhythm, fitted, loudness_of
from guiju.labelling.audio.hearing import WINDOW, hears_rhythm
from guiju.labelling.audio.pcm import Pcm
from guiju.labelling.audio.waves import Where, joined, wave_of


def in_samples(data: bytes, pcm: Pcm, cue: Cue, where: Where) -> bytes:
    """Raw samples with the label at one end; a moment that is cut off at their end goes."""
    whole = data[: len(data) - len(data) % pcm.width]
    new = label_beside(whole, pcm, cue, where)
    return new + whole if where is Where.START else whole + new


def in_wave(data: bytes, cue: Cue, where: Where) -> bytes:
    """A WAV file with the label at one end of its samples; raises as `wave_of` and `joined`."""
    wave, pcm = wave_of(data)
    start, end = wave.samples.body, wave.samples.end
    most = LISTENED * pcm.rate * pcm.width
    near = (
        slice(start, min(end, start + most))
        if where is Where.START
        else slice(max(start, end - (end - start) % pcm.width - most), end)
    )
    new = label_beside(data[near], pcm, cue, where)
    return joined(data, wave, pcm, new, where) if new else data


def label_beside(data: bytes, pcm: Pcm, cue: Cue, where: Where) -> bytes:
    """The label for that end of these samples; nothing if it is the rhythm and is there already."""
    count = LISTENED * pcm.rate * pcm.width
    samples = pcm.decoded(data[:count] if where is Where.START else data[-count:])
    near = round(WINDOW * pcm.rate)
    heard = samples[:near] if where is Where.START else samples[-near:]
    if isinstance(cue, Rhythm) and hears_rhythm(heard, pcm.rate):
        return b""
    return fitted(cue, pcm, loudness_of(samples, pcm.rate))
