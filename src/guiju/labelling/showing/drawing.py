# SPDX-License-Identifier: Apache-2.0
"""Draws a label on one frame, upright as people see it, in the frame's own colours (Article 12)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

from guiju.labelling.showing.model import not_drawable
from guiju.labelling.showing.plate import Plate, laid_out, lies_on, painted
from guiju.labelling.watermark import Put, can_carry, put_into

_ORIENTATION = 0x0112  # of EXIF
_T = Image.Transpose
_UPRIGHT = {
    2: _T.FLIP_LEFT_RIGHT,
    3: _T.ROTATE_180,
    4: _T.FLIP_TOP_BOTTOM,
    5: _T.TRANSPOSE,
    6: _T.ROTATE_270,
    7: _T.TRANSVERSE,
    8: _T.ROTATE_90,
}
_BACK = {**_UPRIGHT, 6: _T.ROTATE_90, 8: _T.ROTATE_270}
_AS_THEY_ARE = frozenset({"L", "LA", "RGB", "RGBA", "CMYK", "YCbCr", "I;16"})
_DEEP = 257  # 0xFFFF for 0xFF


@dataclass(frozen=True, slots=True)
class Drawn:
    """One frame with the label, turned as it was stored."""

    frame: Image.Image
    plate: Plate
    contrast: float
    already: bool
    hidden: Put | None = None

    @property
    def short(self) -> int:
        """The shortest side."""
        return min(self.frame.size)


def drawn(
    frame: Image.Image,
    words: str,
    orientation: int,
    *,
    two_colours: bool = False,
    mark: bytes | None = None,
) -> Drawn:
    """A frame with the label, and a mark in it where it can carry one.

    One that shows the label already stays as it is.
    """
    upright = _turned(_drawable(frame), _UPRIGHT.get(orientation))
    plate = laid_out(words, upright.size)
    below = _eight_bits(upright.crop(plate.box))
    if lies_on(below, plate):
        return Drawn(frame.copy(), plate, painted(below, plate)[1], already=True)
    patch, contrast = painted(below, plate, two_colours=two_colours)
    upright.paste(_in_mode(patch, upright.mode), plate.box[:2])
    hidden = None
    if mark is not None and can_carry(upright):
        upright, hidden = put_into(upright, mark)
    back = _turned(upright, _BACK.get(orientation))
    return Drawn(back, plate, contrast, already=False, hidden=hidden)


def marked(frame: Image.Image, mark: bytes) -> tuple[Image.Image, Put] | None:
    """A frame with a mark and no words, turned as it was; None where it cannot carry one."""
    copy = _drawable(frame)
    return put_into(copy, mark) if can_carry(copy) else None


def back_from_upright(frame: Image.Image, orientation: int) -> Image.Image:
    """A frame that stands upright, turned as a file with this orientation stores it."""
    return _turned(frame, _BACK.get(orientation))


def orientation_of(image: Image.Image) -> int:
    """How the picture must be turned to be seen upright, by its metadata; 1: not at all."""
    try:
        found = image.getexif().get(_ORIENTATION, 1)
    except Exception:  # noqa: BLE001 - metadata are bytes that lie; then viewers do not turn it
        return 1
    return found if isinstance(found, int) else 1


def _drawable(frame: Image.Image) -> Image.Image:
    """A copy in a mode that has the label's colours and loses none of the frame's."""
    if frame.mode in _AS_THEY_ARE and "transparency" not in frame.info:
        return frame.copy()
    if frame.mode in {"P", "PA", "RGB", "L"} and frame.has_transparency_data:
        return frame.convert("RGBA")
    if frame.mode == "P":
        return frame.convert("RGB")
    if frame.mode == "1":
        return frame.convert("L")
    if frame.mode == "I;16B":
        values: Any = np.asarray(frame)
        return Image.fromarray(values.astype(np.uint16))
    if frame.mode in {"RGBX", "La", "RGBa"}:
        return frame.convert("RGBA")
    raise not_drawable(
        f"颜色模式 {frame.mode} 不受支持", f"its colours are of the kind {frame.mode}"
    )


def _turned(image: Image.Image, how: Image.Transpose | None) -> Image.Image:
    return image if how is None else image.transpose(how)


def _eight_bits(patch: Image.Image) -> Image.Image:
    if patch.mode != "I;16":
        return patch
    values: Any = np.asarray(patch) // _DEEP
    return Image.fromarray(values.astype(np.uint8))


def _in_mode(patch: Image.Image, mode: str) -> Image.Image:
    if mode == "I;16":
        values: Any = np.asarray(patch.convert("L"), np.uint16) * np.uint16(_DEEP)
        return Image.fromarray(values)
    if mode in {"CMYK", "YCbCr"}:
        return patch.convert("RGB").convert(mode)
    return patch.convert(mode)
