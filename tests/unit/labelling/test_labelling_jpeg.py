# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import hashlib
import io
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms
from tests.unit.labelling.samples import jpeg, segment

from guiju.kernel import Invalid
from guiju.labelling import LabelVerdict, check, first_write, mark, read
from guiju.labelling.containers import jpeg_segments, xmp

LABEL = first_write("001191110102MAD55U9H0F10002", "req_1")
OTHER = first_write("001191110102MAD55U9H0F10002", "req_2")
BARE = LABEL.to_json()
WRAPPED = LABEL.to_wrapped_json()
PACKET = xmp.with_label(None, BARE)
HEAD = b"http://ns.adobe.com/xap/1.0/\0"
XMP = segment(0xE1, HEAD + PACKET)


def picture(**how: object) -> bytes:
    out = io.BytesIO()
    image = Image.effect_noise((64, 48), 60).convert(str(how.pop("mode", "RGB")))
    image.save(out, "JPEG", **how)
    return out.getvalue()


def exif(tag: int, value: str | bytes) -> bytes:
    data = Image.Exif()
    if tag == 0x9286:
        data.get_ifd(0x8769)[tag] = value
    else:
        data[tag] = value
    return segment(0xE1, b"Exif\0\0" + data.tobytes().removeprefix(b"Exif\0\0"))


def extended(packet: bytes, *, guid: bytes | None = None, size: int = 300) -> list[bytes]:
    name = guid or hashlib.md5(packet, usedforsecurity=False).hexdigest().upper().encode()
    parts = [
        name + struct.pack(">II", len(packet), at) + packet[at : at + size]
        for at in range(0, len(packet), size)
    ]
    return [segment(0xE1, b"http://ns.adobe.com/xmp/extension/\0" + one) for one in parts]


def naming(packet: bytes) -> bytes:
    """A main packet that names its extension."""
    digest = hashlib.md5(packet, usedforsecurity=False).hexdigest().upper()
    main = xmp.without_label(PACKET).replace(
        b"<rdf:Description",
        b'<rdf:Description xmlns:xmpNote="http://ns.adobe.com/xmp/note/" '
        b'xmpNote:HasExtendedXMP="' + digest.encode() + b'"',
        1,
    )
    return segment(0xE1, HEAD + main)


ASCII = b"ASCII\0\0\0" + WRAPPED.encode()
WIDE = b"UNICODE\0" + WRAPPED.encode("utf-16-le")


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (jpeg(XMP), "XMP"),
        (jpeg(exif(0x9286, ASCII)), "EXIF UserComment"),
        (jpeg(exif(0x9286, WIDE)), "EXIF UserComment"),
        (jpeg(naming(PACKET), *extended(PACKET)), "XMP"),
        (jpeg(naming(PACKET), *reversed(extended(PACKET))), "XMP"),
    ],
)
def test_the_usual_places_are_read(data: bytes, place: str) -> None:
    """Also across the portions of extended XMP, in whatever order."""
    report = check(data)
    assert (report.verdict, report.axes["place"]) == (LabelVerdict.VALID, place)


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (jpeg(exif(0x010E, WRAPPED)), "place:EXIF ImageDescription"),
        (jpeg(exif(0x9C9C, WRAPPED.encode("utf-16-le"))), "place:EXIF XPComment"),
        (jpeg(segment(0xFE, WRAPPED.encode())), "place:COM"),
        (jpeg(segment(0xE0, b"AIGC" + BARE.encode())), "place:APP0"),
        (jpeg(behind=b"AIGC" + BARE.encode()), "place:behind-the-end"),
        (jpeg(behind=jpeg(XMP)), "place:second-picture"),
        (jpeg(*extended(PACKET)), "place:extended-XMP"),
        (jpeg(naming(PACKET), *extended(PACKET, guid=b"0" * 32)), "place:extended-XMP"),
        (jpeg(XMP, XMP), "implicit-repeated"),
        (jpeg(XMP, exif(0x9286, ASCII)), "implicit-repeated"),
        (jpeg(exif(0x010E, '{"ServiceProvider":"x","ContentId":"1"}')), "missing:Label"),
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
        (jpeg()[:-2], "truncated"),
        (jpeg(behind=b"\0\0\0\x18ftypmp42"), "another-file"),
        (jpeg(b"\xff\xe1\0\1"), "broken"),
        (jpeg(b"no marker"), "broken"),
        (jpeg(naming(PACKET), *extended(PACKET)[1:]), "broken"),
        (jpeg(*extended(bytes(1000), size=1)), "broken"),
        (jpeg(segment(0xE1, b"Exif\0\0junk")), "broken"),
        (jpeg(*[segment(0xE1, bytes(65_000))] * 300), "limit"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_what_was_not_looked_at_is_not_called_absent(data: bytes, why: str) -> None:
    """Inconclusive, and nothing is written."""
    report = check(data)
    assert (report.verdict, report.reasons) == (LabelVerdict.INCONCLUSIVE, (why,))
    with pytest.raises(Invalid) as caught:
        mark(data, LABEL)
    assert caught.value.code == "file-broken"


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"progressive": True},
        {"mode": "L"},
        {"mode": "CMYK"},
        {"icc_profile": ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()},
        {"exif": exif(0x0131, "made up")[4:], "comment": "made up", "restart_marker_rows": 1},
    ],
)
def test_every_other_byte_stays(how: dict[str, object]) -> None:
    """A label is one segment more behind JFIF and EXIF, the compressed picture is the same."""
    before = picture(**how)
    after = mark(before, LABEL).data
    more = len(after) - len(before)
    at = after.index(HEAD) - 4
    assert after[:at] + after[at + more :] == before
    with Image.open(io.BytesIO(before)) as one, Image.open(io.BytesIO(after)) as two:
        assert one.tobytes() == two.tobytes()
        assert "ProduceID" in two.info["xmp"].decode()


