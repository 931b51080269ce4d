# SPDX-License-Identifier: Apache-2.0
"""Looks for a mark in the bytes of a picture, in a time that does not grow with it (Article 12)."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from PIL import Image

from guiju.labelling.watermark.coding import Floats
from guiju.labelling.watermark.detecting import Seen, seen_in

_FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "TIFF", "BMP", "AVIF")
_MOST_PIXELS = 64_000_000
_FULL, _LEAST = 768, 384  # pixels of the shortest side as it is looked at
_LONGEST = 4  # times the shortest side; of a longer picture its middle is looked at


def look(data: bytes) -> Seen | None:
    """The mark of a picture, of its first frame; None where none was found.

    Raises:
        ValueError: these bytes cannot be looked at: no picture, a broken one, or too large.
    """
    try:
        with Image.open(BytesIO(data), formats=_FORMATS) as image:
            _check_size(image)
            if image.format in {"JPEG", "MPO"}:
                image.draft("L", (2 * _FULL, 2 * _FULL))
            light = _light(image)
    except ValueError:
        raise
    except Exception as error:  # a decoder may raise anything over bytes that lie
        raise ValueError("it cannot be decoded") from error
    return seen_in(light)


def _check_size(image: Image.Image) -> None:
    if image.width * image.height > _MOST_PIXELS:
        raise ValueError("too many pixels")


def _light(image: Image.Image) -> Floats:
    """Brightness at a size that is good to look at."""
    shown = image.convert("RGBA").convert("L") if image.mode in {"P", "PA"} else image.convert("L")
    short = min(shown.size)
    width, height = (min(one, _LONGEST * short) for one in shown.size)
    if (width, height) != shown.size:
        left, top = (shown.width - width) // 2, (shown.height - height) // 2
        shown = shown.crop((left, top, left + width, top + height))
    wanted = min(max(short, _LEAST), _FULL)
    if wanted != short:
        size = tuple(max(round(one * wanted / short), 1) for one in shown.size)
        way = Image.Resampling.BOX if wanted * 2 < short else Image.Resampling.LANCZOS
        shown = shown.resize((size[0], size[1]), way)
    return np.asarray(shown, np.float32)
