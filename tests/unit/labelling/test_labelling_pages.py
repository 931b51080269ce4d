# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import io
import json
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageOps, TiffImagePlugin
from tests.unit.labelling.samples import SAMPLES
from tests.unit.labelling.test_labelling_showing import image, inked_rows, opened, packed

from guiju.kernel import GuijuError, Invalid
from guiju.labelling import ExplicitLabel, LabelVerdict, Place, check, first_write, mark
from guiju.labelling.showing import show

WORDS = "AI生成"
LABEL = first_write("001191110102MAD55U9H0F10002", "req_1")
EXPLICIT = ExplicitLabel(Place.END, WORDS, WORDS)
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
PLAIN = packed(image(120, 90), "TIFF")


def sixteen(kind: str) -> Image.Image:
    return Image.fromarray((np.asarray(image(200, 160, "L"), np.uint16) * 250 + 7).astype(kind))


def by_exiftool(data: bytes, folder: Path) -> dict[str, Any]:
    (folder / "x.tif").write_bytes(data)
    asked = ["exiftool", "-json", "-G1", "-struct", "-n", "-validate", "-warning", "-a", "-u"]
    done = subprocess.run([*asked, "-all", str(folder / "x.tif")], capture_output=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)[0]
    return found


@pytest.mark.parametrize("packing", [None, "tiff_lzw", "tiff_adobe_deflate", "packbits"])
@pytest.mark.parametrize(
    ("mode", "after"),
    [
        ("1", "L"),
        ("L", "L"),
        ("LA", "LA"),
        ("P", "RGB"),
        ("RGB", "RGB"),
        ("RGBA", "RGBA"),
        ("CMYK", "CMYK"),
        ("<u2", "I;16"),
        (">u2", "I;16"),
    ],
)
def test_of_a_page_only_the_corner_changes(mode: str, after: str, packing: str | None) -> None:
    """Whatever its colours, depth and packing: not one other number, in either byte order."""
    before = sixteen(mode) if mode.endswith("u2") else image(200, 160, mode)
    data = packed(before, "TIFF", compression=packing)
    shown = show(data, WORDS)
    stored = opened(shown.data)
    assert shown.share >= 5
    same = stored.mode if mode.endswith("u2") else after
    assert same.startswith(after)
    was = np.asarray(opened(data).convert(after) if after != "I;16" else opened(data), np.int32)
    now = np.asarray(stored, np.int32)
    differs = np.argwhere((was != now).reshape(160, 200, -1).any(axis=2))
    left, top, right, bottom = shown.box
    assert (differs.min(axis=0) >= (top, left)).all()
    assert (differs.max(axis=0) < (bottom, right)).all()
    assert show(shown.data, WORDS).already


def test_every_page_gets_the_words_at_its_own_size() -> None:
    """A label on the first page of three says nothing of the other two."""
    pages = [image(200, 160), image(90, 240, "L"), image(300, 100, "CMYK")]
    data = packed(pages[0], "TIFF", save_all=True, append_images=pages[1:])
    shown = show(data, WORDS)
    assert shown.frames == 3
    stored = opened(shown.data)
    assert getattr(stored, "n_frames", 0) == 3
    for number, page in enumerate(pages):
        stored.seek(number)
        alone = opened(show(packed(page, "TIFF"), WORDS).data)
        assert (np.asarray(stored) == np.asarray(alone)).all()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_page_is_labelled_as_people_see_it(orientation: int) -> None:
    """And stays turned as it was stored."""
    grey = image(240, 160, colour=(90, 90, 90))
    data = packed(grey, "TIFF", tiffinfo={274: orientation})
    shown = show(data, WORDS)
    assert TiffImagePlugin.TiffImageFile(io.BytesIO(shown.data)).tag_v2[274] == orientation
    upright = ImageOps.exif_transpose(opened(shown.data))
    plain = show(packed(image(*upright.size, colour=(90, 90, 90)), "TIFF"), WORDS)
    assert (np.asarray(upright) == np.asarray(opened(plain.data))).all()