def test_a_label_in_exif_moves_where_asked_and_nothing_else_of_it_changes() -> None:
    """It is blanked in its place; then there is one label, in the place of the guide."""
    before = jpeg(exif(0x9286, ASCII), segment(0xFE, b"made up"))
    after = mark(before, OTHER, present="replace").data
    assert [(one.label, one.place) for one in read(after).labels] == [(OTHER, "XMP")]
    assert (len(after) - len(before)) == len(segment(0xE1, HEAD + PACKET))
    assert check(after).verdict is LabelVerdict.VALID


def test_a_label_that_cannot_be_taken_out_is_left_and_the_file_not_labelled() -> None:
    """Extended XMP is bound to its digest; a comment is somebody's words."""
    for data in (jpeg(naming(PACKET), *extended(PACKET)), jpeg(segment(0xFE, WRAPPED.encode()))):
        with pytest.raises(Invalid) as caught:
            mark(data, OTHER, present="replace")
        assert caught.value.code == "label-not-read-back"


def test_a_full_segment_gives_up_its_padding_or_is_refused() -> None:
    """A segment holds 65,533 bytes; a packet beside a large thumbnail may fill it."""

    def full(filling: bytes) -> bytes:
        packet = PACKET.replace(BARE.encode(), b"").replace(b"<TC260:AIGC></TC260:AIGC>", b"")
        room = 65_533 - len(HEAD) - len(packet)
        return segment(
            0xE1, HEAD + packet.replace(b"\n<?xpacket end", filling * room + b"\n<?xpacket end")
        )

    assert check(mark(jpeg(full(b" ")), LABEL).data).verdict is LabelVerdict.VALID
    crowded = PACKET.replace(BARE.encode(), b"").replace(
        b"</x:xmpmeta>", b"<o>" + b"x" * 65_000 + b"</o></x:xmpmeta>"
    )
    with pytest.raises(Invalid) as caught:
        mark(jpeg(segment(0xE1, HEAD + crowded)), LABEL, present="replace")
    assert caught.value.code == "metadata-too-large"


@given(
    st.lists(
        st.sampled_from([XMP, exif(0x9286, ASCII), segment(0xE2, b"x"), segment(0xFE, b"y")]),
        max_size=4,
    )
)
def test_however_many_labels_there_were_there_is_one(parts: list[bytes]) -> None:
    """And what is no label stays where it was."""
    out = mark(jpeg(*parts), OTHER, present="replace").data
    assert [one.label for one in read(out).labels] == [OTHER]
    assert out.count(segment(0xE2, b"x")) == parts.count(segment(0xE2, b"x"))
    assert out.count(segment(0xFE, b"y")) == parts.count(segment(0xFE, b"y"))


@given(st.binary(max_size=60), st.integers(0, 40))
def test_a_scan_is_looked_through_alike_in_every_way(noise: bytes, at: int) -> None:
    """A byte at a time, many at a time, and from what another file with the same scan has shown."""
    far = jpeg_segments._NEAR - 20 if at % 2 else 0
    data = bytes(far + at) + noise.replace(b"\0", b"\xff")
    found = jpeg_segments._scan(data, at)
    assert jpeg_segments._scan_by(np, data, at) == found
    if found is not None and found > at:
        kept = jpeg_segments._Scan()
        kept.note(data, at, found)
        assert kept.end_of(b"more" + data, at + 4) == found + 4
        assert kept.end_of(data + b"x", at) is None
        other = bytearray(data)
        other[at] ^= 1
        assert kept.end_of(bytes(other), at) is None
