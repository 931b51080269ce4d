# SPDX-License-Identifier: Apache-2.0
"""Elements of an XML part with their places in its bytes, so that it can be edited as bytes."""

from __future__ import annotations

from collections.abc import Iterator
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
    part = Part()
    for one in walked(data):
        if not one.depth:
            part.room = None if one.inside == one.end else one.inside
        elif one.depth == 1:
            if len(part.elements) == _MOST:
                raise StopsError("limit")
            part.elements.append(Element(one.local, one.start, one.attributes, one.end, one.text))
        else:
            part.elements[-1].text += one.text
    return part


def room_in(data: bytes, name: str) -> int:
    """Where a further element may be put in; raises Invalid or StopsError."""
    part = parsed(data)
    if part.room is None or b"\0" in data:
        raise not_writable_here(f"{name} 无法编辑", f"its part {name} cannot be edited")
    return part.room


def _local(name: str) -> str:
    return name.rpartition("\n")[2]


@dataclass(slots=True)
class Node:
    """An element in whatever depth, its name behind its namespace and a line break.

    It begins at `start` and is over at `end`, behind its last tag.
    """

    name: str
    depth: int
    start: int
    attributes: dict[str, str]
    inside: int = 0
    """Where its end tag stands; equal to `end`: it has none."""
    end: int = 0
    text: str = ""
    leaf: bool = True
    parent: Node | None = None

    @property
    def local(self) -> str:
        """The name without its namespace."""
        return _local(self.name)

    @property
    def namespace(self) -> str:
        """Where the name is from."""
        return self.name.rpartition("\n")[0]

    def attribute(self, name: str) -> str:
        """An attribute by its local name; empty: it is not there."""
        told = self.attributes.get(name)
        if told is None:
            told = next((one for key, one in self.attributes.items() if _local(key) == name), "")
        return told

    def within(self, name: str) -> Node | None:
        """The nearest element around this one with that local name."""
        around = self.parent
        while around is not None and around.local != name:
            around = around.parent
        return around


def walked(data: bytes, most: int = 400_000, deepest: int = 200) -> Iterator[Node]:
    """Every element in the order in which they begin, once all is read.

    Raises:
        StopsError: "broken", also for a document type, or "limit".
    """
    found: list[Node] = []
    open_: list[Node] = []
    parser = expat.ParserCreate(namespace_separator="\n")
    parser.buffer_text = True

    def begin(name: str, attributes: dict[str, str]) -> None:
        if len(found) == most or len(open_) == deepest:
            raise StopsError("limit")
        around = open_[-1] if open_ else None
        if around is not None:
            around.leaf = False
        node = Node(name, len(open_), parser.CurrentByteIndex, attributes, parent=around)
        found.append(node)
        open_.append(node)

    def end(_name: str) -> None:
        node, at = open_.pop(), parser.CurrentByteIndex
        node.inside = at
        by_itself = node.leaf and not node.text and data[at - 2 : at] == b"/>"
        node.end = at if by_itself else data.index(b">", at) + 1

    def words(text: str) -> None:
        open_[-1].text += text

    def no_document_type(*_: object) -> None:
        raise StopsError("broken")

    parser.StartElementHandler, parser.EndElementHandler = begin, end
    parser.CharacterDataHandler = words
    parser.StartDoctypeDeclHandler = no_document_type
    try:
        parser.Parse(data, True)  # noqa: FBT003 - its signature
    except (expat.ExpatError, ValueError) as error:
        raise StopsError("broken") from error
    yield from found
