# SPDX-License-Identifier: Apache-2.0
"""DOCX, XLSX, PPTX: the custom property AIGC (rule carriers.ooxml.place; ECMA-376-1, 15.2.12).

A document without custom properties gets the part, its type and its relation; members that do not
change are copied as they are packed.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape

from guiju.labelling.containers.model import (
    LARGEST_XMP,
    Container,
    Contents,
    Found,
    Medium,
    Unread,
)
from guiju.labelling.containers.office_words import say, words_of
from guiju.labelling.containers.walking import Edit, StopsError, collected, spliced
from guiju.labelling.containers.xml_parts import Element, parsed, room_in
from guiju.labelling.containers.zips import Archive, opened, rewritten

_TYPES, _RELATIONS = "[Content_Types].xml", "_rels/.rels"
_CUSTOM = "docProps/custom.xml"
_PLACE = "custom property"
_NAME = "AIGC"
_NS = "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"
_VALUES = "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/custom-properties"
_TYPE = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
_FORMAT = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"
_FIRST_NUMBER = 2
_EMPTY = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    f'<Properties xmlns="{_NS}" xmlns:vt="{_VALUES}"></Properties>'
).encode()
_NEW_TYPE = (
    '<Override xmlns="http://schemas.openxmlformats.org/package/2006/content-types" '
    f'PartName="/{_CUSTOM}" ContentType="{_TYPE}"/>'
).encode()


def _sniff(head: bytes) -> bool:
    return head.startswith(b"PK\x03\x04")


def _read(data: bytes) -> Contents:
    return collected(_walk(data))


def _walk(data: bytes) -> Iterator[Found | Unread]:
    archive = opened(data)
    if archive.find(_TYPES) is None:
        raise StopsError("unsupported:ZIP")
    member = archive.find(_part(archive))
    if member is None:
        return
    for one in _labels(parsed(archive.content(member, LARGEST_XMP)).elements):
        yield Found(_PLACE, one.text.strip())


def _labels(elements: list[Element]) -> list[Element]:
    return [
        one
        for one in elements
        if one.name == "property" and one.attributes.get("name", "").upper() == _NAME
    ]


def _part(archive: Archive) -> str:
    """The name of the part with custom properties, by the relations of the package."""
    member = archive.find(_RELATIONS)
    if member is None:
        raise StopsError("broken")
    for one in parsed(archive.content(member, LARGEST_XMP)).elements:
        kind = one.attributes.get("Type", "")
        # The strict form of the standard spells its relations otherwise.
        if kind.replace("-", "").casefold().endswith("/relationships/customproperties"):
            return one.attributes.get("Target", "").lstrip("/")
    return _CUSTOM


def _write(data: bytes, text: str) -> bytes:
    archive = opened(data)
    part = _part(archive)
    member = archive.find(part)
    name = part if member is None else member.name
    old = _EMPTY if member is None else archive.content(member, LARGEST_XMP)
    contents = {name: _with_property(old, text)}
    if member is None:
        contents |= _registered(archive)
    return rewritten(archive, contents)


def _with_property(data: bytes, text: str) -> bytes:
    """The part with one label, in the place of the first that stood there or at its end."""
    elements = parsed(data).elements
    labels = _labels(elements)
    numbers = [_number(one) for one in elements]
    number = _number(labels[0]) if labels else max(numbers, default=_FIRST_NUMBER - 1) + 1
    new = (
        f'<property xmlns="{_NS}" fmtid="{_FORMAT}" pid="{number}" name="{_NAME}">'
        f'<vt:lpwstr xmlns:vt="{_VALUES}">{escape(text)}</vt:lpwstr></property>'
    ).encode()
    edits: list[Edit] = [(one.start, one.end, b"") for one in labels[1:]]
    at = (labels[0].start, labels[0].end) if labels else (room_in(data, _CUSTOM),) * 2
    return spliced(data, [*edits, (*at, new)])


def _number(one: Element) -> int:
    told = one.attributes.get("pid", "")
    return int(told) if told.isascii() and told.isdigit() and len(told) < 10 else _FIRST_NUMBER  # noqa: PLR2004 - what fits into 32 bits


def _registered(archive: Archive) -> dict[str, bytes]:
    """The parts that say what the new part is, and that it belongs to the package."""
    contents: dict[str, bytes] = {}
    types, relations = archive.find(_TYPES), archive.find(_RELATIONS)
    if types is None or relations is None:
        raise StopsError("broken")
    data = archive.content(types, LARGEST_XMP)
    told = {one.attributes.get("PartName", "").casefold() for one in parsed(data).elements}
    if f"/{_CUSTOM}".casefold() not in told:
        at = room_in(data, _TYPES)
        contents[types.name] = spliced(data, [(at, at, _NEW_TYPE)])
    data = archive.content(relations, LARGEST_XMP)
    found = parsed(data).elements
    if not any(one.attributes.get("Target", "").lstrip("/") == _CUSTOM for one in found):
        at = room_in(data, _RELATIONS)
        contents[relations.name] = spliced(data, [(at, at, _relation(found))])
    return contents


def _relation(found: list[Element]) -> bytes:
    taken = {one.attributes.get("Id", "") for one in found}
    number = next(one for one in range(1, len(taken) + 2) if f"rIdAIGC{one}" not in taken)
    return (
        '<Relationship xmlns="http://schemas.openxmlformats.org/package/2006/relationships" '
        f'Id="rIdAIGC{number}" Type="{_RELATION}" Target="{_CUSTOM}"/>'
    ).encode()


OOXML = Container(
    "ooxml",
    Medium.DOCUMENT,
    (".docx", ".xlsx", ".pptx", ".dotx", ".xltx", ".potx", ".docm", ".xlsm", ".pptm"),
    "application/vnd.openxmlformats-officedocument",
    sniff=_sniff,
    read=_read,
    write=_write,
    words=words_of,
    say=say,
)
