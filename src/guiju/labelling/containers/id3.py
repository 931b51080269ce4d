# SPDX-License-Identifier: Apache-2.0
"""ID3v2 tags, versions 2.2 to 2.4: the labels in one, and the tag made anew with one.

Frames that are not ours are copied as they stand in the file, also out of a tag with
unsynchronisation. Sources: id3.org, "ID3 tag version 2.3.0" and "ID3 tag version 2.4.0 - Main
Structure".
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from guiju.labelling.containers.errors import metadata_too_large, not_writable_here
from guiju.labelling.containers.id3_frames import (
    LAYOUTS,
    OLD_ITUNES,
    Frame,
    Layout,
    frames_in,
    label_frame,
    label_of,
    syncsafe,
    to_syncsafe,
)
from guiju.labelling.containers.model import LARGEST_METADATA, Found
from guiju.labelling.containers.walking import Budget, StopsError

PLACE = "ID3v2 TXXX"
_OLD_PLACE = "ID3v2.2 TXX"
HEAD = 10
"""Bytes in the header of a tag, and in its footer."""

_KNOWN_FLAGS = {2: 0x80, 3: 0xE0, 4: 0xF0}
_UNSYNCHRONISED, _EXTENDED, _FOOTER = 0x80, 0x40, 0x10
_STUFFED = re.compile(rb"\xff\x00")
_TO_STUFF = re.compile(rb"\xff(?=[\x00\xe0-\xff])")
_MOST_TAGS = 16
_SPARE = 10  # exiftool skips a frame of version 2.4 behind which no header of another has room


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag: where it stands in its file, and what it holds.

    `raw` is its body as stored, `body` the same without stuffing, and `zeros` the places in `body`
    before which a stuffed zero is left out; `first` is where the frames begin in `body`, behind an
    extended header.
    """

    start: int
    end: int
    flags: int
    layout: Layout
    raw: bytes
    body: bytes
    zeros: array[int]
    first: int
    frames: tuple[Frame, ...]
    texts: tuple[str | None, ...]
    """What each frame says, if it is one for a label."""

    @property
    def labels(self) -> Iterator[str]:
        """The texts of its label frames."""
        return (text for text in self.texts if text is not None)

    @property
    def found(self) -> Iterator[Found]:
        """The same as what was found in a file whose place for labels this is."""
        old = self.layout is LAYOUTS[2]
        place, faults = (_OLD_PLACE, (f"place:{_OLD_PLACE}",)) if old else (PLACE, ())
        return (Found(place, text, faults) for text in self.labels)

    @property
    def padding(self) -> int:
        """How many bytes behind the frames are free."""
        return len(self.body) - (self.frames[-1].end if self.frames else self.first)

    @property
    def has_footer(self) -> bool:
        """Whether it ends as it begins, which leaves no room for padding."""
        return self.layout.version == LAYOUTS[4].version and bool(self.flags & _FOOTER)

    def stored(self, start: int, end: int) -> bytes:
        """The bytes of the file for this part of `body`."""
        begins, ends = (place + bisect_right(self.zeros, place) for place in (start, end))
        return self.raw[begins:ends]


def tag_at(data: bytes, at: int) -> Tag | None:
    """The tag that begins at byte `at`; None if none does.

    Raises:
        StopsError: it does not fit, or is of a kind that cannot be read.
    """
    if data[at : at + 3] != b"ID3":
        return None
    end = at + tag_length(data[at : at + HEAD])
    if end > len(data):
        raise StopsError("truncated")
    version, flags = data[at + 3], data[at + 5]
    footer = HEAD if version == LAYOUTS[4].version and flags & _FOOTER else 0
    return _parsed(at, end, flags, LAYOUTS[version], data[at + HEAD : end - footer])


def tag_length(head: bytes) -> int:
    """The bytes of the whole tag with this header of ten bytes."""
    if len(head) < HEAD:
        raise StopsError("truncated")
    version, flags = head[3], head[5]
    if flags & ~_KNOWN_FLAGS.get(version, 0) or version not in LAYOUTS:
        raise StopsError("unsupported:ID3")
    footer = HEAD if version == LAYOUTS[4].version and flags & _FOOTER else 0
    size = syncsafe(head[6:])
    if size > LARGEST_METADATA:
        raise StopsError("limit")
    return HEAD + size + footer


