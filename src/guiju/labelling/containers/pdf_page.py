# SPDX-License-Identifier: Apache-2.0
"""The visible label of a PDF: a line at the head of its first page, or the foot of its last one.

An incremental update: the file stays the beginning, byte by byte. The line is in our own font, on
paper of its own, upright however the page is turned; it says what it shows (ActualText), by which
it is found again. What other pages show is not looked at.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from guiju.labelling.containers.errors import not_shown_here
from guiju.labelling.containers.model import Words
from guiju.labelling.containers.pdf_font import Subset, subset
from guiju.labelling.containers.pdf_objects import Pdf, Reference, integer, reference, text
from guiju.labelling.containers.pdf_update import updated
from guiju.labelling.containers.pdf_xref import Index, index, resolved, stream
from guiju.labelling.containers.walking import Budget, StopsError

_LARGEST_UNPACKED = 64 * 1024 * 1024
_INHERITED = (b"/MediaBox", b"/CropBox", b"/Resources", b"/Rotate")
_DEEPEST, _MOST_STREAMS = 50, 200
_REFERENCES = re.compile(rb"(\d{1,10})\s+(\d{1,5})\s+R")
_NUMBERS = re.compile(rb"[-+]?\d*\.?\d+")
_SAID = re.compile(
    rb"/ActualText\s*(<[0-9A-Fa-f\s]*>|\((?:[^()\\]|\\.){0,2000}\))(\s*/GJ_Head)?", re.DOTALL
)
_BETWEEN = "\n" + "\u2026" * 130 + "\n"  # the pages that are not looked at
_NAME = b"/GuijuLabel"
_SHARE, _LEAST, _SMALLEST = 0.02, 9.0, 5.0  # of the shortest side; points
_MARGIN, _LINE, _PADDING = 0.02, 1.35, 0.35
_ASCENT, _DESCENT = 880, 120
_SIGNED = 1  # of SigFlags


class _Page(NamedTuple):
    """A page: its object, what it says, and what it has from the pages above it."""

    number: Reference
    said: dict[bytes, bytes]
    inherited: dict[bytes, bytes]


@dataclass(frozen=True, slots=True)
class _Paper:
    """The part of a page that people see, and how it is turned."""

    left: float
    bottom: float
    right: float
    top: float
    turned: int

    @property
    def size(self) -> tuple[float, float]:
        """Width and height as people see it."""
        wide, high = self.right - self.left, self.top - self.bottom
        return (high, wide) if self.turned in {90, 270} else (wide, high)

    @property
    def upright(self) -> bytes:
        """What brings the lower left corner, as people see it, to the origin."""
        turns = {0: (1, 0, 0, 1), 90: (0, 1, -1, 0), 180: (-1, 0, 0, -1), 270: (0, -1, 1, 0)}
        across = self.right if self.turned in {90, 180} else self.left
        up = self.top if self.turned in {180, 270} else self.bottom
        return b"%d %d %d %d %.2f %.2f cm" % (*turns[self.turned], across, up)


class _File:
    """A PDF and its pages."""

    def __init__(self, data: bytes) -> None:
        self.pdf = Pdf(data, Budget(size=_LARGEST_UNPACKED))
        self.found: Index = index(data, self.pdf.budget)
        if b"/Encrypt" in self.found.trailer:
            raise StopsError("encrypted")

    def value(self, raw: bytes) -> bytes:
        """A value, or what it refers to."""
        for _ in range(_DEEPEST):
            told = reference(raw)
            if told is None:
                return raw
            inside, at = resolved(self.pdf, self.found, told)
            raw = inside.value(at)
        raise StopsError("broken")

    def dictionary(self, raw: bytes) -> dict[bytes, bytes]:
        """The dictionary that a value is, or refers to; nothing: an empty one."""
        whole = self.value(raw) if raw else b"<<>>"
        return Pdf(whole, self.pdf.budget).dictionary(0)[0]

    def root(self) -> dict[bytes, bytes]:
        """What the document says of itself."""
        return self.dictionary(self.found.trailer.get(b"/Root", b""))

    def page(self, *, last: bool) -> _Page | None:
        """The first page or the last one; None: there is none."""
        told = reference(self.root().get(b"/Pages", b""))
        inherited: dict[bytes, bytes] = {}
        for _ in range(_DEEPEST):
            if told is None:
                return None
            said = self.dictionary(b"%d %d R" % told)
            inherited |= {one: said[one] for one in _INHERITED if one in said}
            if b"/Kids" not in said:
                return _Page(told, said, inherited)
            kids = _REFERENCES.findall(self.value(said[b"/Kids"]))
            told = Reference(*map(int, kids[-1 if last else 0])) if kids else None
        raise StopsError("limit")

    def contents(self, page: _Page) -> list[Reference]:
        """The streams that draw a page."""
        raw = page.said.get(b"/Contents", b"")
        whole = self.value(raw) if raw else b"[]"
        told = reference(raw)
        if told is not None and not whole.startswith(b"["):
            return [told]
        found = [Reference(int(one), int(two)) for one, two in _REFERENCES.findall(whole)]
        if len(found) > _MOST_STREAMS:
            raise StopsError("limit")
        return found


def words_of(data: bytes) -> Words:
    """What the first and the last page say that they show; raises StopsError."""
    file = _File(data)
    first, last = file.page(last=False), file.page(last=True)
    if first is None or last is None:
        return Words("", whole=False)
    heads, feet = list(_said(file, first)), [] if first == last else list(_said(file, last))
    if first == last:
        feet = [one for one in heads if not one.at_head]
        heads = [one for one in heads if one.at_head]
    head, foot = ("\n".join(one.text for one in part) for part in (heads, feet))
    return Words(head + _BETWEEN + foot, whole=False)


class _Said(NamedTuple):
    """What a page says that it shows, and whether that is a label at its head."""

    text: str
    at_head: bool


def _said(file: _File, page: _Page) -> Iterator[_Said]:
    for one in file.contents(page):
        try:
            inside, at = resolved(file.pdf, file.found, one)
            content = stream(inside, at)[1]
        except StopsError:
            continue  # packed in a way that is not known here
        for said in _SAID.finditer(content):
            yield _Said(text(said[1]), said[2] is not None)


def say(data: bytes, words: str, at_start: bool) -> bytes:  # noqa: FBT001 - as `Container` has it
    """The file and behind it the page with the line on it; raises Invalid or StopsError."""
    file = _File(data)
    _check_unsigned(file)
    page = file.page(last=not at_start)
    if page is None:
        raise not_shown_here("没有页面", "it has no page")
    paper = _paper(file, page)
    font = subset(words)
    size = integer(file.found.trailer.get(b"/Size"), 1 << 30)
    own = [Reference(size + one, 0) for one in range(7)]
    bodies = [
        *_font(font, own),
        _stream(b"q"),
        _stream(_drawn(font, words, paper, at_start=at_start)),
    ]
    objects = dict(zip(own, bodies, strict=True))
    before, behind = own[5:]
    objects[page.number] = _with(file, page, own[0], [before, *file.contents(page), behind])
    told = file.found.trailer.get(b"/Info")
    info = None if told is None else reference(told)
    return updated(data, file.found, objects, size + len(own), info)


def _check_unsigned(file: _File) -> None:
    root = file.root()
    flags = file.dictionary(root.get(b"/AcroForm", b"")).get(b"/SigFlags", b"0")
    if b"/Perms" in root or integer(file.value(flags)) & _SIGNED:
        raise not_shown_here(
            "文档已有数字签名，加入文字会使其失效",
            "it is signed, and words put into it would undo that",
        )


def _paper(file: _File, page: _Page) -> _Paper:
    """What people see of a page: the part that is cropped, within all of it."""
    media = _box(file, page, b"/MediaBox") or (0.0, 0.0, 612.0, 792.0)
    crop = _box(file, page, b"/CropBox") or media
    left, bottom = max(media[0], crop[0]), max(media[1], crop[1])
    right, top = min(media[2], crop[2]), min(media[3], crop[3])
    if right - left < 1 or top - bottom < 1:
        raise StopsError("broken")
    told = _NUMBERS.match(file.value(page.inherited.get(b"/Rotate", b"0")))
    turned = int(float(told[0])) % 360 if told else 0
    return _Paper(left, bottom, right, top, turned if turned % 90 == 0 else 0)


def _box(file: _File, page: _Page, name: bytes) -> tuple[float, float, float, float] | None:
    raw = page.inherited.get(name)
    found = [] if raw is None else _NUMBERS.findall(file.value(raw))
    if len(found) != 4:  # noqa: PLR2004 - two corners
        return None
    one, two, three, four = (float(number) for number in found)
    return min(one, three), min(two, four), max(one, three), max(two, four)


def _with(file: _File, page: _Page, font: Reference, streams: list[Reference]) -> bytes:
    """The page with these streams, and our font among those that it may use."""
    resources = file.dictionary(page.inherited.get(b"/Resources", b""))
    fonts = file.dictionary(resources.get(b"/Font", b"")) | {_NAME: b"%d %d R" % font}
    whole = page.said | {
        b"/Resources": _dictionary(resources | {b"/Font": _dictionary(fonts)}),
        b"/Contents": b"[%s]" % b" ".join(b"%d %d R" % one for one in streams),
    }
    return _dictionary(whole)


def _dictionary(of: dict[bytes, bytes]) -> bytes:
    return b"<<\n%s>>" % b"".join(b"%s %s\n" % one for one in of.items())


def _drawn(font: Subset, words: str, paper: _Paper, *, at_start: bool) -> bytes:
    """The line, or lines, on white paper of their own."""
    width, height = paper.size
    margin = _MARGIN * min(width, height)
    size = max(_LEAST, _SHARE * min(width, height))
    room = width - 2 * margin - 2 * _PADDING * size
    lines = list(_broken(font, words, size, room))
    high = _LINE * size * len(lines)
    if room < size or high > height - 2 * margin:
        size = _SMALLEST
        lines = list(_broken(font, words, size, max(room, size)))
        high = _LINE * size * len(lines)
        if high > height or max(font.width(one) for one in lines) * size / 1000 > width:
            raise not_shown_here("页面太小", "its page is too small")
    wide = max(font.width(one) for one in lines) * size / 1000
    pad = _PADDING * size
    bottom = height - margin - high if at_start else margin
    rows = b"".join(
        b"1 0 0 1 %.2f %.2f Tm <%s> Tj\n"
        % (
            margin + pad,
            bottom + high - (number + 1) * _LINE * size + (_LINE - 0.76) / 2 * size,
            font.encoded(line),
        )
        for number, line in enumerate(lines)
    )
    said = b"<FEFF%s>" % words.encode("utf-16-be").hex().upper().encode()
    said += b" /GJ_Head true" if at_start else b""
    return (
        b"Q\nq\n%s\n/Span <</ActualText %s>> BDC\n1 g\n%.2f %.2f %.2f %.2f re\nf\n0 g\nBT\n"
        b"%s %.2f Tf\n0 Tr\n%sET\nEMC\nQ"
    ) % (paper.upright, said, margin, bottom, wide + 2 * pad, high, _NAME, size, rows)


def _broken(font: Subset, words: str, size: float, room: float) -> Iterator[str]:
    """The words in lines of at most so many points."""
    line = ""
    for one in words:
        if line and font.width(line + one) * size / 1000 > room:
            yield line
            line = ""
        line += one
    yield line


def _font(font: Subset, own: list[Reference]) -> Iterator[bytes]:
    """The font of a label in its five objects, for codes of two bytes."""
    _, descendant, descriptor, program, mapping = own[:5]
    yield (
        b"<</Type /Font /Subtype /Type0 /BaseFont /GJLABL+GuijuLabel /Encoding /Identity-H "
        b"/DescendantFonts [%d %d R] /ToUnicode %d %d R>>"
    ) % (*descendant, *mapping)
    widths = b" ".join(b"%d" % one for one in font.widths)
    yield (
        b"<</Type /Font /Subtype /CIDFontType0 /BaseFont /GJLABL+GuijuLabel /CIDSystemInfo "
        b"<</Registry (Adobe) /Ordering (Identity) /Supplement 0>> /FontDescriptor %d %d R "
        b"/DW 1000 /W [1 [%s]]>>"
    ) % (*descriptor, widths)
    yield (
        b"<</Type /FontDescriptor /FontName /GJLABL+GuijuLabel /Flags 4 /FontBBox "
        b"[-54 -284 1056 954] /ItalicAngle 0 /Ascent %d /Descent -%d /CapHeight 733 /StemV 134 "
        b"/FontFile3 %d %d R>>"
    ) % (_ASCENT, _DESCENT, *program)
    yield _stream(font.program, b"/Subtype /CIDFontType0C ")
    yield _stream(_mapping(font))


def _mapping(font: Subset) -> bytes:
    """Which character each code is, so that the line can be searched and copied."""
    rows = [
        b"<%04X> <%s>" % (number, one.encode("utf-16-be").hex().upper().encode())
        for number, one in enumerate(font.characters, start=1)
    ]
    parts = [rows[at : at + 100] for at in range(0, len(rows), 100)]
    listed = b"".join(
        b"%d beginbfchar\n%s\nendbfchar\n" % (len(one), b"\n".join(one)) for one in parts
    )
    return (
        b"/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        b"/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n"
        b"/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        b"1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n"
        b"%sendcmap\nCMapName currentdict /CMap defineresource pop\nend\nend"
    ) % listed


def _stream(content: bytes, about: bytes = b"") -> bytes:
    packed = zlib.compress(content)
    head = b"<<%s/Filter /FlateDecode /Length %d>>" % (about, len(packed))
    return b"%s\nstream\n%s\nendstream" % (head, packed)
