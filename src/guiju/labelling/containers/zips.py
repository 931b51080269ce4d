# SPDX-License-Identifier: Apache-2.0
"""ZIP archives as Office writes them: members are copied as they are packed (PKWARE APPNOTE 6.3).

An archive that could be read in two ways is not read: two members of one name, two words on where
one stands, members that overlap, anything in front or behind.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from guiju.labelling.containers.walking import Budget, StopsError, inflated, take

_LOCAL, _CENTRAL, _END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_LOCAL_HEAD = struct.Struct("<4s5H3I2H")
_CENTRAL_HEAD = struct.Struct("<4s6H3I5H2I")
_END_HEAD = struct.Struct("<4s4H2IH")
_LONGEST_COMMENT = 0xFFFF
_MOST_MEMBERS = 10_000
_STORED, _DEFLATED = 0, 8
_ENCRYPTED, _SIZES_BEHIND, _UTF8 = 0x01, 0x08, 0x800
_NEVER = 33  # the first day that a member can have, 1980-01-01
_ZIP64 = (0xFFFF, 0xFFFF_FFFF)


@dataclass(frozen=True, slots=True)
class Member:
    """One file in an archive from `at` to `end`; its packed content begins at `start`."""

    name: str
    flags: int
    method: int
    crc: int
    packed: int
    at: int
    start: int
    end: int
    record: bytes
    """What the directory says of it."""


@dataclass(frozen=True, slots=True)
class Archive:
    """An archive: its members as the directory lists them, and the record of its end."""

    data: bytes
    members: tuple[Member, ...]
    tail: bytes

    def find(self, name: str) -> Member | None:
        """The member of this name, in whatever case."""
        wanted = name.casefold()
        return next((one for one in self.members if one.name.casefold() == wanted), None)

    def content(self, member: Member, most: int) -> bytes:
        """A member unpacked; raises StopsError."""
        if member.flags & _ENCRYPTED:
            raise StopsError("encrypted")
        packed = take(self.data, member.start, member.packed)
        if member.method == _STORED:
            content = packed[: most + 1]
        elif member.method == _DEFLATED:
            content = inflated(packed, most, -zlib.MAX_WBITS)
        else:
            raise StopsError("unsupported:compression")
        if len(content) > most:
            raise StopsError("limit")
        if zlib.crc32(content) != member.crc:
            raise StopsError("broken")
        return content


def opened(data: bytes) -> Archive:
    """The archive that `data` is.

    Raises:
        StopsError: "truncated", "broken", "limit", "another-file" or "unsupported:ZIP64".
    """
    end = _end_of(data)
    _, disk, first, here, count, size, begin, _ = _END_HEAD.unpack_from(data, end)
    if count in _ZIP64 or size in _ZIP64 or begin in _ZIP64:
        raise StopsError("unsupported:ZIP64")
    if disk or first or here != count or begin + size != end:
        raise StopsError("broken")
    if count > _MOST_MEMBERS:
        raise StopsError("limit")
    records = list(_records(data, begin, end, count))
    starts = sorted(one[1] for one in records)
    if len(set(starts)) != count or starts[:1] != [0]:
        raise StopsError("broken")
    ends = dict(zip(starts, [*starts[1:], begin], strict=True))
    members = tuple(_member(data, record, at, ends[at]) for record, at in records)
    if len({one.name.casefold() for one in members}) != count:
        raise StopsError("broken")
    return Archive(data, members, data[end:])


def _end_of(data: bytes) -> int:
    """Where the record of the end stands; nothing may follow it but its comment."""
    lowest = max(0, len(data) - _LONGEST_COMMENT - _END_HEAD.size)
    at = data.rfind(_END, lowest)
    if at < 0:
        raise StopsError("truncated")
    if at + _END_HEAD.size > len(data):
        raise StopsError("truncated")
    comment = _END_HEAD.unpack_from(data, at)[-1]
    whole = at + _END_HEAD.size + comment
    if whole != len(data):
        raise StopsError("truncated" if whole > len(data) else "another-file")
    return at


def _records(data: bytes, at: int, end: int, count: int) -> Iterator[tuple[bytes, int]]:
    """What the directory says of each member, and where that begins."""
    budget = Budget(parts=_MOST_MEMBERS)
    for _ in range(count):
        budget.part()
        head = _CENTRAL_HEAD.unpack(take(data, at, _CENTRAL_HEAD.size))
        size = _CENTRAL_HEAD.size + sum(head[10:13])
        if head[0] != _CENTRAL or at + size > end:
            raise StopsError("broken")
        yield data[at : at + size], head[16]
        at += size
    if at != end:
        raise StopsError("broken")


def _member(data: bytes, record: bytes, at: int, end: int) -> Member:
    """A member of which the directory and its own head say the same."""
    head = _CENTRAL_HEAD.unpack_from(record)
    flags, method, crc, packed, name_size = head[3], head[4], head[7], head[8], head[10]
    name = record[_CENTRAL_HEAD.size : _CENTRAL_HEAD.size + name_size]
    local = _LOCAL_HEAD.unpack(take(data, at, _LOCAL_HEAD.size))
    named = at + _LOCAL_HEAD.size
    start = named + local[9] + local[10]
    same = local[0] == _LOCAL and local[3] == method and data[named : named + local[9]] == name
    if not same or start + packed > end:
        raise StopsError("broken")
    encoding = "utf-8" if flags & _UTF8 else "cp437"
    return Member(
        name.decode(encoding, "replace"), flags, method, crc, packed, at, start, end, record
    )


def rewritten(archive: Archive, contents: Mapping[str, bytes]) -> bytes:
    """The archive with these contents: members of that name anew, others added behind the last.

    Every other member, its head and what the directory says of it stay, but for its place.
    """
    pieces: list[bytes] = []
    records: dict[str, bytes] = {}
    at = 0
    for one in sorted(archive.members, key=lambda member: member.at):
        new = contents.get(one.name)
        if new is None:
            piece, record = archive.data[one.at : one.end], one.record
        else:
            piece, record = _packed(one.name, new, one.record)
        records[one.name] = record[:42] + at.to_bytes(4, "little") + record[46:]
        pieces.append(piece)
        at += len(piece)
    for name in contents:
        if name not in records:
            piece, record = _packed(name, contents[name], None)
            records[name] = record[:42] + at.to_bytes(4, "little") + record[46:]
            pieces.append(piece)
            at += len(piece)
    listed = [one.name for one in archive.members]
    order = [*listed, *(name for name in contents if name not in set(listed))]
    directory = b"".join(records[name] for name in order)
    return b"".join((*pieces, directory, _tail(archive, len(order), len(directory), at)))


def _tail(archive: Archive, count: int, size: int, at: int) -> bytes:
    comment = archive.tail[_END_HEAD.size :]
    if at + size > _ZIP64[1] - 1 or count > _MOST_MEMBERS:
        raise StopsError("limit")
    return _END_HEAD.pack(_END, 0, 0, count, count, size, at, len(comment)) + comment


def _packed(name: str, content: bytes, record: bytes | None) -> tuple[bytes, bytes]:
    """A member, and what the directory says of it: as of the one it replaces, or of no time."""
    engine = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = engine.compress(content) + engine.flush()
    crc, sizes = zlib.crc32(content), (len(packed), len(content))
    if record is None:
        raw, flags, times, more = name.encode(), _UTF8, (0, _NEVER), b""
        made, inside, outside = 20, 0, 0
    else:
        head = _CENTRAL_HEAD.unpack_from(record)
        raw = record[_CENTRAL_HEAD.size : _CENTRAL_HEAD.size + head[10]]
        flags, times, made = head[3] & ~_SIZES_BEHIND, (head[5], head[6]), head[1]
        more, inside, outside = record[_CENTRAL_HEAD.size + head[10] :], head[14], head[15]
        more = more[head[11] :]  # extra fields speak of the bytes that were
    local = _LOCAL_HEAD.pack(_LOCAL, 20, flags, _DEFLATED, *times, crc, *sizes, len(raw), 0)
    central = _CENTRAL_HEAD.pack(
        _CENTRAL, made, 20, flags, _DEFLATED, *times, crc, *sizes, len(raw), 0, len(more), 0,
        inside, outside, 0,
    )  # fmt: skip
    return local + raw + packed, central + raw + more
