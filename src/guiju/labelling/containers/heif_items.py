# SPDX-License-Identifier: Apache-2.0
"""The items of HEIF and AVIF: what they are, where their bytes stand, how they belong together.

Source: ISO/IEC 14496-12, 8.11 (meta, iinf, iloc, iref, pitm).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from guiju.labelling.containers.boxes import Box, box, inside
from guiju.labelling.containers.errors import not_writable_here
from guiju.labelling.containers.walking import Budget, StopsError, number, take

FULL = 4
"""Version and flags, in front of the content of most boxes."""

IN_FILE, IN_META = 0, 1
"""How the places of an item are counted: in the file, or in the box idat."""

_MOST_EXTENTS = 32
_WIDE = 0xFFFF


@dataclass(frozen=True, slots=True)
class Item:
    """One item: its number, its kind, and for a file within the file what that is."""

    number: int
    kind: bytes
    content_type: bytes


@dataclass(frozen=True, slots=True)
class Location:
    """Where the bytes of an item stand: from `base`, in pieces of (index, offset, length)."""

    number: int
    method: int
    reference: int
    base: int
    extents: tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, slots=True)
class Locations:
    """The box of places: its version, the widths of its numbers, and each item's place."""

    version: int
    widths: tuple[int, int, int, int]
    """Of offsets, lengths, bases and indices, in bytes."""

    of: tuple[Location, ...]

    def find(self, number: int) -> Location | None:
        """The place of an item."""
        return next((one for one in self.of if one.number == number), None)

    def packed(self, moved: Callable[[int], int]) -> bytes:
        """The box with every place in the file where it is after an edit; raises StopsError."""
        offset, length, base, index = self.widths
        content = bytes((self.version, 0, 0, 0, offset << 4 | length, base << 4 | index))
        content += len(self.of).to_bytes(4 if self.version > 1 else 2)
        return box(b"iloc", content, *(self._entry(_followed(one, moved)) for one in self.of))

    def _entry(self, one: Location) -> bytes:
        offset, length, base, index = self.widths
        entry = _fitting(one.number, 4 if self.version > 1 else 2)
        if self.version:
            entry += one.method.to_bytes(2)
        entry += one.reference.to_bytes(2) + _fitting(one.base, base)
        entry += len(one.extents).to_bytes(2)
        for at, start, size in one.extents:
            entry += _fitting(at, index) + _fitting(start, offset) + _fitting(size, length)
        return entry


def _followed(one: Location, moved: Callable[[int], int]) -> Location:
    """A place after an edit: its base moves if it has one, else each of its pieces."""
    if one.method != IN_FILE or one.reference:
        return one
    starts = [one.base + start for _, start, _ in one.extents]
    by = {moved(start) - start for start in starts}
    if by <= {0}:
        return one
    if one.base and len(by) == 1:
        return replace(one, base=one.base + by.pop())
    extents = tuple(
        (at, moved(one.base + start) - one.base, size) for at, start, size in one.extents
    )
    return replace(one, extents=extents)


def _fitting(value: int, width: int) -> bytes:
    if value >> 8 * width:
        raise not_writable_here("条目位置放不下", "a place of an item does not fit its width")
    return value.to_bytes(width)


def items(data: bytes, info: Box, budget: Budget) -> Iterator[Item]:
    """What the box iinf lists; raises StopsError."""
    version = number(data, info.body, 1)
    for one in inside(data, info, budget, FULL + (4 if version else 2)):
        if one.kind != b"infe":
            continue
        kind = number(data, one.body, 1)
        if kind < 2:  # noqa: PLR2004 - before items had kinds
            continue
        wide = 2 if kind == 2 else 4  # noqa: PLR2004 - as above
        at = one.body + FULL
        words = data[at + wide + 6 : one.end].split(b"\0", 3)
        yield Item(
            number(data, at, wide),
            take(data, at + wide + 2, 4),
            words[1] if len(words) > 1 else b"",
        )


def locations(data: bytes, one: Box, budget: Budget) -> Locations:
    """The box iloc; raises StopsError."""
    version = number(data, one.body, 1)
    sizes, more = number(data, one.body + FULL, 1), number(data, one.body + FULL + 1, 1)
    widths = (sizes >> 4, sizes & 15, more >> 4, more & 15 if version else 0)
    if version > 2 or any(width not in {0, 4, 8} for width in widths):  # noqa: PLR2004 - as defined
        raise StopsError("broken")
    at = one.body + FULL + 2
    wide = 4 if version > 1 else 2
    count, at = number(data, at, wide), at + wide
    found: list[Location] = []
    for _ in range(count):
        budget.part()
        location, at = _location(data, at, version, widths)
        found.append(location)
    if at > one.end:
        raise StopsError("truncated")
    return Locations(version, widths, tuple(found))


def _location(
    data: bytes, at: int, version: int, widths: tuple[int, int, int, int]
) -> tuple[Location, int]:
    offset, length, base, index = widths
    wide = 4 if version > 1 else 2
    item, at = number(data, at, wide), at + wide
    method = number(data, at, 2) & 15 if version else IN_FILE
    at += 2 if version else 0
    reference, begin, at = number(data, at, 2), number(data, at + 2, base), at + 2 + base
    count, at = number(data, at, 2), at + 2
    if count > _MOST_EXTENTS:
        raise StopsError("limit")
    extents: list[tuple[int, int, int]] = []
    for _ in range(count):
        start = number(data, at + index, offset)
        extents.append((number(data, at, index), start, number(data, at + index + offset, length)))
        at += index + offset + length
    return Location(item, method, reference, begin, tuple(extents)), at


def content(data: bytes, one: Location, store: Box | None, most: int) -> bytes:
    """The bytes of an item; raises StopsError."""
    if one.reference or one.method not in {IN_FILE, IN_META}:
        raise StopsError("unsupported:item")
    if one.method == IN_META and store is None:
        raise StopsError("broken")
    begin, end = (
        (0, len(data)) if one.method == IN_FILE or store is None else (store.body, store.end)
    )
    pieces: list[bytes] = []
    for _, start, told in one.extents:
        at = begin + one.base + start
        size = told or max(0, end - at)
        if sum(map(len, pieces)) + size > most:
            raise StopsError("limit")
        if at + size > end:
            raise StopsError("truncated")
        pieces.append(take(data, at, size))
    return b"".join(pieces)


def info_entry(item: int, content_type: bytes) -> bytes:
    """What iinf says of a file within the file."""
    wide = item > _WIDE
    head = bytes((3 if wide else 2, 0, 0, 0)) + item.to_bytes(4 if wide else 2)
    return box(b"infe", head, b"\0\0mime\0", content_type, b"\0")


def describes(item: int, what: int, *, wide: bool) -> bytes:
    """The relation that an item describes another."""
    width = 4 if wide else 2
    return box(b"cdsc", _fitting(item, width), b"\0\1", _fitting(what, width))
