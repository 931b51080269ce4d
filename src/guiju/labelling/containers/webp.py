# SPDX-License-Identifier: Apache-2.0
"""WebP: the XMP packet in a chunk of its own (rule carriers.webp.place; RFC 9649).

The simple forms have no place for metadata, so a header of the extended form is put before their
picture; the picture itself stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator

from guiju.labelling.containers import exif, riff, xmp
from guiju.labelling.containers.errors import broken
from guiju.labelling.containers.loose import behind_the_end, in_text
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

_EXTENDED, _LOSSY, _LOSSLESS = b"VP8X", b"VP8 ", b"VP8L"
_XMP, _EXIF = b"XMP ", b"EXIF"
_PICTURE = frozenset({_EXTENDED, _LOSSY, _LOSSLESS, b"ALPH", b"ANIM", b"ANMF", b"ICCP", b"C2PA"})
_HAS_XMP, _HAS_ALPHA = 0x04, 0x10
_SIDE = 0x3FFF  # fourteen bits


def _sniff(head: bytes) -> bool:
    return head[:4] == b"RIFF" and head[8:12] == b"WEBP"


def _read(data: bytes) -> Contents:
    return collected(_walk(data))


def _walk(data: bytes) -> Iterator[Found | Unread]:
    budget = Budget()
    for one in _chunks(data, budget):
        if one.name in _PICTURE:
            continue
        budget.spend(one.size)
        value = data[one.body : one.end]
        if one.name == _XMP:
            yield from xmp.labels(value)
        elif one.name == _EXIF:
            yield from exif.labels(value)
        else:
            yield from in_text(f"chunk {one.name.decode('latin-1')}", value)
    yield from behind_the_end(data, _end(data))


def _end(data: bytes) -> int:
    """Where the file ends by its own word, and with the byte that evens it out."""
    size = number(data, 4, 4, "little")
    return min(riff.HEAD + size + size % 2, len(data))


def _chunks(data: bytes, budget: Budget) -> Iterator[riff.Chunk]:
    end = riff.HEAD + number(data, 4, 4, "little")
    if end > len(data) or end < riff.LIST:
        raise StopsError("truncated")
    yield from riff.chunks(data, riff.LIST, end, budget)


def _write(data: bytes, text: str) -> bytes:
    """The packet of the file gets the label; without one, a new chunk behind all others."""
    found = list(_chunks(data, Budget()))
    if not found:
        raise broken("it holds no picture")
    edits = [_extended(data, found[0])]
    packets = 0
    for one in found:
        value = data[one.body : one.end]
        if one.name == _XMP:
            packets += 1
            new = xmp.with_label(value, text) if packets == 1 else xmp.without_label(value)
        elif one.name == _EXIF:
            new = exif.blanked(value)
        else:
            continue
        edits.append((one.start, min(one.next, len(data)), riff.chunk(one.name, new)))
    if not packets:
        edits.append(_added(data, found[-1], text))
    grown = sum(len(new) - (end - start) for start, end, new in edits)
    size = _end(data) - riff.HEAD + grown
    if size > riff.LARGEST:
        raise StopsError("limit")
    return spliced(data, [*edits, (4, 8, size.to_bytes(4, "little"))])


def _added(data: bytes, last: riff.Chunk, text: str) -> Edit:
    new = riff.chunk(_XMP, xmp.with_label(None, text))
    end = _end(data)
    # A last chunk of odd size may lack the byte that evens it out.
    return end, end, bytes(max(0, last.next - end)) + new


def _extended(data: bytes, first: riff.Chunk) -> Edit:
    """The header of the extended form, saying that there is XMP: that of the file, or a new one."""
    if first.name == _EXTENDED:
        flags = take(data, first.body, 10)[0] | _HAS_XMP
        return first.body, first.body + 1, bytes((flags,))
    if first.name == _LOSSY:
        flags, width, height = _lossy(data, first.body)
    elif first.name == _LOSSLESS:
        flags, width, height = _lossless(data, first.body)
    else:
        raise broken("it does not begin with a picture")
    sizes = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    header = riff.chunk(_EXTENDED, bytes((flags | _HAS_XMP, 0, 0, 0)) + sizes)
    return first.start, first.start, header


def _lossy(data: bytes, at: int) -> tuple[int, int, int]:
    """Flags, width and height of a lossy picture (RFC 6386, 9.1)."""
    if take(data, at + 3, 3) != b"\x9d\x01\x2a":
        raise broken("its picture does not begin with a whole one")
    width, height = number(data, at + 6, 2, "little"), number(data, at + 8, 2, "little")
    return 0, max(1, width & _SIDE), max(1, height & _SIDE)


def _lossless(data: bytes, at: int) -> tuple[int, int, int]:
    """The same of a lossless one, which says whether its transparency is used."""
    if take(data, at, 1) != b"\x2f":
        raise broken("its picture does not begin as a lossless one")
    bits = number(data, at + 1, 4, "little")
    flags = _HAS_ALPHA if bits >> 28 & 1 else 0
    return flags, (bits & _SIDE) + 1, (bits >> 14 & _SIDE) + 1


WEBP = Container(
    "webp", Medium.IMAGE, (".webp",), "image/webp", sniff=_sniff, read=_read, write=_write
)
