# SPDX-License-Identifier: Apache-2.0
"""The samples of a WAV file: what kind they are, and the file with others put to either end."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from enum import StrEnum

from guiju.kernel import Invalid, Text
from guiju.labelling.audio.pcm import Coding, Pcm, not_supported
from guiju.labelling.containers import container_of
from guiju.labelling.containers.errors import broken
from guiju.labelling.containers.riff import LARGEST, chunk
from guiju.labelling.containers.walking import Edit, StopsError, number, spliced
from guiju.labelling.containers.wav import WAV, Wave, parsed

_INTEGERS: dict[int, Coding] = {1: "u8", 2: "s16", 3: "s24", 4: "s32"}
_FLOATS: dict[int, Coding] = {4: "f32", 8: "f64"}
_KINDS = {1: _INTEGERS, 3: _FLOATS}
_EXTENSIBLE = 0xFFFE
_POSITIONS = frozenset({b"cue ", b"smpl", b"plst"})


class Where(StrEnum):
    """At which end of the sound its label is heard."""

    START = "start"
    END = "end"


def wave_of(data: bytes) -> tuple[Wave, Pcm]:
    """The frame of a WAV file and the kind of its samples.

    Raises:
        Invalid: `file-broken` or `audio-not-supported`.
    """
    if container_of(data) is not WAV:
        raise not_supported("no WAV")
    try:
        wave = parsed(data)
        return wave, format_of(data, wave)
    except StopsError as stop:
        raise broken(stop.why) from stop


def raw_of(data: bytes) -> tuple[bytes, Pcm]:
    """The samples of a WAV file as they stand there, and their kind; raises as `wave_of`."""
    wave, pcm = wave_of(data)
    return data[wave.samples.body : wave.samples.end], pcm


def wave_file(pcm: Pcm, samples: bytes) -> bytes:
    """A WAV file of these samples."""
    tag = 3 if pcm.coding in _FLOATS.values() else 1
    one = pcm.width // pcm.channels
    form = struct.pack(
        "<HHIIHH", tag, pcm.channels, pcm.rate, pcm.rate * pcm.width, pcm.width, 8 * one
    )
    body = b"WAVE" + chunk(b"fmt ", form) + chunk(b"data", samples)
    return b"RIFF" + len(body).to_bytes(4, "little") + body


def format_of(data: bytes, wave: Wave) -> Pcm:
    """The kind of the samples; raises StopsError or Invalid `audio-not-supported`."""
    at = next((one.body for one in wave.chunks if one.name == b"fmt "), None)
    if at is None:
        raise StopsError("broken")
    tag, channels = number(data, at, 2, "little"), number(data, at + 2, 2, "little")
    rate, width = number(data, at + 4, 4, "little"), number(data, at + 12, 2, "little")
    if tag == _EXTENSIBLE:
        tag = number(data, at + 24, 2, "little")
    one, rest = divmod(width, channels) if channels else (0, 1)
    coding = _KINDS.get(tag, {}).get(one)
    if coding is None or rest:
        raise not_supported(f"WAV {tag:#06x}, {8 * one} bit")
    return Pcm(rate, channels, coding)


def joined(data: bytes, wave: Wave, pcm: Pcm, more: bytes, where: Where) -> bytes:
    """The file with `more` samples at one end of its own, and every size in it told anew.

    Raises:
        Invalid: `audio-has-positions`, when something in the file counts its samples.
    """
    if where is Where.START and any(one.name in _POSITIONS for one in wave.chunks):
        raise _has_positions()
    samples = wave.samples
    whole = samples.end - samples.size % pcm.width
    at = samples.body if where is Where.START else whole
    edits: list[Edit] = [(at, at, more)]
    if not wave.endless:
        padding = (samples.size + len(more)) % 2
        edits.append((samples.end, min(samples.next, wave.end), bytes(padding)))
        edits += _sizes(data, wave, pcm, more)
    return spliced(data, edits)


def _sizes(data: bytes, wave: Wave, pcm: Pcm, more: bytes) -> Iterator[Edit]:
    samples, moments = wave.samples, len(more) // pcm.width
    growth = (
        len(more) + (samples.size + len(more)) % 2 - (min(samples.next, wave.end) - samples.end)
    )
    if number(data, samples.start + 4, 4, "little") == LARGEST:
        # RF64 has both numbers in its first chunk.
        yield _added(data, 28, 8, len(more))
        yield _added(data, 36, 8, moments)
    else:
        yield _added(data, samples.start + 4, 4, len(more))
    if wave.told:
        yield _number(wave.size, wave.width, wave.end - 8 + growth)
    for one in wave.chunks:
        if one.name == b"fact" and number(data, one.body, 4, "little") != LARGEST:
            yield _added(data, one.body, 4, moments)


def _added(data: bytes, at: int, width: int, more: int) -> Edit:
    return _number(at, width, number(data, at, width, "little") + more)


def _number(at: int, width: int, value: int) -> Edit:
    if value >= 1 << 8 * width:
        raise not_supported("4 GiB")
    return at, at + width, value.to_bytes(width, "little")


def _has_positions() -> Invalid:
    return Invalid(
        "audio-has-positions",
        Text(
            zh="音频文件中有按采样位置记录的标记，不能在开头加入标识。",
            en="The sound has marks that count its samples, so nothing can be put before them.",
        ),
        Text(zh="请把听觉标识放在末尾。", en="Put the audible label at the end."),
        article=12,
    )
