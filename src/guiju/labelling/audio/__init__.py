# SPDX-License-Identifier: Apache-2.0
"""The label that is heard: a rhythm or a spoken prompt in sound (Article 12, GB 45438-2025).

A door of its own, because it needs numpy; labels in files do not.
"""

from guiju.labelling.audio.cue import Cue, Rhythm, Voice, voice
from guiju.labelling.audio.explicit import FORMATS, Heard, explicit_audio, hear
from guiju.labelling.audio.hearing import hears_rhythm
from guiju.labelling.audio.listening import heard_in
from guiju.labelling.audio.packed import encoded
from guiju.labelling.audio.pcm import SPEECH, Pcm
from guiju.labelling.audio.streams import STREAMED, AudioMarking
from guiju.labelling.audio.waves import Where

__all__ = [
    "FORMATS",
    "SPEECH",
    "STREAMED",
    "AudioMarking",
    "Cue",
    "Heard",
    "Pcm",
    "Rhythm",
    "Voice",
    "Where",
    "encoded",
    "explicit_audio",
    "hear",
    "heard_in",
    "hears_rhythm",
    "voice",
]
