# SPDX-License-Identifier: Apache-2.0
"""The tables of a track of MP4: which samples it has, where they stand, and when they are shown.

Source: ISO/IEC 14496-12, 8.6.1 (stts, ctts, stss) and 8.7 (stsz, stsc, stco, co64).
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate, groupby

from guiju.labelling.containers.boxes import Box, box
from guiju.labelling.containers.walking import StopsError, number

_FULL = 4  # version and flags
_MOST = 2_000_000


@dataclass(frozen=True, slots=True)
class Tables:
    """One row for each sample, in the order in which they are decoded.

    `decoded` and `shown` are times in units of the track; `sync` holds the numbers, from nothing
    on, of the samples that need no other.
    """

    sizes: tuple[int, ...]
    places: tuple[int, ...]
    decoded: tuple[int, ...]
    shown: tuple[int, ...]
    sync: tuple[int, ...]


def tables(data: bytes, parts: dict[bytes, Box]) -> Tables:
    """What the tables of a track say; raises StopsError."""
    sizes = _sizes(data, parts)
    count = len(sizes)
    decoded = tuple(accumulate(_runs(data, _part(parts, b"stts"), count), initial=0))[:count]
    offsets = _runs(data, parts[b"ctts"], count) if b"ctts" in parts else [0] * count
    shown = tuple(a + b for a, b in zip(decoded, offsets, strict=True))
    every = range(1, count + 1)
    sync = _numbers(data, parts[b"stss"], "I") if b"stss" in parts else every
    if any(one not in every for one in sync):
        raise StopsError("broken")
    return Tables(
        sizes, _places(data, parts, sizes), decoded, shown, tuple(one - 1 for one in sync)
    )


def size_table(sizes: Iterable[int]) -> bytes:
    """The box of sizes."""
    values = tuple(sizes)
    return box(b"stsz", bytes(_FULL), struct.pack(f">II{len(values)}I", 0, len(values), *values))


def offset_table(offsets: Iterable[int]) -> bytes:
    """The box of what lies between decoding and showing; nothing if nothing does."""
    runs = [(len(list(one)), offset) for offset, one in groupby(offsets)]
    if all(offset == 0 for _, offset in runs):
        return b""
    signed = any(offset < 0 for _, offset in runs)
    rows = b"".join(struct.pack(">Ii", *run) for run in runs)
    return box(b"ctts", bytes((signed, 0, 0, 0)), len(runs).to_bytes(4), rows)


def sync_table(sync: Iterable[int]) -> bytes:
    """The box of samples that need no other."""
    values = tuple(one + 1 for one in sync)
    return box(b"stss", bytes(_FULL), struct.pack(f">I{len(values)}I", len(values), *values))


def _part(parts: dict[bytes, Box], kind: bytes) -> Box:
    if kind not in parts:
        raise StopsError("broken")
    return parts[kind]


def _sizes(data: bytes, parts: dict[bytes, Box]) -> tuple[int, ...]:
    one = _part(parts, b"stsz")
    size, count = number(data, one.body + _FULL, 4), number(data, one.body + 8, 4)
    if count > _MOST:
        raise StopsError("limit")
    if size:
        return (size,) * count
    return _unpacked(data, one, one.body + 12, f">{count}I")


def _places(data: bytes, parts: dict[bytes, Box], sizes: tuple[int, ...]) -> tuple[int, ...]:
    """Where each sample stands: one behind the other in chunks, whose places are told."""
    wide = b"co64" in parts
    chunks = _numbers(data, _part(parts, b"co64" if wide else b"stco"), "Q" if wide else "I")
    places: list[int] = []
    for at, count in zip(chunks, _per_chunk(data, _part(parts, b"stsc"), len(chunks)), strict=True):
        own = sizes[len(places) : len(places) + count]
        places += list(accumulate(own[:-1], initial=at)) if own else []
    if len(places) != len(sizes):
        raise StopsError("broken")
    return tuple(places)


def _per_chunk(data: bytes, one: Box, chunks: int) -> Iterator[int]:
    """How many samples each chunk has."""
    rows = _rows(data, one, 3)
    firsts = [row[0] - 1 for row in rows[1:]] + [chunks]
    at = 0
    for row, following in zip(rows, firsts, strict=True):
        if following < at or following > chunks or row[1] > _MOST:
            raise StopsError("broken")
        yield from [row[1]] * (following - at)
        at = following


def _runs(data: bytes, one: Box, count: int) -> list[int]:
    """A table of lengths and values, as one value for each sample."""
    signed = data[one.body] and one.kind == b"ctts"
    values: list[int] = []
    for length, value in _rows(data, one, 2):
        if len(values) + length > count:
            raise StopsError("broken")
        negative = signed and value >> 31
        values += [value - (1 << 32) if negative else value] * length
    if len(values) != count:
        raise StopsError("broken")
    return values


def _rows(data: bytes, one: Box, width: int) -> list[tuple[int, ...]]:
    count = number(data, one.body + _FULL, 4)
    if count > _MOST:
        raise StopsError("limit")
    values = _unpacked(data, one, one.body + 8, f">{count * width}I")
    return [values[at : at + width] for at in range(0, len(values), width)]


def _numbers(data: bytes, one: Box, code: str) -> tuple[int, ...]:
    count = number(data, one.body + _FULL, 4)
    if count > _MOST:
        raise StopsError("limit")
    return _unpacked(data, one, one.body + 8, f">{count}{code}")


def _unpacked(data: bytes, one: Box, at: int, form: str) -> tuple[int, ...]:
    if at + struct.calcsize(form) > one.end:
        raise StopsError("broken")
    return struct.unpack_from(form, data, at)
