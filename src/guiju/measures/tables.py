# SPDX-License-Identifier: Apache-2.0
"""Aligned text for the terminal, where a Chinese character is two columns wide."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from unicodedata import east_asian_width

WIDTH = 100
_GAP = 2
_LEAST = 12


def width(text: str) -> int:
    """How many columns `text` takes on a terminal."""
    return sum(2 if east_asian_width(one) in "WF" else 1 for one in text)


def pad(text: str, columns: int) -> str:
    """`text` filled up with spaces to `columns`."""
    return text + " " * max(0, columns - width(text))


def wrap(text: str, columns: int) -> list[str]:
    """`text` in lines of at most `columns`: broken at spaces, or between Chinese characters."""
    lines, line, used = [], "", 0
    for piece in _pieces(text):
        size = width(piece)
        if used and used + width(piece.rstrip()) > columns and not _clings(piece):
            lines.append(line.rstrip())
            line, used, piece = "", 0, piece.lstrip()  # noqa: PLW2901 - a line starts without space
            size = width(piece)
        line += piece
        used += size
    return [*lines, line.rstrip()]


def _pieces(text: str) -> Iterable[str]:
    """Words with the spaces after them; every wide character is a piece of its own."""
    piece = ""
    for one in text:
        wide = east_asian_width(one) in "WF"
        if piece and (wide or (piece[-1] == " " and one != " ")):
            yield piece
            piece = ""
        piece += one
        if wide:
            yield piece
            piece = ""
    if piece:
        yield piece


def _clings(piece: str) -> bool:
    return piece[0] in "，。；：、）”？！"


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines of a table whose last column wraps within the 100 columns of the page."""
    sizes = [max(width(row[at]) for row in (heads, *rows)) for at in range(len(heads) - 1)]
    last = max(_LEAST, WIDTH - sum(sizes) - _GAP * len(sizes))
    lines = []
    for row in (heads, ["─" * width(head) for head in heads], *rows):
        first, *rest = wrap(row[-1], last) or [""]
        cells = [pad(cell, size + _GAP) for cell, size in zip(row[:-1], sizes, strict=True)]
        lines.append(("".join(cells) + first).rstrip())
        lines += [" " * (sum(sizes) + _GAP * len(sizes)) + line for line in rest]
    return lines


def paragraph(text: str, indent: int = 0) -> list[str]:
    """`text` wrapped to the page with every line indented."""
    return [" " * indent + line for line in wrap(text, WIDTH - indent)]
