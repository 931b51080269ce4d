# SPDX-License-Identifier: Apache-2.0
"""Which parts of an office file hold what people read first, by their relations (ECMA-376-2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from posixpath import dirname, join, normpath

from guiju.labelling.containers.walking import StopsError
from guiju.labelling.containers.xml_parts import Node, walked
from guiju.labelling.containers.zips import Archive

LARGEST_PART = 16 * 1024 * 1024
"""Unpacked; a longer part is not looked into."""

_ROOT = "_rels/.rels"
_SIGNED = "_xmlsignatures/"
_MAIN, _SHEET, _SLIDE, _STRINGS = "officedocument", "worksheet", "slide", "sharedstrings"
_EDGES = frozenset({"header", "footer"})
_MOST_EDGES, _LARGEST_EDGE = 12, 256 * 1024


@dataclass(frozen=True, slots=True)
class Relation:
    """What a part leans on: under which name, of which kind, and which part that is."""

    name: str
    kind: str
    part: str


@dataclass(frozen=True, slots=True)
class Main:
    """The main part of a file: `kind` is its root, such as "document"."""

    kind: str
    part: str
    data: bytes
    relations: tuple[Relation, ...]


def is_signed(archive: Archive) -> bool:
    """Whether somebody has signed the parts of this file."""
    return any(one.name.casefold().startswith(_SIGNED) for one in archive.members)


def content(archive: Archive, part: str, most: int = LARGEST_PART) -> bytes:
    """A part, unpacked; raises StopsError."""
    member = archive.find(part)
    if member is None:
        raise StopsError("broken")
    return archive.content(member, most)


def relations(archive: Archive, of: str) -> Iterator[Relation]:
    """What a part leans on inside the file; `of`: its name, or empty for the file itself."""
    folder, _, name = of.rpartition("/")
    listed = f"{folder}/_rels/{name}.rels".lstrip("/") if of else _ROOT
    if archive.find(listed) is None:
        return
    for one in walked(content(archive, listed)):
        if one.local != "Relationship" or one.attribute("TargetMode") == "External":
            continue
        target = one.attribute("Target")
        part = target.lstrip("/") if target.startswith("/") else join(dirname(of), target)
        kind = one.attribute("Type").rpartition("/")[2].replace("-", "").casefold()
        yield Relation(one.attribute("Id"), kind, normpath(part))


def main_of(archive: Archive, most: int = LARGEST_PART) -> Main | None:
    """The main part of at most so many bytes; None: the file has none that is told."""
    part = next((one.part for one in relations(archive, "") if one.kind == _MAIN), None)
    if part is None:
        return None
    data = content(archive, part, most)
    root = next(walked(data), None)
    if root is None:
        raise StopsError("broken")
    return Main(root.local, part, data, tuple(relations(archive, part)))


def edges_of(archive: Archive, main: Main) -> Iterator[bytes]:
    """Headers and footers of a document, as many as its first sections may have."""
    found = (one for one in main.relations if one.kind in _EDGES)
    for one in islice(found, _MOST_EDGES):
        yield content(archive, one.part, _LARGEST_EDGE)


def sheet_of(main: Main) -> str | None:
    """The sheet that a workbook shows when it is opened; None: a chart, or none."""
    nodes = list(walked(main.data))
    view = next((one for one in nodes if one.local == "workbookView"), None)
    sheets = [one for one in nodes if one.local == "sheet"]
    active = _number(view, "activeTab") if view else 0
    seen = [one for one in sheets if one.attribute("state") not in {"hidden", "veryHidden"}]
    if active < len(sheets) and sheets[active] in seen:
        seen.insert(0, sheets[active])
    return _behind(main, seen[0], _SHEET) if seen else None


def strings_of(main: Main) -> str | None:
    """The part with the texts that sheets share."""
    return next((one.part for one in main.relations if one.kind == _STRINGS), None)


def slide_of(main: Main) -> str | None:
    """The first slide of a presentation; None: it has none."""
    first = next((one for one in walked(main.data) if one.local == "sldId"), None)
    return None if first is None else _behind(main, first, _SLIDE)


def _behind(main: Main, node: Node, kind: str) -> str | None:
    """The part that the relation of an element leads to."""
    told = next((value for name, value in node.attributes.items() if name.endswith("\nid")), "")
    found = (one.part for one in main.relations if one.name == told and one.kind == kind)
    return next(found, None)


def _number(node: Node, name: str) -> int:
    told = node.attribute(name)
    return int(told) if told.isascii() and told.isdigit() and len(told) < 6 else 0  # noqa: PLR2004 - of sheets
