# SPDX-License-Identifier: Apache-2.0
"""Where the objects of a PDF stand: tables and streams, newest first (ISO 32000-2, 7.5)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from guiju.labelling.containers.pdf_objects import Pdf, Reference, integer, reference
from guiju.labelling.containers.walking import Budget, StopsError, inflated, take

LARGEST_STREAM = 8 * 1024 * 1024
_START = re.compile(rb"startxref[\0\t\n\f\r ]++(\d{1,12})[\0\t\n\f\r ]")
_LAST = 2048  # bytes from the end in which the address of the newest table stands
_SUBSECTION = re.compile(rb"(\d{1,10})[ \t]++(\d{1,10})[\0\t\n\f\r ]++")
_ROW = 20
_MOST_TABLES = 512
_STREAM = re.compile(rb"stream(?:\r\n|\n)")
_UP = 2  # the filter of PNG that writers of these streams use


class Place(NamedTuple):
    """Where an object stands: at an address, or as one of many in a stream of objects."""

    address: int = 0
    stream: int = 0


@dataclass(slots=True)
class Index:
    """The newest trailer, where its table stands, whether that is a stream, and all tables."""

    start: int
    is_stream: bool
    trailer: dict[bytes, bytes]
    tables: list[Table] = field(default_factory=list)

    def place(self, number: int) -> Place | None:
        """Where the newest form of an object stands; None: nowhere."""
        for table in self.tables:
            found = table.find(number)
            if found is not None:
                return found if found != Place() else None
        return None


class Table:
    """One table or stream of addresses, kept as its bytes and looked into when asked."""

    def __init__(
        self, parts: list[tuple[int, int, int]], rows: bytes, widths: tuple[int, ...]
    ) -> None:
        """`parts`: first number, count, where its rows begin; no widths: a table of text."""
        self._parts = parts
        self._rows = rows
        self._widths = widths

    def find(self, number: int) -> Place | None:
        """Where it says that the object stands; an empty place: it says that there is none."""
        for first, count, at in self._parts:
            if first <= number < first + count:
                size = sum(self._widths) or _ROW
                row = take(self._rows, at + (number - first) * size, size)
                return self._in_stream(row) if self._widths else _in_table(row)
        return None

    def _in_stream(self, row: bytes) -> Place | None:
        kind_width, second, _ = self._widths
        kind = int.from_bytes(row[:kind_width], "big") if kind_width else 1
        value = int.from_bytes(row[kind_width : kind_width + second], "big")
        if kind == 1:
            return Place(address=value)
        return Place(stream=value) if kind == 2 else Place()  # noqa: PLR2004 - as numbered there


def _in_table(row: bytes) -> Place:
    if not row[:10].isdigit():
        raise StopsError("broken")
    return Place(address=int(row[:10])) if row[17:18] == b"n" else Place()


def index(data: bytes, budget: Budget) -> Index:
    """Every table of a file, the newest first.

    Raises:
        StopsError: "truncated", "broken" or "limit".
    """
    tail = len(data) - _LAST
    starts = list(_START.finditer(data, max(0, tail)))
    if not starts:
        raise StopsError("truncated")
    newest = int(starts[-1][1])
    pdf = Pdf(data, budget)
    found: Index | None = None
    waiting, seen = [newest], set[int]()
    while waiting:
        at = waiting.pop(0)
        if at in seen:
            raise StopsError("broken")
        seen.add(at)
        if len(seen) > _MOST_TABLES:
            raise StopsError("limit")
        table, trailer, is_stream = _table(pdf, at)
        if found is None:
            found = Index(at, is_stream, trailer)
        found.tables.append(table)
        waiting += [integer(trailer[name]) for name in (b"/XRefStm", b"/Prev") if name in trailer]
    if found is None:
        raise StopsError("broken")
    return found


def _table(pdf: Pdf, at: int) -> tuple[Table, dict[bytes, bytes], bool]:
    if at >= len(pdf.data):
        raise StopsError("truncated")
    if pdf.token(at) == b"xref":
        return (*_text_table(pdf, at), False)
    return (*_stream_table(pdf, at), True)


def _text_table(pdf: Pdf, at: int) -> tuple[Table, dict[bytes, bytes]]:
    parts: list[tuple[int, int, int]] = []
    at = pdf.skip(at) + len(b"xref")
    while pdf.token(at) != b"trailer":
        match = _SUBSECTION.match(pdf.data, pdf.skip(at))
        if match is None or len(parts) > _MOST_TABLES:
            raise StopsError("broken")
        first, count = int(match[1]), int(match[2])
        parts.append((first, count, match.end()))
        at = match.end() + count * _ROW
        if at > len(pdf.data):
            raise StopsError("truncated")
    trailer, _ = pdf.dictionary(pdf.skip(at) + len(b"trailer"))
    return Table(parts, pdf.data, ()), trailer


def _stream_table(pdf: Pdf, at: int) -> tuple[Table, dict[bytes, bytes]]:
    _, at = pdf.head(at)
    trailer, rows = stream(pdf, at)
    if trailer.get(b"/Type") != b"/XRef":
        raise StopsError("broken")
    widths = tuple(_numbers(trailer.get(b"/W", b"")))
    if len(widths) != 3 or not 0 < sum(widths) <= 32:  # noqa: PLR2004 - three columns
        raise StopsError("broken")
    told = _numbers(trailer.get(b"/Index", b"[0 " + trailer.get(b"/Size", b"") + b"]"))
    parts: list[tuple[int, int, int]] = []
    begin = 0
    for first, count in zip(told[::2], told[1::2], strict=False):
        parts.append((first, count, begin))
        begin += count * sum(widths)
    return Table(parts, rows, widths), trailer


def _numbers(value: bytes) -> list[int]:
    return [integer(one) for one in value.strip(b"[] \r\n\t").split()[:1000]]


def stream(pdf: Pdf, at: int) -> tuple[dict[bytes, bytes], bytes]:
    """The dictionary of a stream and its unpacked content; raises StopsError."""
    about, at = pdf.dictionary(at)
    match = _STREAM.match(pdf.data, pdf.skip(at))
    if match is None:
        raise StopsError("broken")
    length = about.get(b"/Length", b"")
    size = integer(length) if reference(length) is None else _until_end(pdf.data, match.end())
    packed = take(pdf.data, match.end(), size)
    filters = about.get(b"/Filter", b"").strip(b"[] \r\n\t")
    if not filters:
        return about, packed[:LARGEST_STREAM]
    if filters != b"/FlateDecode":
        raise StopsError("unsupported:filter")
    content = inflated(packed, LARGEST_STREAM)
    pdf.budget.spend(len(content))
    return about, _predicted(content, about)


def _until_end(data: bytes, at: int) -> int:
    """The size of a stream that says it elsewhere; unpacking stops by itself."""
    end = data.find(b"endstream", at)
    if end < 0:
        raise StopsError("truncated")
    return end - at


def _predicted(content: bytes, about: dict[bytes, bytes]) -> bytes:
    """Rows that are written as differences from the row above them."""
    told = about.get(b"/DecodeParms", b"").strip(b"[] \r\n\t")
    if not told:
        return content
    parameters, _ = Pdf(told, Budget()).dictionary(0)
    if integer(parameters.get(b"/Predictor", b"1")) < 10:  # noqa: PLR2004 - those of PNG begin here
        return content
    columns = integer(parameters.get(b"/Columns", b"1"), 1 << 16)
    rows = np.frombuffer(content[: len(content) // (columns + 1) * (columns + 1)], np.uint8)
    rows = rows.reshape(-1, columns + 1)
    if not np.isin(rows[:, 0], (0, _UP)).all():
        raise StopsError("unsupported:filter")
    if (rows[:, 0] == _UP).all():
        return np.add.accumulate(rows[:, 1:], axis=0, dtype=np.uint8).tobytes()
    return b"".join(_each_row(rows))


def _each_row(rows: np.ndarray[tuple[int, int], np.dtype[np.uint8]]) -> Iterator[bytes]:
    above = np.zeros(rows.shape[1] - 1, np.uint8)
    for row in rows:
        above = row[1:] + above if row[0] == _UP else row[1:].copy()
        yield above.tobytes()


def resolved(pdf: Pdf, found: Index, wanted: Reference) -> tuple[Pdf, int]:
    """Where the value of an object begins, in the file or in a stream of objects."""
    place = found.place(wanted.number)
    if place is None:
        raise StopsError("broken")
    if not place.stream:
        reached, at = pdf.head(place.address)
        if reached.number != wanted.number:
            raise StopsError("broken")
        return pdf, at
    outer = found.place(place.stream)
    if outer is None or outer.stream:
        raise StopsError("broken")
    about, content = stream(pdf, pdf.head(outer.address)[1])
    count, first = integer(about.get(b"/N"), 1 << 20), integer(about.get(b"/First"))
    heads = content[:first].split()[: 2 * count]
    for number, begins in zip(heads[::2], heads[1::2], strict=False):
        if integer(number) == wanted.number:
            return Pdf(content, pdf.budget), first + integer(begins)
    raise StopsError("broken")
