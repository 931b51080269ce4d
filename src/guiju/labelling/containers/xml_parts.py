# SPDX-License-Identifier: Apache-2.0
"""Elements of an XML part with their places in its bytes, so that it can be edited as bytes."""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.parsers import expat

from guiju.labelling.containers.errors import not_writable_here
from guiju.labelling.containers.walking import StopsError

_MOST = 20_000


@dataclass(slots=True)
class Element:
    """An element right below the root: its name, where it stands, its attributes and its text."""

    name: str
    start: int
    attributes: dict[str, str]
    end: int = 0
    text: str = ""


@dataclass(slots=True)
class Part:
    """The elements of a part, and where its root ends; None: it has no closing tag."""

    elements: list[Element] = field(default_factory=list)
    room: int | None = None


def parsed(data: bytes) -> Part:
    """The elements right below the root, names without their namespaces.

    Raises:
        StopsError: "broken", also for a document type, or "limit".
    """
    part, depth = Part(), 0
    texts: list[str] = []
    parser = expat.ParserCreate(namespace_separator="\n")

    def begin(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth == 2:  # noqa: PLR2004 - right below the root
            if len(part.elements) == _MOST:
                raise StopsError("limit")
            texts.clear()
            part.elements.append(Element(_local(name), parser.CurrentByteIndex, attributes))

    def end(_name: str) -> None:
        nonlocal depth
        at = parser.CurrentByteIndex
        closes = data.startswith(b"</", at)
        if depth == 2:  # noqa: PLR2004 - as above
            part.elements[-1].end = data.index(b">", at) + 1 if closes else at
            part.elements[-1].text = "".join(texts)
        elif depth == 1 and closes:
            part.room = at
        depth -= 1

    def no_document_type(*_: object) -> None:
        raise StopsError("broken")

    parser.StartElementHandler, parser.EndElementHandler = begin, end
    parser.CharacterDataHandler = texts.append
    parser.StartDoctypeDeclHandler = no_document_type
    try:
        parser.Parse(data, True)  # noqa: FBT003 - its signature
    except (expat.ExpatError, ValueError) as error:
        raise StopsError("broken") from error
    return part


def room_in(data: bytes, name: str) -> int:
    """Where a further element may be put in; raises Invalid or StopsError."""
    part = parsed(data)
    if part.room is None or b"\0" in data:
        raise not_writable_here(f"{name} 无法编辑", f"its part {name} cannot be edited")
    return part.room


def _local(name: str) -> str:
    return name.rpartition("\n")[2]
