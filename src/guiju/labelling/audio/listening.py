# SPDX-License-Identifier: Apache-2.0
"""Listens for the rhythm in a WAV file that somebody hands in (Article 12)."""

from __future__ import annotations

from guiju.kernel import Invalid
from guiju.labelling.audio.hearing import WINDOW, hears_rhythm
from guiju.labelling.audio.waves import Where, wave_of


def heard_in(data: bytes) -> Where | None:
    """At which end the rhythm sounds; None: at neither, or this is no sound that can be heard here.

    A spoken prompt is not recognised, so that silence here never shows that there is no label.
    """
    try:
        wave, pcm = wave_of(data)
    except Invalid:
        return None
    start, end = wave.samples.body, wave.samples.end
    near = round(WINDOW * pcm.rate) * pcm.width
    last = max(start, end - (end - start) % pcm.width - near)
    for where, at in ((Where.START, start), (Where.END, last)):
        if hears_rhythm(pcm.decoded(data[at : min(end, at + near)]), pcm.rate):
            return where
    return None