def test_what_a_directory_says_besides_stays(tmp_path: Path) -> None:
    """EXIF, GPS, profile, resolution, texts, tags that nobody knows; another program reads them."""
    info: Any = TiffImagePlugin.ImageFileDirectory_v2()
    for tag, text in {270: "a sea", 305: "made up", 315: "somebody", 33432: "(c)"}.items():
        info[tag] = text
    info.tagtype[65000], info[65000] = 7, b"\1\2\3\4\5\6\7"
    info[34665] = {36867: "2026:01:02 03:04:05", 33434: TiffImagePlugin.IFDRational(1, 50)}
    info[34853] = {1: "N", 2: (30.0, 15.0, 0.0)}
    data = packed(image(200, 160), "TIFF", tiffinfo=info, icc_profile=PROFILE, dpi=(300, 300))
    before, after = (by_exiftool(one, tmp_path) for one in (data, mark(data, LABEL, EXPLICIT).data))
    own = ("System:", "File:", "ExifTool:", "Composite:", "XMP", "SourceFile")
    layout = {"IFD0:" + one for one in ("StripOffsets", "StripByteCounts", "RowsPerStrip")}
    kept = {name for name in before if not name.startswith(own)} - layout
    assert {name: after.get(name) for name in kept} == {name: before[name] for name in kept}
    assert {"ExifIFD:DateTimeOriginal", "GPS:GPSLatitude", "IFD0:Artist"} <= kept
    assert opened(show(data, WORDS).data).info["icc_profile"] == PROFILE


def test_a_small_copy_of_a_page_is_left_out_and_that_is_said() -> None:
    """It would show the picture without its words."""
    info = TiffImagePlugin.ImageFileDirectory_v2()
    info[254] = 1
    small = image(40, 32)
    small.encoderinfo = {"tiffinfo": info}
    out = io.BytesIO()
    image(200, 160).save(out, "TIFF", save_all=True, append_images=[small])
    shown = show(out.getvalue(), WORDS)
    assert shown.left_out == ("thumbnail",)
    assert getattr(opened(shown.data), "n_frames", 0) == 1


@pytest.mark.parametrize(
    ("picture", "info"),
    [
        (image(200, 160), {254: 1}),
        (image(200, 160), {254: 4}),
        (image(200, 160, "L").convert("F"), {}),
        (image(200, 160, "L").convert("I"), {}),
        (image(200, 160, "LAB"), {}),
    ],
    ids=["a preview", "a mask", "floating point", "32 bits", "LAB"],
)
def test_a_page_that_would_not_come_out_as_it_was_is_refused(
    picture: Image.Image, info: dict[int, int]
) -> None:
    """With one clear error that says what to do."""
    with pytest.raises(Invalid) as caught:
        show(packed(picture, "TIFF", tiffinfo=info), WORDS)
    assert caught.value.code == "picture-not-drawable"


def _colours_of_sixteen_bits() -> bytes:
    """Pillow cannot write such a file, and halves its numbers without a word when it reads one."""
    plain = packed(image(200, 160), "TIFF")
    at = plain.index(b"\2\1\3\0\3\0\0\0")  # tag 258, three numbers
    place = int.from_bytes(plain[at + 8 : at + 12], "little")
    wide = plain[:place] + b"\x10\0" * 3 + plain[place + 6 :] + bytes(200 * 160 * 3)
    counts = wide.index(b"\x17\1")
    return wide[: counts + 8] + (200 * 160 * 6).to_bytes(4, "little") + wide[counts + 12 :]


def test_colours_of_sixteen_bits_are_not_halved_in_silence() -> None:
    """They are refused."""
    with pytest.raises(Invalid) as caught:
        show(_colours_of_sixteen_bits(), WORDS)
    assert caught.value.code == "picture-not-drawable"


@given(at=st.integers(0, len(PLAIN) - 1), new=st.integers(0, 255))
@settings(deadline=None)
def test_a_page_that_lies_is_one_of_our_errors_or_labelled(at: int, new: int) -> None:
    """Wherever a byte was changed."""
    data = PLAIN[:at] + bytes((new,)) + PLAIN[at + 1 :]
    try:
        shown = show(data, WORDS)
    except GuijuError:
        return
    assert check(shown.data).verdict is not LabelVerdict.INCONCLUSIVE


def test_a_page_that_is_cut_off_anywhere_is_one_of_our_errors() -> None:
    """Never a picture with a part missing under a label that says nothing of it."""
    small = packed(image(48, 48, "L"), "TIFF")
    for size in range(len(small)):
        with pytest.raises(GuijuError):
            show(small[:size], WORDS)


# AVIF


