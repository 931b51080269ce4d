# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import io
import zlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageFont, ImageOps, PngImagePlugin
from tests.unit.labelling.samples import chunk, jpeg, segment

from guiju.kernel import GuijuError, Invalid
from guiju.labelling import ExplicitLabel, LabelVerdict, Place, check, first_write, mark, read
from guiju.labelling.showing import Shown, lettering, show

ZH = "（本内容由人工智能生成）"
EN = "(AI-generated content / AI生成)"
LABEL = first_write("001191110102MAD55U9H0F10002", "req_1")
EXPLICIT = ExplicitLabel(Place.END, ZH, EN)


def image(width: int, height: int, mode: str = "RGB", colour: Any = None) -> Image.Image:
    if colour is not None:
        return Image.new(mode, (width, height), colour)
    across = np.linspace(0, 255, width, dtype=np.uint8)[None, :].repeat(height, 0)
    down = np.linspace(255, 40, height, dtype=np.uint8)[:, None].repeat(width, 1)
    return Image.fromarray(np.stack([across, down, 255 - across], -1)).convert(mode)


def packed(picture: Image.Image, kind: str, **how: Any) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **how)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def inked_rows(picture: Image.Image, box: tuple[int, int, int, int]) -> int:
    """The rows of the box in which the white of the words is seen, measured on the result."""
    grey = np.asarray(picture.convert("L").crop(box), np.int16)
    rows = np.flatnonzero((grey >= 200).any(axis=1))
    return int(rows[-1] - rows[0] + 1) if rows.size else 0


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
@pytest.mark.parametrize("words", [ZH, EN, "AI生成"])
@pytest.mark.parametrize("size", [(1024, 1024), (300, 220), (64, 64), (50, 700), (1900, 60)])
def test_the_words_ink_five_percent_of_the_shortest_side(
    kind: str, words: str, size: tuple[int, int]
) -> None:
    """Measured on the picture that is given out, on black; and never fewer than twelve pixels."""
    shown = show(packed(image(*size, colour="black"), kind), words)
    rows = inked_rows(opened(shown.data), shown.box)
    assert rows >= max(12, 0.05 * min(size)) - (kind == "JPEG")
    assert rows >= shown.inked - 1
    assert shown.share >= 5
    assert shown.box.right <= size[0]
    assert shown.box.bottom <= size[1]
    assert shown.box.left >= 0
    assert shown.box.top >= 0


@given(st.integers(48, 400), st.integers(48, 400))
def test_at_any_size_the_label_lies_inside_and_is_found_again(width: int, height: int) -> None:
    """A second time nothing is drawn."""
    data = packed(image(width, height), "PNG", compress_level=1)
    shown = show(data, "AI生成")
    assert (shown.already, shown.words) == (False, "AI生成")
    assert shown.share >= 5
    again = show(shown.data, "AI生成")
    assert (again.already, again.data) == (True, shown.data)


@pytest.mark.parametrize("size", [(16, 16), (20, 20), (1, 1)])
def test_a_picture_without_room_for_legible_words_is_refused(size: tuple[int, int]) -> None:
    """It is not given out under a label that nobody can read."""
    with pytest.raises(Invalid) as caught:
        show(packed(image(*size), "PNG"), ZH)
    assert caught.value.code == "picture-too-small"


@pytest.mark.parametrize("colour", ["white", "black", "red", (255, 255, 0), (128, 128, 128)])
def test_the_words_are_legible_on_every_colour(colour: Any) -> None:
    """A plate keeps the contrast above what WCAG asks of text."""
    shown = show(packed(image(300, 200, colour=colour), "PNG"), ZH)
    assert shown.contrast >= 4.5
    inside = np.asarray(opened(shown.data).convert("L").crop(shown.box))
    assert int(inside.max()) - int(np.median(inside)) > 120


@pytest.mark.parametrize(
    ("mode", "kind", "after"),
    [
        ("RGB", "PNG", "RGB"),
        ("L", "PNG", "L"),
        ("1", "PNG", "L"),
        ("P", "PNG", "RGB"),
        ("RGBA", "PNG", "RGBA"),
        ("LA", "PNG", "LA"),
        ("I;16", "PNG", "I;16"),
        ("L", "JPEG", "L"),
        ("CMYK", "JPEG", "CMYK"),
    ],
)
def test_pixels_outside_the_box_stay(mode: str, kind: str, after: str) -> None:
    """In every kind of colour; for a JPEG as near as its own tables allow."""
    before = image(200, 160, mode if mode != "I;16" else "L")
    if mode == "I;16":
        before = Image.fromarray(np.asarray(before, np.uint16) * np.uint16(250) + np.uint16(7))
    data = packed(before, kind)
    shown = show(data, "AI生成")
    one, two = opened(data), opened(shown.data)
    assert two.mode == after
    outside = np.ones((160, 200), bool)
    left, top = shown.box[:2]
    spread = 16 if kind == "JPEG" else 0
    outside[max(0, top - spread) :, max(0, left - spread) :] = False
    was, now = (np.asarray(part.convert(after), np.int32)[outside] for part in (one, two))
    assert abs(was - now).max() <= (3 if kind == "JPEG" else 0)


