# SPDX-License-Identifier: Apache-2.0
"""The chunks of RIFF (WAV, AVI, WebP): a name, a size, content, evened out by a byte.

Sources: Microsoft and IBM, "Multimedia Programming Interface and Data Specifications 1.0"; EBU Tech
3306 (RF64).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from guiju.labelling.containers.model import LARGEST_LABEL
from guiju.labelling.containers.walking import Budget, Edit, StopsError, number, take

KEY = b"AIGC"
HEAD = 8
"""Bytes of a chunk's name and size."""

LIST = 12
"""Bytes of a list's name, size and kind."""

PLACE = "LIST/INFO AIGC"
LARGEST = 0xFFFF_FFFF


class Chunk(NamedTuple):
    """One chunk: its name, and where its header, its content and what follows begin.

    `size` is that of its content, which `next` rounds up to be even.
    """

    name: bytes
    start: int
    size: int

    @property
    def body(self) -> int:
        """Where the content begins."""
        return self.start + HEAD

    @property
    def end(self) -> int:
        """Where the content ends."""
        return self.body + self.size

    @property
    def next(self) -> int:
        """Where the next chunk begins."""
        return self.end + self.size % 2


def header(data: bytes, at: int) -> Chunk:
    """The chunk whose header stands here; raises StopsError "truncated"."""
    return Chunk(take(data, at, 4), at, number(data, at + 4, 4, "little"))


def chunks(data: bytes, at: int, end: int, budget: Budget) -> Iterator[Chunk]:
    """The chunks between two places; raises StopsError "truncated" or "limit"."""
    # A last chunk of odd size may lack its byte, and some writers leave a byte or more of nothing.
    while at + HEAD <= end:
        budget.part()
        one = header(data, at)
        if one.end > end:
            raise StopsError("truncated")
        yield one
        at = one.next


def chunk(name: bytes, content: bytes) -> bytes:
    """A chunk with this content."""
    return name + len(content).to_bytes(4, "little") + content + bytes(len(content) % 2)


def is_info(data: bytes, one: Chunk) -> bool:
    """Whether this is the list of facts about the file."""
    return one.name == b"LIST" and data[one.body : one.body + 4] == b"INFO"


def info_labels(data: bytes, one: Chunk, budget: Budget) -> Iterator[Chunk]:
    """The label chunks in a list of facts; raises StopsError."""
    budget.spend(one.size)
    inside = chunks(data, one.start + LIST, one.end, budget)
    return (child for child in inside if child.name.upper() == KEY)


def text_of(data: bytes, one: Chunk) -> str:
    """What a chunk says, without the zeros that end it."""
    content = take(data, one.body, min(one.size, LARGEST_LABEL))
    return content.decode("utf-8", "replace").rstrip("\0")


def info_without_labels(data: bytes, one: Chunk) -> Iterator[Edit]:
    """What takes the labels out of a list of facts; raises StopsError."""
    kept: list[bytes] = []
    at = one.body
    for child in info_labels(data, one, Budget()):
        kept.append(data[at : child.start])
        at = min(child.next, one.end)
    if kept:
        content = b"".join([*kept, data[at : one.end]])
        yield one.start, min(one.next, len(data)), chunk(one.name, content)
