# SPDX-License-Identifier: Apache-2.0
"""An AVIF, or a sequence, with other pixels: its metadata stay (Article 12).

Pillow knows eight bits and the colours of the web, so what has others is refused, not flattened.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any

from PIL import Image, features

from guiju.labelling.containers.boxes import Box, boxes
from guiju.labelling.containers.walking import Budget, number
from guiju.labelling.showing.model import not_drawable

_QUALITY = 95  # a file does not say its own; 45 dB on a picture of 1024 by 1024
_SPEED = 9  # measured there: the size and likeness of speed 7 in a quarter of its time
_PASSED_ON = ("exif", "xmp", "icc_profile")
_SUBSAMPLING = {0b00: "4:4:4", 0b10: "4:2:2", 0b11: "4:2:0"}
_GREY, _DEEP = 0x10, 0x60  # of the third byte of av1C: monochrome; ten or twelve bits
_WEB_PRIMARIES = frozenset({1, 2})  # of ISO/IEC 23091-2: BT.709, and what nobody told
_WEB_CURVES = frozenset({1, 2, 6, 13, 14, 15})  # those that screens show alike
_C2PA = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
# Boxes around boxes, and how many bytes stand in them before the first one.
_AROUND = {
    b"meta": 4, b"iprp": 0, b"ipco": 0, b"moov": 0, b"trak": 0, b"mdia": 0, b"minf": 0,
    b"stbl": 0, b"stsd": 8, b"av01": 78, b"iref": 4, b"edts": 0,
}  # fmt: skip


def encode(
    data: bytes, image: Image.Image, frames: list[Image.Image]
) -> tuple[bytes, tuple[str, ...]]:
    """The drawn frames, packed anew, with the metadata of the original.

    Raises:
        Invalid: `picture-not-drawable`, for more than eight bits and for colours of other screens.
    """
    parts = list(_parts(data))
    codings = [data[one.body : one.end] for one in parts if one.kind == b"av1C"]
    _check(data, parts, codings)
    how: dict[str, Any] = {one: image.info[one] for one in _PASSED_ON if one in image.info}
    how |= {"quality": _QUALITY, "speed": _SPEED, "subsampling": _subsampling(codings)}
    if len(frames) > 1:
        how |= {
            "save_all": True,
            "append_images": frames[1:],
            "duration": [one.info.get("duration", 0) for one in frames],
        }
    packed = BytesIO()
    frames[0].save(packed, "AVIF", **how)
    return packed.getvalue(), tuple(dict.fromkeys(_left_out(data, parts)))


def check_installed() -> None:
    """Raise Invalid `picture-not-drawable` where Pillow was built without AVIF."""
    if not features.check("avif"):
        raise not_drawable("此处的 Pillow 不支持 AVIF", "Pillow was built without AVIF here")


def _check(data: bytes, parts: list[Box], codings: list[bytes]) -> None:
    if any(len(one) > 2 and one[2] & _DEEP for one in codings):  # noqa: PLR2004 - the third byte
        raise not_drawable("每通道多于 8 位", "its colours have more than eight bits each")
    kinds = [one for one in parts if one.kind == b"colr"]
    if any(data[one.body : one.body + 4] in {b"prof", b"rICC"} for one in kinds):
        return  # the profile says what the colours are, and stays
    for one in kinds:
        if data[one.body : one.body + 4] == b"nclx" and not _of_the_web(data, one):
            raise not_drawable(
                "颜色空间不是 sRGB，且没有 ICC 配置文件",
                "its colours are not those of sRGB, and no ICC profile says which",
            )


def _of_the_web(data: bytes, one: Box) -> bool:
    primaries, curve = number(data, one.body + 4, 2), number(data, one.body + 6, 2)
    return primaries in _WEB_PRIMARIES and curve in _WEB_CURVES


def _subsampling(codings: list[bytes]) -> str:
    """That of the first coding, which is the picture's; of grey ones there is none to keep."""
    told = codings[0][2] if codings and len(codings[0]) > 2 else 0  # noqa: PLR2004 - as above
    return "4:0:0" if told & _GREY else _SUBSAMPLING.get(told >> 2 & 3, "4:4:4")


def _left_out(data: bytes, parts: list[Box]) -> Iterator[str]:
    """What speaks of other pixels, and what Pillow cannot write."""
    for one in parts:
        if one.kind == b"uuid" and data.startswith(_C2PA, one.body):
            yield "C2PA"
        elif one.kind == b"thmb":
            yield "thumbnail"
        elif one.kind == b"iinf" and b"tmap" in data[one.body : one.end]:
            yield "gain-map"
        elif one.kind == b"elst" and not number(data, one.body + 3, 1) & 1:
            yield "repetitions"


def _parts(data: bytes) -> Iterator[Box]:
    """Every box that says what the pictures are, in whatever depth."""
    budget = Budget()
    waiting = list(boxes(data, 0, len(data), budget))
    while waiting:
        one = waiting.pop(0)
        yield one
        skipped = _AROUND.get(one.kind)
        if skipped is not None and one.body + skipped <= one.end:
            waiting += boxes(data, one.body + skipped, one.end, budget, within=True)
