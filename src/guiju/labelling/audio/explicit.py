# SPDX-License-Identifier: Apache-2.0
"""Puts the audible label into sound: mixed here in PCM, with ffmpeg in packed formats."""

from __future__ import annotations

from dataclasses import dataclass

from guiju.labelling.audio.cue import Cue, Rhythm
from guiju.labelling.audio.mixing import in_samples, in_wave
from guiju.labelling.audio.packed import PACKED, in_packed
from guiju.labelling.audio.pcm import SPEECH, Pcm, not_supported
from guiju.labelling.audio.waves import Where
from guiju.labelling.ffmpeg import Ffmpeg

FORMATS = ("wav", "pcm", *PACKED)
"""Of these, as speech interfaces call them, the last ones need ffmpeg."""


@dataclass(frozen=True, slots=True)
class Heard:
    """Sound with its audible label: a rhythm or a prompt, at which end.

    `already`: it had the label before and is unchanged.
    """

    data: bytes
    sounds: str
    where: Where
    already: bool

    def as_json(self) -> dict[str, object]:
        """What is heard, without the sound."""
        return {"sounds": self.sounds, "place": self.where.value}


def hear(
    data: bytes,
    format_: str,
    *,
    cue: Cue | None = None,
    where: Where = Where.START,
    ffmpeg: Ffmpeg | None = None,
) -> Heard:
    """The sound with an audible label, and what was done; raises as `explicit_audio`."""
    cue = cue or Rhythm()
    new = explicit_audio(data, format_, cue=cue, where=where, ffmpeg=ffmpeg)
    return Heard(new, cue.sounds, where, new == data)


def explicit_audio(
    data: bytes,
    format_: str,
    *,
    cue: Cue | None = None,
    where: Where = Where.START,
    pcm: Pcm = SPEECH,
    ffmpeg: Ffmpeg | None = None,
) -> bytes:
    """The sound with an audible label at one end; the rhythm is put there only once.

    Samples of wav and pcm stay what they are, and so do the frames of mp3; other formats are packed
    anew. `pcm` says what raw samples are; other formats say it themselves.

    Raises:
        Invalid: `audio-not-supported`, `audio-has-positions`, `file-broken`, `media-unreadable`.
        Unavailable: `ffmpeg-missing`, `ffmpeg-too-slow`: the sound may not be given out unlabelled.
    """
    cue = cue or Rhythm()
    if format_ == "pcm":
        return in_samples(data, pcm, cue, where)
    if format_ == "wav":
        return in_wave(data, cue, where)
    if format_ in PACKED:
        return in_packed(data, format_, cue, where, ffmpeg or Ffmpeg())
    raise not_supported(format_)