def test_a_clear_picture_shows_its_label() -> None:
    """Where there was nothing to see there is a plate now; the rest stays clear."""
    shown = show(packed(image(200, 160, "RGBA", (0, 0, 0, 0)), "PNG"), ZH)
    alpha = np.asarray(opened(shown.data).getchannel("A"))
    left, top, right, bottom = shown.box
    assert alpha[top:bottom, left:right].min() >= 160
    assert alpha[:top].max() == 0
    paper = Image.new("RGBA", (200, 160), "white")
    paper.alpha_composite(opened(shown.data).convert("RGBA"))
    assert inked_rows(paper, shown.box) >= shown.inked


def test_a_colour_that_stands_for_clear_stays_clear() -> None:
    """A palette with a transparent entry becomes colours with transparency."""
    before = image(200, 160).quantize(16)
    data = packed(before, "PNG", transparency=3)
    after = opened(show(data, "AI生成").data)
    assert after.mode == "RGBA"
    top = slice(0, 100)
    expected = np.asarray(opened(data).convert("RGBA"))[top]
    assert (np.asarray(after)[top] == expected).all()


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_label_is_upright_as_people_see_the_picture(kind: str, orientation: int) -> None:
    """However the file stores it; and the note of how to turn it stays."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = packed(image(240, 160, colour=(90, 90, 90)), kind, exif=exif)
    shown = show(data, "AI生成")
    stored = opened(shown.data)
    assert stored.getexif()[0x0112] == orientation
    upright = ImageOps.exif_transpose(stored)
    plain = show(packed(image(*upright.size, colour=(90, 90, 90)), kind), "AI生成")
    assert shown.box == plain.box
    difference = np.asarray(upright.convert("L"), np.int32) - np.asarray(
        opened(plain.data).convert("L"), np.int32
    )
    assert abs(difference).max() <= (40 if kind == "JPEG" else 0)


def test_the_tables_of_a_jpegs_quality_and_all_its_metadata_stay() -> None:
    """EXIF, comment, foreign segments are the same bytes; the quality is not lowered."""
    exif = Image.Exif()
    exif[0x0131] = "made up"
    plain = image(200, 160)
    data = packed(
        plain, "JPEG", quality=83, subsampling=1, exif=exif, comment=b"words", dpi=(96, 96)
    )
    data = data[:2] + segment(0xED, b"Photoshop 3.0\0made up") + data[2:]
    out: Any = opened(show(data, "AI生成").data)
    before: Any = opened(data)
    assert out.quantization == before.quantization
    kept = [one for one in before.applist if one[0] != "APP0"]
    assert out.applist == [before.applist[1], *kept]
    assert len(kept) == 3
    assert (out.info["dpi"], out.info["comment"]) == (before.info["dpi"], b"words")
    assert out.getexif()[0x0131] == "made up"


def test_the_other_chunks_of_a_png_stay() -> None:
    """Texts, profile, resolution; what is signed over other pixels is left out and named."""
    info = PngImagePlugin.PngInfo()
    info.add_itxt("Title", "标题")
    data = packed(image(200, 160), "PNG", pnginfo=info, dpi=(300, 300))
    data = data[:33] + chunk(b"caBX", b"made up") + chunk(b"prVt", b"kept") + data[33:]
    shown = show(data + b"behind", "AI生成")
    assert shown.left_out == ("C2PA", "behind-the-end")
    assert chunk(b"prVt", b"kept") in shown.data
    assert opened(shown.data).info["Title"] == "标题"
    assert round(opened(shown.data).info["dpi"][0]) == 300


def test_what_speaks_of_other_pixels_is_left_out_of_a_jpeg() -> None:
    """A manifest, the places of further pictures, those pictures."""
    two = packed(image(200, 160), "MPO", save_all=True, append_images=[image(200, 160)])
    data = two[:2] + segment(0xEB, b"JP\0\1manifest") + two[2:]
    shown = show(data, "AI生成")
    assert shown.left_out == ("C2PA", "further-pictures", "behind-the-end")
    assert b"manifest" not in shown.data
    assert check(shown.data).verdict is LabelVerdict.ABSENT


@pytest.mark.parametrize("apart", [False, True])
def test_every_frame_of_an_animation_has_the_label(apart: bool) -> None:
    """As long as before, as often, and the picture for those who know no animation too."""
    frames = [image(200, 160, colour=(60 * one, 90, 200)) for one in range(4)]
    data = packed(
        frames[0],
        "PNG",
        save_all=True,
        append_images=frames[1:],
        duration=[100, 200, 300, 400][apart:],
        loop=2,
        default_image=apart,
    )
    shown = show(data, ZH)
    assert shown.frames == 4
    one, two = opened(data), opened(shown.data)
    assert (two.n_frames, two.info["loop"]) == (4, 2)  # type: ignore[attr-defined]
    for number in range(4):
        one.seek(number)
        two.seek(number)
        assert one.info.get("duration") == two.info.get("duration")
        assert inked_rows(two, shown.box) >= shown.inked - 1
    assert show(shown.data, ZH).already


def test_colours_of_sixteen_bits_are_not_halved_in_silence() -> None:
    """The picture is refused, with what to do."""
    deep = packed(image(200, 160), "PNG")
    header = bytearray(deep[12:29])
    header[12] = 16
    rows = np.zeros((160, 1 + 200 * 6), np.uint8).tobytes()
    data = (
        deep[:8]
        + chunk(b"IHDR", bytes(header[4:]))
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )
    with pytest.raises(Invalid) as caught:
        show(data, ZH)
    assert caught.value.code == "picture-not-drawable"


@pytest.mark.parametrize("words", ["AI生成𠀀", "AI 생성", "AI生成\n", "🤖AI生成"])
def test_a_character_without_a_glyph_is_refused(words: str) -> None:
    """A box in its place is no label."""
    with pytest.raises(Invalid) as caught:
        show(packed(image(200, 160), "PNG"), words)
    assert caught.value.code == "label-glyph-missing"


def test_the_font_has_every_character_that_it_is_said_to_have() -> None:
    """ASCII and GB 2312: none is drawn as the box for what is missing."""
    font = ImageFont.truetype(lettering._FONT, 20)
    missing = bytes(font.getmask("\U0002f800"))
    wanted = [chr(one) for one in (*range(0x21, 0x7F), *range(0x4E00, 0x9FA6))]
    wanted = [one for one in wanted if one < "\x7f" or lettering._in_gb_2312(one)]
    assert len(wanted) == 6763 + 94
    assert not [one for one in wanted[::7] if bytes(font.getmask(one)) == missing]


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_both_labels_in_one_call(kind: str) -> None:
    """Drawn first, written last; twice is once; taken over where one is kept."""
    data = packed(image(300, 220), kind)
    marked = mark(data, LABEL, EXPLICIT)
    assert marked.shown is not None
    assert check(marked.data).verdict is LabelVerdict.VALID
    assert mark(marked.data, LABEL, EXPLICIT).data == marked.data
    only = mark(data, LABEL)
    assert only.shown is None
    kept = mark(
        only.data, first_write("001191110102MAD55U9H0F10002", "req_2"), EXPLICIT, present="keep"
    )
    assert [one.label for one in read(kept.data).labels] == [LABEL] == [kept.label]
    assert show(kept.data, ZH).already


def test_the_words_are_in_the_language_of_the_reader() -> None:
    """A picture has none of its own."""
    marked = mark(packed(image(600, 400), "PNG"), LABEL, EXPLICIT, "en-GB,en")
    assert isinstance(marked.shown, Shown)
    assert marked.shown.words == EN


def test_what_cannot_be_decoded_is_one_clear_error() -> None:
    """Broken, too large, or of no kind that can be drawn on."""
    whole = packed(image(200, 160), "PNG")
    vast = (60_000).to_bytes(4, "big") * 2 + whole[24:29]
    bomb = whole[:8] + chunk(b"IHDR", vast) + whole[33:]
    for data, code in (
        (jpeg(), "file-broken"),
        (whole.replace(b"IDAT", b"IDAX"), "file-broken"),
        (bomb, "picture-too-large"),
        (b"no picture", "medium-not-supported"),
    ):
        with pytest.raises(GuijuError) as caught:
            show(data, ZH)
        assert caught.value.code == code, code
