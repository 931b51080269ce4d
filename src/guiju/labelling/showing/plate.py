# SPDX-License-Identifier: Apache-2.0
"""White words on a dark plate in a corner: legible on whatever lies below (Article 12)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from PIL import Image

from guiju.kernel import Invalid, Text
from guiju.labelling.showing.lettering import INKED, Lettering, least_inked, lettering

SHORTEST = "AI生成"
"""Where the words of the policy find no room, these say the same in four characters."""

_DARK = (0, 0, 0, 166)  # white on it has a contrast of at least 4.5 whatever is below
_BLACK = (0, 0, 0, 255)
_WHITE = (255, 255, 255)
_INKED_OR_NOT = [255 * (grey >= INKED) for grey in range(256)]
_MARGIN = 0.02  # from the edge, of the shortest side
_PADDING = 0.3  # around the words, of their height
_MOST_COVERED = 0.25  # of a picture, unless there are no shorter words
_ALREADY = 0.85  # correlation; a corner of a photograph has about none with white words
_GREY = np.arange(256) / 255
_LINEAR = np.where(_GREY <= 0.04045, _GREY / 12.92, ((_GREY + 0.055) / 1.055) ** 2.4).astype("f4")  # noqa: PLR2004 - of sRGB
_LUMINANCE = np.array([0.2126, 0.7152, 0.0722], "f4")
LEAST_CONTRAST = 4.5
"""What WCAG 2 asks for text (success criterion 1.4.3)."""


class Box(NamedTuple):
    """Left, top, right and bottom on the picture as it is shown, in pixels."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def area(self) -> int:
        """Its pixels."""
        return (self.right - self.left) * (self.bottom - self.top)


@dataclass(frozen=True, slots=True)
class Plate:
    """A label, laid out for pictures of one size."""

    words: str
    box: Box
    text: Image.Image
    inked: int


@lru_cache(32)
def laid_out(words: str, size: tuple[int, int]) -> Plate:
    """The label of a picture of this size, in its lower right corner.

    Raises:
        Invalid: `picture-too-small`, where even the shortest words find no room.
    """
    for one in dict.fromkeys((words, SHORTEST)):
        plate = _laid_out(one, size)
        if plate is not None:
            return plate
    raise _too_small(size)


def _laid_out(words: str, size: tuple[int, int]) -> Plate | None:
    width, height = size
    short = min(size)
    least = least_inked(short)
    margin, padding = round(short * _MARGIN), max(1, round(least * _PADDING))
    around = 2 * (margin + padding)
    letters = lettering(words, width - around, height - around, least)
    if letters is None:
        return None
    right, bottom = width - margin, height - margin
    box = Box(
        right - letters.mask.width - 2 * padding,
        bottom - letters.mask.height - 2 * padding,
        right,
        bottom,
    )
    if words != SHORTEST and box.area > _MOST_COVERED * width * height:
        return None
    return Plate(words, box, _centred(letters, box, padding), letters.inked)


def _centred(letters: Lettering, box: Box, padding: int) -> Image.Image:
    text = Image.new("L", (box.right - box.left, box.bottom - box.top), 0)
    text.paste(letters.mask, (padding, padding))
    return text


def painted(
    below: Image.Image, plate: Plate, *, two_colours: bool = False
) -> tuple[Image.Image, float]:
    """The part of a picture that lies in the box, with the label over it, and its contrast.

    With `two_colours`, for what has few: black and white, and no greys between.
    """
    over = Image.new("RGBA", below.size, _BLACK if two_colours else _DARK)
    result = Image.alpha_composite(below.convert("RGBA"), over)
    contrast = _contrast(result)
    text = plate.text.point(_INKED_OR_NOT) if two_colours else plate.text
    result.paste((*_WHITE, 255), mask=text)
    return result, contrast


def _contrast(plate: Image.Image) -> float:
    """That of white words with the lightest place of the plate, seen on white paper."""
    paper = Image.new("RGBA", plate.size, (*_WHITE, 255))
    values = np.asarray(Image.alpha_composite(paper, plate).convert("RGB"))
    lightest = float((_LINEAR[values] @ _LUMINANCE).max())
    return 1.05 / (lightest + 0.05)


def lies_on(seen: Image.Image, plate: Plate) -> bool:
    """Whether this part of a picture shows the label already, light where it has words."""
    grey = np.asarray(seen.convert("L"), np.float64).ravel()
    mask = np.asarray(plate.text, np.float64).ravel()
    if grey.size != mask.size or grey.std() < 1 or mask.std() < 1:
        return False
    return float(np.corrcoef(grey, mask)[0, 1]) >= _ALREADY


def _too_small(size: tuple[int, int]) -> Invalid:
    return Invalid(
        "picture-too-small",
        Text(
            zh=f"图片 {size[0]}×{size[1]} 太小，放不下可辨认的显式标识。",
            en=f"A picture of {size[0]}×{size[1]} has no room for a legible label.",
        ),
        Text(
            zh="请放大图片，例如短边不小于 64 像素。",
            en="Enlarge it, say to a shortest side of 64 pixels.",
        ),
        article=12,
    )
