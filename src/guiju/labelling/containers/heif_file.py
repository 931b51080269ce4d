# SPDX-License-Identifier: Apache-2.0
"""What a file of HEIF or AVIF says of its items, and the film in a sequence of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from guiju.labelling.containers.boxes import Box, boxes, inside, paths
from guiju.labelling.containers.heif_items import FULL, Item, Locations, items, locations
from guiju.labelling.containers.walking import Budget, StopsError, number

RDF = b"application/rdf+xml"
"""What an item with a packet of XMP says it is."""


@dataclass(frozen=True, slots=True)
class HeifFile:
    """The boxes of a file that say what its items are."""

    top: tuple[Box, ...]
    meta: Box
    parts: dict[bytes, Box]
    items: tuple[Item, ...]
    places: Locations
    primary: int


def is_xmp(one: Item) -> bool:
    """Whether an item is a packet of XMP."""
    return one.kind == b"mime" and one.content_type == RDF


def inner(data: bytes, file: HeifFile, budget: Budget) -> Iterator[HeifFile]:
    """What the film in a sequence, and each of its tracks, says of itself."""
    for film in (one for one in file.top if one.kind == b"moov"):
        for path in ((b"meta",), (b"trak", b"meta")):
            for meta in paths(data, film, path, budget):
                parts = {one.kind: one for one in inside(data, meta, budget, FULL)}
                if b"iinf" in parts and b"iloc" in parts:
                    listed = tuple(items(data, parts[b"iinf"], budget))
                    places = locations(data, parts[b"iloc"], budget)
                    yield HeifFile(file.top, meta, parts, listed, places, 0)


def parsed(data: bytes, budget: Budget) -> HeifFile:
    """What the file says of its items; raises StopsError."""
    top = tuple(boxes(data, 0, len(data), budget))
    metas = [one for one in top if one.kind == b"meta"]
    if len(metas) != 1:
        raise StopsError("broken")
    parts = {one.kind: one for one in inside(data, metas[0], budget, FULL)}
    if not {b"iinf", b"iloc", b"pitm"} <= parts.keys():
        raise StopsError("broken")
    main = parts[b"pitm"]
    wide = 4 if number(data, main.body, 1) else 2
    return HeifFile(
        top,
        metas[0],
        parts,
        tuple(items(data, parts[b"iinf"], budget)),
        locations(data, parts[b"iloc"], budget),
        number(data, main.body + FULL, wide),
    )
