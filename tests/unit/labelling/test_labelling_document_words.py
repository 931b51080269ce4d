# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import io
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import openpyxl  # type: ignore[import-untyped]
import pptx
import pytest
from docx.shared import RGBColor
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, NumberObject
from tests.unit.labelling.samples import PARTS, office, pdf

from guiju.kernel import GuijuError, Invalid
from guiju.labelling import ExplicitLabel, LabelVerdict, Place, check, first_write, mark
from guiju.labelling.containers.pdf_font import subset

LABEL = first_write("001191110102MAD55U9H0F10002", "req_1")
ZH = "（本内容由人工智能生成）"
EN = "(AI-generated content / AI生成)"
either = pytest.mark.parametrize("place", [Place.START, Place.END])


def words(place: Place) -> ExplicitLabel:
    return ExplicitLabel(place, ZH, EN)


def saved(save: Callable[[io.BytesIO], object]) -> bytes:
    out = io.BytesIO()
    save(out)
    return out.getvalue()


def document(*paragraphs: str) -> bytes:
    made = docx.Document()
    for one in paragraphs:
        made.add_paragraph(one)
    return saved(made.save)


def workbook(*, sheets: int = 2, active: int = 0, hidden: int | None = None) -> bytes:
    book = openpyxl.Workbook()
    book.active["A1"], book.active["C7"] = "海", "=SUM(C1:C6)"
    for one in range(1, sheets):
        book.create_sheet(f"s{one}")["B2"] = "第二"
    book.active = active
    if hidden is not None:
        book.worksheets[hidden].sheet_state = "hidden"
    return saved(book.save)


def slides(count: int = 2, *, size: tuple[int, int] | None = None) -> bytes:
    made = pptx.Presentation()
    if size is not None:
        made.slide_width, made.slide_height = (pptx.util.Emu(one) for one in size)
    for _ in range(count):
        made.slides.add_slide(made.slide_layouts[5]).shapes.title.text = "海"
    return saved(made.save)


def pages(*rotations: int, streams: bool = False, crop: bool = False) -> bytes:
    writer = PdfWriter()
    for one in rotations:
        page = writer.add_blank_page(595, 842)
        page.rotate(one)
        if crop:
            page.cropbox.lower_left, page.cropbox.upper_right = (100, 200), (400, 700)
    data = saved(writer.write)
    return data if not streams else _with_streams(data)


def _with_streams(data: bytes) -> bytes:
    """As most writers pack a document now: objects and addresses in streams."""
    made = PdfWriter(clone_from=io.BytesIO(data))
    made.pdf_header = "%PDF-1.7"
    return saved(made.write)


def texts(data: bytes) -> list[str]:
    """By another reader, page by page."""
    return [page.extract_text() for page in PdfReader(io.BytesIO(data)).pages]


@either
def test_a_document_gets_a_paragraph_in_front_or_behind(place: Place) -> None:
    """Read by python-docx; every member but the text is the same bytes; twice is once."""
    before = document("一", "二")
    after = mark(before, LABEL, words(place)).data
    read = [one.text for one in docx.Document(io.BytesIO(after)).paragraphs]
    assert read == ([ZH, "一", "二"] if place is Place.START else ["一", "二", ZH])
    report = check(after)
    assert (report.verdict, report.axes["explicit"]) == (LabelVerdict.VALID, place.value)
    assert mark(after, LABEL, words(place)).data == after
    old, new = (zipfile.ZipFile(io.BytesIO(one)) for one in (before, after))
    changed = {one for one in old.namelist() if old.read(one) != new.read(one)}
    assert changed == {"word/document.xml", "[Content_Types].xml", "_rels/.rels"}


def test_a_document_without_its_words_is_said_to_lack_them() -> None:
    """The whole text was read."""
    assert check(mark(document("一"), LABEL).data).reasons == ("explicit-absent",)


def test_a_label_at_the_head_of_every_page_counts() -> None:
    """Many put it there; the body need not say it again."""
    made = docx.Document()
    made.add_paragraph("一")
    made.sections[0].header.paragraphs[0].text = ZH
    report = check(mark(saved(made.save), LABEL).data)
    assert (report.verdict, report.reasons) == (LabelVerdict.VALID, ())


@pytest.mark.parametrize("how", ["white", "hidden"])
def test_words_that_nobody_sees_are_no_visible_label(how: str) -> None:
    """White on white, or hidden."""
    made = docx.Document()
    run = made.add_paragraph("一").add_run("\n" + ZH)
    if how == "white":
        run.font.color.rgb = RGBColor(255, 255, 255)
    else:
        run.font.hidden = True
    assert "explicit-absent" in check(mark(saved(made.save), LABEL).data).reasons


