# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.labelling.sounds import (
    aac,
    flac,
    id3,
    id3_frame,
    mp3,
    opus,
    rf64,
    riff,
    riff_chunk,
    wav,
)

from guiju.kernel import Conflict, GuijuError, Invalid, Unavailable
from guiju.labelling import (
    ExplicitLabel,
    LabelVerdict,
    Place,
    check,
    first_write,
    mark,
    read,
)
from guiju.labelling.audio import (
    STREAMED,
    AudioMarking,
    Heard,
    Pcm,
    Rhythm,
    Voice,
    Where,
    explicit_audio,
    hears_rhythm,
    voice,
)
from guiju.labelling.audio.rhythm import UNIT, rhythm
from guiju.labelling.audio.waves import raw_of, wave_file
from guiju.labelling.ffmpeg import Ffmpeg

LABEL = first_write("001191110102MAD55U9H0F10002", "req_1")
CODINGS = ("u8", "s16", "s24", "s32", "f32", "f64")
NOWHERE = Ffmpeg("no-such-program", "no-such-program")


def noise(seconds: float, rate: int, channels: int = 1, loud: float = 0.1) -> np.ndarray:
    """Something as rough as speech, the same each time."""
    numbers = np.random.default_rng(1).normal(0, loud, (round(seconds * rate), channels))
    return np.clip(numbers, -1, 1)


