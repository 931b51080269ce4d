# SPDX-License-Identifier: Apache-2.0
"""One small file of each format, made up, for the claims that hold for all of them."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

from tests.unit.labelling.films import FILMS
from tests.unit.labelling.sounds import SOUNDS

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chunk(name: bytes, data: bytes) -> bytes:
    """One chunk of PNG."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(*chunks: bytes, behind: bytes = b"") -> bytes:
    """A picture of two by two pixels with further chunks behind its header."""
    header = struct.pack(">IIBBBBB", 2, 2, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + bytes([9, 80, 200] * 2) for _ in range(2)))
    parts = (chunk(b"IHDR", header), *chunks, chunk(b"IDAT", pixels), chunk(b"IEND", b""))
    return SIGNATURE + b"".join(parts) + behind


def segment(marker: int, data: bytes) -> bytes:
    """One segment of JPEG."""
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data


def jpeg(*parts: bytes, behind: bytes = b"") -> bytes:
    """What every reader of metadata takes for a picture, with further segments behind JFIF."""
    jfif = segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0")
    scan = segment(0xDA, b"\1\1\0\0\x3f\0") + b"\x12\xff\0\x34\xff\xd0\x56"
    return b"\xff\xd8" + jfif + b"".join(parts) + scan + b"\xff\xd9" + behind


def gif(*blocks: bytes, behind: bytes = b"") -> bytes:
    """A picture of two by two pixels in two colours, with further blocks behind its description."""
    screen = b"GIF89a" + struct.pack("<HHBBB", 2, 2, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    picture = b"\x2c" + struct.pack("<HHHHB", 0, 0, 2, 2, 0) + b"\2\2\x44\x51\0"
    return screen + b"".join(blocks) + picture + b"\x3b" + behind


def webp(*chunks: bytes, picture: bytes = b"VP8L", behind: bytes = b"") -> bytes:
    """A picture of two by two pixels, lossless, with further chunks behind it."""
    bits = struct.pack("<BI", 0x2F, 1 | 1 << 14) + bytes(6)
    parts = b"WEBP" + riff_chunk(picture, bits) + b"".join(chunks)
    return riff_chunk(b"RIFF", parts) + behind


def riff_chunk(name: bytes, data: bytes) -> bytes:
    """One chunk of RIFF."""
    return name + struct.pack("<I", len(data)) + data + bytes(len(data) % 2)


def tiff(*further: tuple[int, int, int, bytes], order: str = "<", next_one: int = 0) -> bytes:
    """A picture of one grey pixel, with further entries (tag, type, count, value)."""
    values = [(256, 3, 1, 1), (257, 3, 1, 1), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1)]
    values += [(273, 4, 1, 8), (277, 3, 1, 1), (278, 3, 1, 1), (279, 4, 1, 1)]
    rows = [
        struct.pack(
            order + ("HHIHH" if kind == 3 else "HHII"),
            tag,
            kind,
            count,
            *((value, 0) if kind == 3 else (value,)),
        )
        for tag, kind, count, value in values
    ]
    at = 10 + 2 + 12 * (len(rows) + len(further)) + 4
    tail = b""
    for tag, kind, count, data in further:
        rows.append(struct.pack(order + "HHII", tag, kind, count, at + len(tail)))
        tail += data + bytes(len(data) % 2)
    rows.sort(key=lambda row: struct.unpack(order + "H", row[:2]))
    directory = (
        struct.pack(order + "H", len(rows)) + b"".join(rows) + struct.pack(order + "I", next_one)
    )
    magic = b"II*\0" if order == "<" else b"MM\0*"
    return magic + struct.pack(order + "I", 10) + b"\x80\0" + directory + tail


PACKAGE = "http://schemas.openxmlformats.org/package/2006"
PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"></Relationships>',
    "word/document.xml": "<w:document xmlns:w='urn:w'>words</w:document>",
}


