# SPDX-License-Identifier: Apache-2.0
"""A picture of Pillow's with a mark in it, in its own colours, and how much that changed (Art. 12).

The same is added to every colour, so none of them shifts; what is transparent stays so.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from PIL import Image

from guiju.labelling.watermark.embedding import LEAST_SIDE, difference

_BANDS = {"L": 1, "LA": 1, "RGB": 3, "RGBA": 3, "YCbCr": 1}
"""Modes that can carry a mark, and how many of their bands hold brightness."""
_MOST_LEVEL = 255


class Put(NamedTuple):
    """The mark that stands in a picture now; `psnr` is what it changed, in decibels, measured."""

    mark: bytes
    psnr: float

    def as_json(self) -> dict[str, object]:
        """For other programs."""
        return {"mark": self.mark.hex(), "psnr": round(self.psnr, 1)}


def can_carry(image: Image.Image) -> bool:
    """Whether a mark has room in a picture, and its colours can hold one."""
    return image.mode in _BANDS and min(image.size) >= LEAST_SIDE


def put_into(image: Image.Image, mark: bytes) -> tuple[Image.Image, Put]:
    """A copy with the mark; only for what `can_carry`."""
    light = np.asarray(image.convert("L"), np.float32)
    added = difference(light, mark)
    before: Any = np.asarray(image)
    after = before.copy()
    bands = _BANDS[image.mode]
    shown = before if before.ndim == 2 else before[..., :bands]  # noqa: PLR2004 - rows and columns
    moved = shown + (added if shown.ndim == 2 else added[..., None])  # noqa: PLR2004 - as above
    changed = np.clip(np.rint(moved), 0, _MOST_LEVEL).astype(np.uint8)
    if before.ndim == 2:  # noqa: PLR2004 - as above
        after = changed
    else:
        after[..., :bands] = changed
    error = float(((changed.astype(np.float32) - shown) ** 2).mean())
    psnr = 10 * float(np.log10(_MOST_LEVEL**2 / max(error, 1e-9)))
    made = Image.fromarray(after, image.mode) if image.mode == "YCbCr" else Image.fromarray(after)
    made.info = dict(image.info)
    return made, Put(mark, psnr)
