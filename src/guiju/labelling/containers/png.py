# SPDX-License-Identifier: Apache-2.0
"""PNG and its animations: the XMP packet in an iTXt chunk (rule carriers.png.place).

Readers also accept the text chunks named AIGC of annex B, compressed text, and what stands in eXIf.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from guiju.labelling.containers import exif, xmp
from guiju.labelling.containers.loose import behind_the_end, in_text
from guiju.labelling.containers.model import (
    LARGEST_LABEL,
    LARGEST_XMP,
    Container,
    Contents,
    Found,
    Medium,
    Unread,
)
from guiju.labelling.containers.walking import (
    Budget,
    Edit,
    StopsError,
    collected,
    inflated,
    number,
    spliced,
    with_faults,
)

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_HEAD = struct.Struct(">I4s")  # how long the data are, and the name
_AROUND = 12  # length, name and checksum
_HEADER = len(_SIGNATURE) + _AROUND + 13
_XMP = b"XML:com.adobe.xmp"
_KEY = b"AIGC"
_TEXTS = frozenset({b"iTXt", b"tEXt", b"zTXt"})
_LOOKED_AT = _TEXTS | {b"eXIf"}
_LONGEST_KEYWORD = 79


@dataclass(frozen=True, slots=True)
class _Text:
    """A text chunk in its parts; `plain` is the guide's way: iTXt, not compressed."""

    keyword: bytes
    value: bytes
    plain: bool


def _sniff(head: bytes) -> bool:
    return head.startswith(_SIGNATURE)


def _read(data: bytes) -> Contents:
    return collected(_walk(data))


def _walk(data: bytes) -> Iterator[Found | Unread]:
    budget = Budget()
    end = len(_SIGNATURE)
    for at, size, name in chunks(data, budget):
        end = at + size + _AROUND
        if name in _LOOKED_AT:
            budget.spend(size)
            faults = _faults(data, at, size)
            yield from _labels(name, data[at + 8 : at + 8 + size], faults, budget)
    yield from behind_the_end(data, end)


def chunks(data: bytes, budget: Budget) -> Iterator[tuple[int, int, bytes]]:
    """Where each chunk begins, the size of its data and its name, up to the last."""
    at, name, end = len(_SIGNATURE), b"", len(data)
    while name != b"IEND":
        budget.part()
        if at + _AROUND > end:
            raise StopsError("truncated")
        size, name = _HEAD.unpack_from(data, at)
        if at + size + _AROUND > end:
            raise StopsError("truncated")
        yield at, size, name
        at += size + _AROUND


def _faults(data: bytes, at: int, size: int) -> tuple[str, ...]:
    told = number(data, at + 8 + size, 4)
    return () if zlib.crc32(data[at + 4 : at + 8 + size]) == told else ("checksum",)


def _labels(
    name: bytes, value: bytes, faults: tuple[str, ...], budget: Budget
) -> Iterator[Found | Unread]:
    if name == b"eXIf":
        seen = exif.labels(value)
    else:
        text = _text(name, value)
        budget.spend(0 if text is None else len(text.value))
        seen = iter(()) if text is None else _text_labels(name.decode(), text)
    yield from with_faults(seen, faults)


def _text_labels(name: str, text: _Text) -> Iterator[Found | Unread]:
    """The labels of a text chunk."""
    if text.keyword == _XMP:
        packed = () if text.plain else (f"place:{name} packed",)
        yield from with_faults(xmp.labels(text.value), packed)
    elif text.keyword == _KEY:
        yield Found(f"{name} AIGC", text.value.decode("utf-8", "replace").strip())
    else:
        yield from in_text(f"{name} {text.keyword.decode('latin-1')}", text.value)


def _text(name: bytes, value: bytes) -> _Text | None:
    """The parts of a text chunk; None: it is not one."""
    keyword, gap, rest = value.partition(b"\0")
    if not gap or not 0 < len(keyword) <= _LONGEST_KEYWORD:
        return None
    most = LARGEST_XMP if keyword == _XMP else LARGEST_LABEL
    if name == b"tEXt":
        return _Text(keyword, rest, plain=False)
    if name == b"zTXt":
        return _Text(keyword, inflated(rest[1:], most), plain=False)
    packed = rest[:1] == b"\1"
    _, _, translated = rest[2:].partition(b"\0")
    _, _, text = translated.partition(b"\0")
    return _Text(keyword, inflated(text, most) if packed else text, plain=not packed)


def _write(data: bytes, text: str) -> bytes:
    """The packet of the file gets the label; without one, a new chunk right behind the header."""
    edits: list[Edit] = []
    packets = 0
    for at, size, name in chunks(data, Budget()):
        if name not in _LOOKED_AT:
            continue
        value = data[at + 8 : at + 8 + size]
        part = None if name == b"eXIf" else _text(name, value)
        if name == b"eXIf":
            new = _chunk(name, exif.blanked(value))
        elif part is None or part.keyword not in {_XMP, _KEY}:
            continue
        elif part.keyword == _KEY:
            new = b""
        else:
            packets += 1
            new = _packet(part.value, text if packets == 1 else None)
        edits.append((at, at + size + _AROUND, new))
    if not packets:
        edits.append((_HEADER, _HEADER, _packet(None, text)))
    return spliced(data, edits)


def _packet(packet: bytes | None, text: str | None) -> bytes:
    """The chunk of a packet with the label, or without any."""
    if packet is not None and text is None:
        new = xmp.without_label(packet)
    else:
        new = xmp.with_label(packet, text or "")
    return _chunk(b"iTXt", _XMP + b"\0\0\0\0\0" + new)


def _chunk(name: bytes, value: bytes) -> bytes:
    body = name + value
    return len(value).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")


PNG = Container(
    "png", Medium.IMAGE, (".png", ".apng"), "image/png", sniff=_sniff, read=_read, write=_write
)
