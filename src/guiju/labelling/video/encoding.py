# SPDX-License-Identifier: Apache-2.0
"""The runs of ffmpeg that look at pictures of a film, and make them anew with a label."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from guiju.labelling.ffmpeg import Ffmpeg
from guiju.labelling.video.overlay import Overlay
from guiju.labelling.video.span import Extent
from guiju.labelling.video.track import Track

_READS = {"mp4": "mov", "mov": "mov", "mkv": "matroska", "webm": "matroska"}
_WRITES = {"mkv": "matroska"}
_GOOD = ("-preset", "veryfast", "-crf", "18")
_ENCODERS = {
    "h264": ("libx264", *_GOOD),
    "hevc": ("libx265", *_GOOD, "-x265-params", "log-level=error"),
    "vp8": ("libvpx", "-crf", "10", "-b:v", "4M", "-cpu-used", "4"),
    "vp9": ("libvpx-vp9", "-crf", "24", "-b:v", "0", "-cpu-used", "5", "-row-mt", "1"),
    "av1": ("libsvtav1", "-crf", "30", "-preset", "9"),
    "mpeg4": ("mpeg4", "-q:v", "3"),
    "flv1": ("flv", "-q:v", "3"),
}
_SECOND_LOOK = 1.8  # seconds: near the end of the label


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen of a film: its stream of pictures as ffprobe says, and pictures as shown."""

    codec: str
    pixels: str
    pictures: tuple[bytes, ...]


class Encoding:
    """One film in a folder of its own."""

    def __init__(self, folder: Path, ffmpeg: Ffmpeg, container: str, data: bytes) -> None:
        """Write the film there."""
        self._ffmpeg = ffmpeg
        self._folder = folder
        self._writes = _WRITES.get(container, container)
        self._given = folder / "given"
        self._given.write_bytes(data)
        self._input = ("-f", _READS.get(container, container), "-i", self._given)

    def of(self, container: str, data: bytes) -> Encoding:
        """The same for another film, which takes the place of this one."""
        return Encoding(self._folder, self._ffmpeg, container, data)

    def look(self) -> Look | None:
        """At the first picture and at one near two seconds; None: there are no pictures."""
        stream = self._stream()
        if stream is None:
            return None
        chosen = f"select='eq(n,0)+gte(t,{_SECOND_LOOK})'"
        limits = ("-frames:v", "2", "-fps_mode", "passthrough", "-f", "image2")
        seen = self._folder / "seen%d.png"
        self._ffmpeg.run(*self._input, "-map", "0:v:0", "-vf", chosen, *limits, seen)
        files = sorted(self._folder.glob("seen*.png"))
        pictures = tuple(one.read_bytes() for one in files)
        return Look(stream["codec_name"], stream.get("pix_fmt", ""), pictures)

    def opening(self, track: Track, label: Overlay, extent: Extent, pixels: str) -> bytes:
        """The first pictures as a film of their own, decoded in the order of showing."""
        config = track.config
        stored = ("-ignore_editlist", "1", "-noautorotate", *self._input)
        graph = self._laid_over(label, f"lt(n,{extent.labelled})", f",format={pixels}")
        count = ("-frames:v", str(extent.encoded), "-fps_mode", "passthrough")
        like = ("-profile:v", config.profile or "high", "-level", config.level)
        # A number of their own lets these pictures and the old ones be told apart by a decoder.
        own = ("-bf", "0", "-x264-params", f"sps-id={config.free_id}")
        out = self._folder / "opening.mp4"
        coder = ("-an", "-c:v", "libx264", *_GOOD, *like, *own, "-f", "mp4")
        self._ffmpeg.run(*stored, *graph, *count, *coder, out)
        return out.read_bytes()

    def repacked(self, container: str) -> bytes:
        """The same packets in a file of another format."""
        out = self._folder / "repacked"
        streams = ("-map", "0", "-c", "copy", "-map_metadata", "0")
        self._ffmpeg.run(*self._input, *streams, "-f", _WRITES.get(container, container), out)
        return out.read_bytes()

    def whole(self, label: Overlay, seconds: float, look: Look) -> bytes:
        """All pictures anew, the first ones with the label; the sound as it is."""
        graph = self._laid_over(label, f"lt(t,{seconds})", f",format={look.pixels}[v]")
        streams = ("-map", "[v]", "-map", "0:a?", "-map", "0:s?", "-c:a", "copy", "-c:s", "copy")
        facts = ("-map_metadata", "0", "-fps_mode", "passthrough")
        out = self._folder / "whole"
        coder = ("-c:v", *_ENCODERS[look.codec], "-f", self._writes)
        self._ffmpeg.run(*self._input, *graph, *streams, *facts, *coder, out)
        return out.read_bytes()

    @staticmethod
    def can_encode(codec: str) -> bool:
        """Whether pictures of this kind can be made anew."""
        return codec in _ENCODERS

    def _laid_over(self, label: Overlay, while_: str, then: str) -> tuple[str | Path, ...]:
        picture = self._folder / "label.png"
        picture.write_bytes(label.png())
        graph = f"[0:v:0][1:v:0]overlay=0:0:format=auto:enable='{while_}'{then}"
        return "-f", "image2", "-i", picture, "-filter_complex", graph

    def _stream(self) -> dict[str, Any] | None:
        streams = self._ffmpeg.probe(self._given, str(self._input[1]))["streams"]
        found = (one for one in streams if one.get("codec_type") == "video")
        return next(found, None)
