# SPDX-License-Identifier: Apache-2.0
"""Text in pictures: the port to whatever reads it, and how its pieces become text to be judged."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

from guiju.screening.fold import BORDER
from guiju.screening.images.pixels import Box, Pixels, around

MOST_TEXT = 1_000_000
"""Characters read from one view; a reader that finds more is not believed."""


class TextBox(NamedTuple):
    """A piece of text, usually a line, and where it stands; `score` is per mille."""

    text: str
    box: Box
    score: int = 1000


class Reader(Protocol):
    """What reads the text in a picture; shared by threads."""

    def read(self, pixels: Pixels) -> list[TextBox]:
        """All text that it sees, in any order; raises if it cannot look."""
        ...


class Script(NamedTuple):
    """Text to be judged, and where its pieces begin, each with the box it was read in."""

    text: str
    starts: Sequence[int]
    boxes: Sequence[Box | None]

    def box(self, start: int, end: int) -> Box | None:
        """Around the pieces that hold the characters from `start` to `end`."""
        first = bisect_right(self.starts, start) - 1
        last = max(bisect_left(self.starts, end), first + 1)
        known = [one for one in self.boxes[max(first, 0) : last] if one]
        return around(known) if known else None


def joined(pieces: Iterable[tuple[str, Box | None]], gap: str) -> Script:
    """The pieces one after the other; an empty gap is a space where two words would grow together.

    Nothing that a piece holds can pass for the border between pieces.
    """
    text: list[str] = []
    starts, boxes, length = array("q"), [], 0
    for words, box in pieces:
        piece = words.replace(BORDER, " ")
        between = gap or (" " if text and _are_letters(text[-1][-1:], piece[:1]) else "")
        if text and between:
            text.append(between)
            length += len(between)
        starts.append(length)
        boxes.append(box)
        text.append(piece)
        length += len(piece)
    return Script("".join(text), starts, boxes)


def scripts(found: Sequence[TextBox]) -> tuple[Script, ...]:
    """Piece by piece, and as somebody reads who goes on at the end of a line."""
    pieces = [(one.text, one.box) for one in in_order(found)]
    apart = joined(pieces, BORDER)
    return (apart, joined(pieces, "")) if len(pieces) > 1 else (apart,)


def in_order(found: Sequence[TextBox]) -> list[TextBox]:
    """Row by row, from left to right; pieces are in a row if their middles are within the first."""
    rows: list[list[TextBox]] = []
    for one in sorted(found, key=lambda piece: (piece.box.top + piece.box.bottom, piece.box.left)):
        middle = (one.box.top + one.box.bottom) / 2
        if rows and middle <= rows[-1][0].box.bottom:
            rows[-1].append(one)
        else:
            rows.append([one])
    return [one for row in rows for one in sorted(row, key=lambda piece: piece.box.left)]


def _are_letters(last: str, first: str) -> bool:
    return (last + first).isascii() and last.isalnum() and first.isalnum()