def avif(picture: Image.Image, **how: Any) -> bytes:
    return packed(picture, "AVIF", speed=10, **how)


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
@pytest.mark.parametrize("subsampling", ["4:2:0", "4:4:4"])
def test_an_avif_gets_its_words(mode: str, subsampling: str) -> None:
    """Read by the decoder again: five percent of ink, the rest as near as its quality allows."""
    data = avif(image(300, 200, mode), quality=90, subsampling=subsampling)
    marked = mark(data, LABEL, EXPLICIT)
    shown: Any = marked.shown
    stored = opened(marked.data)
    assert inked_rows(stored.convert("RGB"), shown.box) >= shown.inked - 1
    assert check(marked.data).verdict is LabelVerdict.VALID
    was, now = (np.asarray(one.convert("RGB"), np.int32)[:150] for one in (opened(data), stored))
    assert np.abs(was - now).mean() < 2
    assert stored.mode == opened(data).mode
    assert mark(marked.data, LABEL, EXPLICIT).data == marked.data


def test_what_is_clear_stays_clear() -> None:
    """And the plate is seen there."""
    shown = show(avif(image(300, 200, "RGBA", (0, 0, 0, 0)), quality=95), WORDS)
    alpha = np.asarray(opened(shown.data).convert("RGBA").getchannel("A"))
    left, top, right, bottom = shown.box
    assert alpha[top + 4 : bottom - 4, left + 4 : right - 4].min() >= 150
    assert alpha[: top - 16].max() <= 2


@pytest.mark.parametrize("orientation", range(1, 9))
def test_an_avif_is_labelled_as_people_see_it(orientation: int) -> None:
    """AVIF turns by properties of its own."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = avif(image(240, 160, colour=(90, 90, 90)), exif=exif)
    shown = show(data, WORDS)
    stored = opened(shown.data)
    assert stored.getexif().get(0x0112, 1) == orientation
    upright = ImageOps.exif_transpose(stored)
    plain = show(packed(image(*upright.size, colour=(90, 90, 90)), "PNG"), WORDS)
    assert shown.box == plain.box
    one, other = (np.asarray(part.convert("L"), np.int32) for part in (upright, opened(plain.data)))
    assert np.abs(one - other).mean() < 2


def test_the_metadata_of_an_avif_stay() -> None:
    """EXIF, XMP and the profile of its colours."""
    exif = Image.Exif()
    exif[0x0131] = "made up"
    packet = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"></x:xmpmeta>'
    data = avif(image(300, 200), exif=exif, xmp=packet, icc_profile=PROFILE)
    stored = opened(show(data, WORDS).data)
    assert stored.getexif()[0x0131] == "made up"
    assert stored.info["icc_profile"] == PROFILE
    assert stored.info["xmp"] == packet


def test_every_frame_of_a_sequence_has_the_words_for_as_long_as_before() -> None:
    """Also the last one."""
    frames = [image(160, 120, colour=(40 * one, 90, 200 - 40 * one)) for one in range(4)]
    times = [100, 250, 40, 500]
    data = avif(frames[0], save_all=True, append_images=frames[1:], duration=times)
    shown = show(data, WORDS)
    assert shown.frames == 4
    stored = opened(shown.data)
    for number, time in enumerate(times):
        stored.seek(number)
        stored.load()
        assert stored.info["duration"] == time
        assert inked_rows(stored.convert("RGB"), shown.box) >= shown.inked - 1


def _changed(data: bytes, where: bytes, offset: int, new: bytes) -> bytes:
    at = data.index(where) + offset
    return data[:at] + new + data[at + len(new) :]


@pytest.mark.parametrize(
    ("where", "offset", "new"),
    [
        (b"av1C", 6, b"\x4c"),  # ten bits
        (b"nclx", 4, b"\0\x09"),  # BT.2020
        (b"nclx", 6, b"\0\x10"),  # perceptual quantiser
    ],
)
def test_colours_that_pillow_does_not_know_are_refused(
    where: bytes, offset: int, new: bytes
) -> None:
    """Read as those of the web they would come out as others."""
    data = _changed(avif(image(300, 200)), where, offset, new)
    with pytest.raises(Invalid) as caught:
        show(data, WORDS)
    assert caught.value.code in {"picture-not-drawable", "file-broken"}


def test_an_avif_that_is_cut_off_is_one_of_our_errors() -> None:
    """Wherever."""
    small = avif(image(64, 64))
    for size in range(len(small)):
        with pytest.raises(GuijuError):
            show(small[:size], WORDS)


def test_heic_is_refused_with_what_to_do() -> None:
    """Nothing with a free licence packs it; the implicit label can be written."""
    data = SAMPLES["heif"]
    with pytest.raises(Invalid) as caught:
        show(data, WORDS)
    assert caught.value.code == "picture-not-drawable"
    assert "HEVC" in caught.value.message("en")