def office(parts: dict[str, str] | None = None, *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A package with these parts, as the standard library packs it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, text in (PARTS if parts is None else parts).items():
            archive.writestr(zipfile.ZipInfo(name), text, method)
    return out.getvalue()


def pdf(
    info: bytes | None = b"<< /Title (made up) >>",
    *,
    metadata: bytes | None = None,
    streams: bool = False,
    trailer: bytes = b"",
) -> bytes:
    """A document without pages; with `streams` its addresses and its information are in streams."""
    objects = {1: b"<< /Type /Catalog /Pages 2 0 R >>", 2: b"<< /Type /Pages /Kids [] /Count 0 >>"}
    if metadata is not None:
        objects[1] = objects[1].replace(b">>", b"/Metadata 4 0 R >>")
        objects[4] = b"<< /Length %d >>\nstream\n%s\nendstream" % (len(metadata), metadata)
    if info is not None and not streams:
        objects[3] = info
    if streams:
        inside = zlib.compress(b"3 0 " + (info or b"null"))
        about = b"<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >>" % len(inside)
        objects[5] = about + b"\nstream\n" + inside + b"\nendstream"
    out, places = b"%PDF-1.7\n", dict[int, int]()
    for number, body in sorted(objects.items()):
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    told = b"/Root 1 0 R" + (b" /Info 3 0 R" if info is not None else b"") + trailer
    at = len(out)
    out += _addresses_in_a_stream(places, at, told) if streams else _addresses(places, told)
    return out + b"startxref\n%d\n%%%%EOF\n" % at


def _addresses(places: dict[int, int], told: bytes) -> bytes:
    nowhere = b"%010d %05d f \n" % (0, 65535)
    rows = [b"%010d %05d n \n" % (places[one], 0) if one in places else nowhere for one in range(6)]
    return b"xref\n0 6\n" + b"".join(rows) + b"trailer\n<< /Size 6 %s >>\n" % told


def _addresses_in_a_stream(places: dict[int, int], at: int, told: bytes) -> bytes:
    """With each row as its difference from the one above, as most writers do."""
    rows = [struct.pack(">BIB", one in places, places.get(one, 0), 0) for one in range(6)]
    rows[3] = struct.pack(">BIB", 2, 5, 0)
    rows.append(struct.pack(">BIB", 1, at, 0))
    above, packed = bytes(6), b""
    for row in rows:
        packed += b"\2" + bytes((one - two) & 255 for one, two in zip(row, above, strict=True))
        above = row
    packed = zlib.compress(packed)
    about = b"/Type /XRef /Size 7 /W [1 4 1] /Filter /FlateDecode %s" % told
    how = b"/DecodeParms << /Predictor 12 /Columns 6 >> /Length %d" % len(packed)
    return b"6 0 obj\n<< %s %s >>\nstream\n%s\nendstream\nendobj\n" % (about, how, packed)


def bmff(kind: bytes, *content: bytes) -> bytes:
    """One box."""
    body = b"".join(content)
    return struct.pack(">I", len(body) + 8) + kind + body


def infe(number: int, kind: bytes, content_type: bytes = b"") -> bytes:
    """One entry of the list of items."""
    more = content_type + b"\0" if content_type else b""
    return bmff(b"infe", b"\2\0\0\0", struct.pack(">HH", number, 0), kind, b"\0", more)


def heif(
    brand: bytes = b"heic",
    more: tuple[tuple[bytes, bytes, bytes], ...] = (),
    *,
    version: int = 0,
    base: bool = False,
    iref: bytes = b"",
    behind: bytes = b"",
) -> bytes:
    """One picture of nothing that decodes, and further items (kind, content type, bytes)."""
    contents = [b"PIXELS", *(content for _, _, content in more)]
    entries = [
        infe(1, b"hvc1"),
        *(infe(at, kind, told) for at, (kind, told, _) in enumerate(more, 2)),
    ]
    iinf = bmff(b"iinf", bytes(4), struct.pack(">H", len(entries)), *entries)
    pitm, hdlr = bmff(b"pitm", bytes(4), b"\0\1"), bmff(b"hdlr", bytes(8), b"pict", bytes(13))
    ftyp = bmff(b"ftyp", brand, bytes(4), b"mif1", brand)

    def meta(start: int) -> bytes:
        rows, at = b"", start
        for number, content in enumerate(contents, 1):
            rows += struct.pack(">H", number) + (b"\0\0" if version else b"") + b"\0\0"
            rows += struct.pack(">I", at) if base else b""
            rows += struct.pack(">HII", 1, 0 if base else at, len(content))
            at += len(content)
        widths = struct.pack(">BBH", 0x44, 0x40 if base else 0, len(contents))
        iloc = bmff(b"iloc", bytes((version, 0, 0, 0)), widths, rows)
        return bmff(b"meta", bytes(4), hdlr, pitm, iloc, iinf, iref)

    start = len(ftyp) + len(meta(0)) + 8
    return ftyp + meta(start) + bmff(b"mdat", *contents) + behind


SAMPLES: dict[str, bytes] = {
    "avif": heif(b"avif"),
    "gif": gif(),
    "heif": heif(),
    "html": b"<!doctype html><html><head><title>x</title></head><body><p>x</p></body></html>",
    "jpeg": jpeg(),
    "markdown": b"# Title\n\nWords.\n",
    "ooxml": office(),
    "pdf": pdf(),
    "png": png(),
    "tiff": tiff(),
    "webp": webp(),
    **SOUNDS,
    **FILMS,
}
"""By the name of the format."""
