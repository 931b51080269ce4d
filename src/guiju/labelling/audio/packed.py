# SPDX-License-Identifier: Apache-2.0
"""The audible label in packed sound: MP3 gets more frames, other formats are packed anew."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from guiju.labelling.audio import mp3
from guiju.labelling.audio.cue import Cue, fitted
from guiju.labelling.audio.mixing import in_wave, label_beside
from guiju.labelling.audio.pcm import SPEECH, Pcm, not_supported
from guiju.labelling.audio.waves import Where, raw_of, wave_file, wave_of
from guiju.labelling.containers import container_of
from guiju.labelling.ffmpeg import Ffmpeg
from guiju.labelling.transplanting import with_labels_of

_MP3 = "mp3"


@dataclass(frozen=True, slots=True)
class Packed:
    """One format: the container that it is told by, what ffmpeg calls it to read and to write."""

    container: str
    reads: str
    writes: str
    coders: Mapping[str, str]


_OGG = {"opus": "libopus", "vorbis": "libvorbis", "flac": "flac"}
KINDS: Mapping[str, Packed] = {
    _MP3: Packed("mp3", "mp3", "mp3", {"mp3": "libmp3lame"}),
    "opus": Packed("ogg", "ogg", "ogg", _OGG),
    "ogg": Packed("ogg", "ogg", "ogg", _OGG),
    "aac": Packed("aac", "aac", "adts", {"aac": "aac"}),
    "flac": Packed("flac", "flac", "flac", {"flac": "flac"}),
    "m4a": Packed("m4a", "mov", "ipod", {"aac": "aac", "alac": "alac"}),
}
PACKED = tuple(KINDS)
"""The formats, by the names of speech interfaces."""

_LOSSLESS = frozenset({"flac", "alac"})
_CD_BITS = 16
_GOOD = "5"  # of Vorbis, which takes no rate that is low for its pitch
_MOST_BITS = 160_000  # a second in one channel


def in_packed(data: bytes, format_: str, cue: Cue, where: Where, ffmpeg: Ffmpeg) -> bytes:
    """Sound of this format with the label at one end.

    Raises:
        Invalid: `audio-not-supported`, `media-unreadable`.
        Unavailable: `ffmpeg-missing`, `ffmpeg-too-slow`.
    """
    kind = KINDS[format_]
    told = container_of(data)
    if told is None or told.name != kind.container:
        raise not_supported(f"no {format_}")
    with tempfile.TemporaryDirectory(prefix="guiju-audio-") as folder:
        return _Work(Path(folder), kind, ffmpeg).labelled(data, cue, where)


def encoded(
    samples: bytes, format_: str, *, pcm: Pcm = SPEECH, ffmpeg: Ffmpeg | None = None
) -> bytes:
    """Raw samples as a file of this format: a `wav` by ourselves, a packed one by ffmpeg.

    Raises:
        Invalid: `audio-not-supported`.
        Unavailable: `ffmpeg-missing`, `ffmpeg-too-slow`.
    """
    if format_ == "pcm":
        return samples
    wave, kind = wave_file(pcm, samples), KINDS.get(format_)
    if format_ == "wav":
        return wave
    if kind is None:
        raise not_supported(format_)
    coder = next(iter(kind.coders.values()))
    with tempfile.TemporaryDirectory(prefix="guiju-audio-") as folder:
        given, made = Path(folder, "given"), Path(folder, "made")
        given.write_bytes(wave)
        program = ffmpeg or Ffmpeg()
        program.run("-f", "wav", "-i", given, "-c:a", coder, "-f", kind.writes, made)
        return made.read_bytes()


@lru_cache(32)
def mp3_label(cue: Cue, frame: mp3.Kind, ffmpeg: Ffmpeg) -> bytes:
    """The label as frames that go with others of this kind, as loud as speech mostly is.

    Raises:
        Unavailable: as `in_packed`.
    """
    pcm = Pcm(frame.rate, frame.channels)
    with tempfile.TemporaryDirectory(prefix="guiju-audio-") as folder:
        return _mp3_frames(Path(folder), ffmpeg, wave_file(pcm, fitted(cue, pcm)), frame.kbits)


def _mp3_frames(folder: Path, ffmpeg: Ffmpeg, wave: bytes, kbits: int) -> bytes:
    given, made = folder / "label.wav", folder / "label.mp3"
    given.write_bytes(wave)
    # Without a reservoir no frame borrows from the one before it.
    coder = ("-c:a", "libmp3lame", "-b:a", f"{kbits}k", "-reservoir", "0")
    plain = ("-write_xing", "0", "-id3v2_version", "0", "-f", "mp3")
    ffmpeg.run("-f", "wav", "-i", given, *coder, *plain, made)
    return made.read_bytes()


class _Work:
    """One sound on its way through ffmpeg, in a folder of its own."""

    def __init__(self, folder: Path, kind: Packed, ffmpeg: Ffmpeg) -> None:
        self._kind = kind
        self._ffmpeg = ffmpeg
        self._given, self._wave, self._made = (folder / one for one in ("given", "wave", "made"))

    def labelled(self, data: bytes, cue: Cue, where: Where) -> bytes:
        """The sound with its label; itself, if it has that already."""
        self._given.write_bytes(data)
        if self._kind.reads == _MP3 and (joined := self._joined(data, cue, where)) is not None:
            return joined
        stream = self._stream()
        wave = self._unpacked(stream)
        labelled = in_wave(wave, cue, where)
        if labelled == wave:
            return data
        return with_labels_of(data, self._packed(labelled, stream, len(data)))

    def _joined(self, data: bytes, cue: Cue, where: Where) -> bytes | None:
        """The frames as they are and those of the label; None if they do not go together."""
        frame = mp3.first_frame(data)
        samples, pcm = raw_of(self._unpacked({"codec_name": _MP3}))
        new = label_beside(samples, pcm, cue, where)
        if not new or frame is None:
            return data if frame else None
        more = _mp3_frames(self._wave.parent, self._ffmpeg, wave_file(pcm, new), frame.kind.kbits)
        return mp3.joined(data, more, where)

    def _stream(self) -> dict[str, Any]:
        """What ffprobe says of the sound."""
        streams = self._ffmpeg.probe(self._given, self._kind.reads)["streams"]
        found = next((one for one in streams if one.get("codec_type") == "audio"), None)
        if found is None or found.get("codec_name") not in self._kind.coders:
            raise not_supported(str(found and found.get("codec_name")))
        return dict(found)

    def _unpacked(self, stream: Mapping[str, Any]) -> bytes:
        bits = int(stream.get("bits_per_raw_sample") or 0)
        lossless = stream["codec_name"] in _LOSSLESS
        coding = ("pcm_s24le" if bits > _CD_BITS else "pcm_s16le") if lossless else "pcm_f32le"
        given = ("-f", self._kind.reads, "-i", self._given, "-map", "0:a:0")
        self._ffmpeg.run(*given, "-c:a", coding, "-f", "wav", self._wave)
        return self._wave.read_bytes()

    def _packed(self, wave: bytes, stream: Mapping[str, Any], size: int) -> bytes:
        """The sound packed as the given one was, with its facts and its cover."""
        self._wave.write_bytes(wave)
        inputs = ("-f", "wav", "-i", self._wave, "-f", self._kind.reads, "-i", self._given)
        facts = ("-map", "0:a", "-map", "1:v?", "-c:v", "copy", "-map_metadata", "1")
        coder = ["-c:a", self._kind.coders[stream["codec_name"]]]
        if stream["codec_name"] == "vorbis":
            coder += ["-q:a", _GOOD]
        elif stream["codec_name"] not in _LOSSLESS:
            pcm = wave_of(wave)[1]
            rate = 8 * size * pcm.rate * pcm.width // max(1, len(wave))
            coder += ["-b:a", str(min(rate, _MOST_BITS * pcm.channels))]
        self._ffmpeg.run(*inputs, *facts, *coder, "-f", self._kind.writes, self._made)
        return self._made.read_bytes()
