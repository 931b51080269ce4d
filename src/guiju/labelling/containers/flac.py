# SPDX-License-Identifier: Apache-2.0
"""FLAC: the Vorbis comment AIGC in its block of comments (rule carriers.flac.place; RFC 9639).

Padding gives the room and takes it back, so that as a rule no frame of sound moves.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from guiju.labelling.containers import id3, vorbis
from guiju.labelling.containers.errors import metadata_too_large
from guiju.labelling.containers.model import Container, Contents, Found, Medium, Unread
from guiju.labelling.containers.walking import (
    Budget,
    Edit,
    StopsError,
    collected,
    number,
    spliced,
    take,
)

_MARK = b"fLaC"
_STREAMINFO, _PADDING, _COMMENTS = 0, 1, 4
_LAST = 0x80
_HEAD = 4
_LARGEST = (1 << 24) - 1


@dataclass(frozen=True, slots=True)
class _Block:
    """A block of metadata: its kind and its content."""

    kind: int
    content: bytes

    @property
    def size(self) -> int:
        return _HEAD + len(self.content)


def _sniff(head: bytes) -> bool:
    try:
        return head.startswith(_MARK, _start(head))
    except StopsError:
        return False


def _read(data: bytes) -> Contents:
    return collected(_walk(data))


def _walk(data: bytes) -> Iterator[Found | Unread]:
    for tag in id3.tags_at_start(data):
        yield from (Found(id3.PLACE, text, (f"place:{id3.PLACE}",)) for text in tag.labels)
    for one in _blocks(data, _start(data)):
        if one.kind == _COMMENTS:
            found = vorbis.comments(one.content).labels
            yield from (Found(vorbis.PLACE, text) for text in found)


def _write(data: bytes, text: str) -> bytes:
    edits: list[Edit] = [
        (tag.start, tag.end, id3.rewritten(tag, None))
        for tag in id3.tags_at_start(data)
        if any(tag.labels)
    ]
    start = _start(data) + len(_MARK)
    old = list(_blocks(data, start - len(_MARK)))
    size = sum(one.size for one in old)
    new = _padded(_labelled(old, text), size)
    edits.append((start, start + size, _stored(new)))
    return spliced(data, edits)


def _start(data: bytes) -> int:
    """Where the mark of FLAC stands: first, but some put ID3 before it."""
    at = 0
    while data[at : at + 3] == b"ID3":
        at += id3.tag_length(data[at : at + id3.HEAD])
    return at


def _blocks(data: bytes, at: int) -> Iterator[_Block]:
    if take(data, at, len(_MARK)) != _MARK:
        raise StopsError("broken")
    at += len(_MARK)
    budget, kind = Budget(), 0
    while not kind & _LAST:
        budget.part()
        kind, size = number(data, at, 1), number(data, at + 1, 3)
        if kind & ~_LAST != _PADDING:
            budget.spend(size)
        yield _Block(kind & ~_LAST, take(data, at + _HEAD, size))
        at += _HEAD + size


def _labelled(blocks: list[_Block], text: str) -> list[_Block]:
    """The blocks with the label in the first one of comments, which is made if there is none."""
    if not blocks or blocks[0].kind != _STREAMINFO:
        raise StopsError("broken")
    if all(one.kind != _COMMENTS for one in blocks):
        blocks = [blocks[0], _Block(_COMMENTS, bytes(vorbis.NO_COMMENTS)), *blocks[1:]]
    labelled: list[_Block] = []
    label: str | None = text
    for one in blocks:
        if one.kind != _COMMENTS:
            labelled.append(one)
            continue
        content = bytes(vorbis.comments(one.content).labelled(label))
        if len(content) > _LARGEST:
            raise metadata_too_large("FLAC", _LARGEST)
        labelled.append(replace(one, content=content))
        label = None
    return labelled


def _padded(blocks: list[_Block], size: int) -> list[_Block]:
    """The same, in `size` bytes if their padding allows it."""
    growth = sum(one.size for one in blocks) - size
    for n, one in enumerate(blocks):
        left = len(one.content) - growth
        if one.kind != _PADDING or not -_HEAD <= left <= _LARGEST or -_HEAD < left < 0:
            continue
        filled = [] if left < 0 else [replace(one, content=bytes(left))]
        return [*blocks[:n], *filled, *blocks[n + 1 :]]
    return blocks


def _stored(blocks: list[_Block]) -> bytes:
    last = len(blocks) - 1
    return b"".join(
        bytes((one.kind | (_LAST if n == last else 0),))
        + len(one.content).to_bytes(3)
        + one.content
        for n, one in enumerate(blocks)
    )


FLAC = Container(
    "flac", Medium.AUDIO, (".flac",), "audio/flac", sniff=_sniff, read=_read, write=_write
)