@either
@pytest.mark.parametrize(("active", "hidden"), [(0, None), (1, None), (0, 0)])
def test_the_sheet_that_a_workbook_opens_with_says_it(
    place: Place, active: int, hidden: int | None
) -> None:
    """Two rows below its last one, where no formula moves; read by openpyxl."""
    before = workbook(active=active, hidden=hidden)
    after = mark(before, LABEL, words(place)).data
    old, new = (openpyxl.load_workbook(io.BytesIO(one)) for one in (before, after))
    shown = new.worksheets[1 if hidden == 0 else active]
    last = shown.max_row
    assert shown.cell(last, 1).value == ZH
    for sheet, other in zip(old.worksheets, new.worksheets, strict=True):
        for row in sheet.iter_rows():
            for cell in row:
                assert other[cell.coordinate].value == cell.value
    assert last == old.worksheets[1 if hidden == 0 else active].max_row + 2
    report = check(after)
    assert (report.verdict, report.axes["explicit"]) == (LabelVerdict.VALID, "end")
    assert mark(after, LABEL, words(place)).data == after


def test_an_empty_sheet_gets_its_first_row() -> None:
    """Also one whose element closes itself."""
    after = mark(saved(openpyxl.Workbook().save), LABEL, words(Place.END)).data
    assert openpyxl.load_workbook(io.BytesIO(after)).active["A1"].value == ZH


