# SPDX-License-Identifier: Apache-2.0
"""FLV: the property AIGC of onMetaData in a script tag (rule carriers.flv.place).

What that tag says of places and lengths in the file follows when it grows.
Source: Adobe, "Video File Format Specification 10".
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from guiju.labelling.containers import amf, xmp
from guiju.labelling.containers.errors import metadata_too_large
from guiju.labelling.containers.loose import behind_the_end, in_text
from guiju.labelling.containers.model import (
    LARGEST_LABEL,
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
    moved_by,
    number,
    spliced,
    take,
    with_faults,
)

_PLACE = "onMetaData AIGC"
_KEY = b"AIGC"
_SCRIPT, _KIND = 18, 0x1F
_TAG_HEAD, _TAG_FOOT = 11, 4
_LARGEST = (1 << 24) - 1
_MOST = 1_000_000  # tags: those of a day
_FACTS = b"onMetaData"
_LENGTHS = frozenset({b"filesize", b"datasize"})


@dataclass(frozen=True, slots=True)
class _Script:
    """A script tag: where it and what follows begin, what it is called, and what it says."""

    start: int
    end: int
    name: bytes
    value: amf.Value
    properties: tuple[amf.Property, ...]

    @property
    def labels(self) -> list[amf.Property]:
        """The properties that are labels."""
        return [one for one in self.properties if one.name.upper() == _KEY]


def _sniff(head: bytes) -> bool:
    return head.startswith(b"FLV\x01")


def _read(data: bytes) -> Contents:
    return collected(_walk(data))


def _walk(data: bytes) -> Iterator[Found | Unread]:
    values, end = Budget(), _first(data)
    for kind, start, end in _tags(data):
        if kind == _SCRIPT:
            try:
                yield from _labels(data, _script(data, start, end, values))
            except StopsError as stop:
                if stop.why == "limit":
                    raise
                yield Unread(stop.why)
    yield from behind_the_end(data, end)


def _labels(data: bytes, script: _Script | None) -> Iterator[Found | Unread]:
    for one in script.properties if script else ():
        content = data[one.value.body : one.value.end]
        if one.name.upper() == _KEY:
            yield Found(_PLACE, content[:LARGEST_LABEL].decode("utf-8", "replace"))
        elif one.name == b"liveXML":
            yield from with_faults(xmp.labels(content), ("place:XMP",))
        elif one.value.kind == amf.STRING:
            yield from in_text(f"script {one.name.decode('utf-8', 'replace')}", content)


def _write(data: bytes, text: str) -> bytes:
    budget = Budget()
    tags = [tag for tag in _tags(data) if tag[0] == _SCRIPT]
    found = (_script(data, start, end, budget) for _, start, end in tags)
    scripts = [one for one in found if one is not None]
    if not any(one.name == _FACTS for one in scripts):
        at = _first(data)
        return spliced(data, [(at, at, _new_tag(text))])
    edits: list[Edit] = []
    label: str | None = text
    for one in scripts:
        own = label if one.name == _FACTS else None
        label = None if own else label
        edits += _rewritten(data, one, own)
    return spliced(data, [*edits, *_following(data, scripts, edits, budget)])


def _rewritten(data: bytes, script: _Script, label: str | None) -> Iterator[Edit]:
    """What makes `label` the only one of this tag."""
    value = b"" if label is None else amf.string(label.encode("ascii"))
    inner: list[Edit] = []
    more = -len(script.labels)
    for one in script.labels:
        inner.append((one.value.start if value else one.start, one.value.end, value))
        more, value = more + bool(value), b""
    if value:
        at = script.value.end - len(amf.END)
        inner.append((at, at, _property(value)))
        more += 1
    if not inner:
        return
    yield from inner
    if script.value.kind == amf.ECMA_ARRAY:
        at = script.value.body - 4
        yield at, at + 4, max(number(data, at, 4) + more, 0).to_bytes(4)
    growth = sum(len(new) - (end - start) for start, end, new in inner)
    size = script.end - script.start - _TAG_HEAD - _TAG_FOOT + growth
    if size > _LARGEST:
        raise metadata_too_large("onMetaData", _LARGEST)
    yield script.start + 1, script.start + 4, size.to_bytes(3)
    yield script.end - _TAG_FOOT, script.end, (_TAG_HEAD + size).to_bytes(4)


def _following(
    data: bytes, scripts: list[_Script], edits: list[Edit], budget: Budget
) -> Iterator[Edit]:
    """What writes anew the places and lengths in the file that have changed by `edits`."""
    moved = moved_by(edits)
    growth = moved(len(data)) - len(data)
    for one in (one for script in scripts for one in script.properties if growth):
        if one.name in _LENGTHS and one.value.kind == amf.NUMBER:
            yield from _number(data, one.value.body, lambda old: old + growth)
        elif one.name == b"keyframes" and one.value.kind == amf.OBJECT:
            for inner in amf.properties(data, one.value, budget):
                if inner.name == b"filepositions" and inner.value.kind == amf.STRICT_ARRAY:
                    for at in amf.numbers(data, inner.value):
                        yield from _number(data, at, moved)


def _number(data: bytes, at: int, new_of: Callable[[int], int]) -> Iterator[Edit]:
    old = amf.double(data, at)
    if old.is_integer() and (new := new_of(int(old))) != old:
        yield at, at + 8, struct.pack(">d", new)


def _new_tag(text: str) -> bytes:
    """A script tag that says nothing but the label."""
    facts = (1).to_bytes(4) + _property(amf.string(text.encode("ascii"))) + amf.END
    content = amf.string(_FACTS) + bytes((amf.ECMA_ARRAY,)) + facts
    head = bytes((_SCRIPT,)) + len(content).to_bytes(3) + bytes(7)
    return head + content + (_TAG_HEAD + len(content)).to_bytes(4)


def _property(value: bytes) -> bytes:
    return len(_KEY).to_bytes(2) + _KEY + value


def _script(data: bytes, start: int, end: int, budget: Budget) -> _Script | None:
    """What a script tag says; None if that is no object with a name."""
    budget.spend(end - start)
    last = end - _TAG_FOOT
    name = amf.value(data, start + _TAG_HEAD, budget)
    if data[name.body : name.end] == b"@setDataFrame":
        name = amf.value(data, name.end, budget)
    if name.kind != amf.STRING or name.end >= last:
        return None
    value = amf.value(data, name.end, budget)
    if value.end > last:
        raise StopsError("broken")
    if value.kind not in {amf.OBJECT, amf.ECMA_ARRAY}:
        return None
    properties = tuple(amf.properties(data, value, budget))
    return _Script(start, end, data[name.body : name.end], value, properties)


def _first(data: bytes) -> int:
    """Where the first tag stands, behind the header and the length of no tag."""
    first = number(data, 5, 4) + _TAG_FOOT
    take(data, first, 0)
    return first


def _tags(data: bytes) -> Iterator[tuple[int, int, int]]:
    """The kind of each tag, and where it and what follows begin; raises StopsError."""
    at, budget = _first(data), Budget(_MOST)
    while at < len(data):
        budget.part()
        end = at + _TAG_HEAD + number(data, at + 1, 3) + _TAG_FOOT
        if end > len(data):
            raise StopsError("truncated")
        yield data[at] & _KIND, at, end
        at = end


FLV = Container(
    "flv", Medium.VIDEO, (".flv",), "video/x-flv", sniff=_sniff, read=_read, write=_write
)