@pytest.mark.parametrize("coding", CODINGS)
def test_samples_are_read_as_they_were_written(coding) -> None:
    """To within half a step of the coding, at both ends of the scale too."""
    pcm = Pcm(8000, 2, coding)
    samples = np.array([[-1.0, 1.0], [0.0, 0.5], [0.25, -0.125]])
    step = 2.0 ** (1 - 8 * pcm.width // 2)
    assert np.abs(pcm.decoded(pcm.encoded(samples)) - samples).max() <= step


@pytest.mark.parametrize("rate", [8000, 16000, 24000, 44100, 48000])
def test_the_rhythm_is_heard_at_every_rate(rate: int) -> None:
    """Short-long, short-short: eleven units, with the longer pauses that Morse has."""
    samples = rhythm(rate)
    assert len(samples) == pytest.approx(13 * UNIT * rate, abs=8)
    assert hears_rhythm(samples, rate)
    around = np.concatenate([noise(1, rate), 0.2 * samples, noise(1, rate)])
    assert hears_rhythm(around, rate)


def beats(*lengths: int, rate: int = 8000, loud: float = 0.3, pitch: float = 800) -> np.ndarray:
    """Tones and silences by turns."""
    parts = []
    for n, length in enumerate(lengths):
        time = np.arange(round(length * UNIT * rate)) / rate
        parts.append(np.sin(2 * np.pi * pitch * time) * (loud if n % 2 == 0 else 0))
    return np.concatenate(parts)[:, None]


@pytest.mark.parametrize(
    "samples",
    [
        beats(1, 1, 1, 3, 1, 1, 1),
        beats(3, 1, 1, 3, 1, 1, 1),
        beats(1, 1, 3, 1, 1, 1, 1),
        beats(1, 1, 3, 3, 1, 1, 3),
        beats(13),
        beats(1, 1, 3, 3, 1, 1, 1, loud=0.009),
        noise(3, 8000),
        np.zeros((8000, 1)),
        np.zeros((0, 1)),
    ],
)
def test_another_rhythm_noise_silence_and_a_whisper_are_no_label(samples: np.ndarray) -> None:
    """The last tone is at less than 40 dB below the loudest that there can be."""
    assert not hears_rhythm(samples, 8000)


def test_a_rhythm_of_another_pitch_and_pace_is_heard() -> None:
    """Whoever made it."""
    for pitch, rate in ((400, 8000), (1500, 8000), (800, 16000)):
        other = beats(1, 1, 3, 3, 1, 1, 1, pitch=pitch, rate=rate)
        assert hears_rhythm(other, rate)
    assert hears_rhythm(beats(2, 2, 6, 6, 2, 2, 2), 8000)


@pytest.mark.parametrize("coding", CODINGS)
@pytest.mark.parametrize("where", list(Where))
def test_the_label_stands_beside_the_samples_which_stay_as_they_are(coding, where: Where) -> None:
    """In every coding, with the rate and the channels of the file; put there once."""
    pcm = Pcm(16000, 2, coding)
    sound = pcm.encoded(noise(1, 16000, 2))
    out = explicit_audio(wave_file(pcm, sound), "wav", where=where)
    samples, told = raw_of(out)
    assert told == pcm
    assert samples.endswith(sound) if where is Where.START else samples.startswith(sound)
    assert len(samples) - len(sound) == len(rhythm(16000)) * pcm.width
    assert hears_rhythm(pcm.decoded(samples), 16000)
    assert explicit_audio(out, "wav", where=where) == out


@pytest.mark.parametrize("loud", [0.0005, 0.03, 0.2, 0.6])
def test_the_label_is_as_loud_as_the_sound_within_reason(loud: float) -> None:
    """It is heard beside a whisper, and frightens nobody beside a shout."""
    pcm = Pcm(8000)
    sound = pcm.encoded(noise(2, 8000, loud=loud))
    out = explicit_audio(sound, "pcm", pcm=pcm)
    label = pcm.decoded(out[: -len(sound)])
    size = float(np.sqrt((label[np.abs(label) > 0.001] ** 2).mean()))
    assert 0.04 <= size <= 0.3
    assert np.abs(label).max() < 0.95
    if 0.06 < loud < 0.24:
        assert size == pytest.approx(loud, rel=0.2)


def test_raw_samples_are_taken_as_the_interface_gives_them() -> None:
    """24 kHz, 16 bits, one channel; a cut moment at the end goes."""
    out = explicit_audio(b"\0\1" * 100 + b"x", "pcm")
    assert len(out) == 200 + 2 * len(rhythm(24000))


def test_sizes_of_a_wav_are_told_anew() -> None:
    """Of the file, the samples, the moments; with 64 bits, and with none."""
    fact = riff_chunk(b"fact", struct.pack("<I", 24))
    plain = explicit_audio(wav(riff_chunk(b"note", b"x"), before=fact), "wav")
    added = len(rhythm(8000))
    assert struct.unpack_from("<I", plain, 4) == (len(plain) - 8,)
    assert struct.unpack_from("<I", plain, plain.index(b"fact") + 8) == (24 + added,)
    assert plain.endswith(riff_chunk(b"note", b"x"))
    long = explicit_audio(rf64(), "wav")
    told = struct.unpack_from("<QQQ", long, 20)
    assert told == (len(long) - 8, 48 + 2 * added, 24 + added)
    head = wav()[:4] + b"\xff" * 4 + wav()[8:40] + b"\xff" * 4
    endless = explicit_audio(head + bytes(48), "wav")
    assert endless.startswith(head)
    assert len(endless) == len(head) + 48 + 2 * added


def test_a_wav_with_marks_that_count_its_samples_is_labelled_at_its_end() -> None:
    """Before them nothing may be put."""
    marks = wav(riff_chunk(b"cue ", bytes(28)))
    with pytest.raises(Invalid) as caught:
        explicit_audio(marks, "wav")
    assert caught.value.code == "audio-has-positions"
    assert explicit_audio(marks, "wav", where=Where.END).endswith(riff_chunk(b"cue ", bytes(28)))


def law(tag: int, bits: int, channels: int = 1) -> bytes:
    width = channels * bits // 8
    form = struct.pack("<HHIIHH", tag, channels, 8000, 8000 * width, width, bits)
    return riff(b"WAVE", riff_chunk(b"fmt ", form), riff_chunk(b"data", bytes(16)))


@pytest.mark.parametrize(
    ("data", "format_", "code"),
    [
        (law(6, 8), "wav", "audio-not-supported"),
        (law(1, 64), "wav", "audio-not-supported"),
        (law(1, 16, 0), "wav", "audio-not-supported"),
        (mp3(), "wav", "audio-not-supported"),
        (wav()[:-4], "wav", "file-broken"),
        (riff(b"WAVE", riff_chunk(b"data", b"xx")), "wav", "file-broken"),
        (wav(), "mp3", "audio-not-supported"),
        (wav(), "wma", "audio-not-supported"),
        (wav(), "", "audio-not-supported"),
    ],
)
def test_what_cannot_be_mixed_is_refused_with_its_reason(
    data: bytes, format_: str, code: str
) -> None:
    """A-law, a format that it is not, a file that is cut off."""
    with pytest.raises(Invalid) as caught:
        explicit_audio(data, format_)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("data", "format_"), [(mp3(), "mp3"), (opus(), "opus"), (aac(), "aac"), (flac(), "flac")]
)
def test_without_ffmpeg_packed_sound_is_not_labelled_and_that_is_said(
    data: bytes, format_: str
) -> None:
    """An error that says what to install or to ask for; never the sound without a label."""
    with pytest.raises(Unavailable) as caught:
        explicit_audio(data, format_, ffmpeg=NOWHERE)
    assert caught.value.code == "ffmpeg-missing"


