# SPDX-License-Identifier: Apache-2.0
"""What drawing a label on a picture gives, and what it refuses (Article 12)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image

from guiju.kernel import Invalid, Text
from guiju.labelling.showing.plate import Box
from guiju.labelling.watermark import Put

MOST_PIXELS = 64_000_000
"""Of one frame; a picture with more is not decoded."""

MOST_PIXELS_IN_ALL = 256_000_000
"""Of all frames together."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture with its visible label.

    `box` lies on the picture as it is shown, in pixels; `inked` is the measured height of the words
    in pixels, `share` the same in percent of the shortest side; `contrast` is that of WCAG 2, the
    smallest of all frames. `left_out` names what could not be kept because its pixels changed.
    `already`: the picture showed the label before and is unchanged. `hidden` is the watermark that
    stands in it now.
    """

    data: bytes
    words: str
    box: Box
    inked: int
    share: float
    contrast: float
    frames: int
    left_out: tuple[str, ...] = ()
    already: bool = False
    hidden: Put | None = None

    def as_json(self) -> dict[str, object]:
        """What was measured, without the picture."""
        return {
            "words": self.words,
            "box": list(self.box),
            "inked": self.inked,
            "share": round(self.share, 2),
            "contrast": round(self.contrast, 2),
            "frames": self.frames,
            "left_out": list(self.left_out),
        }


@dataclass(frozen=True, slots=True)
class Hidden:
    """A picture with a watermark and no words; `left_out` as for `Shown`."""

    data: bytes
    hidden: Put
    left_out: tuple[str, ...] = ()


Encode = Callable[[bytes, Image.Image, list[Image.Image]], tuple[bytes, tuple[str, ...]]]
"""The original, its picture as opened, the drawn frames: the new file and what was left out."""


def not_drawable(why_zh: str, why_en: str) -> Invalid:
    """`picture-not-drawable`: a visible label cannot be drawn on this picture without loss."""
    return Invalid(
        "picture-not-drawable",
        Text(
            zh=f"无法在此图片上绘制显式标识：{why_zh}。",
            en=f"A visible label cannot be drawn on this picture: {why_en}.",
        ),
        Text(
            zh="请另存为 8 位 PNG 或 JPEG 后重试。",
            en="Save it as PNG or JPEG of eight bits and try again.",
        ),
        article=12,
    )
