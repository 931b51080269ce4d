# SPDX-License-Identifier: Apache-2.0
"""The visible label of DOCX, XLSX and PPTX: found where people read, and put there (Article 12).

A document gets a paragraph of its own, a workbook a row below those of the sheet that it opens
with, a presentation a box on its first slide. Every other member stays as it is packed.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape

from guiju.labelling.containers import office_parts as parts
from guiju.labelling.containers.errors import not_shown_here
from guiju.labelling.containers.model import Words
from guiju.labelling.containers.office_parts import Main
from guiju.labelling.containers.walking import Edit, StopsError, spliced
from guiju.labelling.containers.xml_parts import Node, walked
from guiju.labelling.containers.zips import Archive, opened, rewritten

_DOCUMENT, _WORKBOOK, _PRESENTATION = "document", "workbook", "presentation"
_LARGEST_READ = 4 * 1024 * 1024  # of a part, to be read for its words in a check
_MOST_ROWS = 1_048_576  # of a sheet
_WHITE = frozenset({"FFFFFF", "white"})
_OFF = frozenset({"0", "false", "off"})
_POINT = 12_700  # in the unit of slides
_SLIDE = (9_144_000, 6_858_000)
_SHARE, _MARGIN = 0.06, 0.02  # of the shortest side: the size of the words, the gap to the edge
_WIDE = "\u2e80"  # from here on a character is as wide as the words are high
_NARROW = 0.62


def words_of(data: bytes) -> Words | None:
    """What people read of it where a label may stand; None: that cannot be told.

    Of a document all paragraphs, and its headers and footers; of a workbook the sheet, and of a
    presentation the slide, that is seen first. Raises StopsError.
    """
    archive = opened(data)
    main = parts.main_of(archive, _LARGEST_READ)
    if main is None:
        return None
    if main.kind == _DOCUMENT:
        around = "\n".join(
            line for one in parts.edges_of(archive, main) for line in _paragraphs(one)
        )
        return Words("\n".join(_paragraphs(main.data)), around=around)
    if main.kind == _WORKBOOK:
        return _of_a_sheet(archive, main)
    if main.kind == _PRESENTATION and (slide := parts.slide_of(main)) is not None:
        runs = _runs(parts.content(archive, slide, _LARGEST_READ))
        return Words("\n".join(runs), whole=False)
    return None


def say(data: bytes, words: str, at_start: bool) -> bytes:  # noqa: FBT001 - as `Container` has it
    """The file with the words among its own; raises Invalid or StopsError."""
    archive = opened(data)
    main = parts.main_of(archive)
    if parts.is_signed(archive):
        raise not_shown_here(
            "文档已有数字签名，加入文字会使其失效",
            "it is signed, and words put into it would undo that",
        )
    if main is not None and main.kind == _DOCUMENT:
        return _rewritten(archive, main.part, _paragraph(main.data, words, at_start=at_start))
    if main is not None and main.kind == _WORKBOOK:
        sheet = parts.sheet_of(main)
        if sheet is not None:
            return _rewritten(archive, sheet, _row(parts.content(archive, sheet), words))
    if main is not None and main.kind == _PRESENTATION:
        slide = parts.slide_of(main)
        if slide is not None:
            old = parts.content(archive, slide)
            return _rewritten(archive, slide, _box(old, words, _size(main), at_start=at_start))
    raise not_shown_here("没有可写文字的位置", "it has no page that words could be put on")


def _rewritten(archive: Archive, part: str, content: bytes) -> bytes:
    member = archive.find(part)
    if member is None:
        raise StopsError("broken")
    return rewritten(archive, {member.name: content})


def _paragraphs(data: bytes) -> Iterator[str]:
    """The paragraphs of a document without what is hidden or white."""
    texts: list[str] = []
    paragraph: Node | None = None
    hidden: set[int] = set()
    for one in walked(data):
        if one.local == "p":
            paragraph = one
            texts.append("")
        elif one.local in {"vanish", "color"} and _hides(one):
            run = one.within("r")
            if run is not None:
                hidden.add(run.start)
        elif one.local == "t" and paragraph is not None:
            run = one.within("r")
            if run is None or run.start not in hidden:
                texts[-1] += one.text
    yield from texts


def _hides(one: Node) -> bool:
    told = one.attribute("val")
    return told in _WHITE if one.local == "color" else told not in _OFF


def _paragraph(data: bytes, words: str, *, at_start: bool) -> bytes:
    """The document with one more paragraph, in front or behind, before what says its page size."""
    nodes = _editable(data)
    body = next((one for one in nodes if one.local == "body"), None)
    if body is None or body.inside == body.end:
        raise StopsError("broken")
    inside = [one for one in nodes if one.parent is body]
    last = next((one for one in inside if one.local == "sectPr"), None)
    new = (
        f'<w:p xmlns:w="{body.namespace}"><w:r><w:t xml:space="preserve">{escape(words)}'
        "</w:t></w:r></w:p>"
    ).encode()
    at = inside[0].start if at_start and inside else last.start if last else body.inside
    return spliced(data, [(at, at, new)])


def _runs(data: bytes) -> Iterator[str]:
    """The texts of a slide."""
    yield from (one.text for one in walked(data) if one.local == "t")


def _of_a_sheet(archive: Archive, main: Main) -> Words | None:
    sheet, strings = parts.sheet_of(main), parts.strings_of(main)
    if sheet is None:
        return None
    shared: list[str] = []
    if strings is not None:
        shared = list(_strings(parts.content(archive, strings, _LARGEST_READ)))
    cells = _cells(parts.content(archive, sheet, _LARGEST_READ), shared)
    return Words("\n".join(cells), whole=False)


def _strings(data: bytes) -> Iterator[str]:
    """The texts that sheets share, in the order in which they are numbered."""
    texts: list[str] = []
    for one in walked(data):
        if one.local == "si":
            texts.append("")
        elif one.local == "t" and texts and one.within("rPh") is None:
            texts[-1] += one.text
    yield from texts


def _cells(data: bytes, shared: list[str]) -> Iterator[str]:
    """The texts of a sheet, cell by cell."""
    for one in walked(data):
        cell = one.within("c")
        if cell is None:
            continue
        kind = cell.attribute("t")
        if one.local == "t" and kind == "inlineStr":
            yield one.text
        elif one.local == "v" and kind == "s" and one.text.isascii() and one.text.isdigit():
            number = int(one.text[:9])
            yield shared[number] if number < len(shared) else ""
        elif one.local == "v" and kind == "str":
            yield one.text


def _row(data: bytes, words: str) -> bytes:
    """The sheet with one more row, two below the last one; what it says of its size follows."""
    nodes = _editable(data)
    rows = next((one for one in nodes if one.local == "sheetData"), None)
    if rows is None:
        raise StopsError("broken")
    told = [one.attribute("r") for one in nodes if one.parent is rows]
    last = max((int(one) for one in told if one.isascii() and one.isdigit()), default=0)
    number = max(last, len(told)) + 2 if told else 1
    if number > _MOST_ROWS:
        raise not_shown_here("工作表已满", "its sheet has no row left")
    space = rows.namespace
    new = (
        f'<row xmlns="{space}" r="{number}"><c r="A{number}" t="inlineStr"><is>'
        f'<t xml:space="preserve">{escape(words)}</t></is></c></row>'
    )
    edits: list[Edit] = []
    if rows.inside == rows.end:  # it is empty and closes itself
        whole = f'<sheetData xmlns="{space}">{new}</sheetData>'.encode()
        edits.append((rows.start, rows.end, whole))
    else:
        edits.append((rows.inside, rows.inside, new.encode()))
    size = next((one for one in nodes if one.local == "dimension"), None)
    if size is not None and size.inside == size.end:
        begin, _, until = size.attribute("ref").partition(":")
        column = (until or begin).rstrip("0123456789") or "A"
        told_size = f'<dimension xmlns="{space}" ref="A1:{column}{number}"/>'.encode()
        edits.append((size.start, size.end, told_size))
    return spliced(data, edits)


def _size(main: Main) -> tuple[int, int]:
    """Width and height of a slide."""
    told = next((one for one in walked(main.data) if one.local == "sldSz"), None)
    sides = ("", "") if told is None else (told.attribute("cx"), told.attribute("cy"))
    if not all(one.isascii() and one.isdigit() and 0 < len(one) <= 9 for one in sides):  # noqa: PLR2004 - of 32 bits
        return _SLIDE
    return int(sides[0]) or _SLIDE[0], int(sides[1]) or _SLIDE[1]


def _box(data: bytes, words: str, size: tuple[int, int], *, at_start: bool) -> bytes:
    """The slide with a box over all others, white on dark as on a picture, in a corner."""
    nodes = _editable(data)
    tree = next((one for one in nodes if one.local == "spTree"), None)
    if tree is None or tree.inside == tree.end:
        raise StopsError("broken")
    drawing = next((one.namespace for one in nodes if "drawingml" in one.namespace), "")
    if not drawing:
        raise StopsError("broken")
    numbers = [one.attribute("id") for one in nodes if one.local == "cNvPr"]
    number = max((int(one) for one in numbers if one.isascii() and one.isdigit()), default=1) + 1
    more = next((one for one in nodes if one.parent is tree and one.local == "extLst"), None)
    at = tree.inside if more is None else more.start
    new = _shape((tree.namespace, drawing), number, words, size, at_start=at_start)
    return spliced(data, [(at, at, new.encode())])


def _shape(
    spaces: tuple[str, str], number: int, words: str, size: tuple[int, int], *, at_start: bool
) -> str:
    short = min(size)
    high, margin = short * _SHARE, round(short * _MARGIN)
    widths = sum(1 if one >= _WIDE else _NARROW for one in words) * high + high
    room = size[0] - 2 * margin
    lines = max(1, -(-int(widths) // room))
    width, height = int(min(widths, room)), int(high * (1.2 * lines + 0.4))
    left, top = size[0] - margin - width, margin if at_start else size[1] - margin - height
    points = round(high / _POINT) * 100
    return (
        f'<p:sp xmlns:p="{spaces[0]}" xmlns:a="{spaces[1]}"><p:nvSpPr>'
        f'<p:cNvPr id="{number}" name="AIGC"/><p:cNvSpPr txBox="1"/><p:nvPr/></p:nvSpPr>'
        f'<p:spPr><a:xfrm><a:off x="{left}" y="{top}"/><a:ext cx="{width}" cy="{height}"/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:solidFill><a:srgbClr val="000000">'
        '<a:alpha val="65000"/></a:srgbClr></a:solidFill></p:spPr>'
        '<p:txBody><a:bodyPr wrap="square" lIns="0" tIns="0" rIns="0" bIns="0" anchor="ctr"/>'
        '<a:p><a:pPr algn="ctr"/>'
        f'<a:r><a:rPr sz="{points}"><a:solidFill><a:srgbClr val="FFFFFF"/></a:solidFill></a:rPr>'
        f"<a:t>{escape(words)}</a:t></a:r></a:p></p:txBody></p:sp>"
    )


def _editable(data: bytes) -> list[Node]:
    """The elements of a part whose bytes are UTF-8; raises Invalid or StopsError."""
    if b"\0" in data:
        raise not_shown_here("XML 不是 UTF-8", "its XML is not UTF-8")
    return list(walked(data))
