# SPDX-License-Identifier: Apache-2.0
"""WebP: a RIFF of chunks; the canvas is announced, or the one picture in it says its size."""

from __future__ import annotations

from guiju.screening.images.formats.walk import Header, Walk, broken
from guiju.screening.images.sniff import Kind

_FIRST = 12
_SIDE = 0x3FFF  # fourteen bits
_START_CODE = b"\x9d\x01\x2a"
_LOSSLESS = b"\x2f"


def measure(walk: Walk) -> Header:
    """The size that holds the canvas and every picture outside of frames, and the frames."""
    width = height = frames = 0
    at = _FIRST
    while at + 8 <= len(walk.data):
        walk.step()
        name, length = walk.take(at, 4), walk.number(at + 4, 4, "little")
        frames += name == b"ANMF"
        if name in _SIZES:
            size = _SIZES[name](walk, at + 8)
            width, height = max(width, size[0]), max(height, size[1])
        at += 8 + length + length % 2
    if not width:
        raise broken("it holds no picture")
    return Header(Kind.WEBP, width, height, max(frames, 1))


def _canvas(walk: Walk, at: int) -> tuple[int, int]:
    return walk.number(at + 4, 3, "little") + 1, walk.number(at + 7, 3, "little") + 1


def _lossy(walk: Walk, at: int) -> tuple[int, int]:
    if walk.take(at + 3, 3) != _START_CODE:
        raise broken("its picture does not begin with a whole one")
    return walk.number(at + 6, 2, "little") & _SIDE, walk.number(at + 8, 2, "little") & _SIDE


def _lossless(walk: Walk, at: int) -> tuple[int, int]:
    if walk.take(at, 1) != _LOSSLESS:
        raise broken("its picture does not begin as a lossless one")
    bits = walk.number(at + 1, 4, "little")
    return (bits & _SIDE) + 1, (bits >> 14 & _SIDE) + 1


_SIZES = {b"VP8X": _canvas, b"VP8 ": _lossy, b"VP8L": _lossless}