def test_a_spoken_prompt_is_brought_to_the_rate_of_the_sound() -> None:
    """It stands there instead of the rhythm, with a pause behind it."""
    spoken = voice(wave_file(Pcm(22050, 2), Pcm(22050, 2).encoded(noise(1, 22050, 2))))
    assert isinstance(spoken, Voice)
    out = explicit_audio(wav(), "wav", cue=spoken)
    samples, _ = raw_of(out)
    assert len(samples) == 48 + 2 * round(1.3 * 8000)
    tone = Voice(beats(20, rate=16000), 16000).at(8000)[: 20 * 640]
    pitch = np.abs(np.fft.rfft(tone[:, 0])).argmax() * 8000 / len(tone)
    assert pitch == pytest.approx(800, abs=5)


@pytest.mark.parametrize("seconds", [0.2, 16, 1])
def test_a_prompt_that_is_too_short_too_long_or_silent_is_refused(seconds: float) -> None:
    """When it is configured, not when it is needed."""
    sound = np.zeros((8000, 1)) if seconds == 1 else noise(seconds, 8000)
    with pytest.raises(Invalid) as caught:
        voice(wave_file(Pcm(8000), Pcm(8000).encoded(sound)))
    assert caught.value.code == "prompt-unusable"


def test_a_file_of_sound_is_marked_with_both_labels_through_the_one_door() -> None:
    """The rhythm at its start, and what was done is told."""
    words = ExplicitLabel(Place.END, "AI生成", "AI生成")
    marked = mark(wav(), LABEL, words)
    assert isinstance(marked.shown, Heard)
    assert marked.shown.as_json() == {"sounds": "rhythm", "place": "start"}
    assert [one.label for one in read(marked.data).labels] == [LABEL]
    again = mark(marked.data, LABEL, words)
    assert isinstance(again.shown, Heard)
    assert (again.data, again.shown.already) == (marked.data, True)


@pytest.mark.parametrize("where", list(Where))
def test_the_rhythm_in_a_file_is_heard_when_it_is_checked(where: Where) -> None:
    """Alone it makes a platform suspect that the sound is generated."""
    sound = wave_file(Pcm(8000), Pcm(8000).encoded(noise(12, 8000)))
    report = check(explicit_audio(sound, "wav", where=where))
    assert report.verdict is LabelVerdict.INVALID
    assert (report.axes["explicit"], report.axes["judgement"]) == (where.value, "suspected")
    assert check(sound).axes["explicit"] == "not-checked"
    assert check(law(6, 8)).axes["explicit"] == "not-checked"


@given(st.sampled_from(CODINGS), st.binary(max_size=4000), st.sampled_from([1, 40, 8000, 768_000]))
def test_hostile_samples_are_listened_to_and_nothing_more(coding, sound: bytes, rate: int) -> None:
    """No numbers, infinite ones, rates that nobody uses."""
    check(wave_file(Pcm(rate, 1, coding), sound))


STREAMS = {
    "wav": wav(),
    "mp3": mp3(id3(id3_frame(b"TIT2", b"\3song"))),
    "aac": aac(),
    "flac": flac(),
    "opus": opus(),
    "ogg": opus(),
}
cuts = st.lists(st.integers(0, 400), max_size=8)


def through(marking: AudioMarking, data: bytes, places: list[int]) -> bytes:
    """All that comes out when the sound comes in pieces."""
    ends = sorted(min(one, len(data)) for one in places)
    pieces = [data[a:b] for a, b in zip([0, *ends], [*ends, len(data)], strict=True)]
    out = b"".join(map(marking.feed, pieces))
    marking.close()
    return out


