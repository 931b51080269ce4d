# SPDX-License-Identifier: Apache-2.0
"""What it costs to label sound and films: the implicit label, and the one that is heard.

Beside it ffmpeg, which must start and packs the same packets into a new file, and exiftool, which
must start and writes one property.
"""

from __future__ import annotations

import json
import platform
import shutil
import struct
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from guiju.labelling import check, first_write, mark
from guiju.labelling.audio import AudioMarking, explicit_audio

SECONDS = 1.0
LABEL = first_write("001191110102MAD55U9H0F10002", "00000000-0000-4000-8000-000000000000")
RESULT = Path(__file__).parent / "results" / "media_labels.json"
MEGABYTE = 1_000_000
CHUNKS = 2000  # of a film of some minutes

draw = np.random.default_rng(12)


def milliseconds(act: Callable[[], object]) -> float:
    """Of one call, the best of several."""
    act()
    best, end = float("inf"), time.perf_counter() + SECONDS
    while time.perf_counter() < end:
        start = time.perf_counter()
        act()
        best = min(best, time.perf_counter() - start)
    return round(best * 1000, 3)


def noise(size: int) -> bytes:
    """Bytes as packed sound and pictures have them."""
    return draw.integers(0, 256, size, dtype=np.uint8).tobytes()


def mp3(size: int) -> bytes:
    """Frames of 128 kbit/s at 44.1 kHz."""
    return b"".join(b"\xff\xfb\x90\xc4" + noise(413) for _ in range(size // 417))


def wav(size: int) -> bytes:
    """Noise in 16 bits at 24 kHz, as loud as speech."""
    sound = draw.normal(0, 3000, size // 2).astype("<i2").tobytes()
    form = struct.pack("<HHIIHH", 1, 1, 24000, 48000, 2, 16)
    body = b"WAVEfmt " + struct.pack("<I", 16) + form + b"data" + struct.pack("<I", len(sound))
    return b"RIFF" + struct.pack("<I", len(body) + len(sound)) + body + sound


def box(kind: bytes, *content: bytes) -> bytes:
    """One box of MP4."""
    body = b"".join(content)
    return struct.pack(">I", len(body) + 8) + kind + body


def mp4(size: int) -> bytes:
    """A film with its index in front, so that every place in it has to follow."""
    chunks = [60_000 + n * (size // CHUNKS) for n in range(CHUNKS)]
    places = struct.pack(f">{CHUNKS + 2}I", 0, CHUNKS, *chunks)
    table = box(b"stbl", box(b"stco", places))
    track = box(b"trak", box(b"mdia", box(b"minf", table)))
    index = box(b"moov", box(b"mvhd", bytes(100)), track, track)
    return box(b"ftyp", b"isom", bytes(4)) + index + box(b"mdat", noise(size))


def streamed(data: bytes) -> None:
    """A sound that comes in pieces of four kilobytes."""
    marking = AudioMarking("mp3", LABEL)
    for at in range(0, len(data), 4096):
        marking.feed(data[at : at + 4096])
    marking.close()


def real_mp4() -> bytes | None:
    """Eight megabytes of H.264 and AAC with the index in front; None: ffmpeg is not installed."""
    if shutil.which("ffmpeg") is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "made.mp4"
        sources = ["-f", "lavfi", "-i", "testsrc2=s=1280x720:r=30:d=12,noise=alls=24:allf=t"]
        sources += ["-f", "lavfi", "-i", "sine=d=12"]
        packing = ["-c:v", "libx264", "-preset", "ultrafast", "-b:v", "5300k", "-maxrate", "5400k"]
        packing += ["-bufsize", "2M", "-pix_fmt", "yuv420p", "-movflags", "+faststart"]
        command = ["ffmpeg", "-v", "quiet", "-y", *sources, *packing, "-t", "12", str(made)]
        subprocess.run(command, check=True)
        return made.read_bytes()


def by_exiftool(data: bytes | None) -> float | None:
    """One property of XMP written into a film by exiftool; None: it is not installed."""
    tool = shutil.which("exiftool")
    if tool is None or data is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "given.mp4"
        file.write_bytes(data)
        command = [tool, "-q", "-overwrite_original", "-XMP-dc:Source=x", str(file)]
        return milliseconds(lambda: subprocess.run(command, check=True))


def by_ffmpeg(data: bytes | None, kind: str) -> float | None:
    """The same packets in a new file with the label among its facts; None: it is not installed."""
    if shutil.which("ffmpeg") is None or data is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        given, made = Path(folder) / f"given.{kind}", Path(folder) / f"made.{kind}"
        given.write_bytes(data)
        facts = ["-c", "copy", "-movflags", "use_metadata_tags"]
        facts += ["-metadata", f"AIGC={LABEL.to_json()}"]
        command = ["ffmpeg", "-v", "quiet", "-y", "-i", str(given), *facts, str(made)]
        return milliseconds(lambda: subprocess.run(command, check=True))


def measure() -> dict[str, Any]:
    """Every figure of this page."""
    sound, film, samples = mp3(5 * MEGABYTE), mp4(8 * MEGABYTE), wav(5 * MEGABYTE)
    real = real_mp4()
    marked = {"mp3": mark(sound, LABEL).data, "mp4": mark(film, LABEL).data}
    return {
        "python": platform.python_version(),
        "mp3_bytes": len(sound),
        "mp4_bytes": len(film),
        "wav_bytes": len(samples),
        "implicit_mp3_ms": milliseconds(lambda: mark(sound, LABEL)),
        "implicit_mp4_ms": milliseconds(lambda: mark(film, LABEL)),
        "implicit_wav_ms": milliseconds(lambda: mark(samples, LABEL)),
        "check_mp3_ms": milliseconds(lambda: check(marked["mp3"])),
        "check_mp4_ms": milliseconds(lambda: check(marked["mp4"])),
        "check_wav_ms": milliseconds(lambda: check(samples)),
        "stream_of_mp3_ms": milliseconds(lambda: streamed(sound)),
        "audible_wav_ms": milliseconds(lambda: explicit_audio(samples, "wav")),
        "ffmpeg_copies_mp3_ms": by_ffmpeg(sound, "mp3"),
        "real_mp4_bytes": None if real is None else len(real),
        "implicit_real_mp4_ms": None if real is None else milliseconds(lambda: mark(real, LABEL)),
        "ffmpeg_copies_real_mp4_ms": by_ffmpeg(real, "mp4"),
        "exiftool_writes_real_mp4_ms": by_exiftool(real),
    }


def main() -> None:
    """Print the table and keep the figures."""
    figures = measure()
    for name, value in figures.items():
        print(f"{name:30} {value}")
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
