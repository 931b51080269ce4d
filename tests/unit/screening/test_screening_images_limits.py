# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import struct
import zlib
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guiju.kernel import Invalid
from guiju.screening.images import Kind, Limits, admitted, sniff

Image = pytest.importorskip("PIL.Image")

KINDS = ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF")
REFUSALS = {"image-format", "image-broken", "image-bomb", "image-too-large"}
WAYS = [
    (kind, mode)
    for kind in KINDS
    for mode in ("RGB", "RGBA", "L", "P", "1")
    if kind != "JPEG" or mode not in {"RGBA", "P"}
]
MOVING = ("GIF", "PNG", "WEBP", "TIFF")


def picture(width: int = 61, height: int = 47, seed: int = 1) -> Any:
    values = np.random.default_rng(seed).integers(0, 255, (height, width, 3), dtype=np.uint8)
    return Image.fromarray(values)


def packed(image: Any, kind: str, **options: Any) -> bytes:
    file = BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(width: int, height: int, *rest: bytes) -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"".join((b"\x89PNG\r\n\x1a\n", header, *rest, chunk(b"IEND", b"")))


def answer(data: bytes) -> int | str:
    """The pixels, or the code of the error."""
    try:
        return admitted(data, Limits()).pixels
    except Invalid as error:
        return error.code


def is_decided(said: int | str) -> bool:
    return said in REFUSALS or (isinstance(said, int) and 0 < said <= Limits().pixels)


def refused(data: bytes, limits: Limits | None = None) -> str:
    with pytest.raises(Invalid) as caught:
        admitted(data, limits or Limits())
    return caught.value.code


EVERY = {kind: packed(picture(), kind) for kind in KINDS}


@pytest.mark.parametrize("kind", KINDS)
def test_the_size_is_read_without_decoding(kind: str) -> None:
    """Our parsers agree with the decoder on what was saved."""
    header = admitted(EVERY[kind], Limits())
    assert (header.kind, header.width, header.height) == (kind.lower(), 61, 47)
    assert header.frames == 1


@pytest.mark.parametrize("options", [{"progressive": True}, {"lossless": True}, {"exact": True}])
@pytest.mark.parametrize(("kind", "mode"), WAYS)
def test_the_size_is_read_whatever_the_colours(
    kind: str, mode: str, options: dict[str, bool]
) -> None:
    """Every way of packing that the decoder writes is understood."""
    header = admitted(packed(picture(33, 70).convert(mode), kind, **options), Limits())
    assert (header.width, header.height) == (33, 70)


@pytest.mark.parametrize("kind", MOVING)
def test_frames_are_counted(kind: str) -> None:
    """As many as were saved, or as many pages."""
    first, *rest = (picture(seed=seed) for seed in range(7))
    data = packed(first, kind, save_all=True, append_images=rest)
    assert admitted(data, Limits()).frames == 7
    assert refused(data, Limits(frames=6)) == "image-too-large"
    assert refused(data, Limits(pixels_in_all=7 * 61 * 47 - 1)) == "image-too-large"


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", Kind.HEIF),
        (b"\0\0\0\x18ftypmif1\0\0\0\0avifmif1", Kind.AVIF),
        (b"\0\0\0\x18ftypisom\0\0\0\0mp42", None),
        (b"\xff\x0a\0\0", Kind.JPEG_XL),
        (b"\0\0\0\x0cjP  \r\n\x87\n", Kind.JPEG_2000),
        (b"\0\0\1\0\1\0", Kind.ICON),
        (b"8BPS\0\1", Kind.PHOTOSHOP),
        (b"  <?xml version='1.0'?><svg xmlns=''>", Kind.SVG),
        (b"plain words", None),
        (b"", None),
    ],
)
def test_what_cannot_be_looked_into_is_named_and_refused(data: bytes, kind: Kind | None) -> None:
    """A format that is known and not screened is refused like one that is unknown."""
    assert sniff(data) is kind
    assert refused(data) == "image-format"