@pytest.mark.parametrize("format_", sorted(STREAMS))
@given(places=cuts)
def test_a_stream_is_labelled_the_same_however_it_is_cut(format_: str, places: list[int]) -> None:
    """It carries the label as a whole file would, and its sound is the same."""
    data = STREAMS[format_]
    out = through(AudioMarking(format_, LABEL), data, places)
    (one,) = read(out).labels
    assert (one.label, one.faults) == (LABEL, ())
    assert out == through(AudioMarking(format_, LABEL), data, [])
    if format_ != "wav":
        assert out == mark(data, LABEL).data


@given(places=cuts, sizes=st.sampled_from([(92, 48), (0xFFFFFFFF, 0xFFFFFFFF), (0, 0), (36, 0)]))
def test_the_sizes_of_a_streamed_wav_hold_with_a_label_that_is_heard(
    places: list[int], sizes: tuple[int, int]
) -> None:
    """Known ones are told anew, unknown ones stay unknown."""
    data = wav()
    given_ = data[:4] + struct.pack("<I", sizes[0] - 8 * (sizes[0] == 92)) + data[8:40]
    stream = given_ + struct.pack("<I", sizes[1]) + data[44:]
    out = through(AudioMarking("wav", LABEL, cue=Rhythm()), stream, places)
    assert [one.label for one in read(out).labels] == [LABEL]
    samples, pcm = raw_of(out)
    assert samples.endswith(data[44:])
    assert hears_rhythm(pcm.decoded(samples), 8000)
    told = struct.unpack_from("<I", out, 4)
    assert told == ((len(out) - 8,) if sizes[0] == 92 else told)


def test_a_streamed_mp3_that_is_to_be_heard_needs_ffmpeg_and_says_so() -> None:
    """Before a byte of it is delivered."""
    marking = AudioMarking("mp3", LABEL, cue=Rhythm(), ffmpeg=NOWHERE)
    assert marking.feed(mp3()[:80]) == b""
    with pytest.raises(Unavailable) as caught:
        marking.feed(mp3()[80:])
    assert caught.value.code == "ffmpeg-missing"


def test_raw_samples_have_no_place_for_the_implicit_label_and_say_so() -> None:
    """The caller puts it beside them; what can be heard is put in front."""
    marking = AudioMarking("pcm", LABEL, cue=Rhythm())
    assert marking.implicit is False
    out = through(marking, bytes(2000), [7, 100])
    assert out.endswith(bytes(2000))
    assert len(out) > 2000 + 24000
    assert AudioMarking("wav", LABEL).implicit is True


def test_a_stream_that_ends_in_its_head_delivers_nothing() -> None:
    """And says that it was broken; one that never began is none."""
    for format_ in ("wav", "opus", "flac"):
        marking = AudioMarking(format_, LABEL)
        assert marking.feed(STREAMS[format_][:30]) == b""
        with pytest.raises(Invalid) as caught:
            marking.close()
        assert caught.value.code == "file-broken"
    AudioMarking("wav", LABEL).close()


def test_a_stream_that_is_something_else_or_labelled_by_another_is_refused() -> None:
    """Before a byte of it is delivered."""
    other = mark(mp3(), first_write("001191110102MAD55U9H0F10002", "req_2")).data
    for format_, data, error in (
        ("mp3", wav() + bytes(4096), Invalid),
        ("wav", mp3(), Invalid),
        ("mp3", other, Conflict),
        ("flac", b"fLaC\1\x0f\xff\xff" + bytes(1_100_000), Invalid),
    ):
        with pytest.raises(error):
            AudioMarking(format_, LABEL).feed(data)
    assert AudioMarking("mp3", LABEL, present="keep").feed(other) == other


@pytest.mark.parametrize("format_", ["m4a", "wma", ""])
def test_only_formats_with_their_label_at_the_head_are_streamed(format_: str) -> None:
    """And only unpacked ones can be given a label that is heard."""
    with pytest.raises(GuijuError):
        AudioMarking(format_, LABEL)
    for packed in set(STREAMED) - {"wav", "pcm", "mp3"}:
        with pytest.raises(GuijuError):
            AudioMarking(packed, LABEL, cue=Rhythm())
