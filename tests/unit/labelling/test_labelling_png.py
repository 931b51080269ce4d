# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import io
import json
import zlib

import pytest
from PIL import Image, PngImagePlugin
from tests.unit.labelling.samples import SIGNATURE, chunk, png

from guiju.kernel import Invalid
from guiju.labelling import LabelVerdict, check, first_write, mark, read
from guiju.labelling.containers import xmp

LABEL = first_write("001191110102MAD55U9H0F10002", "req_1")
BARE = LABEL.to_json().encode()
WRAPPED = LABEL.to_wrapped_json().encode()
PACKET = xmp.with_label(None, LABEL.to_json())


def itxt(keyword: bytes, text: bytes, *, packed: bool = False) -> bytes:
    value = zlib.compress(text) if packed else text
    return chunk(b"iTXt", keyword + bytes((0, packed, 0, 0, 0)) + value)


XMP = itxt(b"XML:com.adobe.xmp", PACKET)


@pytest.mark.parametrize(
    ("part", "place"),
    [
        (XMP, "XMP"),
        (chunk(b"tEXt", b"AIGC\0" + BARE), "tEXt AIGC"),
        (chunk(b"tEXt", b"AIGC\0" + WRAPPED), "tEXt AIGC"),
        (chunk(b"zTXt", b"AIGC\0\0" + zlib.compress(BARE)), "zTXt AIGC"),
        (itxt(b"AIGC", BARE, packed=True), "iTXt AIGC"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_the_usual_places_are_read(part: bytes, place: str) -> None:
    """The packet, and the text chunks of annex B, bare or wrapped."""
    report = check(png(part))
    assert (report.verdict, report.axes["place"]) == (LabelVerdict.VALID, place)


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (png(itxt(b"XML:com.adobe.xmp", PACKET, packed=True)), "place:iTXt packed"),
        (png(chunk(b"tEXt", b"Comment\0" + WRAPPED)), "place:tEXt Comment"),
        (png(behind=b"AIGC" + BARE), "place:behind-the-end"),
        (png(XMP[:-1] + bytes([XMP[-1] ^ 1])), "checksum"),
        (png(XMP, XMP), "implicit-repeated"),
        (png(XMP, chunk(b"tEXt", b"AIGC\0" + BARE)), "implicit-repeated"),
        (png(XMP, behind=WRAPPED), "implicit-repeated"),
        (png(chunk(b"tEXt", b"AIGC\0not json")), "unreadable"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_odd_places_and_second_copies_are_faults(data: bytes, fault: str) -> None:
    """The label is shown, and what is wrong with it."""
    report = check(data)
    assert report.verdict is LabelVerdict.INVALID
    assert fault in report.reasons


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (png(chunk(b"zTXt", b"AIGC\0\0" + zlib.compress(bytes(10**8)))), "limit"),
        (png(itxt(b"XML:com.adobe.xmp", bytes(2**21), packed=True)), "limit"),
        (png(chunk(b"zTXt", b"AIGC\0\0nothing packed")), "broken"),
        (png(chunk(b"eXIf", b"II*\0\xff\xff\xff\xff")), "truncated"),
        (png(itxt(b"XML:com.adobe.xmp", b"<x")), "broken"),
        (png(behind=b"PK\3\4 and so on"), "another-file"),
        (png(behind=b"\0\0\0\x18ftypmp42"), "another-file"),
        (SIGNATURE + chunk(b"IHDR", bytes(13)), "truncated"),
        (SIGNATURE + b"\xff\xff\xff\xffIHDR", "truncated"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_what_was_not_looked_at_is_not_called_absent(data: bytes, why: str) -> None:
    """Bombs, broken parts, a file behind the file: inconclusive, and nothing is written."""
    report = check(data)
    assert (report.verdict, report.reasons) == (LabelVerdict.INCONCLUSIVE, (why,))
    with pytest.raises(Invalid) as caught:
        mark(data, LABEL)
    assert caught.value.code == "file-broken"


def test_a_million_empty_parts_are_not_walked_through() -> None:
    """Reading stops and says so."""
    report = check(SIGNATURE + chunk(b"abcd", b"") * 100_001)
    assert (report.verdict, report.reasons) == (LabelVerdict.INCONCLUSIVE, ("limit",))


def test_every_other_byte_stays() -> None:
    """A label is one chunk more behind the header; taken out again, the file is as it was."""
    info = PngImagePlugin.PngInfo()
    info.add_text("Software", "made up")
    info.add_itxt("Title", "标题")
    out = io.BytesIO()
    frames = [Image.new("RGBA", (40, 30), (10 * one, 80, 200, 128)) for one in range(3)]
    frames[0].save(out, "PNG", pnginfo=info, dpi=(72, 72), save_all=True, append_images=frames[1:])
    before = out.getvalue()
    after = mark(before, LABEL).data
    assert after == before[:33] + after[33 : len(after) - len(before) + 33] + before[33:]
    with Image.open(io.BytesIO(after)) as image:
        assert (image.n_frames, image.text["Title"]) == (3, "标题")  # type: ignore[attr-defined]
        assert "ProduceID" in image.info["xmp"].decode()


def test_what_is_there_is_merged_with_and_replaced_where_asked() -> None:
    """A foreign packet keeps its words; labels in other chunks go when a new one is asked for."""
    other = first_write("001191110102MAD55U9H0F10002", "req_2")
    foreign = PACKET.replace(
        b"<rdf:Description", b'<rdf:Description xmlns:o="urn:o" o:mine="1"/><rdf:Description', 1
    )
    for parts in (
        (chunk(b"tEXt", b"AIGC\0" + BARE), itxt(b"XML:com.adobe.xmp", foreign)),
        (XMP, XMP),
        (itxt(b"XML:com.adobe.xmp", foreign, packed=True),),
    ):
        out = mark(png(*parts), other, present="replace").data
        assert [one.label for one in read(out).labels] == [other]
        assert check(out).verdict is LabelVerdict.VALID
    assert (
        b'o:mine="1"'
        in mark(png(itxt(b"XML:com.adobe.xmp", foreign)), other, present="replace").data
    )


def test_a_label_in_a_comment_cannot_be_taken_out_and_so_nothing_is_written() -> None:
    """Two labels would be a fault of ours."""
    with pytest.raises(Invalid) as caught:
        mark(png(chunk(b"tEXt", b"Comment\0" + WRAPPED)), LABEL, present="replace")
    assert caught.value.code == "label-not-read-back"


def test_exif_in_png_is_read_and_blanked() -> None:
    """Its length and every other byte of it stay."""
    exif = Image.Exif()
    exif[0x010E] = WRAPPED.decode()
    exif[0x0131] = "made up"
    out = io.BytesIO()
    Image.new("RGB", (4, 4)).save(out, "PNG", exif=exif)
    found = read(out.getvalue()).labels
    assert [(one.label, one.form, one.place) for one in found] == [
        (LABEL, "wrapped", "EXIF ImageDescription")
    ]
    moved = mark(out.getvalue(), LABEL, present="replace").data
    with Image.open(io.BytesIO(moved)) as image:
        assert image.getexif()[0x0131] == "made up"
    assert json.loads(read(moved).labels[0].label.to_json()) == LABEL.fields
    assert check(moved).verdict is LabelVerdict.VALID