def test_a_picture_of_too_many_pixels_is_refused_by_its_header() -> None:
    """A few dozen bytes that announce gigabytes are never handed to a decoder."""
    assert refused(png(65_000, 65_000)) == "image-too-large"
    assert refused(png(30_000, 1_000)) == "image-too-large"
    assert refused(png(2**31, 1)) == "image-too-large"
    assert refused(png(0, 5)) == "image-broken"


def test_a_picture_that_packs_a_thousandfold_is_refused() -> None:
    """Pixels cost the decoder time that the sender did not spend; small flat pictures do not."""
    flat = zlib.compress(bytes(4_000 * 5_001), 9)
    assert refused(png(5_000, 4_000, chunk(b"IDAT", flat))) == "image-bomb"
    assert admitted(png(1_000, 1_000, chunk(b"IDAT", flat[:99])), Limits()).pixels == 10**6


def test_too_many_parts_are_refused() -> None:
    """Chunks without end, a page that leads back to itself, scans without end."""
    assert refused(png(9, 9, chunk(b"tEXt", b"") * 99), Limits(steps=50)) == "image-bomb"
    circle = b"II*\0\x08\0\0\0" + b"\0\0" + b"\x08\0\0\0"
    assert refused(circle) == "image-bomb"
    scan = b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00\x00"
    start = b"\xff\xd8\xff\xc2\x00\x0b\x08\x00\x09\x00\x09\x01\x01\x11\x00"
    assert refused(start + scan * 65 + b"\xff\xd9") == "image-bomb"
    assert admitted(start + scan * 64 + b"\xff\xd9", Limits()).passes == 64
    assert refused(start + start[2:] + scan) == "image-bomb"


@pytest.mark.parametrize(
    "data",
    [
        b"GIF89a\x01\0\x01\0\0\0\0" + b"!\xff" + b"\x01a" * 2_000_000,
        b"GIF89a\x01\0\x01\0\0\0\0" + b"?" * 4_000_000,
        b"\xff\xd8" + b"\xff\x01" * 2_000_000,
        b"RIFF\0\0\0\0WEBP" + b"XXXX\0\0\0\0" * 500_000,
        b"\x89PNG\r\n\x1a\n" + b"\0\0\0\0IHDR" + b"\0" * 12_000_000,
    ],
)
def test_a_long_way_through_a_file_is_cut_short(data: bytes) -> None:
    """However many megabytes of tiny parts there are, the steps are counted."""
    assert refused(data) in {"image-bomb", "image-broken"}


def test_a_gif_frame_that_reaches_over_the_screen_counts() -> None:
    """The canvas grows with it, so the size is that of the largest frame."""
    small = packed(picture(9, 9), "GIF")
    at = small.index(b",\0\0\0\0\x09\0\x09\0")
    grown = small[: at + 5] + struct.pack("<HH", 60_000, 60_000) + small[at + 9 :]
    assert refused(grown) == "image-too-large"


def test_a_packed_bmp_is_refused_and_one_from_the_top_is_not() -> None:
    """Negative heights are heights; run lengths are unpacked step by step and dear."""
    plain = EVERY["BMP"]
    down = plain[:22] + struct.pack("<i", -47) + plain[26:]
    assert admitted(down, Limits()).height == 47
    assert refused(plain[:30] + struct.pack("<I", 1) + plain[34:]) == "image-bomb"


@given(
    kind=st.sampled_from(KINDS),
    cut=st.integers(0, 2_000),
    flips=st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=8),
)
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_headers_that_lie_are_read_or_refused(
    kind: str, cut: int, flips: list[tuple[int, int]]
) -> None:
    """Truncated and altered bytes give a size within the limits or an error of the house."""
    data = bytearray(EVERY[kind])
    for at, value in flips:
        data[at % len(data)] = value
    assert is_decided(answer(bytes(data[: max(len(data) - cut, 0)])))


@given(st.binary(max_size=200), st.sampled_from([one[:4] for one in EVERY.values()]))
def test_bytes_at_random_are_read_or_refused(data: bytes, beginning: bytes) -> None:
    """Nothing but a size within the limits or an error of the house comes of them."""
    assert is_decided(answer(beginning + data))
