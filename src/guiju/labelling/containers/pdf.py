# SPDX-License-Identifier: Apache-2.0
"""PDF: the entry AIGC of the document's information (rule carriers.pdf.place).

The label is an incremental update behind the file: what was there stays its beginning, byte by
byte, so that signatures over it hold. A second label takes the place of an update that holds
nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from guiju.labelling.containers import xmp
from guiju.labelling.containers.loose import behind_the_end, in_text
from guiju.labelling.containers.model import Container, Contents, Found, Medium, Unread
from guiju.labelling.containers.pdf_objects import Pdf, Reference, integer, reference, string, text
from guiju.labelling.containers.pdf_page import say, words_of
from guiju.labelling.containers.pdf_update import updated
from guiju.labelling.containers.pdf_xref import Index, index, resolved, stream
from guiju.labelling.containers.walking import Budget, StopsError, collected, with_faults

_KEY = b"/AIGC"
_PLACE = "Info AIGC"
_END = b"%%EOF"
# What an update begins with, behind the end of what was there: it is not whole, and may hold more.
_TORN = re.compile(rb"\s*\d[\d\s]{0,20}(?:obj|o?b?\Z)")
_LARGEST_UNPACKED = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Document:
    """What an update needs to know of the file before it."""

    data: bytes
    index: Index
    info: Reference | None
    entries: tuple[tuple[bytes, bytes], ...]
    """The information as it is, names and values."""

    at: int
    """Where the object of the information stands; 0: in a stream, or nowhere."""


def _sniff(head: bytes) -> bool:
    return head.startswith(b"%PDF-")


def _read(data: bytes) -> Contents:
    return collected(_walk(data))


def _walk(data: bytes) -> Iterator[Found | Unread]:
    pdf = Pdf(data, Budget(size=_LARGEST_UNPACKED))
    document = _document(pdf)
    for name, value in document.entries:
        if name == _KEY:
            yield Found(_PLACE, text(value).strip())
        elif value.startswith((b"(", b"<")):
            yield from in_text(f"Info {name[1:].decode('latin-1')}", text(value).encode())
    try:
        yield from with_faults(_metadata(pdf, document.index), ("place:XMP",))
    except StopsError as stop:
        yield Unread(stop.why)
    end = _behind(data)
    if _TORN.match(data, end):
        yield Unread("truncated")
    yield from behind_the_end(data, end)


def _behind(data: bytes) -> int:
    """Where the last revision ends, with its line."""
    at = data.rfind(_END)
    if at < 0:
        return len(data)
    end = at + len(_END)
    return end + len(data[end : end + 2]) - len(data[end : end + 2].lstrip(b"\r\n"))


def _document(pdf: Pdf) -> _Document:
    found = index(pdf.data, pdf.budget)
    if b"/Encrypt" in found.trailer:
        raise StopsError("encrypted")
    told = found.trailer.get(b"/Info")
    info = None if told is None else reference(told)
    if info is None or found.place(info.number) is None:
        return _Document(pdf.data, found, info, (), 0)
    inside, at = resolved(pdf, found, info)
    entries, _ = inside.pairs(at)
    place = found.place(info.number)
    address = 0 if place is None else place.address
    return _Document(pdf.data, found, info, tuple(entries), address)


def _metadata(pdf: Pdf, found: Index) -> Iterator[Found | Unread]:
    """The labels in the XMP packet of the document."""
    root = reference(found.trailer.get(b"/Root", b""))
    if root is None:
        raise StopsError("broken")
    inside, at = resolved(pdf, found, root)
    about, _ = inside.dictionary(at)
    told = reference(about.get(b"/Metadata", b""))
    if told is not None:
        inside, at = resolved(pdf, found, told)
        yield from xmp.labels(stream(inside, at)[1])


def _write(data: bytes, said: str) -> bytes:
    document = _document(Pdf(data, Budget(size=_LARGEST_UNPACKED)))
    before = _before_our_update(document)
    if before is not None:
        document = before
    return _updated(document, said)


def _before_our_update(document: _Document) -> _Document | None:
    """The file without its last update, if that is a label and nothing else."""
    labels = [value for name, value in document.entries if name == _KEY]
    if not document.at or len(labels) != 1:
        return None
    try:
        before = _document(Pdf(document.data[: document.at], Budget(size=_LARGEST_UNPACKED)))
        same = _updated(before, text(labels[0])) == document.data
    except (StopsError, UnicodeEncodeError):
        return None
    return before if same else None


def _updated(document: _Document, said: str) -> bytes:
    """The file, and behind it the information with this label and where that stands."""
    data, found = document.data, document.index
    size = integer(found.trailer.get(b"/Size"), 1 << 30)
    info = document.info or Reference(size, 0)
    size = max(size, info.number + 1)
    kept = [(name, value) for name, value in document.entries if name != _KEY]
    entries = b"".join(b"%s %s\n" % one for one in [*kept, (_KEY, string(said))])
    return updated(data, found, {info: b"<<\n%s>>" % entries}, size, info)


PDF = Container(
    "pdf",
    Medium.DOCUMENT,
    (".pdf",),
    "application/pdf",
    sniff=_sniff,
    read=_read,
    write=_write,
    words=words_of,
    say=say,
)
