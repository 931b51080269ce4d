# SPDX-License-Identifier: Apache-2.0
"""TIFF: a chain of directories, one a page, in either byte order; a chain may not bite its tail."""

from __future__ import annotations

from collections.abc import Iterator

from guiju.screening.images.formats.walk import Header, Order, Walk, bomb, broken
from guiju.screening.images.sniff import Kind

_WIDTH, _HEIGHT = 256, 257
_SHORT, _LONG = 3, 4
_SIZES = {_SHORT: 2, _LONG: 4}
_ENTRY = 12


def measure(walk: Walk) -> Header:
    """The size that holds every page, and how many there are."""
    order: Order = "little" if walk.take(0, 2) == b"II" else "big"
    width = height = pages = 0
    for at in _directories(walk, order):
        wide, high = _page(walk, at, order)
        width, height, pages = max(width, wide), max(height, high), pages + 1
    if not pages:
        raise broken("it holds no page")
    return Header(Kind.TIFF, width, height, pages)


def _directories(walk: Walk, order: Order) -> Iterator[int]:
    seen: set[int] = set()
    at = walk.number(4, 4, order)
    while at:
        walk.step()
        if at in seen:
            raise bomb("its pages go round in a circle")
        seen.add(at)
        yield at
        at = walk.number(at + 2 + _ENTRY * walk.number(at, 2, order), 4, order)


def _page(walk: Walk, at: int, order: Order) -> tuple[int, int]:
    size = {_WIDTH: 0, _HEIGHT: 0}
    for entry in range(at + 2, at + 2 + _ENTRY * walk.number(at, 2, order), _ENTRY):
        walk.step()
        tag, kind = walk.number(entry, 2, order), walk.number(entry + 2, 2, order)
        if tag in size and kind in _SIZES:
            size[tag] = max(size[tag], walk.number(entry + 8, _SIZES[kind], order))
    return size[_WIDTH], size[_HEIGHT]
