# SPDX-License-Identifier: Apache-2.0
"""The tags of Matroska and WebM: those that are labels, and how one gets there (RFC 9559)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from guiju.labelling.containers.ebml import Element, fitted, inside, made, summed, void
from guiju.labelling.containers.model import LARGEST_LABEL
from guiju.labelling.containers.walking import Budget, Edit, StopsError

TAGS = 0x1254C367
_TAG, _TARGETS, _SIMPLE_TAG = 0x7373, 0x63C0, 0x67C8
_TAG_NAME, _TAG_STRING, _TAG_BINARY = 0x45A3, 0x4487, 0x4485
_KEY = b"AIGC"
_DEEPEST = 8  # tags in tags


@dataclass(frozen=True, slots=True)
class Label:
    """A tag that is a label, and what it stands in from the outside inwards."""

    parents: tuple[Element, ...]
    tag: Element
    text: str


def labels_in(data: bytes, part: Element, budget: Budget) -> Iterator[Label]:
    """The labels in a part of a segment; raises StopsError."""
    if part.id == TAGS:
        budget.spend(part.size)
        yield from _labels_inside(data, (part,), budget)


def _labels_inside(data: bytes, path: tuple[Element, ...], budget: Budget) -> Iterator[Label]:
    if len(path) > _DEEPEST:
        raise StopsError("limit")
    for one in inside(data, path[-1], budget):
        if one.endless:
            raise StopsError("broken")
        if one.id in {_TAG, _SIMPLE_TAG}:
            text = _label_text(data, one, budget) if one.id == _SIMPLE_TAG else None
            if text is not None:
                yield Label(path, one, text)
            yield from _labels_inside(data, (*path, one), budget)


def _label_text(data: bytes, tag: Element, budget: Budget) -> str | None:
    name, text = b"", b""
    for one in inside(data, tag, budget):
        if one.id == _TAG_NAME:
            name = data[one.body : one.end].rstrip(b"\0")
        elif one.id in {_TAG_STRING, _TAG_BINARY}:
            text = data[one.body : min(one.end, one.body + LARGEST_LABEL)]
    is_label = name.upper() == _KEY
    return text.decode("utf-8", "replace").rstrip("\0") if is_label else None


def new_tag(text: str) -> bytes:
    """The content of an element of tags that holds this label and nothing else."""
    return made(_TAG, made(_TARGETS, b"") + made(_SIMPLE_TAG, _content(text)))


def over_labels(data: bytes, labels: Sequence[Label], text: str) -> tuple[list[Edit], bool]:
    """What puts the label into the room of one that is there, and nothing into that of others.

    And whether there was such room.
    """
    parts = {one: bytearray(data[one.start : one.end]) for one in _parts(labels)}
    is_written = False
    for label in labels:
        tag, part = label.tag, label.parents[0]
        new = None if is_written else fitted(_SIMPLE_TAG, _content(text), tag.size)
        is_written = is_written or new is not None
        parts[part][tag.start - part.start : tag.end - part.start] = new or void(tag.size)
    for part, inner in _summed(labels):
        content = slice(inner.body - part.start, inner.end - part.start)
        parts[part][content] = summed(bytes(parts[part][content]))
    return [(part.start, part.end, bytes(new)) for part, new in parts.items()], is_written


def _content(text: str) -> bytes:
    return made(_TAG_NAME, _KEY) + made(_TAG_STRING, text.encode("ascii"))


def _parts(labels: Sequence[Label]) -> Iterator[Element]:
    yield from dict.fromkeys(label.parents[0] for label in labels)


def _summed(labels: Sequence[Label]) -> list[tuple[Element, Element]]:
    """All elements whose check sum may have changed, the inner ones first, each with its part."""
    found = {
        (label.parents[0], one): depth
        for label in labels
        for depth, one in enumerate(label.parents)
    }
    return sorted(found, key=lambda one: -found[one])
