# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import io
import zipfile
from datetime import date
from typing import Any

import pytest
from openpyxl import Workbook  # type: ignore[import-untyped]

from guiju.kernel import Invalid
from guiju.screening.importing import (
    Manner,
    Options,
    Rejected,
    Source,
    Taken,
    read_list,
    sheets,
)


def workbook(**sheets_by_name: list[list[Any]]) -> bytes:
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets_by_name.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def read(data: bytes, name: str = "list.xlsx", **said: Any) -> list[Any]:
    return list(read_list(Source(name, io.BytesIO(data)), Options(**{"harm": "A2f", **said})))


def test_every_sheet_is_read_with_its_own_header_and_category() -> None:
    """Cells of every type become what an entry wants; the sheet's title is the category."""
    data = workbook(
        甲类=[
            ["词语", "级别", "生效"],
            ["示例禁词甲", 3.0, date(2026, 1, 5)],
            [None],
            [20260101, 1, None],
        ],
        乙类=[["示例禁词乙"]],
    )
    found = read(data, harm=None, harms={"甲类": "A2e", "乙类": "A1h"})
    taken = [
        (one.file, one.line, one.entry.term, one.entry.harm)
        for one in found
        if isinstance(one, Taken)
    ]
    assert taken == [
        ("list.xlsx[甲类]", 2, "示例禁词甲", "A2e"),
        ("list.xlsx[甲类]", 4, "20260101", "A2e"),
        ("list.xlsx[乙类]", 1, "示例禁词乙", "A1h"),
    ]
    first = next(one.entry for one in found if isinstance(one, Taken))
    assert (first.level, str(first.from_)) == (3, "2026-01-05")


def test_one_sheet_can_be_named() -> None:
    """Another name is refused with those there are."""
    data = workbook(一=[["示例禁词甲"]], 二=[["示例禁词乙"]])
    assert [one.entry.term for one in read(data, sheet="二") if isinstance(one, Taken)] == [
        "示例禁词乙"
    ]
    with pytest.raises(Invalid, match="一, 二"):
        read(data, sheet="三")


def test_a_workbook_is_known_by_its_bytes() -> None:
    """Whatever it is called; a line that is hopeless is named with its sheet."""
    found = read(workbook(一=[["糖"], ["示例禁词甲"]]), "list.txt")
    assert isinstance(found[0], Manner)
    assert found[0].form == "xlsx"
    assert [(one.file, one.line) for one in found if isinstance(one, Rejected)] == [
        ("list.txt[一]", 1)
    ]


def repacked(data: bytes, part: str, change: Any) -> bytes:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for one in old.infolist():
            content = old.read(one)
            new.writestr(one.filename, change(content) if one.filename == part else content)
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"PK\x03\x04 nothing", "no workbook"),
        (b"\xd0\xcf\x11\xe0 an old or protected one", "no workbook"),
        (workbook(一=[["示例禁词甲"]])[:-200], "no workbook"),
        (
            repacked(
                workbook(一=[["示例禁词甲"]]),
                SHEET,
                lambda _: b'<!DOCTYPE x [<!ENTITY a "b">]><x/>',
            ),
            "document type",
        ),
        (
            repacked(workbook(一=[["示例禁词甲"]]), "xl/workbook.xml", lambda _: b"<x"),
            "no workbook",
        ),
    ],
)
def test_what_is_no_sound_workbook_is_refused(data: bytes, why: str) -> None:
    """With the way out, never a crash of the library."""
    with pytest.raises(Invalid, match=why) as caught:
        read(data)
    assert caught.value.code == "lexicon-unreadable"
    assert "CSV" in caught.value.remedy.en


def test_a_damaged_sheet_is_refused_when_it_is_reached() -> None:
    """Cells are read one by one, so the fault shows on the way."""
    broken = repacked(workbook(一=[["示例禁词甲"]] * 50), SHEET, lambda one: one[: len(one) // 2])
    with pytest.raises(Invalid, match="no workbook"):
        read(broken)


def test_a_workbook_that_would_unpack_to_too_much_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """By what its directory says, before anything is unpacked."""
    monkeypatch.setattr(sheets, "MOST_UNPACKED", 1_000)
    with pytest.raises(Invalid, match="too large"):
        read(workbook(一=[["示例禁词甲"]]))


def test_rows_and_columns_end_at_the_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sheet that claims to be huge costs no more than the limit."""
    monkeypatch.setattr(sheets, "MOST_COLUMNS", 2)
    found = read(workbook(一=[["示例禁词甲", "A2e", *["x"] * 90]]))
    assert [one.entry.harm for one in found if isinstance(one, Taken)] == ["A2e"]
