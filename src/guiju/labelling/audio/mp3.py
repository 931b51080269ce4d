# SPDX-License-Identifier: Apache-2.0
"""More frames at one end of an MP3, whose own frames stay as they are (Article 12).

Source: ISO/IEC 11172-3, 2.4.1 and 2.4.2.7 (main_data_begin); the info frame as LAME 3.100 writes
it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from guiju.labelling.audio.waves import Where
from guiju.labelling.containers import id3
from guiju.labelling.containers.mpeg_frames import mp3_frame, mp3_kbits, mp3_rate
from guiju.labelling.containers.walking import Edit, spliced

_HEADER = 4
_KIND = 0xFFFE0C00  # of a header: version, layer and rate
_MONO = 0xC0
_SIDE = {(True, False): 32, (True, True): 17, (False, False): 17, (False, True): 9}
_FIRST_VERSION, _UNCHECKED = 0x00080000, 0x00010000
_COUNTS = (b"Xing", b"Info")
_ALL_COUNTED = 0x0F
_LAME, _LAME_CHECK = 120, 154  # bytes behind the mark: the encoder's part and its check sum
_TAILS = (b"TAG", b"APETAGEX")


class Kind(NamedTuple):
    """What an encoder must be told to make frames that go with another."""

    rate: int
    channels: int
    kbits: int


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame: where it begins and ends, and its header as a number."""

    start: int
    end: int
    header: int

    @property
    def alike(self) -> tuple[int, bool]:
        """What frames of one stream have in common."""
        return self.header & _KIND, self.is_mono

    @property
    def kind(self) -> Kind:
        """How frames like it are made."""
        header = self.header.to_bytes(_HEADER)
        return Kind(mp3_rate(header), 1 if self.is_mono else 2, mp3_kbits(header))

    @property
    def is_mono(self) -> bool:
        """Whether it has one channel."""
        return self.header & _MONO == _MONO

    @property
    def side(self) -> int:
        """Where what tells of its content begins."""
        return self.start + _HEADER + (0 if self.header & _UNCHECKED else 2)

    @property
    def mark(self) -> int:
        """Where the mark stands that makes it a frame of facts instead of sound."""
        first = bool(self.header & _FIRST_VERSION)
        return self.start + _HEADER + _SIDE[first, self.is_mono]

    def borrows(self, data: bytes) -> bool:
        """Whether its sound begins in frames before it."""
        begin = int.from_bytes(data[self.side : self.side + 2])
        return begin >> (7 if self.header & _FIRST_VERSION else 8) > 0


def first_frame(data: bytes) -> Frame | None:
    """The first frame behind the tags."""
    return next(_frames(data), None)


def has_begun(data: bytes) -> bool:
    """Whether two frames are there, so that one of them is sound and not only facts."""
    return len(list(islice(_frames(data), 2))) == 2  # noqa: PLR2004 - one of facts and one of sound


def joined(data: bytes, more: bytes, where: Where) -> bytes | None:
    """`data` with the frames of `more` at one end; None if they cannot be one stream."""
    frames, new = list(_frames(data)), list(_frames(more))
    facts = frames[0] if frames and data.startswith(_COUNTS, frames[0].mark) else None
    sound = frames[1:] if facts else frames
    if not sound or not new or len({one.alike for one in (*frames, *new)}) != 1:
        return None
    at = sound[0].start if where is Where.START else sound[-1].end
    if sound[0].borrows(data) or data.startswith(b"VBRI", frames[0].start + 36):
        return None
    if where is Where.END and at < len(data) and not data.startswith(_TAILS, at):
        return None
    piece = more[new[0].start : new[-1].end]
    edits: list[Edit] = [(at, at, piece)]
    if facts:
        edits.append((facts.start, facts.end, _counted(data, facts, len(new), len(piece))))
    return spliced(data, edits)


def _frames(data: bytes) -> Iterator[Frame]:
    at = max((tag.end for tag in id3.tags_at_start(data)), default=0)
    while length := mp3_frame(data[at : at + _HEADER]):
        if at + length > len(data):
            return
        yield Frame(at, at + length, int.from_bytes(data[at : at + _HEADER]))
        at += length


def _counted(data: bytes, facts: Frame, frames: int, size: int) -> bytes:
    """The frame of facts with more frames and bytes counted, and its check sum right."""
    new = bytearray(data[facts.start : facts.end])
    mark = facts.mark - facts.start
    flags = int.from_bytes(new[mark + 4 : mark + 8])
    at = mark + 8
    for bit, more in ((1, frames), (2, size)):
        if flags & bit:
            count = int.from_bytes(new[at : at + 4]) + more
            new[at : at + 4] = (count & 0xFFFF_FFFF).to_bytes(4)
            at += 4
    check = mark + _LAME_CHECK
    if (
        flags == _ALL_COUNTED
        and new[mark + _LAME : mark + _LAME + 2] == b"LA"
        and check + 2 <= len(new)
    ):
        new[check : check + 2] = _crc(bytes(new[:check])).to_bytes(2)
    return bytes(new)


def _crc(data: bytes) -> int:
    """The check sum of 16 bits that LAME uses, from nothing and with bits the other way round."""
    value = 0
    for one in data:
        value ^= one
        for _ in range(8):
            value = value >> 1 ^ (0xA001 if value & 1 else 0)
    return value
