# SPDX-License-Identifier: Apache-2.0
"""The boxes of MP4 and QuickTime (ISO/IEC 14496-12): a size, a kind, content."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from guiju.labelling.containers.walking import Budget, StopsError, number, take

HEAD = 8
"""Bytes of the size and the kind."""

LARGEST = (1 << 32) - 1
_LONG = 1  # a size of 64 bits follows
_TO_THE_END = 0
_ZEROS = bytes(4)


class Box(NamedTuple):
    """One box: its kind, and where it, its content and what follows begin."""

    kind: bytes
    start: int
    body: int
    end: int

    @property
    def size(self) -> int:
        """All its bytes."""
        return self.end - self.start


def boxes(data: bytes, at: int, end: int, budget: Budget, *, within: bool = False) -> Iterator[Box]:
    """The boxes between two places; raises StopsError.

    Only the last one of a file may go on to its end, none `within` another.
    """
    while at + HEAD <= end:
        budget.part()
        size, kind, body = number(data, at, 4), data[at + 4 : at + 8], at + HEAD
        if size == _LONG:
            size, body = number(data, body, 8), body + 8
        elif size == _TO_THE_END:
            if kind == _ZEROS:
                # Padding, and what ends a list in QuickTime; a player looks no further.
                if data.count(0, at, end) != end - at:
                    raise StopsError("broken")
                return
            size = end - at if end == len(data) and not within else size
        if size < body - at:
            raise StopsError("broken")
        if at + size > end:
            raise StopsError("truncated")
        yield Box(kind, at, body, at + size)
        at += size
    if any(data[at:end]):
        raise StopsError("truncated")


def inside(data: bytes, one: Box, budget: Budget, skip: int = 0) -> Iterator[Box]:
    """The boxes in a box, behind its first `skip` bytes of content."""
    return boxes(data, one.body + skip, one.end, budget, within=True)


def paths(data: bytes, one: Box, names: tuple[bytes, ...], budget: Budget) -> Iterator[Box]:
    """Every box that is reached by these kinds, one inside the other."""
    if not names:
        yield one
        return
    for child in inside(data, one, budget):
        if child.kind == names[0]:
            yield from paths(data, child, names[1:], budget)


def box(kind: bytes, *content: bytes) -> bytes:
    """A box with this content."""
    body = b"".join(content)
    return (HEAD + len(body)).to_bytes(4) + kind + body


def resized(data: bytes, one: Box, size: int) -> bytes:
    """The head of this box for another size, as long as it is now.

    Raises:
        StopsError: the size has no room there.
    """
    told = number(data, one.start, 4)
    if told == _TO_THE_END:
        return take(data, one.start, one.body - one.start)
    if told == _LONG:
        return take(data, one.start, HEAD) + size.to_bytes(8)
    if size > LARGEST:
        raise StopsError("limit")
    return size.to_bytes(4) + one.kind
