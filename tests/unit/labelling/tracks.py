# SPDX-License-Identifier: Apache-2.0
"""Small films with a track of pictures in H.264 and one of sound, whose samples are told apart."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from tests.unit.labelling.films import box, full

SCALE = 1000
UNTURNED = (1, 0, 0, 1)


def units(*contents: bytes) -> bytes:
    """A sample of H.264 made of these units."""
    return b"".join(struct.pack(">I", len(one)) + one for one in contents)


def picture(number: int, *, entry: bool = False, size: int = 9) -> bytes:
    """A sample that says its number; `entry`: the film can be entered there."""
    return units(bytes((0x65 if entry else 0x41,)) + number.to_bytes(2) * size)


def config(number: int = 0, profile: int = 100) -> bytes:
    """A decoder configuration with one set of each kind that has this number."""
    bits = f"{number + 1:b}"
    code = int(("0" * (len(bits) - 1) + bits).ljust(16, "1"), 2).to_bytes(2)
    sequence, shown = bytes((0x67, profile, 0, 31)) + code, b"\x68" + code
    parts = [bytes((1, profile, 0, 31, 0xFF, 0xE1)), len(sequence).to_bytes(2), sequence]
    return b"".join((*parts, b"\1", len(shown).to_bytes(2), shown, b"\xfd\xf8\xf8\0"))


def table(kind: bytes, *values: int) -> bytes:
    """A table of one number for each."""
    return full(kind, struct.pack(f">I{len(values)}I", len(values), *values))


@dataclass(frozen=True)
class Film:
    """What a film is made of.

    `offsets` lie between decoding and showing; at `entries` the film can be entered.
    """

    pictures: Sequence[bytes]
    entries: Sequence[int]
    offsets: Sequence[int] = ()
    step: int = 500
    per_chunk: int = 2
    setup: bytes = config()
    matrix: tuple[int, int, int, int] = UNTURNED
    more: bytes = b""
    edit: int | None = None
    index_first: bool = True

    def sounds(self) -> list[bytes]:
        """One for each chunk of pictures."""
        count = -(-len(self.pictures) // self.per_chunk)
        return [b"sound %d" % n for n in range(count)]

    def data(self) -> bytes:
        """The film, with pictures and sound by turns."""
        kind = box(b"ftyp", b"isom", bytes(4))
        media, pictures, sounds = self._media()
        begin = len(kind) + 8
        index = self._index([begin + one for one in pictures], [begin + one for one in sounds])
        if not self.index_first:
            return kind + box(b"mdat", media) + index
        begin += len(index)
        index = self._index([begin + one for one in pictures], [begin + one for one in sounds])
        return kind + index + box(b"mdat", media)

    def _media(self) -> tuple[bytes, list[int], list[int]]:
        media, pictures, sounds = b"", [], []
        for number, sound in enumerate(self.sounds()):
            pictures.append(len(media))
            own = self.pictures[number * self.per_chunk : (number + 1) * self.per_chunk]
            media += b"".join(own)
            sounds.append(len(media))
            media += sound
        return media, pictures, sounds

    def _index(self, pictures: Sequence[int], sounds: Sequence[int]) -> bytes:
        shown = self._track(b"vide", self._entry(), self._tables(pictures))
        heard = self._track(b"soun", box(b"mp4a", bytes(28)), table(b"stco", *sounds))
        return box(b"moov", full(b"mvhd", bytes(96)), shown, heard)

    def _entry(self) -> bytes:
        head = bytes(24) + struct.pack(">HH", 640, 360) + bytes(50)
        return box(b"avc1", head, box(b"avcC", self.setup))

    def _tables(self, places: Sequence[int]) -> bytes:
        count = len(self.pictures)
        last = count - self.per_chunk * (len(places) - 1)
        runs = [1, self.per_chunk, 1] + ([len(places), last, 1] if last < self.per_chunk else [])
        parts = [
            full(b"stts", struct.pack(">III", 1, count, self.step)),
            full(b"stsz", struct.pack(f">II{count}I", 0, count, *map(len, self.pictures))),
            full(b"stsc", struct.pack(f">I{len(runs)}I", len(runs) // 3, *runs)),
            table(b"stco", *places),
            table(b"stss", *(one + 1 for one in self.entries)),
        ]
        if self.offsets:
            rows = b"".join(struct.pack(">II", 1, one) for one in self.offsets)
            parts.insert(1, full(b"ctts", struct.pack(">I", count), rows))
        return b"".join((*parts, self.more))

    def _track(self, kind: bytes, entry: bytes, tables: bytes) -> bytes:
        a, b, c, d = (one << 16 for one in self.matrix)
        matrix = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30)
        edit = b""
        if self.edit is not None and kind == b"vide":
            edit = box(b"edts", full(b"elst", struct.pack(">IIiI", 1, 0, self.edit, 1 << 16)))
        stbl = box(b"stbl", full(b"stsd", b"\0\0\0\1", entry), tables)
        media = box(
            b"mdia",
            full(b"mdhd", struct.pack(">IIII", 0, 0, SCALE, 0), bytes(4)),
            full(b"hdlr", bytes(4), kind, bytes(13)),
            box(b"minf", stbl),
        )
        return box(b"trak", full(b"tkhd", bytes(36), matrix, bytes(8)), edit, media)
