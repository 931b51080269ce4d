# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image
from tests.unit.labelling.samples import tiff

from guiju.kernel import Invalid
from guiju.labelling import LabelVerdict, check, first_write, mark, read
from guiju.labelling.containers import xmp

LABEL = first_write("001191110102MAD55U9H0F10002", "req_1")
OTHER = first_write("001191110102MAD55U9H0F10002", "req_2")
PACKET = xmp.with_label(None, LABEL.to_json())
WRAPPED = LABEL.to_wrapped_json().encode()


def pages(**how: Any) -> bytes:
    out = io.BytesIO()
    frames = [Image.effect_noise((30, 20), 60 + one) for one in range(3)]
    frames[0].save(out, "TIFF", save_all=True, append_images=frames[1:], **how)
    return out.getvalue()


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("kind", [7, 1])
def test_the_packet_is_read_in_both_orders_and_types(order: str, kind: int) -> None:
    """The guide says undefined, others write bytes."""
    data = tiff((700, kind, len(PACKET), PACKET), order=order)
    assert check(data).verdict is LabelVerdict.VALID


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_packet_that_stands_in_the_middle_is_replaced_at_the_end(order: str) -> None:
    """And nothing is left of the label where it stood."""
    comment = (305, 2, 8, b"made up\0")
    data = tiff((700, 7, len(PACKET), PACKET), comment, order=order)
    out = mark(data, OTHER, present="replace").data
    assert [(one.label, one.place) for one in read(out).labels] == [(OTHER, "XMP")]
    assert b"req_1" not in out
    assert b"made up" in out


@pytest.mark.parametrize("how", [{}, {"compression": "tiff_lzw"}, {"compression": "jpeg"}])
def test_pages_and_pixels_stay(how: dict[str, Any]) -> None:
    """Only the address of the first directory changes; the rest is behind the file."""
    before = pages(**how)
    after = mark(before, LABEL).data
    assert after[8 : len(before)] == before[8:]
    with Image.open(io.BytesIO(before)) as one, Image.open(io.BytesIO(after)) as two:
        assert one.n_frames == two.n_frames == 3  # type: ignore[attr-defined]
        for page in range(3):
            one.seek(page)
            two.seek(page)
            assert one.tobytes() == two.tobytes()
        two.seek(0)
        assert "ProduceID" in str(two.tag_v2[700])  # type: ignore[attr-defined]


def test_a_label_on_a_further_page_is_misplaced_and_a_second_one() -> None:
    """There is one file and one label."""
    out = mark(pages(), LABEL).data
    second = io.BytesIO()
    frame = Image.new("L", (4, 4))
    frame.save(second, "TIFF", tiffinfo={700: PACKET}, save_all=True, append_images=[frame])
    report = check(second.getvalue())
    assert "implicit-repeated" in report.reasons or "place:further-picture" in report.reasons
    assert check(out).verdict is LabelVerdict.VALID


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (tiff(next_one=10), "broken"),
        (tiff(next_one=10**6), "truncated"),
        (tiff((700, 7, 10**6, PACKET)), "truncated"),
        (tiff((700, 7, 2**31, PACKET)), "limit"),
        (b"II*\0\xff\xff\xff\xff", "truncated"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_what_was_not_looked_at_is_not_called_absent(data: bytes, why: str) -> None:
    """Pages in a circle, addresses outside: inconclusive, and nothing is written."""
    report = check(data)
    assert report.verdict is LabelVerdict.INCONCLUSIVE
    assert why in report.reasons
    with pytest.raises(Invalid):
        mark(data, LABEL)


def test_a_label_in_the_description_is_blanked_where_another_is_asked_for() -> None:
    """It is EXIF's field of the same directory."""
    data = tiff((270, 2, len(WRAPPED), WRAPPED))
    assert read(data).labels[0].place == "EXIF ImageDescription"
    out = mark(data, OTHER, present="replace").data
    assert [one.label for one in read(out).labels] == [OTHER]
