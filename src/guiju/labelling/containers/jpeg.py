# SPDX-License-Identifier: Apache-2.0
"""JPEG: the XMP packet in a segment APP1 (rule carriers.jpeg.place).

Readers also accept extended XMP, the fields of EXIF, comments, and a label glued into another
segment. The compressed picture is never touched.
"""

from __future__ import annotations

from collections.abc import Iterator

from guiju.labelling.containers import exif, xmp
from guiju.labelling.containers.extended_xmp import Portions
from guiju.labelling.containers.jpeg_segments import (
    APP0,
    APP15,
    COMMENT,
    SCAN,
    Segment,
    segments,
)
from guiju.labelling.containers.loose import behind_the_end, in_text
from guiju.labelling.containers.model import Container, Contents, Found, Medium, Unread
from guiju.labelling.containers.walking import Budget, Edit, collected, spliced, with_faults

_START = b"\xff\xd8\xff"
_XMP = b"http://ns.adobe.com/xap/1.0/\0"
_MORE_XMP = b"http://ns.adobe.com/xmp/extension/\0"
_APP1, _APP2, _APP11 = APP0 + 1, APP0 + 2, APP0 + 11
_BINARY = frozenset({_APP2, _APP11})  # colour profiles, and the boxes of C2PA
_LARGEST = 0xFFFF - 2
"""Bytes of data in one segment."""


def _sniff(head: bytes) -> bool:
    return head.startswith(_START)


def _read(data: bytes) -> Contents:
    return collected(_walk(data))


def _walk(data: bytes) -> Iterator[Found | Unread]:
    """The labels of the picture, of further ones behind it (cameras do that), and of the rest."""
    budget = Budget()
    at = 0
    faults: tuple[str, ...] = ()
    while data.startswith(_START, at):
        portions = Portions()
        for one in segments(data, at, budget):
            at = one.end
            yield from with_faults(_labels(data, one, portions, budget), faults)
        yield from with_faults(portions.labels(), faults)
        faults = ("place:second-picture",)
    yield from behind_the_end(data, at)


def _labels(
    data: bytes, one: Segment, portions: Portions, budget: Budget
) -> Iterator[Found | Unread]:
    if not (APP0 <= one.marker <= APP15 or one.marker == COMMENT) or one.marker in _BINARY:
        return
    budget.spend(one.end - one.start)
    value = data[one.start : one.end]
    if value.startswith(_XMP):
        portions.main(value)
        yield from xmp.labels(value[len(_XMP) :])
    elif value.startswith(_MORE_XMP):
        portions.add(value[len(_MORE_XMP) :])
    elif value.startswith(exif.HEAD):
        yield from exif.labels(value)
    else:
        yield from in_text(_name(one.marker), value)


def _name(marker: int) -> str:
    return "COM" if marker == COMMENT else f"APP{marker - APP0}"


def _write(data: bytes, text: str) -> bytes:
    """The packet of the file gets the label; without one, a new segment behind JFIF and EXIF."""
    edits: list[Edit] = []
    packets, room = 0, len(_START) - 1
    for one in segments(data, 0, Budget()):
        value = data[one.start : one.end] if one.marker == _APP1 else b""
        if value.startswith(_XMP):
            packets += 1
            new = _packet(value[len(_XMP) :], text if packets == 1 else None)
        elif value.startswith(exif.HEAD):
            new = exif.blanked(value)
        elif one.marker == SCAN:
            break
        else:
            new = value
        if new != value:
            edits.append((one.at, one.end, _segment(new)))
        if one.at == room and one.marker in {APP0, _APP1} and not value.startswith(_XMP):
            room = one.end
    if not packets:
        edits.append((room, room, _segment(_packet(None, text))))
    return spliced(data, edits)


def _packet(packet: bytes | None, text: str | None) -> bytes:
    """The data of a segment: the packet with the label, or without any."""
    if packet is not None and text is None:
        return _XMP + xmp.without_label(packet)
    return _XMP + xmp.with_label(packet, text or "", most=_LARGEST - len(_XMP))


def _segment(value: bytes) -> bytes:
    return bytes((0xFF, _APP1)) + (len(value) + 2).to_bytes(2, "big") + value


JPEG = Container(
    "jpeg",
    Medium.IMAGE,
    (".jpg", ".jpeg", ".jpe", ".jfif"),
    "image/jpeg",
    sniff=_sniff,
    read=_read,
    write=_write,
)
