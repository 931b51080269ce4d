# SPDX-License-Identifier: Apache-2.0
"""The label in an XMP packet: the property AIGC of its own namespace (rule carriers.xmp.namespace).

A packet is edited as bytes: only the property changes, so that nothing else of it can be lost.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from xml.sax.saxutils import escape, quoteattr

from guiju.labelling.containers.errors import broken, metadata_too_large, not_writable_here
from guiju.labelling.containers.model import LARGEST_XMP, Found, Unread
from guiju.labelling.containers.walking import Edit, StopsError, spliced
from guiju.labelling.containers.xmp_scan import IPTC, RDF, SOURCE, Scan, namespace, scan

_PREFIX = "TC260"
_SOURCE: ContextVar[str | None] = ContextVar("kind of source", default=None)
_HEAD = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n<x:xmpmeta xmlns:x="adobe:ns:meta/">'
)
_TAIL = '</x:xmpmeta>\n<?xpacket end="w"?>'


@contextmanager
def telling(source: str) -> Iterator[None]:
    """Meanwhile each label is written with the kind of source beside it (IPTC, for the EU)."""
    token = _SOURCE.set(source)
    try:
        yield
    finally:
        _SOURCE.reset(token)


def labels(packet: bytes) -> Iterator[Found | Unread]:
    """The labels in one packet."""
    try:
        seen = scan(packet)
    except StopsError as stop:
        yield Unread(stop.why)
        return
    for spot in seen.spots:
        yield Found("XMP", spot.text, spot.faults)


def with_label(packet: bytes | None, text: str, *, most: int = LARGEST_XMP) -> bytes:
    """`packet` with this label as its only one, or a new packet; at most `most` bytes.

    Where it would become larger, the padding that packets bring for this is used up.

    Raises:
        Invalid: `file-broken`, `label-not-supported` or `metadata-too-large`.
    """
    if packet is None:
        told = _SOURCE.get()
        properties = _label(text) + ("" if told is None else _source(told))
        new = _description(properties, "", "rdf") + "</rdf:RDF>"
        data = f'{_HEAD}<rdf:RDF xmlns:rdf="{RDF}">{new}{_TAIL}'.encode()
    else:
        data = _shrunk(_merged(packet, text), most)
    if len(data) > most:
        raise metadata_too_large("XMP", most)
    return data


def without_label(packet: bytes) -> bytes:
    """`packet` without any label; raises Invalid `file-broken` or `label-not-supported`."""
    seen = _scanned(packet)
    return spliced(packet, [(one.start, one.end, b"") for one in seen.spots])


def _merged(packet: bytes, text: str) -> bytes:
    seen = _scanned(packet)
    kept = next((one for one in seen.spots if one.value is not None), None)
    edits: list[Edit] = [(one.start, one.end, b"") for one in seen.spots if one is not kept]
    source, lacks = _SOURCE.get(), ""
    if kept is not None and kept.value is not None:
        edits.append((*kept.value, escape(text).encode()))
    else:
        lacks += _label(text)
    if source is not None and seen.source is not None:
        edits.append((*seen.source, escape(source).encode()))
    elif source is not None:
        lacks += _source(source)
    return spliced(packet, [*edits, *_addition(seen, lacks)])


def _addition(seen: Scan, properties: str) -> Iterator[Edit]:
    if not properties:
        return
    if seen.room is None:
        raise not_writable_here("XMP 数据包中没有 RDF", "its XMP packet has no RDF")
    description = _description(properties, seen.subject or "", seen.rdf)
    yield seen.room, seen.room, description.encode("ascii", "xmlcharrefreplace")


def _label(text: str) -> str:
    return f"<{_PREFIX}:AIGC>{escape(text)}</{_PREFIX}:AIGC>"


def _source(source: str) -> str:
    name = f"Iptc4xmpExt:{SOURCE}"
    return f'<{name} xmlns:Iptc4xmpExt="{IPTC}">{escape(source)}</{name}>'


def _description(properties: str, subject: str, prefix: str) -> str:
    """A description of its own; its subject is that of the others: a packet has one."""
    declared = "" if prefix == "rdf" else f' xmlns:rdf="{RDF}"'
    return (
        f"<rdf:Description{declared} rdf:about={quoteattr(subject)}"
        f' xmlns:{_PREFIX}="{namespace()}">{properties}</rdf:Description>'
    )


def _scanned(packet: bytes) -> Scan:
    """Look through a packet that is to be edited, so ASCII must stand in it as such."""
    if b"\0" in packet.rstrip(b"\0"):
        raise not_writable_here("XMP 数据包不是 UTF-8", "its XMP packet is not UTF-8")
    try:
        return scan(packet)
    except StopsError as stop:
        raise broken("its XMP packet cannot be read") from stop


def _shrunk(packet: bytes, most: int) -> bytes:
    """`packet` with less padding, if it is too large."""
    over, tail = len(packet) - most, packet.rfind(b"<?xpacket end=")
    if over <= 0 or tail < 0:
        return packet
    filled = len(packet[:tail].rstrip(b" \t\r\n"))
    return packet[: max(filled, tail - over)] + packet[tail:]
