# SPDX-License-Identifier: Apache-2.0
"""Rows of a table in text, with quotes as CSV has them.

A quote that is never closed costs its own line and no other: the reader of the standard library
would swallow the rest of the file into one cell.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import NamedTuple

from guiju.kernel import Text
from guiju.screening.importing.model import Line

_MOST_JOINED = 50
_MOST_CELLS = 256
_OPEN = Text(zh="引号没有闭合", en="a quote is opened and never closed")
_WIDE = Text(zh=f"超过 {_MOST_CELLS} 个单元格", en=f"it has more than {_MOST_CELLS} cells")


class Row(NamedTuple):
    """One row; `fault` says why it cannot be read."""

    number: int
    cells: Sequence[object]
    fault: Text | None = None


def rows_of(lines: Iterator[Line], separator: str) -> Iterator[Row]:
    """The rows that `separator` (several characters allowed) cuts the lines into."""
    while (line := next(lines, None)) is not None:
        if line.fault is not None or '"' not in line.text or len(separator) != 1:
            yield _row(line, line.text.split(separator))
            continue
        ahead = list(islice(lines, _MOST_JOINED)) if _is_open(line.text) else []
        row, used = _quoted(line, ahead, separator)
        lines = chain(ahead[used:], lines)
        yield row


def _is_open(text: str) -> bool:
    return text.count('"') % 2 == 1


def _quoted(line: Line, ahead: Sequence[Line], separator: str) -> tuple[Row, int]:
    """The row that begins at `line`, and how many of the lines ahead belong to it."""
    text = line.text
    for used in range(len(ahead) + 1):
        if not _is_open(text):
            return _row(line, _cells(text, separator)), used
        if used == len(ahead) or ahead[used].fault:
            break
        text = f"{text}\n{ahead[used].text}"
    return Row(line.number, (), _OPEN), 0


def _cells(text: str, separator: str) -> list[str]:
    try:
        return next(csv.reader([text], delimiter=separator), [])
    except csv.Error:
        return text.split(separator)


def _row(line: Line, cells: Sequence[str]) -> Row:
    return Row(line.number, cells, line.fault or (_WIDE if len(cells) > _MOST_CELLS else None))
