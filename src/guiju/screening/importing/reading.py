# SPDX-License-Identifier: Apache-2.0
"""Reads an operator's list of words, whatever its form, line by line (Article 4).

Every line comes out as an entry, as turned down with its reason, or as passed over on purpose;
a list of any length is never held as a whole, except for a document in JSON.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, islice

from guiju.kernel import Invalid, Text
from guiju.screening.entry import Entry, hopeless
from guiju.screening.importing.columns import Columns, columns_of, role_of
from guiju.screening.importing.documents import Item, items_of_document, items_of_lines
from guiju.screening.importing.encoding import lines_of
from guiju.screening.importing.meaning import Meaning
from guiju.screening.importing.model import (
    Event,
    Line,
    Manner,
    Options,
    Passed,
    Rejected,
    Source,
    Taken,
)
from guiju.screening.importing.sheets import Sheet, sheets_of
from guiju.screening.importing.sniffing import is_comment, manner_of
from guiju.screening.importing.tables import Row, rows_of

_SAMPLE = 200
# The place is said apart, by file and line.
_HERE = Text(zh="该行", en="This line")
_CORRECT = Text(zh="请更正该行。", en="Correct the line.")
_LONGER = Text(
    zh="请在一行内写更长的词，或删去该条。",
    en="Write a longer term on one line, or take the entry out.",
)


def read_list(source: Source, options: Options) -> Iterator[Event]:
    """Everything that stands in `source`, in order; the manner of reading comes first and last.

    Raises:
        Invalid: `lexicon-unreadable`, when the file as a whole cannot be read.
    """
    manner = manner_of(source, options)
    yield manner
    reading = _Reading(source, manner, options)
    yield from _EACH[manner.form](reading)
    yield replace(manner, columns=tuple(reading.columns), unread=tuple(sorted(reading.unread)))


class _Reading:
    """One file while it is read."""

    def __init__(self, source: Source, manner: Manner, options: Options) -> None:
        self.source = source
        self.manner = manner
        self.options = options
        self.columns: dict[str, None] = {}
        self.unread: set[str] = set()
        self._stem = source.stem
        self._meaning = Meaning(manner, options)

    def lines(self) -> Iterator[Line]:
        return lines_of(self.source, self.manner.encoding)

    def event(
        self, line: int, values: Mapping[str, object], category: str = "", file: str = ""
    ) -> Event:
        """What a line with these values comes to."""
        file = file or self.source.name
        try:
            entry = self._meaning.entry(values, _HERE, category or self._stem)
        except Invalid as error:
            return Rejected(file, line, error.code, error.what, error.remedy)
        why = hopeless(entry) or _only_symbols(entry)
        if why is not None:
            return Rejected(file, line, "lexicon-entry-hopeless", why, _LONGER)
        return Taken(file, line, entry)

    def rejected(self, line: int, why: Text, file: str = "") -> Rejected:
        return Rejected(file or self.source.name, line, "lexicon-line-broken", why, _CORRECT)

    def passed(self, line: int, text: str) -> Passed | None:
        """Why a line is passed over, if it is."""
        if not text.strip():
            return Passed(self.source.name, line, "blank")
        return Passed(self.source.name, line, "comment") if is_comment(text) else None


def _only_symbols(entry: Entry) -> Text | None:
    """Signs that nobody says stand in texts of every kind."""
    said = entry.kind == "regex" or all(any(map(str.isalnum, part)) for part in entry.parts)
    return None if said else Text(zh="只有符号", en="it holds nothing but symbols")


def _words(reading: _Reading) -> Iterator[Event]:
    for line in reading.lines():
        if line.fault is not None:
            yield reading.rejected(line.number, line.fault)
            continue
        passed = reading.passed(line.number, line.text)
        yield passed or reading.event(line.number, {"term": line.text})


def _tagged(reading: _Reading) -> Iterator[Event]:
    separator = reading.manner.separator
    for line in reading.lines():
        if line.fault is not None:
            yield reading.rejected(line.number, line.fault)
            continue
        word, _, tags = line.text.strip().partition(separator)
        values = {"term": word, "harm": tags.strip()}
        yield reading.passed(line.number, line.text) or reading.event(line.number, values)


def _table(reading: _Reading) -> Iterator[Event]:
    rows = rows_of(reading.lines(), reading.manner.separator)
    yield from _rows(reading, Sheet("", rows))


def _workbook(reading: _Reading) -> Iterator[Event]:
    for sheet in sheets_of(reading.source, reading.options.sheet):
        yield from _rows(reading, sheet)


def _rows(reading: _Reading, sheet: Sheet) -> Iterator[Event]:
    name = reading.source.name
    file = f"{name}[{sheet.title}]" if sheet.title else name
    first = list(islice(sheet.rows, _SAMPLE))
    told = [row for row in first if row.fault is None and _said(row)]
    columns = columns_of([_texts(row) for row in told], reading.options, file)
    reading.columns.update({role: None for role in columns.roles if role})
    header = told[0].number if columns.header else 0
    if header:
        reading.unread |= _unnamed(told[0], columns)
    for row in chain(first, sheet.rows):
        if row.number == header:
            yield Passed(file, row.number, "header")
        else:
            yield _cells(reading, row, columns, file, sheet.title)


def _cells(reading: _Reading, row: Row, columns: Columns, file: str, category: str) -> Event:
    if row.fault is not None:
        return reading.rejected(row.number, row.fault, file)
    if not _said(row):
        return Passed(file, row.number, "blank")
    if isinstance(row.cells[0], str) and is_comment(row.cells[0]):
        return Passed(file, row.number, "comment")
    over = [at for at, cell in enumerate(row.cells) if at >= len(columns.roles) and cell != ""]
    if over:
        # A separator within a note, say: what stands behind it would be lost.
        return reading.rejected(row.number, _MORE_CELLS, file)
    values = {role: cell for role, cell in zip(columns.roles, row.cells, strict=False) if role}
    return reading.event(row.number, values, category, file)


_MORE_CELLS = Text(zh="单元格多于列", en="it has more cells than there are columns")


def _said(row: Row) -> bool:
    return any(str(cell).strip() for cell in row.cells)


def _texts(row: Row) -> Sequence[str]:
    return [str(cell) for cell in row.cells]


def _unnamed(header: Row, columns: Columns) -> set[str]:
    names = _texts(header)
    return {name for name, role in zip(names, columns.roles, strict=False) if name and not role}


def _objects(reading: _Reading) -> Iterator[Event]:
    yield from _items(reading, items_of_lines(reading.lines()))


def _document(reading: _Reading) -> Iterator[Event]:
    yield from _items(reading, items_of_document(reading.source, reading.manner.encoding))


def _items(reading: _Reading, items: Iterator[Item]) -> Iterator[Event]:
    name = reading.source.name
    for item in items:
        if item.fault is not None:
            yield reading.rejected(item.number, item.fault)
        elif not item.value:
            yield Passed(name, item.number, "comment" if item.category else "blank")
        else:
            yield reading.event(item.number, _values(reading, item.value), item.category)


def _values(reading: _Reading, value: Mapping[str, object] | str) -> Mapping[str, object]:
    """An object's values by the role of its keys; of our own form every key must be known."""
    if isinstance(value, str):
        return {"term": value}
    if "term" in value and not reading.options.columns:
        return value
    said = {name: role for role, name in reading.options.columns.items()}
    found: dict[str, object] = {}
    for key, held in value.items():
        role = said.get(key) or role_of(key)
        if role is None or role in found:
            reading.unread.add(key)
        else:
            found[role] = held
    return found


_EACH = {
    "lines": _words,
    "tagged": _tagged,
    "table": _table,
    "xlsx": _workbook,
    "jsonl": _objects,
    "json": _document,
}
