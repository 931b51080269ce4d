# SPDX-License-Identifier: Apache-2.0
"""Labels in EXIF, where some vendors put them: UserComment, ImageDescription (Article 12).

They are read, and blanked when a label is written at the place of the guide; none is written here.
"""

from __future__ import annotations

from collections.abc import Iterator

from guiju.labelling.containers import xmp
from guiju.labelling.containers.ifd import Entry, entries, first, order_of, value_of
from guiju.labelling.containers.loose import whole
from guiju.labelling.containers.model import LARGEST_LABEL, LARGEST_XMP, Found, Unread
from guiju.labelling.containers.walking import Budget, Order, StopsError, number

HEAD = b"Exif\0\0"
"""Stands before the directories in JPEG, and elsewhere by habit."""

_XMP, _EXIF, _COMMENT, _DESCRIPTION, _XP_COMMENT = 0x02BC, 0x8769, 0x9286, 0x010E, 0x9C9C
_NAMES = {
    _COMMENT: "EXIF UserComment",
    _DESCRIPTION: "EXIF ImageDescription",
    _XP_COMMENT: "EXIF XPComment",
}
_CODE = 8  # the first bytes of a UserComment name its encoding


def labels(block: bytes) -> Iterator[Found | Unread]:
    """The labels in a block of EXIF, with or without its head."""
    data = block.removeprefix(HEAD)
    try:
        for entry, order in _texts(data):
            if entry.tag == _XMP:
                yield from xmp.labels(value_of(data, entry, LARGEST_XMP))
            elif entry.size > LARGEST_LABEL:
                yield Unread("limit")
            else:
                text = _decoded(entry.tag, value_of(data, entry, LARGEST_LABEL), order)
                yield from whole(_NAMES[entry.tag], text, usual=entry.tag == _COMMENT)
    except StopsError as stop:
        yield Unread(stop.why)


def blanked(block: bytes) -> bytes:
    """`block` with nothing where a label stands; no other byte moves. Raises StopsError."""
    data = bytearray(block.removeprefix(HEAD))
    for entry, order in list(_texts(bytes(data))):
        value = value_of(bytes(data), entry, LARGEST_XMP)
        if entry.tag != _XMP and any(whole("", _decoded(entry.tag, value, order), usual=True)):
            kept = _CODE if entry.tag == _COMMENT else 0
            data[entry.value + kept : entry.value + entry.size] = bytes(entry.size - kept)
    return block[: len(block) - len(data)] + bytes(data)


def _texts(data: bytes) -> Iterator[tuple[Entry, Order]]:
    """The entries that may hold a label, of the first directory and of that of EXIF."""
    order = order_of(data)
    if order is None:
        raise StopsError("broken")
    budget = Budget(parts=4096)
    at = [first(data, order)]
    for directory in at:
        for entry in entries(data, directory, order, budget):
            if entry.tag == _EXIF and len(at) == 1:
                at.append(number(data, entry.value, 4, order))
            if entry.tag == _XMP or entry.tag in _NAMES:
                yield entry, order


def _decoded(tag: int, value: bytes, order: Order) -> str:
    """The text of a value in the encoding that it names or that its tag has."""
    if tag == _COMMENT and value.startswith(b"UNICODE"):
        encoding = "utf-16-le" if order == "little" else "utf-16-be"
        other = "utf-16-be" if order == "little" else "utf-16-le"
        text = value[_CODE:].decode(encoding, "replace")
        # Some write it in the other order, whatever the block says.
        return text if "{" in text else value[_CODE:].decode(other, "replace")
    if tag == _COMMENT:
        return value[_CODE:].decode("utf-8", "replace").strip("\0 ")
    if tag == _XP_COMMENT:
        return value.decode("utf-16-le", "replace").strip("\0 ")
    return value.decode("utf-8", "replace").strip("\0 ")