@either
@pytest.mark.parametrize("size", [None, (6_858_000, 12_192_000), (2_000_000, 9_000_000)])
def test_the_first_slide_shows_it_in_a_corner(place: Place, size: tuple[int, int] | None) -> None:
    """Inside the slide, over all else, at least five percent of its shortest side high."""
    after = mark(slides(size=size), LABEL, words(place)).data
    made = pptx.Presentation(io.BytesIO(after))
    shape = list(made.slides[0].shapes)[-1]
    assert shape.text_frame.text == ZH
    assert shape.left >= 0
    assert shape.top >= 0
    assert shape.left + shape.width <= made.slide_width
    assert shape.top + shape.height <= made.slide_height
    assert (shape.top < (made.slide_height or 0) // 2) == (place is Place.START)
    short = min(made.slide_width, made.slide_height)
    assert shape.text_frame.paragraphs[0].runs[0].font.size >= 0.05 * short / 0.9
    numbers = [one.shape_id for one in made.slides[0].shapes]
    assert len(set(numbers)) == len(numbers)
    assert ZH not in [one.text_frame.text for one in made.slides[1].shapes]
    report = check(after)
    assert (report.verdict, report.axes["explicit"]) == (LabelVerdict.VALID, "end")
    assert mark(after, LABEL, words(place)).data == after


@either
@pytest.mark.parametrize("turned", [0, 90, 180, 270])
@pytest.mark.parametrize("streams", [False, True])
def test_a_page_gets_its_line_and_the_file_stays_the_beginning(
    place: Place, turned: int, streams: bool
) -> None:
    """The first page at its head, or the last one at its foot; found by pypdf, by us, and once."""
    before = pages(turned, 0, turned, streams=streams)
    after = mark(before, LABEL, words(place)).data
    assert after.startswith(before)
    first, middle, last = texts(after)
    assert (ZH in first, middle, ZH in last) == (place is Place.START, "", place is Place.END)
    report = check(after)
    assert (report.verdict, report.axes["explicit"]) == (LabelVerdict.VALID, place.value)
    assert mark(after, LABEL, words(place)).data == after


@either
def test_a_document_of_one_page_says_where_its_line_is(place: Place) -> None:
    """Its head and its foot are on the same page."""
    assert check(mark(pages(0), LABEL, words(place)).data).axes["explicit"] == place.value


def test_the_fonts_of_a_page_stay_beside_ours() -> None:
    """Also where pages share them, or have them from the pages above."""
    writer = PdfWriter()
    page = writer.add_blank_page(595, 842)
    font = DictionaryObject({NameObject("/Type"): NameObject("/Font")})
    shared = DictionaryObject(
        {NameObject("/Font"): DictionaryObject({NameObject("/F1"): writer._add_object(font)})}
    )
    parent: Any = page["/Parent"]
    parent[NameObject("/Resources")] = writer._add_object(shared)
    if "/Resources" in page:
        del page["/Resources"]
    after = PdfReader(io.BytesIO(mark(saved(writer.write), LABEL, words(Place.END)).data))
    used: Any = after.pages[0]["/Resources"]
    assert set(used["/Font"]) == {"/F1", "/GuijuLabel"}


@pytest.mark.skipif(shutil.which("pdftoppm") is None, reason="needs poppler-utils of Debian")
@either
@pytest.mark.parametrize("turned", [0, 90, 180, 270])
def test_the_line_is_seen_upright_in_its_corner(place: Place, turned: int, tmp_path: Path) -> None:
    """Drawn by poppler: dark on light, in the left upper or lower corner of the cropped page."""
    import numpy as np  # noqa: PLC0415
    from PIL import Image  # noqa: PLC0415

    data = mark(pages(turned, crop=True), LABEL, words(place)).data
    (tmp_path / "x.pdf").write_bytes(data)
    command = ["pdftoppm", "-r", "100", "-cropbox", "-png", "-singlefile", "x.pdf", "x"]
    subprocess.run(command, cwd=tmp_path, check=True)
    with Image.open(tmp_path / "x.png") as drawn:
        grey = np.asarray(drawn.convert("L"))
    height, width = grey.shape
    rows, columns = np.nonzero(grey < 128)
    assert columns.max() < width * 0.6
    assert columns.min() < width * 0.1
    near = rows.max() < height * 0.1 if place is Place.START else rows.min() > height * 0.9
    assert near
    ink = rows.max() - rows.min() + 1
    assert ink < columns.max() - columns.min()
    plain = mark(pages(0, crop=True), LABEL, words(place)).data
    assert texts(plain) == texts(data)


@pytest.mark.parametrize("said", [ZH, EN, "AI生成" * 30])
def test_a_font_of_a_label_holds_its_characters_and_no_more(said: str) -> None:
    """FreeType draws each one as our whole font does; a few kilobytes."""
    from PIL import ImageFont  # noqa: PLC0415

    from guiju.labelling.containers import pdf_font  # noqa: PLC0415

    made = subset(said)
    assert set(made.characters) == set(said)
    assert len(made.program) < 8000
    whole = ImageFont.truetype(str(pdf_font._FONT), 100)
    assert sum(made.widths[made.characters.index(one)] for one in said) == pytest.approx(
        whole.getlength(said) * 10, abs=10 * len(said)
    )


@pytest.mark.parametrize(
    "make",
    [
        pdf,
        lambda: office({**PARTS, "_rels/.rels": PARTS["_rels/.rels"]}),
        lambda: _signed(pages(0)),
        lambda: _signed_office(document("一")),
        lambda: slides(0),
    ],
    ids=["no page", "no main part", "a signed PDF", "a signed document", "no slide"],
)
def test_a_document_that_cannot_show_words_says_so(make: Callable[[], bytes]) -> None:
    """One clear error with what to do; the implicit label alone can be written."""
    data = make()
    with pytest.raises(Invalid) as caught:
        mark(data, LABEL, words(Place.START))
    assert caught.value.code == "label-not-shown"
    assert mark(data, LABEL).label == LABEL


def _signed(data: bytes) -> bytes:
    writer = PdfWriter(clone_from=io.BytesIO(data))
    form = DictionaryObject({NameObject("/SigFlags"): NumberObject(3)})
    writer.root_object[NameObject("/AcroForm")] = form
    return saved(writer.write)


def _signed_office(data: bytes) -> bytes:
    out = io.BytesIO(data)
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("_xmlsignatures/origin.sigs", b"")
    return out.getvalue()


def test_a_character_without_a_glyph_is_named_before_anything_is_written() -> None:
    """As on a picture."""
    with pytest.raises(Invalid) as caught:
        mark(pages(0), LABEL, ExplicitLabel(Place.END, ZH + "\u0f40", EN))
    assert caught.value.code == "label-glyph-missing"


SMALL = {"docx": document("一"), "pdf": mark(pages(0), LABEL, words(Place.END)).data}


@pytest.mark.parametrize("kind", sorted(SMALL))
def test_a_document_that_is_cut_off_anywhere_is_not_concluded_of(kind: str) -> None:
    """Neither absent nor valid, and words are not put into it; but a revision may be whole."""
    data = SMALL[kind]
    step = max(1, len(data) // 150)
    for size in range(5, len(data) - 1, step):
        if b"startxref" in data[size - 30 : size]:
            continue
        verdict = check(data[:size], f"x.{kind}").verdict
        assert verdict is not LabelVerdict.ABSENT
        with pytest.raises(GuijuError):
            mark(data[:size], LABEL, words(Place.START), name=f"x.{kind}")


@pytest.mark.parametrize("kind", sorted(SMALL))
@given(at=st.integers(0, 100_000), new=st.integers(0, 255))
@settings(deadline=None)
def test_a_document_with_a_wrong_byte_is_labelled_or_one_of_our_errors(
    kind: str, at: int, new: int
) -> None:
    """Wherever it stands."""
    at %= len(SMALL[kind])
    data = SMALL[kind][:at] + bytes((new,)) + SMALL[kind][at + 1 :]
    check(data, f"x.{kind}")
    try:
        marked = mark(data, LABEL, words(Place.START), name=f"x.{kind}", present="replace")
    except GuijuError:
        return
    assert check(marked.data, f"x.{kind}").verdict is not LabelVerdict.ABSENT
