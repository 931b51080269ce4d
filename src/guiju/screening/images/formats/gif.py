# SPDX-License-Identifier: Apache-2.0
"""GIF: blocks of sub-blocks of at most 255 bytes; a frame may reach over the announced screen."""

from __future__ import annotations

from guiju.screening.images.formats.walk import Header, Walk, broken
from guiju.screening.images.sniff import Kind

_SCREEN = 6
_BLOCKS = 13
_EXTENSION, _IMAGE, _END = 0x21, 0x2C, 0x3B
_HAS_COLOURS = 0x80


def measure(walk: Walk) -> Header:
    """The size that holds every frame, and how many there are."""
    width, height = (walk.number(_SCREEN + at, 2, "little") for at in (0, 2))
    at = _BLOCKS + _colours(walk, _SCREEN + 4)
    frames = 0
    while at < len(walk.data) and walk.data[at] != _END:
        walk.step()
        block = walk.data[at]
        if block == _IMAGE:
            frames += 1
            left, top, right, down = (walk.number(at + n, 2, "little") for n in (1, 3, 5, 7))
            width, height = max(width, left + right), max(height, top + down)
            at = _after(walk, at + 11 + _colours(walk, at + 9))
        elif block == _EXTENSION:
            at = _after(walk, at + 2)
        else:
            at += 1
    if not frames:
        raise broken("it holds no picture")
    return Header(Kind.GIF, width, height, frames)


def _colours(walk: Walk, at: int) -> int:
    """The bytes of the table of colours that the flags at `at` announce."""
    flags = walk.number(at, 1, "little")
    return 3 << ((flags & 7) + 1) if flags & _HAS_COLOURS else 0


def _after(walk: Walk, at: int) -> int:
    """Where the sub-blocks that begin at `at` end; a file that ends within them ends there."""
    data = walk.data
    while at < len(data) and (size := data[at]):
        walk.step()
        at += size + 1
    return at + 1
