# SPDX-License-Identifier: Apache-2.0
"""One small file of each format, made up, for the claims that hold for all of them."""

from __future__ import annotations

import struct
import zlib

from tests.unit.labelling.films import FILMS
from tests.unit.labelling.sounds import SOUNDS

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chunk(name: bytes, data: bytes) -> bytes:
    """One chunk of PNG."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(*chunks: bytes, behind: bytes = b"") -> bytes:
    """A picture of two by two pixels with further chunks behind its header."""
    header = struct.pack(">IIBBBBB", 2, 2, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + bytes([9, 80, 200] * 2) for _ in range(2)))
    parts = (chunk(b"IHDR", header), *chunks, chunk(b"IDAT", pixels), chunk(b"IEND", b""))
    return SIGNATURE + b"".join(parts) + behind


def segment(marker: int, data: bytes) -> bytes:
    """One segment of JPEG."""
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data


def jpeg(*parts: bytes, behind: bytes = b"") -> bytes:
    """What every reader of metadata takes for a picture, with further segments behind JFIF."""
    jfif = segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0")
    scan = segment(0xDA, b"\1\1\0\0\x3f\0") + b"\x12\xff\0\x34\xff\xd0\x56"
    return b"\xff\xd8" + jfif + b"".join(parts) + scan + b"\xff\xd9" + behind


def gif(*blocks: bytes, behind: bytes = b"") -> bytes:
    """A picture of two by two pixels in two colours, with further blocks behind its description."""
    screen = b"GIF89a" + struct.pack("<HHBBB", 2, 2, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    picture = b"\x2c" + struct.pack("<HHHHB", 0, 0, 2, 2, 0) + b"\2\2\x44\x51\0"
    return screen + b"".join(blocks) + picture + b"\x3b" + behind


def webp(*chunks: bytes, picture: bytes = b"VP8L", behind: bytes = b"") -> bytes:
    """A picture of two by two pixels, lossless, with further chunks behind it."""
    bits = struct.pack("<BI", 0x2F, 1 | 1 << 14) + bytes(6)
    parts = b"WEBP" + riff_chunk(picture, bits) + b"".join(chunks)
    return riff_chunk(b"RIFF", parts) + behind


def riff_chunk(name: bytes, data: bytes) -> bytes:
    """One chunk of RIFF."""
    return name + struct.pack("<I", len(data)) + data + bytes(len(data) % 2)


SAMPLES: dict[str, bytes] = {
    "gif": gif(),
    "jpeg": jpeg(),
    "png": png(),
    "webp": webp(),
    **SOUNDS,
    **FILMS,
}
"""By the name of the format."""
