# SPDX-License-Identifier: Apache-2.0
"""GIF: the XMP packet in an application extension (rule carriers.gif.place; XMP part 3, 1.1.2).

The packet stands there as it is. To readers of sub-blocks it looks like some, and 258 bytes behind
it, which count down, lead each of them to its end.
"""

from __future__ import annotations

from collections.abc import Iterator

from guiju.labelling.containers import xmp
from guiju.labelling.containers.gif_blocks import (
    APPLICATION,
    COMMENT,
    TRAILER,
    Block,
    blocks,
    joined,
)
from guiju.labelling.containers.loose import behind_the_end, in_text
from guiju.labelling.containers.model import Container, Contents, Found, Medium, Unread
from guiju.labelling.containers.walking import Budget, Edit, collected, spliced

_OLD, _NEW = b"GIF87a", b"GIF89a"
_NAME = b"\x0bXMP DataXMP"
_TRAILER = bytes((1, *range(255, -1, -1), 0))


def _sniff(head: bytes) -> bool:
    return head.startswith((_OLD, _NEW))


def _read(data: bytes) -> Contents:
    return collected(_walk(data))


def _walk(data: bytes) -> Iterator[Found | Unread]:
    budget = Budget()
    end = 0
    for one in blocks(data):
        end = one.end
        if one.kind in {APPLICATION, COMMENT}:
            budget.part()
            budget.spend(one.end - one.at)
            yield from _labels(data, one)
    yield from behind_the_end(data, end)


def _labels(data: bytes, one: Block) -> Iterator[Found | Unread]:
    packet = _packet(data, one)
    if packet is not None:
        yield from xmp.labels(packet)
    else:
        name = "comment" if one.kind == COMMENT else "application-extension"
        yield from in_text(name, joined(data, one))


def _packet(data: bytes, one: Block) -> bytes | None:
    """The XMP packet in this block, if there is one; some write it in true sub-blocks."""
    if one.kind != APPLICATION or not data.startswith(_NAME, one.start):
        return None
    raw = data[one.start + len(_NAME) : one.end]
    if raw.endswith(_TRAILER):
        return raw.removesuffix(_TRAILER)
    return joined(data, one)[len(_NAME) - 1 :]


def _write(data: bytes, text: str) -> bytes:
    """The packet of the file gets the label; without one, a new extension before the trailer."""
    # Application extensions came with GIF 89a.
    edits: list[Edit] = [(0, len(_OLD), _NEW)]
    packets = 0
    for one in blocks(data):
        packet = _packet(data, one)
        if packet is not None:
            packets += 1
            new = xmp.with_label(packet, text) if packets == 1 else xmp.without_label(packet)
            edits.append((one.at, one.end, _extension(new)))
        elif one.kind == TRAILER and not packets:
            edits.append((one.at, one.at, _extension(xmp.with_label(None, text))))
    return spliced(data, edits)


def _extension(packet: bytes) -> bytes:
    return b"\x21\xff" + _NAME + packet + _TRAILER


GIF = Container("gif", Medium.IMAGE, (".gif",), "image/gif", sniff=_sniff, read=_read, write=_write)
