# SPDX-License-Identifier: Apache-2.0
"""The directories of TIFF, which EXIF uses too: tags with type, count and value (Article 12)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from guiju.labelling.containers.walking import Budget, Order, StopsError, number, take

SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
"""Bytes of one value by type; a type that is not here is not known."""

INLINE = 4
"""A value of at most so many bytes stands in the entry itself."""

ENTRY = 12


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: where it stands, and where its value does and how long that is, in bytes."""

    at: int
    tag: int
    type: int
    count: int
    value: int
    size: int


def order_of(data: bytes) -> Order | None:
    """The byte order that the first four bytes tell; None: this is no TIFF."""
    orders: dict[bytes, Order] = {b"II*\0": "little", b"MM\0*": "big"}
    return orders.get(data[:4])


def first(data: bytes, order: Order) -> int:
    """Where the first directory stands."""
    return number(data, 4, 4, order)


def entries(data: bytes, at: int, order: Order, budget: Budget) -> Iterator[Entry]:
    """The entries of the directory at `at`; raises StopsError."""
    for one in range(number(data, at, 2, order)):
        budget.part()
        entry = at + 2 + one * ENTRY
        tag, kind = number(data, entry, 2, order), number(data, entry + 2, 2, order)
        count = number(data, entry + 4, 4, order)
        size = count * SIZES.get(kind, 0)
        value = entry + 8 if size <= INLINE else number(data, entry + 8, 4, order)
        yield Entry(entry, tag, kind, count, value, size)


def following(data: bytes, at: int, order: Order) -> int:
    """Where the directory behind the one at `at` stands; 0: nowhere."""
    return number(data, at + 2 + number(data, at, 2, order) * ENTRY, 4, order)


def value_of(data: bytes, entry: Entry, most: int) -> bytes:
    """The bytes of a value; raises StopsError "limit" if they are more than `most`."""
    if entry.size > most:
        raise StopsError("limit")
    return take(data, entry.value, entry.size)
