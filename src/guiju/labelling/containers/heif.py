# SPDX-License-Identifier: Apache-2.0
"""HEIF, HEIC and AVIF: the XMP packet as an item that describes the picture (carriers.heif.place).

The packet stands in a box of its own behind the file. What the head of the file says of places
follows when it grows by the new item; no byte of a picture changes.
"""

from __future__ import annotations

from collections.abc import Iterator

from guiju.labelling.containers import exif, xmp
from guiju.labelling.containers.boxes import Box
from guiju.labelling.containers.heif_file import inner, is_xmp, parsed
from guiju.labelling.containers.heif_items import Item, Location, Locations, content
from guiju.labelling.containers.heif_writing import write
from guiju.labelling.containers.loose import behind_the_end
from guiju.labelling.containers.model import (
    LARGEST_METADATA,
    LARGEST_XMP,
    Container,
    Contents,
    Found,
    Medium,
    Unread,
)
from guiju.labelling.containers.walking import (
    Budget,
    StopsError,
    collected,
    number,
    with_faults,
)

_UUID = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
_AVIF = frozenset({b"avif", b"avis"})
_HEIF = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"})
_EITHER = frozenset({b"mif1", b"msf1"})


def _brands(head: bytes) -> tuple[bytes, frozenset[bytes]]:
    """What a file says it is first, and all that it says it is."""
    if head[4:8] != b"ftyp":
        return b"", frozenset()
    end = min(int.from_bytes(head[:4], "big"), len(head))
    return head[8:12], frozenset(head[at : at + 4] for at in range(16, end, 4))


def _sniff_avif(head: bytes) -> bool:
    first, all_of_them = _brands(head)
    return first in _AVIF or (first in _EITHER and bool(all_of_them & _AVIF))


def _sniff_heif(head: bytes) -> bool:
    first, _ = _brands(head)
    return first in _HEIF or (first in _EITHER and not _sniff_avif(head))


def _read(data: bytes) -> Contents:
    return collected(_walk(data))


def _walk(data: bytes) -> Iterator[Found | Unread]:
    budget = Budget()
    file = parsed(data, budget)
    found = list(_of(data, file.items, file.places, file.parts.get(b"idat"), budget))
    yield from found
    for part in inner(data, file, budget):
        # A sequence says of its track what the file says of its picture; the same once more is one.
        for one in _of(data, part.items, part.places, part.parts.get(b"idat"), budget):
            if one not in found:
                yield one
    for top in file.top:
        if top.kind == b"uuid" and data.startswith(_UUID, top.body):
            packet = data[top.body + len(_UUID) : top.end][: LARGEST_XMP + 1]
            yield from with_faults(xmp.labels(packet), ("place:uuid",))
    yield from behind_the_end(data, file.top[-1].end)


def _of(
    data: bytes, listed: tuple[Item, ...], places: Locations, store: Box | None, budget: Budget
) -> Iterator[Found | Unread]:
    """The labels in the items of one list."""
    for one in listed:
        if one.kind == b"Exif" or is_xmp(one):
            place = places.find(one.number)
            if place is None:  # it is listed, and nowhere
                yield Unread("broken")
            else:
                yield from _labels(data, one, place, store, budget)


def _labels(
    data: bytes, one: Item, place: Location, store: Box | None, budget: Budget
) -> Iterator[Found | Unread]:
    try:
        most = LARGEST_XMP if is_xmp(one) else LARGEST_METADATA
        value = content(data, place, store, most)
        budget.spend(len(value))
    except StopsError as stop:
        yield Unread(stop.why)
        return
    if not value:
        yield Unread("broken")
    elif is_xmp(one):
        yield from xmp.labels(value)
    else:
        # The first number says where in the block the directories begin.
        yield from exif.labels(value[4 + number(value, 0, 4) :] if len(value) > 4 else value)  # noqa: PLR2004


HEIF = Container(
    "heif",
    Medium.IMAGE,
    (".heic", ".heif", ".hif"),
    "image/heif",
    sniff=_sniff_heif,
    read=_read,
    write=write,
)
AVIF = Container(
    "avif", Medium.IMAGE, (".avif",), "image/avif", sniff=_sniff_avif, read=_read, write=write
)
