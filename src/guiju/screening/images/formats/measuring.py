# SPDX-License-Identifier: Apache-2.0
"""Which parser reads the headers of which kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from guiju.screening.images.formats import bmp, gif, jpeg, png, tiff, webp
from guiju.screening.images.formats.walk import Header, Walk
from guiju.screening.images.sniff import Kind

_PARSERS: Mapping[Kind, Callable[[Walk], Header]] = {
    Kind.JPEG: jpeg.measure,
    Kind.PNG: png.measure,
    Kind.GIF: gif.measure,
    Kind.WEBP: webp.measure,
    Kind.BMP: bmp.measure,
    Kind.TIFF: tiff.measure,
}


def measured(kind: Kind, walk: Walk) -> Header:
    """The header of a file of this kind.

    Raises:
        Invalid: `image-broken` or `image-bomb`.
    """
    return _PARSERS[kind](walk)
