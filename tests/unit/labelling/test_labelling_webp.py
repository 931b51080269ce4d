# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tests.unit.labelling.samples import riff_chunk, webp

from guiju.kernel import Invalid
from guiju.labelling import LabelVerdict, check, first_write, mark, read
from guiju.labelling.containers import xmp
from guiju.labelling.showing import show

LABEL = first_write("001191110102MAD55U9H0F10002", "req_1")
OTHER = first_write("001191110102MAD55U9H0F10002", "req_2")
PACKET = xmp.with_label(None, LABEL.to_json())
XMP = riff_chunk(b"XMP ", PACKET)
WRAPPED = LABEL.to_wrapped_json().encode()


def picture(mode: str = "RGB", *, size: tuple[int, int] = (200, 160), **how: Any) -> bytes:
    across = np.linspace(0, 255, size[0], dtype=np.uint8)[None, :].repeat(size[1], 0)
    image = Image.fromarray(np.stack([across, across[::-1], 255 - across], -1)).convert(mode)
    if mode == "RGBA":
        image.putalpha(Image.fromarray(across))
    out = io.BytesIO()
    image.save(out, "WEBP", **how)
    return out.getvalue()


def chunks(data: bytes) -> dict[bytes, bytes]:
    found: dict[bytes, bytes] = {}
    at = 12
    while at < len(data):
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        found[data[at : at + 4]] = data[at + 8 : at + 8 + size]
        at += 8 + size + size % 2
    return found


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize("lossless", [False, True])
@pytest.mark.parametrize("size", [(200, 160), (1, 1), (3, 999)])
def test_a_simple_file_becomes_an_extended_one_around_the_same_picture(
    mode: str, lossless: bool, size: tuple[int, int]
) -> None:
    """Its header says the size, whether it is clear anywhere, and that there is XMP."""
    before = picture(mode, size=size, lossless=lossless)
    after = mark(before, LABEL).data
    assert len(after) == int.from_bytes(after[4:8], "little") + 8
    old, new = chunks(before), chunks(after)
    assert {name: new[name] for name in old if name != b"VP8X"} == {
        name: old[name] for name in old if name != b"VP8X"
    }
    assert set(new) - set(old) <= {b"VP8X", b"XMP "}
    assert new[b"VP8X"][0] & 4
    with Image.open(io.BytesIO(before)) as one, Image.open(io.BytesIO(after)) as two:
        assert one.size == two.size
        assert one.convert("RGBA").tobytes() == two.convert("RGBA").tobytes()
        assert "ProduceID" in two.info["xmp"].decode()


def test_every_chunk_of_an_extended_file_stays() -> None:
    """Profile, EXIF and frames; a foreign packet is merged with."""
    exif = Image.Exif()
    exif[0x0131] = "made up"
    foreign = xmp.without_label(PACKET).replace(b"rdf:about=''", b"")
    before = picture(icc_profile=b"profile", exif=exif, xmp=foreign)
    after = mark(before, LABEL).data
    old, new = chunks(before), chunks(after)
    assert {**old, b"XMP ": b""} == {**new, b"XMP ": b""}
    assert [one.label for one in read(after).labels] == [LABEL]


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (webp(XMP, XMP), "implicit-repeated"),
        (webp(riff_chunk(b"AIGC", b"AIGC" + LABEL.to_json().encode())), "place:chunk AIGC"),
        (webp(XMP, behind=WRAPPED), "implicit-repeated"),
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
        (webp()[:-2], "truncated"),
        (webp(b"EXIF\xff\xff\xff\xff"), "truncated"),
        (webp(riff_chunk(b"EXIF", b"junk")), "broken"),
        (webp(behind=b"\x89PNG\r\n\x1a\n"), "another-file"),
        (b"RIFF\0\0\0\0WEBP", "truncated"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_what_was_not_looked_at_is_not_called_absent(data: bytes, why: str) -> None:
    """Inconclusive, and nothing is written."""
    report = check(data)
    assert (report.verdict, report.reasons) == (LabelVerdict.INCONCLUSIVE, (why,))
    with pytest.raises(Invalid):
        mark(data, LABEL)


def test_a_file_that_does_not_begin_with_a_picture_is_not_written_to() -> None:
    """There is no size to put into the header."""
    for name in (b"abcd", b"VP8 "):
        with pytest.raises(Invalid) as caught:
            mark(webp(picture=name), LABEL)
        assert caught.value.code == "file-broken"


def test_a_label_in_exif_moves_where_asked() -> None:
    """EXIF stands here without its head, too."""
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9286] = b"ASCII\0\0\0" + WRAPPED
    before = picture(exif=exif)
    assert [one.place for one in read(before).labels] == ["EXIF UserComment"]
    after = mark(before, OTHER, present="replace").data
    assert [(one.label, one.place) for one in read(after).labels] == [(OTHER, "XMP")]
    assert len(chunks(after)[b"EXIF"]) == len(chunks(before)[b"EXIF"])


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_lossless_stays_lossless_around_the_label(mode: str) -> None:
    """To the last bit; and what came with the picture stays with it."""
    data = picture(mode, lossless=True, exact=True, icc_profile=b"profile", xmp=PACKET)
    shown = show(data, "AI生成")
    assert b"VP8L" in shown.data
    one, two = (
        np.asarray(Image.open(io.BytesIO(part)).convert("RGBA")) for part in (data, shown.data)
    )
    assert (one == two)[: shown.box.top].all()
    assert chunks(shown.data)[b"XMP "] == PACKET
    assert chunks(shown.data)[b"ICCP"] == b"profile"
    assert show(shown.data, "AI生成").already


def test_every_frame_of_an_animation_has_the_label() -> None:
    """As long as before, as often."""
    frames = [Image.new("RGB", (120, 90), (60 * one, 90, 200)) for one in range(4)]
    out = io.BytesIO()
    times = [100, 200, 300, 400]
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:], duration=times, loop=2)
    shown = show(out.getvalue(), "AI生成")
    image: Any = Image.open(io.BytesIO(shown.data))
    assert (image.n_frames, image.info["loop"], shown.frames) == (4, 2, 4)
    for number, time in enumerate(times):
        image.seek(number)
        image.load()
        assert image.info["duration"] == time
        inside = np.asarray(image.convert("L").crop(shown.box))
        assert (inside > 200).any(axis=1).sum() >= shown.inked - 1
