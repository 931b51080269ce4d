# SPDX-License-Identifier: Apache-2.0
"""The frames of ID3v2: how each version lays them out, and the one that holds a label."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from guiju.labelling.containers.walking import Budget, StopsError, inflated

KEY = "AIGC"
_ENCODINGS = ("latin-1", "utf-16", "utf-16-be", "utf-8")
_LATIN_1, _UTF_8 = 0, 3
_LARGEST_TEXT = 256 * 1024
_STUFFED = re.compile(rb"\xff\x00")


class Bits(NamedTuple):
    """Which bits of a frame's second flag byte say what was done to its content."""

    packed: int
    encrypted: int
    grouped: int
    measured: int
    stuffed: int


class Layout(NamedTuple):
    """How one version writes a frame: a name, a size of the same width, flags, content."""

    version: int
    name: re.Pattern[bytes]
    width: int
    head: int
    size_of: Callable[[bytes], int]
    to_size: Callable[[int], bytes]
    bits: Bits


class Frame(NamedTuple):
    """One frame, by its places in the body of its tag."""

    start: int
    content: int
    end: int
    layout: Layout


def syncsafe(part: bytes) -> int:
    """The size in these four bytes of seven bits.

    Raises:
        StopsError: they are none.
    """
    size = _seven_bits(part)
    if size < 0:
        raise StopsError("broken")
    return size


def to_syncsafe(size: int) -> bytes:
    """`size` in four bytes of seven bits."""
    return bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))


def frames_in(body: bytes, at: int, layout: Layout) -> tuple[Frame, ...] | None:
    """The frames from `at` up to the padding; None if they do not fit into `body`."""
    frames: list[Frame] = []
    budget, width = Budget(), layout.width
    while at < len(body) and body[at]:
        budget.part()
        content = at + layout.head
        name = body[at : at + width]
        length = layout.size_of(body[at + width : at + 2 * width])
        if length < 0 or content + length > len(body) or not layout.name.fullmatch(name):
            return None
        frames.append(Frame(at, content, content + length, layout))
        at = content + length
    return tuple(frames)


def label_frame(layout: Layout, label: str) -> bytes:
    """The frame that holds `label`, whose characters are ASCII."""
    encoding = _UTF_8 if layout.version == LAYOUTS[4].version else _LATIN_1
    content = bytes((encoding,)) + f"{KEY}\0{label}".encode("ascii")
    return b"TXXX" + layout.to_size(len(content)) + bytes(2) + content


def label_of(body: bytes, frame: Frame, budget: Budget) -> str | None:
    """The label that the frame holds, if it is one for that.

    Raises:
        StopsError: it does not fit, or is of a kind that cannot be read.
    """
    if not body.startswith(b"TXX", frame.start):
        return None
    content = _content(body, frame)
    budget.spend(len(content))
    if not content or content[0] >= len(_ENCODINGS):
        return None
    text = content[1:].decode(_ENCODINGS[content[0]], "replace")
    description, _, value = text.partition("\0")
    if description.strip("\ufeff").upper() != KEY:
        return None
    return value.strip("\0\ufeff")


def _content(body: bytes, frame: Frame) -> bytes:
    """What the frame holds, with undone what its flags say was done to it."""
    bits = frame.layout.bits
    flags = body[frame.content - 1] if frame.layout.width == len(KEY) else 0
    if flags & bits.encrypted:
        raise StopsError("encrypted")
    content = body[frame.content : frame.end]
    content = content[bool(flags & bits.grouped) + 4 * bool(flags & bits.measured) :]
    if flags & bits.stuffed:
        content = _STUFFED.sub(b"\xff", content)
    return inflated(content, _LARGEST_TEXT) if flags & bits.packed else content


def _seven_bits(part: bytes) -> int:
    """The size; -1 if there is none."""
    if len(part) != len(KEY) or max(part) & 0x80:
        return -1
    return sum(one << shift for one, shift in zip(part, (21, 14, 7, 0), strict=True))


def _plain(part: bytes) -> int:
    return int.from_bytes(part)


def _to_plain(size: int) -> bytes:
    return size.to_bytes(4)


_NAME = re.compile(rb"[A-Z0-9]{4}")
_NONE = Bits(0, 0, 0, 0, 0)
_THIRD = Bits(packed=0x80, encrypted=0x40, grouped=0x20, measured=0x80, stuffed=0)
_FOURTH = Bits(packed=0x08, encrypted=0x04, grouped=0x40, measured=0x01, stuffed=0x02)

LAYOUTS = {
    2: Layout(2, re.compile(rb"[A-Z0-9]{3}"), 3, 6, _plain, _to_plain, _NONE),
    3: Layout(3, _NAME, 4, 10, _plain, _to_plain, _THIRD),
    4: Layout(4, _NAME, 4, 10, _seven_bits, to_syncsafe, _FOURTH),
}
# It wrote plain sizes into tags of version 2.4.
OLD_ITUNES = LAYOUTS[4]._replace(size_of=_plain, to_size=_to_plain)
