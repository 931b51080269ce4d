# SPDX-License-Identifier: Apache-2.0
"""Which kind of picture bytes are, by their first bytes and never by a name or a header of HTTP."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """The formats that are told apart; the last ones cannot be looked into."""

    JPEG = "jpeg"
    PNG = "png"
    GIF = "gif"
    WEBP = "webp"
    BMP = "bmp"
    TIFF = "tiff"
    HEIF = "heif"
    AVIF = "avif"
    JPEG_2000 = "jpeg-2000"
    JPEG_XL = "jpeg-xl"
    ICON = "icon"
    PHOTOSHOP = "psd"
    SVG = "svg"


SCREENED = frozenset({Kind.JPEG, Kind.PNG, Kind.GIF, Kind.WEBP, Kind.BMP, Kind.TIFF})

_BEGINNINGS = (
    (b"\xff\xd8\xff", Kind.JPEG),
    (b"\x89PNG\r\n\x1a\n", Kind.PNG),
    (b"GIF87a", Kind.GIF),
    (b"GIF89a", Kind.GIF),
    (b"BM", Kind.BMP),
    (b"II*\0", Kind.TIFF),
    (b"MM\0*", Kind.TIFF),
    (b"\0\0\0\x0cjP  ", Kind.JPEG_2000),
    (b"\xff\x4f\xff\x51", Kind.JPEG_2000),
    (b"\xff\x0a", Kind.JPEG_XL),
    (b"\0\0\0\x0cJXL ", Kind.JPEG_XL),
    (b"\0\0\1\0", Kind.ICON),
    (b"8BPS", Kind.PHOTOSHOP),
)
_HEIF_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"})
_AVIF_BRANDS = frozenset({b"avif", b"avis"})
_HEAD = 512


def sniff(data: bytes) -> Kind | None:
    """The kind of picture that `data` begins; None: no kind that is known here."""
    for beginning, kind in _BEGINNINGS:
        if data.startswith(beginning):
            return kind
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return Kind.WEBP
    return _by_brand(data) or _by_markup(data)


def _by_brand(data: bytes) -> Kind | None:
    """The container of films, which HEIF and AVIF share, says its brand and those like it."""
    if data[4:8] != b"ftyp":
        return None
    brands = {data[at : at + 4] for at in range(8, min(_HEAD, len(data)), 4)}
    if brands & _AVIF_BRANDS:
        return Kind.AVIF
    return Kind.HEIF if brands & _HEIF_BRANDS else None


def _by_markup(data: bytes) -> Kind | None:
    head = data[:_HEAD].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return Kind.SVG if head.startswith(b"<") and b"<svg" in head else None
