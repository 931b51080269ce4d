# SPDX-License-Identifier: Apache-2.0
"""Writes a TIFF out of directories, with the values behind them (TIFF 6.0, section 2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from guiju.labelling.containers.errors import not_writable_here
from guiju.labelling.containers.ifd import ENTRY, INLINE, SIZES
from guiju.labelling.containers.walking import Order

_STRIPS, _COUNTS, _LONG = 273, 279, 4
_LARGEST = 0xFFFF_FFFF


class Value(NamedTuple):
    """A value as it stands in a file: its type, how many there are, its bytes."""

    type: int
    many: int
    data: bytes

    @classmethod
    def numbers(cls, kind: int, order: Order, *of: int) -> Value:
        """Whole numbers of one type."""
        size = SIZES[kind]
        return cls(kind, len(of), b"".join(one.to_bytes(size, order) for one in of))


class Strips(NamedTuple):
    """The pixels of a page, packed as its directory says."""

    of: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Pointer:
    """A directory that stands behind an entry."""

    to: Directory


Directory: TypeAlias = "dict[int, Value | Strips | Pointer]"
"""What the entries of a directory say, by tag."""


class _File:
    """What was written so far, and where the next thing goes: at even places."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self.data = bytearray((b"II*\0" if order == "little" else b"MM\0*") + bytes(4))

    def put(self, value: bytes) -> int:
        """Write bytes and say where."""
        self.data += bytes(len(self.data) % 2)
        at = len(self.data)
        self.data += value
        if len(self.data) > _LARGEST:
            raise not_writable_here("TIFF 文件将超过 4 GiB", "a TIFF cannot be larger than 4 GiB")
        return at

    def told(self, at: int, place: int) -> None:
        """Write at `at` that the next directory stands at `place`."""
        self.data[at : at + 4] = place.to_bytes(4, self.order)

    def directory(self, of: Directory) -> tuple[int, int]:
        """Write a directory; say where it is, and where it names the next one."""
        whole = dict(of)
        strips = whole.get(_STRIPS)
        if isinstance(strips, Strips):
            places = [self.put(one) for one in strips.of]
            whole[_STRIPS] = Value.numbers(_LONG, self.order, *places)
            whole[_COUNTS] = Value.numbers(_LONG, self.order, *map(len, strips.of))
        rows = [self._row(tag, whole[tag]) for tag in sorted(whole)]
        at = self.put(len(rows).to_bytes(2, self.order) + b"".join(rows) + bytes(4))
        return at, at + 2 + ENTRY * len(rows)

    def _row(self, tag: int, value: Value | Strips | Pointer) -> bytes:
        if isinstance(value, Pointer):
            value = Value.numbers(_LONG, self.order, self.directory(value.to)[0])
        if isinstance(value, Strips):
            raise TypeError("only a picture has strips")
        inside = value.data
        if len(inside) > INLINE:
            inside = self.put(inside).to_bytes(4, self.order)
        head = tag.to_bytes(2, self.order) + value.type.to_bytes(2, self.order)
        return head + value.many.to_bytes(4, self.order) + inside.ljust(INLINE, b"\0")


def written(pages: list[Directory], order: Order) -> bytes:
    """A file with these pages in their order."""
    file = _File(order)
    link = 4
    for page in pages:
        at, following = file.directory(page)
        file.told(link, at)
        link = following
    return bytes(file.data)
