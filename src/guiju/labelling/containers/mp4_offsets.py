# SPDX-License-Identifier: Apache-2.0
"""Where MP4 and QuickTime write down places in the file, and how they follow an edit.

Source: ISO/IEC 14496-12, 8.7.5 (stco, co64), 8.7.9 (saio), 8.8.7 (tfhd), 8.8.10 (tfra), 8.16.3
(sidx).
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator

from guiju.kernel import Invalid
from guiju.labelling.containers.boxes import LARGEST, Box, inside, paths
from guiju.labelling.containers.errors import not_writable_here
from guiju.labelling.containers.walking import Budget, Edit, StopsError, number

Moved = Callable[[int], int]
"""From a place in the old file to the same one in the new."""

_FULL = 4  # version and flags
_BASE_GIVEN = 1  # of tfhd: from where its samples count
_TYPE_GIVEN = 1  # of saio
_LONG = 8
_MOST = 2_000_000


def following(data: bytes, top: Iterable[Box], moved: Moved, budget: Budget) -> Iterator[Edit]:
    """What writes anew every place that has moved.

    Raises:
        Invalid: `label-not-supported`, when one cannot follow.
        StopsError: a table does not fit into its box.
    """
    for one in top:
        if one.kind == b"moov":
            for table in paths(data, one, (b"trak", b"mdia", b"minf", b"stbl"), budget):
                yield from _of_track(data, table, moved, budget)
        elif one.kind == b"moof":
            for head in paths(data, one, (b"traf", b"tfhd"), budget):
                yield from _of_fragment(data, head, moved)
        elif one.kind == b"mfra":
            for table in paths(data, one, (b"tfra",), budget):
                yield from _of_access(data, table, moved)
        elif one.kind == b"sidx":
            yield from _of_index(data, one, moved)
        elif one.kind == b"meta":
            _check_items(data, one, moved, budget)


def _of_track(data: bytes, table: Box, moved: Moved, budget: Budget) -> Iterator[Edit]:
    for one in inside(data, table, budget):
        at = one.body + _FULL
        if one.kind == b"stco":
            yield from _listed(data, one, at, 4, moved)
        elif one.kind == b"co64":
            yield from _listed(data, one, at, _LONG, moved)
        elif one.kind == b"saio":
            given = 8 * (number(data, one.body + 1, 3) & _TYPE_GIVEN)
            yield from _listed(data, one, at + given, _LONG if data[one.body] else 4, moved)


def _listed(data: bytes, one: Box, at: int, width: int, moved: Moved) -> Iterator[Edit]:
    """A count and so many places."""
    count = _counted(data, at)
    at += 4
    if at + count * width > one.end:
        raise StopsError("broken")
    form = struct.Struct(f">{count}{'Q' if width == _LONG else 'I'}")
    old = form.unpack_from(data, at)
    new = tuple(map(moved, old))
    if new != old:
        if width != _LONG and max(new) > LARGEST:
            raise _too_far()
        yield at, at + form.size, form.pack(*new)


def _of_fragment(data: bytes, one: Box, moved: Moved) -> Iterator[Edit]:
    if number(data, one.body + 1, 3) & _BASE_GIVEN:
        yield from _single(data, one.body + 8, _LONG, moved)


def _of_access(data: bytes, one: Box, moved: Moved) -> Iterator[Edit]:
    """Entries of a time, a place, and three numbers of a width of their own."""
    wide = _LONG if number(data, one.body, 1) else 4
    widths = number(data, one.body + 8, 4)
    step = 2 * wide + 3 + (widths & 3) + (widths >> 2 & 3) + (widths >> 4 & 3)
    at, count = one.body + 16, _counted(data, one.body + 12)
    if at + count * step > one.end:
        raise StopsError("broken")
    for entry in range(at, at + count * step, step):
        yield from _single(data, entry + wide, wide, moved)


def _of_index(data: bytes, one: Box, moved: Moved) -> Iterator[Edit]:
    """The first place of an index counts from behind it."""
    wide = _LONG if number(data, one.body, 1) else 4
    at = one.body + 12 + wide
    first = number(data, at, wide)
    new = moved(one.end + first) - moved(one.end)
    if new != first:
        yield at, at + wide, _fitting(new, wide)


def _check_items(data: bytes, one: Box, moved: Moved, budget: Budget) -> None:
    """Refuse to move what items are made of: their places are not written anew."""
    behind = any(part.kind == b"iloc" for part in inside(data, one, budget, _FULL))
    if behind and moved(len(data)) != len(data):
        raise not_writable_here("文件内含带位置的条目", "it has items that are told by their place")


def _counted(data: bytes, at: int) -> int:
    """How many places follow, if no more than a film of days has."""
    count = number(data, at, 4)
    if count > _MOST:
        raise StopsError("limit")
    return count


def _single(data: bytes, at: int, width: int, moved: Moved) -> Iterator[Edit]:
    old = number(data, at, width)
    if (new := moved(old)) != old:
        yield at, at + width, _fitting(new, width)


def _fitting(place: int, width: int) -> bytes:
    if place >= 1 << 8 * width:
        raise _too_far()
    return place.to_bytes(width)


def _too_far() -> Invalid:
    return not_writable_here("位置将超过 4 GiB", "a place in it would lie beyond 4 GiB")
