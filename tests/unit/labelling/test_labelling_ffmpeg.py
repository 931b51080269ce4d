# SPDX-License-Identifier: Apache-2.0
"""What a program that is not ours sees in files that it made and we labelled."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from guiju.labelling import AigcLabel, first_write, mark, read
from guiju.labelling.audio import AudioMarking, Rhythm, Where, explicit_audio, hears_rhythm
from guiju.labelling.audio.waves import raw_of
from guiju.labelling.video import explicit_video

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        shutil.which("ffmpeg") is None or shutil.which("ffprobe") is None,
        reason="needs ffmpeg and ffprobe: apt-get install ffmpeg",
    ),
]

CODE = "001191110102MAD55U9H0F10002"
LABEL = first_write(CODE, "req_1")
SOUND = ("-f", "lavfi", "-i", "sine=frequency=440:duration=1")
FILM = ("-f", "lavfi", "-i", "testsrc=duration=2:size=64x48:rate=10", *SOUND)
FRAGMENTS = "frag_keyframe+empty_moov"

# How each file is made. What ffprobe has no word for, the chunk of a WAV, is in the last set.
FILES = {
    "plain.mp3": (*SOUND,),
    "old.mp3": (*SOUND, "-id3v2_version", "3", "-metadata", "title=曲", "-write_id3v1", "1"),
    "plain.aac": (*SOUND, "-c:a", "aac"),
    "plain.flac": (*SOUND,),
    "vorbis.ogg": (*SOUND, "-c:a", "libvorbis"),
    "plain.opus": (*SOUND, "-c:a", "libopus"),
    "flac.ogg": (*SOUND, "-c:a", "flac"),
    "plain.m4a": (*SOUND, "-c:a", "aac", "-metadata", "title=曲"),
    "fast.m4a": (*SOUND, "-c:a", "aac", "-movflags", "faststart"),
    "plain.mp4": (*FILM, "-c:v", "mpeg4"),
    "fast.mp4": (*FILM, "-c:v", "mpeg4", "-movflags", "faststart"),
    "fragments.mp4": (*FILM, "-c:v", "mpeg4", "-movflags", FRAGMENTS),
    "cmaf.mp4": (*FILM, "-c:v", "mpeg4", "-movflags", f"{FRAGMENTS}+default_base_moof"),
    "facts.mp4": (*FILM, "-c:v", "mpeg4", "-movflags", "faststart+use_metadata_tags"),
    "plain.mov": (*FILM, "-c:v", "mpeg4", "-movflags", "faststart"),
    "plain.mkv": (*FILM, "-c:v", "mpeg4"),
    "plain.webm": (*FILM, "-c:v", "libvpx", "-c:a", "libopus"),
    "live.webm": (*FILM, "-c:v", "libvpx", "-c:a", "libopus", "-live", "1"),
    "plain.avi": (*FILM, "-c:v", "mpeg4"),
    "plain.flv": (*FILM, "-c:v", "flv", "-ar", "44100"),
    "index.flv": (*FILM, "-c:v", "flv", "-ar", "44100", "-flvflags", "add_keyframe_index"),
    "plain.wav": (*SOUND,),
    "deep.wav": (*SOUND, "-c:a", "pcm_s24le"),
    "long.wav": (*SOUND, "-rf64", "always"),
}
LENGTHS = ("TAG:filesize=", "TAG:datasize=")
UNSEEN = {"plain.wav", "deep.wav", "long.wav"}


def run(*arguments: str) -> str:
    done = subprocess.run(arguments, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return done.stdout


def played(file: Path) -> list[str]:
    """The digest of every packet and of every decoded picture and stretch of sound."""
    outputs = ("-map", "0", "-c", "copy", "-f", "framemd5", "-", "-map", "0", "-f", "framemd5", "-")
    lines = run("ffmpeg", "-v", "error", "-i", str(file), *outputs).splitlines()
    # Ogg gives its comments along with the first packet, as what stands beside it.
    return sorted(line.partition(", S=")[0] for line in lines)


def told(file: Path) -> set[str]:
    """All facts of the file and of its streams; what it says of its own length may change."""
    shown = ("-show_entries", "format_tags:stream_tags", "-of", "default=noprint_wrappers=1")
    lines = run("ffprobe", "-v", "error", *shown, str(file)).splitlines()
    return {line for line in lines if not line.startswith(LENGTHS)}


@pytest.mark.parametrize("name", FILES)
def test_ffprobe_sees_the_label_and_ffmpeg_plays_the_same(name: str, tmp_path: Path) -> None:
    """After the first write, and after a longer label in its place."""
    made = tmp_path / name
    run("ffmpeg", "-v", "error", *FILES[name], str(made))
    before, facts = played(made), told(made)
    longer = AigcLabel("1", CODE, "req_1", "x" * 600, CODE, "req_1")
    data = made.read_bytes()
    for label in (LABEL, longer):
        data = mark(data, label, present="replace").data
        out = tmp_path / f"labelled-{name}"
        out.write_bytes(data)
        assert played(out) == before
        seen = told(out)
        assert (f"TAG:AIGC={label.to_json()}" in seen) is (name not in UNSEEN)
        assert facts <= seen


SPEECH = ("-f", "lavfi", "-i", "anoisesrc=duration=1:amplitude=0.2:sample_rate=24000")
PACKED = {
    "mp3": ("a.mp3", ()),
    "opus": ("a.opus", ()),
    "aac": ("a.aac", ()),
    "flac": ("a.flac", ("-metadata", "title=曲")),
    "ogg": ("a.ogg", ("-c:a", "libvorbis")),
    "m4a": ("a.m4a", ()),
}


def packets(file: Path) -> list[str]:
    """The digests of the packets, in their order."""
    shown = run("ffmpeg", "-v", "error", "-i", str(file), "-c", "copy", "-f", "framemd5", "-")
    rows = [line.split(",") for line in shown.splitlines() if not line.startswith("#")]
    return [row[5].strip() for row in rows]


def samples(file: Path) -> tuple[bytes, bool]:
    """What is heard, and whether the rhythm is."""
    wave = file.with_suffix(".wav")
    run("ffmpeg", "-v", "error", "-y", "-i", str(file), "-c:a", "pcm_s16le", str(wave))
    raw, pcm = raw_of(wave.read_bytes())
    return raw, hears_rhythm(pcm.decoded(raw), pcm.rate)


@pytest.mark.parametrize("where", list(Where))
@pytest.mark.parametrize("format_", PACKED)
def test_packed_sound_gets_a_label_that_is_heard_once(
    format_: str, where: Where, tmp_path: Path
) -> None:
    """The frames of MP3 stay what they were; FLAC gives every sample back; the facts stay."""
    name, options = PACKED[format_]
    made, out = tmp_path / name, tmp_path / f"labelled-{name}"
    run("ffmpeg", "-v", "error", *SPEECH, *options, str(made))
    out.write_bytes(explicit_audio(made.read_bytes(), format_, where=where))
    (before, silent), (after, heard) = samples(made), samples(out)
    assert (silent, heard) == (False, True)
    assert len(after) - len(before) > 2 * 24000
    if format_ == "mp3":
        old, new = packets(made), packets(out)
        assert new[-len(old) :] == old if where is Where.START else new[: len(old)] == old
    if format_ == "flac":
        assert after.endswith(before) if where is Where.START else after.startswith(before)
        assert "TAG:title=曲" in told(out)
    assert explicit_audio(out.read_bytes(), format_, where=where) == out.read_bytes()
    assert mark(out.read_bytes(), LABEL).label == LABEL


@pytest.mark.parametrize("extra", [(), ("-write_xing", "0"), ("-q:a", "4"), ("-ac", "2")])
def test_a_streamed_mp3_is_heard_to_be_generated(extra: tuple[str, ...], tmp_path: Path) -> None:
    """Its own frames follow those of the label unchanged, however it is cut."""
    made, out = tmp_path / "a.mp3", tmp_path / "b.mp3"
    run("ffmpeg", "-v", "error", *SPEECH, *extra, str(made))
    data = made.read_bytes()
    for size in (1, 100, len(data)):
        marking = AudioMarking("mp3", LABEL, cue=Rhythm())
        pieces = (data[at : at + size] for at in range(0, len(data), size))
        out.write_bytes(b"".join(map(marking.feed, pieces)))
        marking.close()
        assert packets(out)[-len(packets(made)) :] == packets(made)
        assert samples(out)[1]
        assert [one.label for one in read(out.read_bytes()).labels] == [LABEL]


FILM_4 = ("-f", "lavfi", "-i", "mandelbrot=size=320x180:rate=10", *SPEECH, "-t", "4")
H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "25", "-bf", "2")
FILMS = {
    "plain.mp4": H264,
    "fast.mov": (*H264, "-movflags", "faststart"),
    "fragments.mp4": (*H264, "-movflags", FRAGMENTS),
    "h264.mkv": H264,
    "plain.avi": ("-c:v", "mpeg4"),
    "vp8.webm": ("-c:v", "libvpx", "-cpu-used", "8", "-b:v", "1M", "-c:a", "libvorbis"),
}


def pictures(file: Path) -> list[tuple[str, str]]:
    """When each picture is shown, and its digest."""
    shown = run("ffmpeg", "-v", "error", "-i", str(file), "-an", "-f", "framemd5", "-")
    rows = [line.split(",") for line in shown.splitlines() if not line.startswith("#")]
    return [(row[2].strip(), row[5].strip()) for row in rows]


def sounds(file: Path) -> list[str]:
    """The digests of the packets of sound."""
    shown = run(
        "ffmpeg", "-v", "error", "-i", str(file), "-vn", "-c", "copy", "-f", "framemd5", "-"
    )
    return [line.split(",")[5] for line in shown.splitlines() if not line.startswith("#")]


@pytest.mark.parametrize("name", FILMS)
def test_a_film_gets_its_label_at_the_opening_and_keeps_the_rest(name: str, tmp_path: Path) -> None:
    """Of H.264 every picture behind the opening is bit by bit what it was; the sound always is."""
    made, out = tmp_path / name, tmp_path / f"labelled-{name}"
    run("ffmpeg", "-v", "error", *FILM_4, *FILMS[name], str(made))
    film = mark(made.read_bytes(), LABEL).data
    shown = explicit_video(film, "AI生成")
    out.write_bytes(shown.data)
    assert (shown.already, shown.seconds >= 2, shown.share >= 5) == (False, True, True)
    before, after = pictures(made), pictures(out)
    assert [time for time, _ in after] == [time for time, _ in before]
    assert all(a != b for (_, a), (_, b) in zip(before[:20], after[:20], strict=True))
    if "h264" in name or "libx264" in FILMS[name]:
        assert shown.encoded == 25
        assert after[25:] == before[25:]
    assert sounds(out) == sounds(made)
    assert [one.label for one in read(shown.data).labels] == [LABEL]
    again = explicit_video(shown.data, "AI生成")
    assert (again.already, again.data) == (True, shown.data)
