# SPDX-License-Identifier: Apache-2.0
"""Ogg with Vorbis, Opus, FLAC, Speex or Theora: the comment AIGC (rule carriers.ogg.place).

Only the pages of the header with the comments are made anew. Those of the sound are renumbered if
the header needs more pages than before; their packets stay.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from guiju.labelling.containers import vorbis
from guiju.labelling.containers.errors import metadata_too_large
from guiju.labelling.containers.loose import behind_the_end
from guiju.labelling.containers.model import (
    Container,
    Contents,
    Found,
    Medium,
    Unread,
)
from guiju.labelling.containers.ogg_pages import (
    CONTINUED,
    FIRST,
    MARK,
    NO_GRANULE,
    Page,
    is_whole,
    packets,
    pages,
    renumbered,
    repaged,
)
from guiju.labelling.containers.walking import (
    Budget,
    Edit,
    StopsError,
    collected,
    spliced,
    with_faults,
)

# How a stream begins, and what stands before its comments; FLAC there counts their bytes in the
# last three.
_FLAC = b"\x7fFLAC"
_CODECS = {
    b"\x01vorbis": b"\x03vorbis",
    b"OpusHead": b"OpusTags",
    _FLAC: b"\x04",
    b"Speex   ": b"",
    b"\x80theora": b"\x81theora",
}
_FLAC_HEAD = 4
_LAST_BLOCK = b"\x84"  # of FLAC, if no other follows the comments


_NO_COMMENTS = b"fishead\0"  # an index of the other streams
_LARGEST_LACE = 255
_MOST_STREAMS = 1000


@dataclass(slots=True)
class _Header:
    """The pages of a stream on which its comments stand, up to one that ends with a packet."""

    codec: bytes
    pages: list[Page] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        ends = any(min(one.laces, default=_LARGEST_LACE) < _LARGEST_LACE for one in self.pages)
        return ends and self.pages[-1].is_closed

    def comments(self, data: bytes) -> vorbis.Comments:
        """The comments, without what stands before them in their packet; raises StopsError."""
        packet = packets(data, self.pages)[0]
        before = self._before()
        if not packet.startswith((_CODECS[self.codec], _LAST_BLOCK)):
            raise StopsError("broken")
        return vorbis.comments(packet[before:])

    def edits(self, data: bytes, label: str | None) -> Iterator[Edit]:
        """What makes `label` the only one of this stream; raises StopsError."""
        comments = self.comments(data)
        if label is None and not any(comments.labels):
            return
        if any(one.granule not in {0, NO_GRANULE} or not is_whole(data, one) for one in self.pages):
            raise StopsError("broken")
        first, *others = packets(data, self.pages)
        comments = comments.labelled(label)
        packet = self._joined(first[: self._before()], bytes(comments))
        new = repaged([packet, *others], self.pages[0], len(self.pages))
        start, *more = self.pages
        yield start.start, start.end, b"".join(new)
        yield from ((one.start, one.end, b"") for one in more)
        if len(new) != len(self.pages):
            by = len(new) - len(self.pages)
            yield from renumbered(data, start.serial, self.pages[-1].end, by)

    def _before(self) -> int:
        """How many bytes stand before the comments."""
        return _FLAC_HEAD if self.codec == _FLAC else len(_CODECS[self.codec])

    def _joined(self, before: bytes, comments: bytes) -> bytes:
        if self.codec != _FLAC:
            return before + comments
        if len(comments) >= 1 << 24:
            raise metadata_too_large("FLAC", (1 << 24) - 1)
        return before[:1] + len(comments).to_bytes(3) + comments


def _sniff(head: bytes) -> bool:
    return head.startswith(MARK)


def _read(data: bytes) -> Contents:
    return collected(_walk(data))


def _walk(data: bytes) -> Iterator[Found | Unread]:
    end = 0
    for page, header in _headers(data):
        end = page.end
        if isinstance(header, _Header):
            damaged = any(not is_whole(data, one) for one in header.pages)
            found = (Found(vorbis.PLACE, text) for text in header.comments(data).labels)
            yield from with_faults(found, ("checksum",) if damaged else ())
        elif header is not None:
            yield header
    yield from behind_the_end(data, end)


def _write(data: bytes, text: str) -> bytes:
    edits: list[Edit] = []
    label: str | None = text
    for _, header in _headers(data):
        if isinstance(header, _Header):
            edits += header.edits(data, label)
            label = None
    if label is not None:
        raise StopsError("unsupported:Ogg")
    return spliced(data, edits)


def _headers(data: bytes) -> Iterator[tuple[Page, _Header | Unread | None]]:
    """Every page, and with the one that completes them the comments of its stream."""
    gathering: dict[int, _Header] = {}
    budget, has_begun = Budget(_MOST_STREAMS), False
    for page in pages(data):
        if page.flags & FIRST:
            has_begun = True
            budget.part()
            yield page, _begun(data, page, gathering)
            continue
        header = gathering.get(page.serial)
        if header is None:
            yield page, None
            continue
        if page.flags & CONTINUED and not header.pages:
            raise StopsError("broken")
        budget.spend(page.end - page.start)
        header.pages.append(page)
        yield page, gathering.pop(page.serial) if header.is_whole else None
    if gathering or not has_begun:
        raise StopsError("truncated")


def _begun(data: bytes, page: Page, gathering: dict[int, _Header]) -> Unread | None:
    """Begin to gather for the stream that begins on this page, if its kind is known."""
    begins = data[page.body : page.body + 8]
    codec = next((one for one in _CODECS if begins.startswith(one)), None)
    if codec is not None:
        gathering[page.serial] = _Header(codec)
    elif begins != _NO_COMMENTS:
        return Unread("unsupported:Ogg")
    return None


OGG = Container(
    "ogg",
    Medium.AUDIO,
    (".ogg", ".oga", ".opus", ".spx"),
    "audio/ogg",
    sniff=_sniff,
    read=_read,
    write=_write,
)
