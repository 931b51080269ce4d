# SPDX-License-Identifier: Apache-2.0
"""Small films, made up byte by byte: what stands around the samples is real, they are not."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

from tests.unit.labelling.sounds import riff, riff_chunk

SAMPLES = (b"first sample", b"second", b"third sample of the film")
_SIZED = 8


def box(kind: bytes, *content: bytes) -> bytes:
    """One box of MP4."""
    body = b"".join(content)
    return struct.pack(">I", len(body) + _SIZED) + kind + body


def full(kind: bytes, *content: bytes, version: int = 0, flags: int = 0) -> bytes:
    """One box with version and flags."""
    return box(kind, bytes((version,)), flags.to_bytes(3), *content)


def track(places: Sequence[int], *, wide: bool = False, more: bytes = b"") -> bytes:
    """A track whose samples stand at these places of the file."""
    form = f">I{len(places)}{'Q' if wide else 'I'}"
    table = full(b"co64" if wide else b"stco", struct.pack(form, len(places), *places))
    return box(b"trak", box(b"mdia", box(b"minf", box(b"stbl", table, more))))


def places_in(data: bytes) -> list[int]:
    """The places that the first table of samples tells."""
    for kind, code in ((b"stco", "I"), (b"co64", "Q")):
        at = data.find(kind)
        if at >= 0:
            (count,) = struct.unpack_from(">I", data, at + 8)
            return list(struct.unpack_from(f">{count}{code}", data, at + 12))
    return []


def mp4(
    *,
    brand: bytes = b"isom",
    samples: Sequence[bytes] = SAMPLES,
    index_first: bool = True,
    wide: bool = False,
    user: bytes = b"",
    more: bytes = b"",
) -> bytes:
    """A film with its index before or behind its samples, which stand one behind the other."""
    kind = box(b"ftyp", brand, bytes(4), brand)
    media = box(b"mdat", *samples)
    movie = box(b"moov", full(b"mvhd", bytes(96)), track([0] * len(samples), wide=wide), user, more)
    begin = len(kind) + _SIZED + (len(movie) if index_first else 0)
    places = [begin + sum(map(len, samples[:n])) for n in range(len(samples))]
    movie = box(b"moov", full(b"mvhd", bytes(96)), track(places, wide=wide), user, more)
    return kind + (movie + media if index_first else media + movie)


def handler(kind: bytes) -> bytes:
    """What says of which kind a list of facts is."""
    return full(b"hdlr", bytes(4), kind, bytes(13))


def fact(kind: bytes, text: bytes) -> bytes:
    """A fact that is text."""
    return box(kind, box(b"data", struct.pack(">II", 1, 0), text))


def itunes(*facts: bytes) -> bytes:
    """A list of facts as iTunes writes it."""
    return full(b"meta", handler(b"mdir"), box(b"ilst", *facts))


def quicktime(facts: dict[bytes, bytes], *, plain: bool = False) -> bytes:
    """A list of facts as QuickTime writes it, with or without version and flags."""
    names = b"".join(box(b"mdta", name) for name in facts)
    keys = full(b"keys", struct.pack(">I", len(facts)), names)
    items = [fact(struct.pack(">I", n), text) for n, text in enumerate(facts.values(), 1)]
    parts = (handler(b"mdta"), keys, box(b"ilst", *items))
    return box(b"meta", *parts) if plain else full(b"meta", *parts)


def element(name: int, content: bytes, width: int = 0) -> bytes:
    """One element of EBML; its size in `width` bytes or in as many as it needs."""
    width = width or next(one for one in range(1, 9) if len(content) < (1 << 7 * one) - 1)
    size = (len(content) | 1 << 7 * width).to_bytes(width)
    return name.to_bytes((name.bit_length() + 7) // 8) + size + content


ENDLESS = b"\x01" + b"\xff" * 7
SEGMENT = bytes.fromhex("18538067")
CLUSTER = element(0x1F43B675, element(0xE7, b"\0") + element(0xA3, b"\x81\0\0\x80block"))
INFO = element(0x1549A966, element(0x2AD7B1, b"\x0f\x42\x40"))


def ebml(doc_type: bytes = b"matroska") -> bytes:
    """The head of a file."""
    return element(0x1A45DFA3, element(0x4282, doc_type))


def matroska(
    *parts: bytes, doc_type: bytes = b"matroska", endless: bool = False, width: int = 0
) -> bytes:
    """A file of these parts."""
    body = b"".join(parts)
    segment = SEGMENT + ENDLESS + body if endless else element(0x18538067, body, width)
    return ebml(doc_type) + segment


def simple_tag(name: bytes, text: bytes) -> bytes:
    """A tag of Matroska."""
    return element(0x67C8, element(0x45A3, name) + element(0x4487, text))


def tags(*simple: bytes, summed: bool = False) -> bytes:
    """A list of tags, with a check sum if it is asked for."""
    tag = element(0x7373, element(0x63C0, b"") + b"".join(simple))
    crc = element(0xBF, zlib.crc32(tag).to_bytes(4, "little")) if summed else b""
    return element(0x1254C367, crc + tag)


def avi(
    *before: bytes, behind: bytes = b"", absolute: bool = False, open_dml: bool = False
) -> bytes:
    """A film of one chunk; its index counts from the pictures or from the file's beginning."""
    index = riff_chunk(b"indx", bytes(24)) if open_dml else b""
    head = riff_chunk(b"LIST", b"hdrl" + riff_chunk(b"avih", bytes(56)) + index)
    movie = riff_chunk(b"LIST", b"movi" + riff_chunk(b"00dc", b"picture!"))
    movie_at = 12 + len(head) + sum(map(len, before)) + 8
    place = 4 + (movie_at if absolute else 0)
    old = riff_chunk(b"idx1", b"00dc" + struct.pack("<III", 16, place, 8))
    return riff(b"AVI ", head, *before, movie, old, behind)


def amf_string(text: bytes) -> bytes:
    """A text as AMF writes it."""
    return b"\2" + struct.pack(">H", len(text)) + text


def flv_tag(kind: int, content: bytes) -> bytes:
    """One tag and its length."""
    head = bytes((kind,)) + len(content).to_bytes(3) + bytes(7)
    return head + content + struct.pack(">I", len(content) + 11)


def flv_facts(*properties: tuple[bytes, bytes], name: bytes = b"onMetaData") -> bytes:
    """A script tag with these properties, whose values are given as AMF writes them."""
    body = b"".join(struct.pack(">H", len(key)) + key + value for key, value in properties)
    count = struct.pack(">I", len(properties))
    return flv_tag(18, amf_string(name) + b"\x08" + count + body + b"\0\0\x09")


def flv(*tags_before: bytes) -> bytes:
    """A film of one tag of video, with others before it."""
    return b"FLV\1\1\0\0\0\x09" + bytes(4) + b"".join(tags_before) + flv_tag(9, b"\x12picture")


FILMS: dict[str, bytes] = {
    "mp4": mp4(),
    "m4a": mp4(brand=b"M4A ", index_first=False),
    "mov": mp4(brand=b"qt  "),
    "mkv": matroska(INFO, CLUSTER),
    "webm": matroska(INFO, CLUSTER, doc_type=b"webm", endless=True),
    "avi": avi(),
    "flv": flv(flv_facts((b"duration", b"\0" + struct.pack(">d", 1.0)))),
}
