# SPDX-License-Identifier: Apache-2.0
"""Rows of a workbook (XLSX), read cell by cell within limits that a hostile file cannot pass."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from guiju.kernel import Text
from guiju.screening.importing.model import Source, unreadable
from guiju.screening.importing.tables import Row

MOST_UNPACKED = 512 * 2**20
MOST_PARTS = 2_000
MOST_ROWS = 1_048_576
MOST_COLUMNS = 64
_PROLOGUE = 65_536
_AGAIN = Text(
    zh="请另存为不加密的 .xlsx 或 UTF-8 的 CSV。",
    en="Save it as .xlsx without a password, or as CSV in UTF-8.",
)


class Sheet(NamedTuple):
    """One sheet of a workbook."""

    title: str
    rows: Iterator[Row]


def sheets_of(source: Source, only: str | None = None) -> Iterator[Sheet]:
    """Every sheet that holds something, or only the one of this title.

    Raises:
        Invalid: `lexicon-unreadable`, for what is no workbook, too large, or lacks the sheet.
    """
    # Only lists in workbooks need it, and it takes a while to load.
    from openpyxl import load_workbook  # type: ignore[import-untyped]  # noqa: PLC0415 - as said

    _check_package(source)
    source.data.seek(0)
    try:
        book = load_workbook(source.data, read_only=True, data_only=True, keep_links=False)
    except Exception as error:  # whatever a broken package makes the library raise
        raise _no_workbook(source, type(error).__name__) from error
    names = [one.title for one in book.worksheets]
    if only is not None and only not in names:
        listed = ", ".join(names)[:200]
        zh, en = f"没有工作表 {only[:40]!r}（有：{listed}）", f"no sheet {only[:40]!r} ({listed})"
        raise unreadable(source.name, zh, en, Text(zh="请更正 --sheet。", en="Correct --sheet."))
    for one in book.worksheets:
        if only is None or one.title == only:
            yield Sheet(one.title, _rows(source, one))


def _rows(source: Source, sheet: object) -> Iterator[Row]:
    # Whatever the file says its size is: rows come as they stand, up to the limits.
    reset = getattr(sheet, "reset_dimensions", None)
    if reset is not None:
        reset()
    found: Iterator[Sequence[object]] = sheet.iter_rows(  # type: ignore[attr-defined]
        values_only=True, max_row=MOST_ROWS, max_col=MOST_COLUMNS
    )
    number = 0
    while True:
        try:
            cells = next(found, None)
        except Exception as error:  # as above
            raise _no_workbook(source, type(error).__name__) from error
        if cells is None:
            return
        number += 1
        yield Row(number, ["" if one is None else one for one in cells])


def _check_package(source: Source) -> None:
    source.data.seek(0)
    try:
        with zipfile.ZipFile(source.data) as package:
            parts = package.infolist()
            if len(parts) > MOST_PARTS or sum(one.file_size for one in parts) > MOST_UNPACKED:
                raise unreadable(source.name, "工作簿过大", "the workbook is too large", _SPLIT)
            for one in parts:
                if one.filename.endswith((".xml", ".rels")):
                    _check_part(source, package, one)
    except (zipfile.BadZipFile, NotImplementedError, OSError, EOFError, RuntimeError) as error:
        raise _no_workbook(source, type(error).__name__) from error


def _check_part(source: Source, package: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """A workbook declares no entities; one that does means to blow up."""
    with package.open(part) as stream:
        if b"<!DOCTYPE" in stream.read(_PROLOGUE):
            raise unreadable(
                source.name, "含有文档类型声明", "it holds a document type declaration", _AGAIN
            )


_SPLIT = Text(zh="请分成几个文件，或另存为 CSV。", en="Split it, or save it as CSV.")


def _no_workbook(source: Source, why: str) -> Exception:
    zh, en = f"不是可读的工作簿（{why}）", f"is no workbook that can be read ({why})"
    return unreadable(source.name, zh, en, _AGAIN)
