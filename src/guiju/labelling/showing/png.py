# SPDX-License-Identifier: Apache-2.0
"""A PNG, or an animation, with other pixels: chunks that do not speak of them stay (Article 12)."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

from PIL import Image

from guiju.labelling.containers.png import chunks
from guiju.labelling.containers.walking import Budget
from guiju.labelling.showing.model import not_drawable

_SIGNATURE = 8
_DEPTH, _COLOURS = 24, 25  # where the header says them
_LEVEL = 4  # measured on a picture of 1024 by 1024: the size of level 6 in a third of its time
_PIXELS = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"acTL", b"fcTL", b"fdAT", b"IEND"})
_OF_THE_PALETTE = frozenset({b"sBIT", b"bKGD", b"hIST", b"sPLT"})
_C2PA = b"caBX"
_SIXTEEN = 16


def encode(
    data: bytes, image: Image.Image, frames: list[Image.Image]
) -> tuple[bytes, tuple[str, ...]]:
    """The drawn frames, packed anew, among the other chunks of the original.

    Raises:
        Invalid: `picture-not-drawable`, for colours of sixteen bits.
    """
    if data[_DEPTH] == _SIXTEEN and frames[0].mode != "I;16":
        raise not_drawable("每通道 16 位", "its colours have sixteen bits each")
    packed = BytesIO()
    if len(frames) == 1:
        frames[0].save(packed, "PNG", compress_level=_LEVEL)
    else:
        frames[0].save(packed, "PNG", compress_level=_LEVEL, **_animation(image, frames))
    return _put_together(data, packed.getvalue())


def _animation(image: Image.Image, frames: list[Image.Image]) -> dict[str, object]:
    """Frames as they are seen, each over the whole canvas, as long as before."""
    apart = bool(image.info.get("default_image"))
    return {
        "save_all": True,
        "append_images": frames[1:],
        "default_image": apart,
        "duration": [one.info.get("duration", 0) for one in frames[apart:]],
        "loop": image.info.get("loop", 0),
        "disposal": 0,
        "blend": 0,
    }


def _put_together(old: bytes, new: bytes) -> tuple[bytes, tuple[str, ...]]:
    recoloured = old[_COLOURS] != new[_COLOURS]
    before: list[bytes] = []
    behind: list[bytes] = []
    left_out: dict[str, None] = {}
    kept, end = before, 0
    for name, piece in _pieces(old):
        end += len(piece)
        if name == b"IDAT":
            kept = behind
        if name == _C2PA:
            left_out["C2PA"] = None
        elif name == b"hIST" or (name in _OF_THE_PALETTE and recoloured):
            left_out[name.decode()] = None
        elif name not in _PIXELS:
            kept.append(piece)
    if _SIGNATURE + end < len(old):
        left_out["behind-the-end"] = None
    header, *pixels, last = [piece for name, piece in _pieces(new) if name in _PIXELS]
    file = b"".join((old[:_SIGNATURE], header, *before, *pixels, *behind, last))
    return file, tuple(left_out)


def _pieces(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Each chunk whole, with its name."""
    for at, size, name in chunks(data, Budget()):
        yield name, data[at : at + size + 12]
