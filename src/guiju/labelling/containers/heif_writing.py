# SPDX-License-Identifier: Apache-2.0
"""Puts the XMP packet of HEIF and AVIF behind the file; every place follows (Article 12)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from guiju.labelling.containers import exif, xmp
from guiju.labelling.containers.boxes import HEAD, Box, box, resized
from guiju.labelling.containers.errors import not_writable_here
from guiju.labelling.containers.heif_file import RDF, HeifFile, inner, is_xmp, parsed
from guiju.labelling.containers.heif_items import (
    FULL,
    IN_FILE,
    Item,
    Location,
    Locations,
    content,
    describes,
    info_entry,
)
from guiju.labelling.containers.model import LARGEST_METADATA, LARGEST_XMP
from guiju.labelling.containers.mp4_offsets import following
from guiju.labelling.containers.walking import Budget, Edit, moved_by, number, spliced

_TO_THE_END = 0


def write(data: bytes, text: str) -> bytes:
    """The file with this label as the one in its packet; raises as `Container.write`."""
    budget = Budget()
    file = parsed(data, budget)
    own = [one for one in file.items if is_xmp(one)]
    if number(data, file.top[-1].start, 4) == _TO_THE_END:
        raise not_writable_here("最后一个盒子没有长度", "its last box does not say where it ends")
    blanked = spliced(data, list(_without_exif(data, file)))
    if own:
        return _replaced(blanked, file, own[0], text, budget)
    return _added(blanked, file, text, budget)


def _without_exif(data: bytes, file: HeifFile) -> Iterator[Edit]:
    """What blanks labels in EXIF; no byte moves."""
    for one in file.items:
        place = file.places.find(one.number)
        if one.kind != b"Exif" or place is None or place.method != IN_FILE:
            continue
        value = content(data, place, None, LARGEST_METADATA)
        head = 4 + number(value, 0, 4)
        new = value[:head] + exif.blanked(value[head:])
        if new != value and len(place.extents) == 1:
            at = place.base + place.extents[0][1]
            yield at, at + len(value), new


def _replaced(data: bytes, file: HeifFile, own: Item, text: str, budget: Budget) -> bytes:
    """The packet anew behind the file, and zeros where it stood; or in its own box at the end."""
    place = file.places.find(own.number)
    store = file.parts.get(b"idat")
    stands = None if place is None else _stands(place, store)
    if place is None or stands is None:
        raise not_writable_here("XMP 条目分为多段", "its XMP item is in several pieces")
    old = content(data, place, store, LARGEST_XMP)
    packet = xmp.with_label(old, text)
    begin = stands[0]
    last = file.top[-1]
    edits: list[Edit] = []
    if last.kind == b"mdat" and (begin, begin + len(old)) == (last.body, last.end):
        edits.append((last.start, last.end, box(b"mdat", packet)))
        at = last.start + HEAD
    else:
        edits += [
            (begin, begin + len(old), bytes(len(old))),
            (len(data),) * 2 + (box(b"mdat", packet),),
        ]
        at = len(data) + HEAD
    for one in (file, *inner(data, file, budget)):
        places = one.places
        for item in one.places.of:
            if _stands(item, one.parts.get(b"idat")) == (begin, begin + len(old)):
                moved = Location(item.number, IN_FILE, 0, 0, ((0, at, len(packet)),))
                places = _with(places, moved)
        edits.append(_table(one, places, lambda start: start))
    return spliced(data, edits)


def _stands(item: Location, store: Box | None) -> tuple[int, int] | None:
    """From where to where an item of one piece stands in the file."""
    if len(item.extents) != 1 or item.reference:
        return None
    _, start, size = item.extents[0]
    at = item.base + start + (store.body if item.method and store else 0)
    return at, at + size


def _table(one: HeifFile, places: Locations, moved: Callable[[int], int]) -> Edit:
    """The box of places anew; raises Invalid when it would not fit into its room."""
    table = one.parts[b"iloc"]
    new = places.packed(moved)
    if len(new) != table.size:
        raise not_writable_here("条目表无法改写", "its table of places cannot be rewritten")
    return table.start, table.end, new


def _with(places: Locations, new: Location) -> Locations:
    """The places with that of one item changed or added."""
    offset, length, base, _ = places.widths
    if not length or not (offset or base):
        raise not_writable_here("条目表没有位置宽度", "its table of places has no room for one")
    if not offset:
        (index, at, size) = new.extents[0]
        new = replace(new, base=at, extents=((index, 0, size),))
    others = [new if one.number == new.number else one for one in places.of]
    if all(one.number != new.number for one in places.of):
        others.append(new)
    return replace(places, of=tuple(others))


def _added(data: bytes, file: HeifFile, text: str, budget: Budget) -> bytes:
    """A new item with the packet, behind the file."""
    packet = xmp.with_label(None, text)
    taken = {one.number for one in file.items} | {one.number for one in file.places.of}
    item = next(one for one in range(1, len(taken) + 2) if one not in taken)
    grown = [*_info(data, file, item), *_relation(data, file, item)]
    table = file.parts[b"iloc"]
    places = _with(file.places, Location(item, IN_FILE, 0, 0, ((0, 0, len(packet)),)))
    # The size of the table does not depend on the places in it, so these can be found first.
    size = len(places.packed(lambda start: start))
    growth = sum(len(new) - (end - start) for start, end, new in grown) + size - table.size
    head = resized(data, file.meta, file.meta.size + growth)
    edits = [
        *grown,
        (file.meta.start, file.meta.body, head),
        (table.start, table.end, bytes(size)),
    ]
    moved = moved_by(edits)
    at = len(data) + growth + HEAD
    there = _with(file.places, Location(item, IN_FILE, 0, 0, ((0, at, len(packet)),)))
    # Its own place is that of the new file already.
    new = there.packed(lambda start: start if start == at else moved(start))
    edits[-1] = (table.start, table.end, new)
    others = [one for one in file.top if one.kind != b"meta"]
    edits += [_table(part, part.places, moved) for part in inner(data, file, budget)]
    whole = spliced(data, [*edits, *following(data, others, moved, budget)])
    return whole + box(b"mdat", packet)


def _info(data: bytes, file: HeifFile, item: int) -> Iterator[Edit]:
    """The list of items with one more."""
    one = file.parts[b"iinf"]
    new = info_entry(item, RDF)
    wide = 4 if number(data, one.body, 1) else 2
    at = one.body + FULL
    count = number(data, at, wide) + 1
    yield one.start, one.body, resized(data, one, one.size + len(new))
    yield at, at + wide, count.to_bytes(wide)
    yield one.end, one.end, new


def _relation(data: bytes, file: HeifFile, item: int) -> Iterator[Edit]:
    """The relations with one more; a file without any gets the box for them."""
    one = file.parts.get(b"iref")
    if one is None:
        wide = max(item, file.primary) > 0xFFFF  # noqa: PLR2004 - sixteen bits
        new = box(b"iref", bytes((int(wide), 0, 0, 0)), describes(item, file.primary, wide=wide))
        # Before the list of items: behind the last box the list itself may grow.
        info = file.parts[b"iinf"]
        yield info.start, info.start, new
        return
    new = describes(item, file.primary, wide=bool(number(data, one.body, 1)))
    yield one.start, one.body, resized(data, one, one.size + len(new))
    yield one.end, one.end, new
