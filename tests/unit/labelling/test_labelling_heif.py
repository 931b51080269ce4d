# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import io
import struct
from typing import Any

import pytest
from PIL import Image
from tests.unit.labelling.samples import bmff, heif

from guiju.kernel import Invalid
from guiju.labelling import LabelVerdict, check, first_write, mark, read
from guiju.labelling.containers import heif as editor
from guiju.labelling.containers import heif_file, xmp
from guiju.labelling.containers.heif_items import content
from guiju.labelling.containers.walking import Budget

LABEL = first_write("001191110102MAD55U9H0F10002", "req_1")
OTHER = first_write("001191110102MAD55U9H0F10002", "req_2")
PACKET = xmp.with_label(None, LABEL.to_json())
RDF = b"application/rdf+xml"
WRAPPED = LABEL.to_wrapped_json().encode()


def contents(data: bytes) -> dict[int, bytes]:
    """The bytes of every item, as the file says where they stand."""
    file = heif_file.parsed(data, Budget())
    store = file.parts.get(b"idat")
    return {one.number: content(data, one, store, 10**6) for one in file.places.of}


def exif() -> bytes:
    block = Image.Exif()
    block[0x010E] = WRAPPED.decode()
    return struct.pack(">I", 6) + b"Exif\0\0" + block.tobytes().removeprefix(b"Exif\0\0")


def animation(count: int = 3, **how: Any) -> bytes:
    out = io.BytesIO()
    frames = [Image.effect_noise((64, 48), 40 + one).convert("RGB") for one in range(count)]
    frames[0].save(out, "AVIF", save_all=True, append_images=frames[1:], **how)
    return out.getvalue()


@pytest.mark.parametrize("version", [0, 1])
@pytest.mark.parametrize("base", [False, True])
@pytest.mark.parametrize("iref", [b"", bmff(b"iref", bytes(4), bmff(b"thmb", b"\0\2\0\1\0\1"))])
def test_every_item_is_where_the_file_says(version: int, base: bool, iref: bytes) -> None:
    """Its head grows by the new item, and all places follow."""
    before = heif(more=((b"mime", b"x/y", b"other"),), version=version, base=base, iref=iref)
    after = mark(before, LABEL).data
    found = contents(after)
    assert {1: found[1], 2: found[2]} == contents(before) == {1: b"PIXELS", 2: b"other"}
    assert found[3] == PACKET
    assert after.endswith(bmff(b"mdat", PACKET))
    assert b"cdsc\0\3\0\1\0\1" in after


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("how", [{}, {"exif": exif()[4:]}, {"icc_profile": b"profile"}])
def test_another_reader_sees_the_label_and_the_same_pixels(count: int, how: dict[str, Any]) -> None:
    """Pictures and their sequences, written and read by libavif."""
    before = animation(count, **how)
    if "exif" in how:
        assert read(before).labels[0].place == "EXIF ImageDescription"
    after = mark(before, LABEL, present="replace").data
    with Image.open(io.BytesIO(before)) as one, Image.open(io.BytesIO(after)) as two:
        # Of a sequence this reader takes what stands in the track.
        assert count > 1 or "ProduceID" in two.info["xmp"].decode()
        for frame in range(count):
            one.seek(frame)
            two.seek(frame)
            assert one.tobytes() == two.tobytes()
    assert check(after).verdict is LabelVerdict.VALID


def test_a_packet_of_another_writer_is_merged_with_at_the_end() -> None:
    """Nothing is left of the label where it stood."""
    foreign = xmp.without_label(PACKET).replace(
        b"</rdf:RDF>", b"<rdf:Description xmlns:o='urn:o' o:mine='1'/></rdf:RDF>"
    )
    with_label = xmp.with_label(foreign, LABEL.to_json())
    before = heif(more=((b"mime", RDF, with_label), (b"mime", b"x/y", b"other")))
    after = mark(before, OTHER, present="replace").data
    assert [one.label for one in read(after).labels] == [OTHER]
    assert b"req_1" not in after
    assert b"o:mine='1'" in contents(after)[2]
    assert contents(after)[3] == b"other"
    written = animation(1, xmp=with_label)
    assert read(written).labels[0].label == LABEL
    again = mark(written, OTHER, present="replace").data
    with Image.open(io.BytesIO(again)) as image:
        assert b"o:mine='1'" in image.info["xmp"]
    sequence = mark(animation(3, xmp=with_label), OTHER, present="replace").data
    assert [one.label for one in read(sequence).labels] == [OTHER]
    with Image.open(io.BytesIO(sequence)) as image:
        assert b"req_2" in image.info["xmp"]


def test_a_label_in_exif_is_blanked_where_another_is_asked_for() -> None:
    """In its place; the item keeps its length."""
    before = heif(more=((b"Exif", b"", exif()),))
    assert [one.place for one in read(before).labels] == ["EXIF ImageDescription"]
    after = mark(before, OTHER, present="replace").data
    assert [one.label for one in read(after).labels] == [OTHER]
    assert len(contents(after)[2]) == len(exif())


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (heif(more=((b"mime", RDF, PACKET), (b"mime", RDF, PACKET))), "implicit-repeated"),
        (heif(behind=bmff(b"uuid", editor._UUID, PACKET)), "place:uuid"),
    ],
    ids=["two", "uuid"],
)
def test_odd_places_and_second_copies_are_faults(data: bytes, fault: str) -> None:
    """The label is shown, and what is wrong with it."""
    assert fault in check(data).reasons


def _far() -> bytes:
    data = heif(more=((b"mime", RDF, PACKET),))
    at = data.rindex(struct.pack(">I", len(PACKET)), 0, data.index(b"iinf"))
    return data[:at] + struct.pack(">I", 2**31) + data[at + 4 :]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (heif()[:-3], "truncated"),
        (heif().replace(b"iloc", b"ilox"), "broken"),
        (heif() + heif()[24:], "broken"),
        (heif().replace(b"iloc\0", b"iloc\7"), "broken"),
        (_far(), "limit"),
        (heif(more=((b"mime", RDF, b"<x"),)), "broken"),
        (heif(behind=b"\xff\xff\xff\xff????"), "truncated"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_what_was_not_looked_at_is_not_called_absent(data: bytes, why: str) -> None:
    """Inconclusive, and nothing is written."""
    report = check(data)
    assert (report.verdict, report.reasons) == (LabelVerdict.INCONCLUSIVE, (why,))
    with pytest.raises(Invalid):
        mark(data, LABEL)


def test_a_number_that_does_not_fit_is_refused_and_not_cut_off() -> None:
    """The main picture may have a number of 32 bits where relations have only sixteen."""
    narrow = bmff(b"iref", bytes(4), bmff(b"thmb", b"\0\2\0\1\0\1"))
    data = heif(iref=narrow)
    at = data.index(b"pitm") + 4
    wide = data[:at] + b"\1\0\0\0\7\7" + data[at + 6 :]
    with pytest.raises(Invalid):
        mark(wide, LABEL)


def test_a_last_box_without_a_size_has_no_room_behind_it() -> None:
    """It would swallow what is put there."""
    data = heif()
    at = data.rindex(b"mdat") - 4
    with pytest.raises(Invalid) as caught:
        mark(data[:at] + bytes(4) + data[at + 4 :], LABEL)
    assert caught.value.code == "label-not-supported"
