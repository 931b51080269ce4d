# SPDX-License-Identifier: Apache-2.0
"""A TIFF with other pixels, page by page: what its directories say besides stays (Article 12).

Written anew from its parts, since the pixels without words must not stay behind in the file: plain
pixels stay plain, packed ones are packed by Deflate, which loses nothing.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from PIL import Image

from guiju.labelling.containers.ifd import Entry, entries, first, following, order_of, value_of
from guiju.labelling.containers.model import LARGEST_METADATA
from guiju.labelling.containers.walking import Budget, Order, StopsError
from guiju.labelling.showing.drawing import back_from_upright
from guiju.labelling.showing.model import not_drawable
from guiju.labelling.showing.tiff_writing import Directory, Pointer, Strips, Value, written

KIND, WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC = 254, 256, 257, 258, 259, 262
STRIPS, SAMPLES, ROWS, COUNTS, PLANES, PREDICTOR = 273, 277, 278, 279, 284, 317
ORIENTATION, SUBDIRECTORIES, EXTRA, FORMAT, C2PA = 274, 330, 338, 339, 52545
# How pixels were packed, and tables over them: said anew, or true of the old ones only.
_OF_THE_PIXELS = frozenset(
    (WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC, 263, 264, 265, 266, STRIPS, SAMPLES, ROWS,
     COUNTS, 280, 281, PLANES, 288, 289, 290, 291, 292, 293, PREDICTOR, 320, 322, 323, 324, 325,
     326, 327, 328, SUBDIRECTORIES, EXTRA, FORMAT, 340, 341, 347, *range(512, 522), 529, 530, 531,
     532, C2PA)
)  # fmt: skip
_BEHIND_POINTERS = frozenset({34665, 34853, 40965})  # EXIF, GPS, and EXIF's interoperability
_REDUCED, _MASK = 1, 4  # of KIND: a small copy of another page, what is clear of one
_DEEPEST = 3
_MOST_PAGES = 1000
_STRIP = 1 << 18
_PLAIN, _DEFLATE, _DIFFERENCES, _ALPHA = 1, 8, 2, 2
_LEVEL = 6
_WHITE_IS_ZERO, _GREY, _COLOURS, _INKS = 0, 1, 2, 5
_MODES: Mapping[str, tuple[int, int, int]] = {
    "L": (_GREY, 1, 8),
    "LA": (_GREY, 2, 8),
    "RGB": (_COLOURS, 3, 8),
    "RGBA": (_COLOURS, 4, 8),
    "CMYK": (_INKS, 4, 8),
    "I;16": (_GREY, 1, 16),
}
"""For each mode what its numbers mean, how many a pixel has, and of how many bits."""


def is_copy(image: Image.Image) -> bool:
    """Whether the page that is open is a small copy of another one, which nobody needs."""
    tags: Any = getattr(image, "tag_v2", {})
    return image.tell() > 0 and bool(int(tags.get(KIND, 0)) & _REDUCED)


def encode(
    data: bytes, _image: Image.Image, frames: list[Image.Image]
) -> tuple[bytes, tuple[str, ...]]:
    """The drawn pages, upright as they come, turned and written as the original says.

    Raises:
        Invalid: `picture-not-drawable`, for numbers that Pillow does not read as they are.
        StopsError: the directories lie.
    """
    order = order_of(data)
    if order is None:
        raise StopsError("broken")
    left_out: dict[str, None] = {}
    pages: list[Directory] = []
    waiting = iter(frames)
    for number, page in enumerate(_directories(data, order)):
        kind = _number(data, page.get(KIND), order)
        if number and kind & _REDUCED:
            left_out["thumbnail"] = None
            continue
        _check(data, page, kind, order)
        left_out |= dict.fromkeys(_lost(page))
        frame = next(waiting, None)
        if frame is None:
            raise StopsError("broken")
        turned = back_from_upright(frame, _number(data, page.get(ORIENTATION), order))
        plain = _number(data, page.get(COMPRESSION), order) in {0, _PLAIN}
        kept = _kept(data, page, order, _OF_THE_PIXELS, 0)
        pages.append(_pixels(turned, order, kept, plain=plain))
    if next(waiting, None) is not None:
        raise StopsError("broken")
    return written(pages, order), tuple(left_out)


def _directories(data: bytes, order: Order) -> Iterator[dict[int, Entry]]:
    """What each page says, by tag."""
    budget, seen = Budget(), set[int]()
    at = first(data, order)
    while at:
        if at in seen or len(seen) == _MOST_PAGES:
            raise StopsError("broken" if at in seen else "limit")
        seen.add(at)
        yield {one.tag: one for one in entries(data, at, order, budget)}
        at = following(data, at, order)


def _check(data: bytes, page: dict[int, Entry], kind: int, order: Order) -> None:
    """Raise for a page whose numbers would not come out as they went in."""
    if kind & (_REDUCED | _MASK):
        raise not_drawable("首页是缩略图或蒙版", "a page is a preview or a mask of another one")
    bits = set(_numbers(data, page.get(BITS), order)) or {1}
    samples = _number(data, page.get(SAMPLES), order) or 1
    white = _number(data, page.get(PHOTOMETRIC), order) == _WHITE_IS_ZERO
    if max(bits) > 8 and (samples > 1 or bits != {16} or white):  # noqa: PLR2004 - of grey only
        raise not_drawable("每通道多于 8 位", "its colours have more than eight bits each")
    if set(_numbers(data, page.get(FORMAT), order)) - {1, 4}:
        raise not_drawable("像素值不是无符号整数", "its pixels are no plain numbers")
    extra = list(_numbers(data, page.get(EXTRA), order))
    if len(extra) > 1 or 0 in extra:
        raise not_drawable("含有附加通道", "its pixels have further channels")


def _lost(page: dict[int, Entry]) -> Iterator[str]:
    if SUBDIRECTORIES in page:
        yield "further-pictures"
    if C2PA in page:
        yield "C2PA"


def _kept(
    data: bytes, page: dict[int, Entry], order: Order, without: frozenset[int], depth: int
) -> Directory:
    """The entries of a directory that stay, with the directories behind them."""
    if depth > _DEEPEST:
        raise StopsError("limit")
    kept: Directory = {}
    for tag, one in page.items():
        if tag in without:
            continue
        if tag in _BEHIND_POINTERS:
            behind = entries(data, _number(data, one, order), order, Budget())
            below = {entry.tag: entry for entry in behind}
            kept[tag] = Pointer(_kept(data, below, order, frozenset(), depth + 1))
        else:
            kept[tag] = Value(one.type, one.count, value_of(data, one, LARGEST_METADATA))
    return kept


def _pixels(image: Image.Image, order: Order, kept: Directory, *, plain: bool) -> Directory:
    """A directory with the pixels of one page in strips."""
    meaning, samples, bits = _MODES[image.mode]
    rows: Any = np.asarray(image).reshape(image.height, -1, samples)
    if bits == 16:  # noqa: PLR2004 - as in `_MODES`
        rows = rows.astype("<u2" if order == "little" else ">u2")
    step = max(1, _STRIP // max(1, rows[0].nbytes))
    strips = [rows[at : at + step] for at in range(0, image.height, step)]

    def short(*of: int) -> Value:
        return Value.numbers(3, order, *of)

    def long(of: int) -> Value:
        return Value.numbers(4, order, of)

    page: Directory = {
        **kept,
        WIDTH: long(image.width),
        HEIGHT: long(image.height),
        BITS: short(*(bits,) * samples),
        COMPRESSION: short(_PLAIN if plain else _DEFLATE),
        PHOTOMETRIC: short(meaning),
        SAMPLES: short(samples),
        ROWS: long(step),
        PLANES: short(1),
        STRIPS: Strips(tuple(one.tobytes() if plain else _packed(one) for one in strips)),
    }
    if not plain:
        page[PREDICTOR] = short(_DIFFERENCES)
    if image.mode in {"LA", "RGBA"}:
        page[EXTRA] = short(_ALPHA)
    return page


def _packed(strip: Any) -> bytes:
    """Each pixel as its difference from the one before it, by Deflate."""
    kind = strip.dtype
    native = strip.astype(kind.newbyteorder("="))
    native[:, 1:] -= native[:, :-1].copy()
    return zlib.compress(native.astype(kind).tobytes(), _LEVEL)


def _number(data: bytes, one: Entry | None, order: Order) -> int:
    return next(iter(_numbers(data, one, order)), 0)


def _numbers(data: bytes, one: Entry | None, order: Order) -> Iterator[int]:
    """The values of an entry of whole numbers."""
    if one is None or one.type not in {1, 3, 4, 13}:
        return
    value = value_of(data, one, 64)
    size = max(1, len(value) // max(1, one.count))
    for at in range(0, len(value), size):
        yield int.from_bytes(value[at : at + size], order)
