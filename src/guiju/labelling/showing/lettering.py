# SPDX-License-Identifier: Apache-2.0
"""Words as a mask, as high as the standard wants them: measured in ink, not in points (Article 12).

What the "height" of the prompt measures is open (rule labels.image.height), so the smallest reading
counts: the rows that the ideographs ink, without brackets and descenders.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from guiju.kernel import Invalid, Text
from guiju.measures import rule

LEAST_INKED = 12
"""Fewer pixels than this nobody can read, however small the picture."""

INKED = 128
"""From this grey on a pixel counts as ink."""

_FONT = Path(__file__).with_name("guiju-label.otf")
_PER_EM = 0.9  # how much of its size an ideograph inks, about; the search begins there
_LINE = 1.25  # from line to line, in sizes
_LARGEST_SIZE = 4096
_ROWS = frozenset((*range(0xA1, 0xA4), *range(0xB0, 0xF8)))  # of GB 2312, as in the font


@dataclass(frozen=True, slots=True)
class Lettering:
    """The words, set: grey mask, the ink of its ideographs in pixels, how it was broken."""

    mask: Image.Image
    inked: int
    lines: tuple[str, ...]
    size: int


def least_inked(short_side: int) -> int:
    """The pixels that the words must ink in a picture with this shortest side."""
    return max(LEAST_INKED, math.ceil(short_side * rule("labels.image.height").number / 100))


def lettering(words: str, width: int, height: int, least: int) -> Lettering | None:
    """The words, at least so high, broken to fit; None: there is not enough room.

    Raises:
        Invalid: `label-glyph-missing`.
    """
    _check(words)
    size = _size(words, least)
    if size > _LARGEST_SIZE:
        return None
    lines = _broken(words, size, width)
    if lines is None:
        return None
    mask = _mask(lines, size)
    if mask.width > width or mask.height > height:
        return None
    return Lettering(mask, _inked(words, size), lines, size)


def _size(words: str, least: int) -> int:
    """The smallest size in which the words ink so many rows."""
    size = max(1, int(least / _PER_EM))
    while size <= _LARGEST_SIZE and _inked(words, size) < least:
        size += 1
    return size


@lru_cache(256)
def _inked(words: str, size: int) -> int:
    """The rows from the first to the last that the ideographs ink; without any, the capitals."""
    measured = "".join(one for one in words if "\u3400" <= one <= "\u9fff")
    measured = measured or "".join(one for one in words if one.isupper()) or words
    rows = np.flatnonzero((np.asarray(_mask((measured,), size)) >= INKED).any(axis=1))
    return int(rows[-1] - rows[0] + 1) if rows.size else 0


def _mask(lines: tuple[str, ...], size: int) -> Image.Image:
    """The lines in white on black, cut to what they may ink."""
    font = _font(size)
    step = math.ceil(size * _LINE)
    width = max(math.ceil(font.getlength(one)) for one in lines)
    mask = Image.new("L", (max(1, width), step * len(lines)), 0)
    draw = ImageDraw.Draw(mask)
    for number, line in enumerate(lines):
        draw.text((0, number * step + step // 2), line, fill=255, font=font, anchor="lm")
    return mask


def _broken(words: str, size: int, width: int) -> tuple[str, ...] | None:
    """The words in lines of at most so many pixels, broken at blanks or between characters."""
    font = _font(size)
    lines: list[str] = []
    rest = words.strip()
    while rest:
        count = len(rest)
        while count and font.getlength(rest[:count]) > width:
            count -= 1
        if count == 0:
            return None
        blank = rest.rfind(" ", 0, count + 1) if count < len(rest) else -1
        count = blank if blank > 0 else count
        lines.append(rest[:count].strip())
        rest = rest[count:].strip()
    return tuple(lines) or None


@lru_cache(64)
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(_FONT, size, layout_engine=ImageFont.Layout.BASIC)


def _check(words: str) -> None:
    """The font has ASCII and GB 2312; an empty box in place of a character is no label."""
    for one in words:
        if not (" " <= one <= "~" or _in_gb_2312(one)):
            raise Invalid(
                "label-glyph-missing",
                Text(
                    zh=f"显式标识中的“{one}”（U+{ord(one):04X}）没有字形。",
                    en=f"The visible label has {one!r} (U+{ord(one):04X}), which has no glyph.",
                ),
                Text(
                    zh="请只用 ASCII 与 GB 2312 中的字符。",
                    en="Use characters of ASCII and GB 2312 only.",
                ),
                article=12,
            )


def _in_gb_2312(one: str) -> bool:
    try:
        row = one.encode("gb2312")[0]
    except UnicodeEncodeError:
        return False
    return row in _ROWS
