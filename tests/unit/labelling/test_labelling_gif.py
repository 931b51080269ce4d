# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tests.unit.labelling.samples import gif

from guiju.kernel import Invalid
from guiju.labelling import LabelVerdict, check, first_write, mark, read
from guiju.labelling.containers import xmp
from guiju.labelling.showing import show

LABEL = first_write("001191110102MAD55U9H0F10002", "req_1")
OTHER = first_write("001191110102MAD55U9H0F10002", "req_2")
PACKET = xmp.with_label(None, LABEL.to_json())
WRAPPED = LABEL.to_wrapped_json().encode()
COUNTDOWN = bytes((1, *range(255, -1, -1), 0))


def rows(data: bytes) -> bytes:
    """Data as sub-blocks."""
    pieces = [data[at : at + 255] for at in range(0, len(data), 255)]
    return b"".join(bytes((len(one),)) + one for one in pieces) + b"\0"


def comment(data: bytes) -> bytes:
    return b"\x21\xfe" + rows(data)


XMP = b"\x21\xff\x0bXMP DataXMP" + PACKET + COUNTDOWN


def animation(count: int = 4, *, clear: bool = False, colours: int = 60) -> bytes:
    across, down = np.meshgrid(np.arange(128), np.arange(96))
    frames = []
    for one in range(count):
        pixels = np.stack([across // 4 * 4, down, (across + down + one * 40) % 256], -1)
        frame = Image.fromarray(pixels.astype(np.uint8)).quantize(
            colours, Image.Quantize.FASTOCTREE
        )
        if clear:
            seen = (across - 60 - one * 9) ** 2 + (down - 45) ** 2 < 40**2
            frame = frame.convert("RGBA")
            frame.putalpha(Image.fromarray(np.where(seen, 255, 0).astype(np.uint8)))
        frames.append(frame)
    out = io.BytesIO()
    how: dict[str, Any] = {"disposal": 2} if clear else {}
    frames[0].save(
        out,
        "GIF",
        save_all=True,
        append_images=frames[1:],
        duration=[50 + 10 * one for one in range(count)],
        loop=3,
        comment=b"made up",
        **how,
    )
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (gif(XMP), "XMP"),
        (gif(b"\x21\xff\x0bXMP DataXMP" + rows(PACKET)), "XMP"),
        (gif(comment(WRAPPED)), "comment"),
        (gif(b"\x21\xff\x0bOTHERTHING1" + rows(WRAPPED)), "application-extension"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_a_label_is_found_in_its_place_and_in_odd_ones(data: bytes, place: str) -> None:
    """What stands in a comment is shown, and is a fault."""
    report = check(data)
    assert report.axes["place"] == place
    assert (report.verdict is LabelVerdict.VALID) == (place == "XMP")


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (gif()[:-1], "truncated"),
        (gif(b"\x21\xfe\xff\0"), "truncated"),
        (gif(b"?"), "broken"),
        (gif(behind=b"PK\3\4"), "another-file"),
        (gif(comment(b"AIGC " * 2**22)), "limit"),
        (gif(b"\x21\xfe" + b"\1x" * 1_000_001 + b"\0"), "limit"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_what_was_not_looked_at_is_not_called_absent(data: bytes, why: str) -> None:
    """Inconclusive, and nothing is written."""
    report = check(data)
    assert (report.verdict, report.reasons) == (LabelVerdict.INCONCLUSIVE, (why,))
    with pytest.raises(Invalid):
        mark(data, LABEL)


def test_every_other_byte_stays() -> None:
    """A label is one extension before the trailer; GIF 87a, which had none, becomes 89a."""
    before = animation()
    after = mark(before, LABEL).data
    assert after == before[:-1] + XMP + b"\x3b"
    old = gif().replace(b"GIF89a", b"GIF87a")
    assert mark(old, LABEL).data[6:-1] == old[6:-1] + XMP
    with Image.open(io.BytesIO(after)) as image:
        assert image.n_frames == 4  # type: ignore[attr-defined]


def test_there_is_one_label_whatever_there_was() -> None:
    """A second packet loses its label, a comment cannot."""
    out = mark(gif(XMP, XMP), OTHER, present="replace").data
    assert [one.label for one in read(out).labels] == [OTHER]
    with pytest.raises(Invalid) as caught:
        mark(gif(comment(WRAPPED)), OTHER, present="replace")
    assert caught.value.code == "label-not-read-back"


@pytest.mark.parametrize("clear", [False, True])
def test_frames_keep_their_colours_and_times_around_the_label(clear: bool) -> None:
    """Exactly, also where nothing is to be seen; comment and loop stay."""
    data = animation(clear=clear)
    shown = show(data, "AI生成")
    assert shown.frames == 4
    one, two = (Image.open(io.BytesIO(part)) for part in (data, shown.data))
    assert two.info["loop"] == 3
    assert b"made up" in shown.data
    left, top, right, bottom = shown.box
    outside = np.ones((96, 128), bool)
    outside[top:bottom, left:right] = False
    for number in range(4):
        one.seek(number)
        two.seek(number)
        assert one.info["duration"] == two.info["duration"]
        was, now = (np.asarray(part.convert("RGBA"), np.int16) for part in (one, two))
        assert (was[..., 3] == now[..., 3])[outside].all()
        assert (was == now)[outside & (was[..., 3] > 0)].all()
        words = now[top:bottom, left:right, 0] == 255
        assert words.any(axis=1).sum() >= shown.inked - 1
    assert show(shown.data, "AI生成").already


def test_a_frame_with_every_colour_is_brought_near() -> None:
    """With 256 colours there is no room for black and white besides; nobody sees the difference."""
    data = animation(1, colours=256)
    shown = show(data, "AI生成")
    was, now = (
        np.asarray(Image.open(io.BytesIO(part)).convert("RGB"), np.int16)[:60]
        for part in (data, shown.data)
    )
    assert abs(was - now).max() <= 24
