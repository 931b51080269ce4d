# SPDX-License-Identifier: Apache-2.0
"""TIFF: the XMP packet as tag 700 of the first directory, type 7 (rule carriers.tiff.place).

A first directory without that tag is written anew behind the file, with the packet at the very end,
and the header points there; nothing of the file moves.
"""

from __future__ import annotations

from collections.abc import Iterator

from guiju.labelling.containers import exif, xmp
from guiju.labelling.containers.errors import not_writable_here
from guiju.labelling.containers.ifd import (
    ENTRY,
    Entry,
    entries,
    first,
    following,
    order_of,
    value_of,
)
from guiju.labelling.containers.model import (
    LARGEST_XMP,
    Container,
    Contents,
    Found,
    Medium,
    Unread,
)
from guiju.labelling.containers.walking import (
    Budget,
    Edit,
    Order,
    StopsError,
    collected,
    spliced,
    take,
    with_faults,
)

_XMP, _UNDEFINED = 700, 7
_LARGEST = 0xFFFF_FFFF
_COUNT = 2  # bytes that say how many entries a directory has


def _sniff(head: bytes) -> bool:
    return order_of(head) is not None


def _read(data: bytes) -> Contents:
    return collected(_walk(data))


def _walk(data: bytes) -> Iterator[Found | Unread]:
    """The labels of the first picture, which EXIF shares, and of those behind it."""
    yield from exif.labels(data)
    order = _order(data)
    budget = Budget()
    seen = {first(data, order)}
    at = following(data, first(data, order), order)
    while at:
        if at in seen:
            raise StopsError("broken")
        seen.add(at)
        budget.part()
        for entry in entries(data, at, order, budget):
            if entry.tag == _XMP:
                budget.spend(entry.size)
                packet = value_of(data, entry, LARGEST_XMP)
                yield from with_faults(xmp.labels(packet), ("place:further-picture",))
        at = following(data, at, order)


def _order(data: bytes) -> Order:
    order = order_of(data)
    if order is None:
        raise StopsError("broken")
    return order


def _write(data: bytes, text: str) -> bytes:
    data = exif.blanked(data)
    order = _order(data)
    at = first(data, order)
    found = list(entries(data, at, order, Budget()))
    own = next((one for one in found if one.tag == _XMP), None)
    if own is None:
        return _with_directory(data, at, found, xmp.with_label(None, text), order)
    return _with_packet(data, own, text, order)


def _with_directory(data: bytes, at: int, found: list[Entry], packet: bytes, order: Order) -> bytes:
    """The file with its first directory once more at its end, one entry longer, and the packet."""
    size = ENTRY * len(found)
    old = take(data, at + _COUNT, size)
    rows = [old[one : one + ENTRY] for one in range(0, size, ENTRY)]
    begins = len(data) + len(data) % 2
    packet_at = begins + _COUNT + size + ENTRY + 4
    rows.append(_entry(len(packet), packet_at, order))
    rows.sort(key=lambda row: int.from_bytes(row[:2], order))
    last = take(data, at + _COUNT + size, 4)
    directory = len(rows).to_bytes(_COUNT, order) + b"".join(rows) + last
    if packet_at + len(packet) > _LARGEST:
        raise not_writable_here("TIFF 文件将超过 4 GiB", "a TIFF cannot be larger than 4 GiB")
    whole = spliced(data, [(4, 8, begins.to_bytes(4, order))])
    return whole + bytes(len(data) % 2) + directory + packet


def _with_packet(data: bytes, own: Entry, text: str, order: Order) -> bytes:
    """The file with another packet in the place of its own, or at its end if that is longer."""
    packet = xmp.with_label(value_of(data, own, LARGEST_XMP), text)
    if own.value + own.size == len(data):
        start, edits = own.value, list[Edit]()
    else:
        # What stood there is nobody's any more, so no second label may be left in it.
        start = len(data) + len(data) % 2
        edits = [(own.value, own.value + own.size, bytes(own.size))]
    if start + len(packet) > _LARGEST:
        raise not_writable_here("TIFF 文件将超过 4 GiB", "a TIFF cannot be larger than 4 GiB")
    edits.append((own.at, own.at + ENTRY, _entry(len(packet), start, order)))
    whole = spliced(data, edits)
    return whole[:start] + bytes(max(0, start - len(whole))) + packet


def _entry(size: int, at: int, order: Order) -> bytes:
    head = _XMP.to_bytes(2, order) + _UNDEFINED.to_bytes(2, order)
    return head + size.to_bytes(4, order) + at.to_bytes(4, order)


TIFF = Container(
    "tiff",
    Medium.IMAGE,
    (".tif", ".tiff"),
    "image/tiff",
    sniff=_sniff,
    read=_read,
    write=_write,
)
