# SPDX-License-Identifier: Apache-2.0
"""The blocks of a GIF: extensions and pictures, each a row of sub-blocks (GIF 89a, CompuServe)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from guiju.labelling.containers.walking import StopsError, take

EXTENSION, PICTURE, TRAILER = 0x21, 0x2C, 0x3B
APPLICATION, COMMENT = 0xFF, 0xFE
_SCREEN = 13  # signature and description of the screen
_DESCRIPTION = 10  # of a picture, with its mark
_HAS_COLOURS, _COLOURS = 0x80, 0x07
_MOST_STEPS = 1_000_000  # sub-blocks of one file; a quarter of a gigabyte of full ones


class Block(NamedTuple):
    """One block: its kind (the label of an extension), where it begins, its sub-blocks, its end."""

    kind: int
    at: int
    start: int
    end: int


def blocks(data: bytes) -> Iterator[Block]:
    """Every block up to the trailer, which is the last.

    Raises:
        StopsError: "truncated" when there is no trailer, "broken" for what is no block, "limit".
    """
    at = _SCREEN + _colours(take(data, 0, _SCREEN)[10])
    steps = _MOST_STEPS
    while True:
        mark = take(data, at, 1)[0]
        if mark == TRAILER:
            yield Block(TRAILER, at, at + 1, at + 1)
            return
        if mark == EXTENSION:
            kind, start = take(data, at, 2)[1], at + 2
        elif mark == PICTURE:
            # The description, colours of its own, and the size of the first code.
            kind, start = PICTURE, at + _DESCRIPTION + 1 + _colours(take(data, at, _DESCRIPTION)[9])
        else:
            raise StopsError("broken")
        end, steps = _behind(data, start, steps)
        yield Block(kind, at, start, end)
        at = end


def joined(data: bytes, block: Block) -> bytes:
    """What the sub-blocks of a block hold together."""
    pieces: list[bytes] = []
    at = block.start
    while size := data[at]:
        pieces.append(data[at + 1 : at + 1 + size])
        at += size + 1
    return b"".join(pieces)


def _colours(packed: int) -> int:
    """The bytes of a table of colours."""
    return 3 << (packed & _COLOURS) + 1 if packed & _HAS_COLOURS else 0


def _behind(data: bytes, at: int, steps: int) -> tuple[int, int]:
    """Where the sub-blocks end, and how many steps are left."""
    try:
        while size := data[at]:
            at += size + 1
            steps -= 1
            if steps < 0:
                raise StopsError("limit")
    except IndexError:
        raise StopsError("truncated") from None
    return at + 1, steps
