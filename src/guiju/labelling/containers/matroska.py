# SPDX-License-Identifier: Apache-2.0
"""Matroska and WebM: a SimpleTag named AIGC (rule carriers.matroska.place).

Places in the segment are written down as counted from its beginning. So that none moves, the label
goes where the writer left room, else behind everything, and the list of parts at the head is told
of it if there is room for that. Source: RFC 9559.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, pairwise

from guiju.labelling.containers.ebml import (
    CRC_32,
    VOID,
    Element,
    element,
    elements,
    fitted,
    inside,
    made,
    sized,
    summed,
)
from guiju.labelling.containers.errors import not_writable_here
from guiju.labelling.containers.loose import behind_the_end
from guiju.labelling.containers.matroska_tags import TAGS, Label, labels_in, new_tag, over_labels
from guiju.labelling.containers.model import (
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
    spliced,
)

_PLACE = "SimpleTag AIGC"
_EBML, _SEGMENT = 0x1A45DFA3, 0x18538067
_SEEK_HEAD, _CUES, _CLUSTER = 0x114D9B74, 0x1C53BB6B, 0x1F43B675
_SEEK, _SEEK_ID, _SEEK_POSITION = 0x4DBB, 0x53AB, 0x53AC
_CLUSTER_PLACE = 0xA7
_DOC_TYPE = 0x4282
_MOST = 500_000  # elements: an endless cluster is walked through block by block


@dataclass(frozen=True, slots=True)
class _Segment:
    """A segment: its parts up to the first cluster, its labels, and whether places are listed."""

    whole: Element
    head: tuple[Element, ...]
    labels: tuple[Label, ...]
    is_listed: bool


def _doc_type(head: bytes) -> bytes:
    """What the file says it is; nothing: it is no EBML."""
    try:
        first = element(head, 0, len(head))
        if first.id != _EBML:
            return b""
        kinds = (one for one in inside(head, first, Budget()) if one.id == _DOC_TYPE)
        return next((head[one.body : one.end].rstrip(b"\0") for one in kinds), b"")
    except StopsError:
        return b""


def _read(data: bytes) -> Contents:
    return collected(_walk(data))


def _walk(data: bytes) -> Iterator[Found | Unread]:
    budget, end, segments = Budget(_MOST), 0, 0
    while data[end : end + 4] in {_EBML.to_bytes(4), _SEGMENT.to_bytes(4)}:
        one = element(data, end, len(data))
        if one.id == _SEGMENT:
            segments += 1
            for part in _parts(data, one, budget):
                yield from (Found(_PLACE, label.text) for label in labels_in(data, part, budget))
        end = one.end
    if not segments:
        yield Unread("broken")
    yield from behind_the_end(data, end)


def _parts(data: bytes, segment: Element, budget: Budget) -> Iterator[Element]:
    """The parts of a segment; behind a cluster without an end also what that is made of."""
    at = segment.body
    while at < segment.end:
        budget.part()
        one = element(data, at, segment.end)
        if one.endless and one.id != _CLUSTER:
            raise StopsError("broken")
        yield one
        at = one.body if one.endless else one.end


def _write(data: bytes, text: str) -> bytes:
    segment = _segment(data)
    edits, is_written = over_labels(data, segment.labels, text)
    if not is_written:
        edits += _added(data, segment, new_tag(text))
    growth = sum(len(new) - (end - start) for start, end, new in edits)
    whole = segment.whole
    if growth and not whole.endless:
        size = sized(whole.end - whole.body + growth, whole.body - whole.sized)
        edits.append((whole.sized, whole.body, size))
    return spliced(data, edits)


def _segment(data: bytes) -> _Segment:
    budget = Budget(_MOST)
    top = elements(data, 0, len(data), budget)
    whole = next((one for one in top if one.id == _SEGMENT), None)
    if whole is None:
        raise StopsError("broken")
    head: list[Element] = []
    labels: list[Label] = []
    is_listed = clusters = False
    for one in _parts(data, whole, budget):
        clusters = clusters or one.id == _CLUSTER
        is_listed = is_listed or one.id in {_SEEK_HEAD, _CUES} or _says_its_place(data, one, budget)
        labels += labels_in(data, one, budget)
        if not clusters:
            head.append(one)
    if head and head[0].id == CRC_32:
        raise not_writable_here("文件整体带校验和", "it has a check sum over all of it")
    return _Segment(whole, tuple(head), tuple(labels), is_listed)


def _says_its_place(data: bytes, one: Element, budget: Budget) -> bool:
    """Whether this is a cluster that tells where it stands, or what one without an end tells."""
    if one.id == _CLUSTER and not one.endless:
        children = inside(data, one, budget)
        # It stands before the blocks.
        return any(child.id == _CLUSTER_PLACE for child in islice(children, 3))
    return one.id == _CLUSTER_PLACE


def _added(data: bytes, segment: _Segment, tag: bytes) -> list[Edit]:
    """The label as tags of their own: in room that is left, before the clusters, or at the end."""
    for one in segment.head:
        if one.id == VOID and (new := fitted(TAGS, tag, one.size)) is not None:
            return [(one.start, one.end, new)]
    end = segment.head[-1].end if segment.head else segment.whole.body
    if not segment.is_listed:
        return [(end, end, made(TAGS, tag))]
    last = segment.whole.end
    return [(last, last, made(TAGS, tag)), *_listed(data, segment)]


def _listed(data: bytes, segment: _Segment) -> Iterator[Edit]:
    """What tells the list of parts where the tags at the end are, if there is room beside it."""
    for one, after in pairwise(segment.head):
        if one.id == _SEEK_HEAD and after.id == VOID:
            place = (segment.whole.end - segment.whole.body).to_bytes(8)
            entry = made(_SEEK_ID, TAGS.to_bytes(4)) + made(_SEEK_POSITION, place)
            content = summed(data[one.body : one.end] + made(_SEEK, entry))
            new = fitted(_SEEK_HEAD, content, after.end - one.start)
            if new is not None:
                yield one.start, after.end, new
            return


MKV = Container(
    "mkv",
    Medium.VIDEO,
    (".mkv", ".mka"),
    "video/x-matroska",
    sniff=lambda head: _doc_type(head) == b"matroska",
    read=_read,
    write=_write,
)
WEBM = Container(
    "webm",
    Medium.VIDEO,
    (".webm", ".weba"),
    "video/webm",
    sniff=lambda head: _doc_type(head) == b"webm",
    read=_read,
    write=_write,
)
