# SPDX-License-Identifier: Apache-2.0
"""One small file of each format, made up, for the claims that hold for all of them."""

from __future__ import annotations

import struct
import zlib

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


SAMPLES: dict[str, bytes] = {
    "png": png(),
}
"""By the name of the format."""
