# SPDX-License-Identifier: Apache-2.0
"""AVI: the chunk AIGC in the list of facts LIST/INFO (rule carriers.avi.place).

The list goes before the pictures, where players look for it: into room that the writer left if
there is such, for then nothing moves. Else the index of version 1 follows. Files with indexes of
OpenDML, whose places are written down all over the file, get the list behind everything, if they
are of one part. Source: Microsoft, "AVI RIFF File Reference"; Matrox, "OpenDML AVI File Format
Extensions 1.02".
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from guiju.labelling.containers import riff, xmp
from guiju.labelling.containers.errors import not_writable_here
from guiju.labelling.containers.loose import behind_the_end
from guiju.labelling.containers.model import Container, Contents, Found, Medium, Unread
from guiju.labelling.containers.walking import (
    Budget,
    Edit,
    StopsError,
    collected,
    spliced,
    with_faults,
)

_JUNK = b"JUNK"
_ENTRY = struct.Struct("<4sIII")  # of the index: name, flags, place, size
_MOST_ENTRIES = 1_000_000
_MORE = b"AVIX"


@dataclass(frozen=True, slots=True)
class _Part:
    """One RIFF of the file, of which large ones have several."""

    kind: bytes
    frame: riff.Chunk
    chunks: tuple[riff.Chunk, ...]


@dataclass(frozen=True, slots=True)
class _Film:
    """The parts of a film; the pictures in the first one; and whether they have OpenDML indexes."""

    parts: tuple[_Part, ...]
    movie: riff.Chunk
    is_open_dml: bool

    @property
    def before(self) -> list[riff.Chunk]:
        """The chunks before the pictures."""
        return [one for one in self.parts[0].chunks if one.end <= self.movie.start]


def _sniff(head: bytes) -> bool:
    return head[:4] == b"RIFF" and head[8:12] == b"AVI "


def _read(data: bytes) -> Contents:
    return collected(_walk(data))


def _walk(data: bytes) -> Iterator[Found | Unread]:
    budget, end = Budget(), 0
    for part in _parts(data, budget):
        end = part.frame.next
        for one in part.chunks:
            if riff.is_info(data, one):
                for child in riff.info_labels(data, one, budget):
                    yield Found(riff.PLACE, riff.text_of(data, child))
            elif one.name == b"_PMX":
                budget.spend(one.size)
                yield from with_faults(xmp.labels(data[one.body : one.end]), ("place:XMP",))
            elif one.name.upper() == riff.KEY:
                yield Found("AIGC chunk", riff.text_of(data, one), ("place:AIGC chunk",))
    yield from behind_the_end(data, end)


def _parts(data: bytes, budget: Budget) -> Iterator[_Part]:
    at = 0
    while data.startswith(b"RIFF", at) and data[at + 8 : at + 12] in {b"AVI ", _MORE}:
        frame = riff.header(data, at)
        if frame.end < at + riff.LIST:
            raise StopsError("broken")
        if frame.end > len(data):
            raise StopsError("truncated")
        chunks = tuple(riff.chunks(data, at + riff.LIST, frame.end, budget))
        yield _Part(data[at + 8 : at + 12], frame, chunks)
        at = frame.next


def _film(data: bytes) -> _Film:
    parts = tuple(_parts(data, Budget()))
    lists = {data[one.body : one.body + 4]: one for one in parts[0].chunks if one.name == b"LIST"}
    if b"movi" not in lists or b"hdrl" not in lists:
        raise StopsError("broken")
    header = lists[b"hdrl"]
    is_open_dml = data.find(b"indx", header.start, header.end) >= 0 or len(parts) > 1
    return _Film(parts, lists[b"movi"], is_open_dml)


def _write(data: bytes, text: str) -> bytes:
    film = _film(data)
    content = text.encode("ascii") + b"\0"
    edits: list[Edit] = []
    is_written = False
    for child in _labels(data, film):
        fits = not is_written and child.size >= len(content)
        is_written = is_written or fits
        name = riff.KEY if fits else _JUNK
        new = (content if fits else b"").ljust(child.size, b"\0")
        edits.append((child.start, child.end, name + data[child.start + 4 : child.body] + new))
    if not is_written:
        edits += _added(data, film, riff.chunk(riff.KEY, content))
    return spliced(data, edits)


def _labels(data: bytes, film: _Film) -> Iterator[riff.Chunk]:
    budget = Budget()
    for part in film.parts:
        for one in part.chunks:
            if riff.is_info(data, one):
                yield from riff.info_labels(data, one, budget)


def _added(data: bytes, film: _Film, label: bytes) -> list[Edit]:
    """The label in the list of facts before the pictures, in room that is left if it can be."""
    lists = [one for one in film.before if riff.is_info(data, one) and one.size % 2 == 0]
    if lists:
        info = lists[0]
        size = (info.size + len(label)).to_bytes(4, "little")
        grown: list[Edit] = [(info.start + 4, info.body, size), (info.end, info.end, label)]
    else:
        label = riff.chunk(b"LIST", b"INFO" + label)
        grown = [(film.movie.start, film.movie.start, label)]
    room = next((one for one in film.before if _has_room(data, one, len(label))), None)
    if room is not None:
        less = data[room.body : room.end - len(label)]
        return [*grown, (room.start, room.next, riff.chunk(room.name, less))]
    frame = film.parts[0].frame
    if not film.is_open_dml:
        longer = _longer(frame, len(label))
        return [*grown, longer, *_following(data, film, len(label))]
    if len(film.parts) > 1:
        raise not_writable_here(
            "OpenDML 索引之前没有空位", "there is no room before its OpenDML indexes"
        )
    label = label if not lists else riff.chunk(b"LIST", b"INFO" + label)
    return [(frame.end, frame.end, label), _longer(frame, len(label))]


def _has_room(data: bytes, one: riff.Chunk, size: int) -> bool:
    """Whether this chunk says nothing in its last `size` bytes."""
    return one.name == _JUNK and one.size >= size and not any(data[one.end - size : one.end])


def _longer(frame: riff.Chunk, growth: int) -> Edit:
    return frame.start + 4, frame.body, (frame.size + growth).to_bytes(4, "little")


def _following(data: bytes, film: _Film, growth: int) -> Iterator[Edit]:
    """What moves the index along, if it counts from the beginning of the file."""
    index = next((one for one in film.parts[0].chunks if one.name == b"idx1"), None)
    if index is None:
        return
    count = index.size // _ENTRY.size
    if count > _MOST_ENTRIES:
        raise StopsError("limit")
    form = struct.Struct(f"<{4 * count}I")
    numbers = list(form.unpack_from(data, index.body))
    places = numbers[2::4]
    name = data[index.body : index.body + 4]
    if not places or data.startswith(name, film.movie.body + places[0]):
        return
    if not data.startswith(name, places[0]):
        raise StopsError("broken")
    numbers[2::4] = [place + growth for place in places]
    yield index.body, index.body + form.size, form.pack(*numbers)


AVI = Container(
    "avi", Medium.VIDEO, (".avi",), "video/x-msvideo", sniff=_sniff, read=_read, write=_write
)
