# SPDX-License-Identifier: Apache-2.0
"""A WebP, or an animation, with other pixels: lossless stays lossless (Article 12)."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any

from PIL import Image

from guiju.labelling.containers import riff
from guiju.labelling.containers.walking import Budget

_QUALITY = 95  # a lossy file does not say its own; this is above what is in use
_EFFORT = 75  # of a lossless one, where quality is effort
_METHOD = 4
_FRAME = 16  # bytes before the chunks of a frame
_PASSED_ON = ("exif", "xmp", "icc_profile")


def encode(
    data: bytes, image: Image.Image, frames: list[Image.Image]
) -> tuple[bytes, tuple[str, ...]]:
    """The drawn frames, packed anew, with the metadata of the original."""
    names = set(_names(data))
    how: dict[str, Any] = {one: image.info[one] for one in _PASSED_ON if one in image.info}
    how |= {"method": _METHOD, "quality": _QUALITY}
    if b"VP8L" in names and b"VP8 " not in names:
        how |= {"lossless": True, "quality": _EFFORT, "exact": True}
    if len(frames) > 1:
        how |= {
            "save_all": True,
            "append_images": frames[1:],
            "duration": [one.info.get("duration", 0) for one in frames],
            "loop": image.info.get("loop", 0),
            "background": image.info.get("background", (0, 0, 0, 0)),
        }
    packed = BytesIO()
    frames[0].save(packed, "WEBP", **how)
    left_out = ("C2PA",) if b"C2PA" in names else ()
    return packed.getvalue(), left_out


def _names(data: bytes) -> Iterator[bytes]:
    """The names of all chunks, also of those in frames."""
    for one in riff.chunks(data, riff.LIST, len(data), Budget()):
        yield one.name
        if one.name == b"ANMF":
            inside = riff.chunks(data, one.body + _FRAME, one.end, Budget())
            yield from (part.name for part in inside)