def tags_at_start(data: bytes) -> Iterator[Tag]:
    """The tags that follow each other from the first byte on."""
    at = 0
    for _ in range(_MOST_TAGS):
        if (tag := tag_at(data, at)) is None:
            return
        yield tag
        at = tag.end
    raise StopsError("limit")


def new_tag(label: str) -> bytes:
    """A tag of version 2.4 that holds `label` and nothing else."""
    return _tag(LAYOUTS[4], 0, label_frame(LAYOUTS[4], label) + bytes(_SPARE))


def rewritten(tag: Tag, label: str | None) -> bytes:
    """The tag without its label frames and, if `label` is given, with a frame for that.

    Its length stays as long as its padding has room for more than the label.

    Raises:
        Invalid: `label-not-supported` or `metadata-too-large`.
    """
    _check_writable(tag)
    kept = [one for one, text in zip(tag.frames, tag.texts, strict=True) if text is None]
    frames = [tag.stored(0, tag.first), *(tag.stored(one.start, one.end) for one in kept)]
    if label is not None:
        frames.append(_stuffed(tag, label_frame(tag.layout, label)))
    body = b"".join(frames)
    # An extended header counts the padding, so with one that stays as it is.
    padding = tag.padding if tag.first else max(len(tag.raw) - len(body), _SPARE)
    return _tag(tag.layout, tag.flags, body if tag.has_footer else body + bytes(padding))


def _parsed(start: int, end: int, flags: int, layout: Layout, raw: bytes) -> Tag:
    # Version 2.4 stuffs each frame by itself and counts the stuffing in its size.
    stuffed = flags & _UNSYNCHRONISED and layout.version != LAYOUTS[4].version
    body = _STUFFED.sub(b"\xff", raw) if stuffed else raw
    found = enumerate(_STUFFED.finditer(raw)) if stuffed else ()
    # The n-th of them stood n bytes further on than where it is missed.
    zeros = array("I", (one.start() + 1 - n for n, one in found))
    first = _extended_header(body, layout) if flags & _EXTENDED and layout is not LAYOUTS[2] else 0
    layouts = (layout, OLD_ITUNES) if layout is LAYOUTS[4] else (layout,)
    for one in layouts:
        if (frames := frames_in(body, first, one)) is not None:
            budget = Budget()
            texts = tuple(label_of(body, frame, budget) for frame in frames)
            return Tag(start, end, flags, one, raw, body, zeros, first, frames, texts)
    raise StopsError("broken")


def _extended_header(body: bytes, layout: Layout) -> int:
    """Where it ends: version 2.4 counts its size in, version 2.3 does not."""
    fourth = layout is LAYOUTS[4]
    end = syncsafe(body[:4]) if fourth else int.from_bytes(body[:4]) + 4
    if not (6 if fourth else HEAD) <= end <= len(body):
        raise StopsError("broken")
    return end


def _check_writable(tag: Tag) -> None:
    if tag.layout is LAYOUTS[2]:
        raise not_writable_here(
            "ID3 2.2 版没有 TXXX 帧", "its ID3 tag is of version 2.2, which has no frame TXXX"
        )
    check_sum = (4, 0x80) if tag.layout is LAYOUTS[3] else (5, 0x20)
    if tag.first and tag.body[check_sum[0]] & check_sum[1]:
        raise not_writable_here("ID3 扩展头带校验和", "its ID3 tag has a check sum")


def _stuffed(tag: Tag, frame: bytes) -> bytes:
    if tag.layout is LAYOUTS[3] and tag.flags & _UNSYNCHRONISED:
        return _TO_STUFF.sub(b"\xff\x00", frame)
    return frame


def _tag(layout: Layout, flags: int, body: bytes) -> bytes:
    if len(body) > LARGEST_METADATA:
        raise metadata_too_large("ID3", LARGEST_METADATA)
    rest = bytes((layout.version, 0, flags)) + to_syncsafe(len(body))
    footer = b"3DI" + rest if layout.version == LAYOUTS[4].version and flags & _FOOTER else b""
    return b"ID3" + rest + body + footer
