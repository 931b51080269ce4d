# SPDX-License-Identifier: Apache-2.0
"""Where in the bytes of an XMP packet a label stands, or could be put in (Article 12)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from xml.parsers import expat

from guiju.labelling.containers.model import LARGEST_LABEL, LARGEST_XMP
from guiju.labelling.containers.walking import StopsError
from guiju.measures import rule

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_NAME = "AIGC"
IPTC = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
SOURCE = "DigitalSourceType"
_MOST = 16
_TAG = re.compile(rb"""<(?:[^>"']++|"[^"]*+"|'[^']*+')*+>""")
_SOURCE = re.compile(rb"""\s(?:[^\s=/>"':]+:)?DigitalSourceType\s*=\s*(["'])(.*?)\1""", re.DOTALL)
_ATTRIBUTE = re.compile(rb"""\s((?!xmlns:)(?:[^\s=/>"':]+:)?AIGC)\s*=\s*(?:"[^"]*"|'[^']*')""")


@dataclass(frozen=True, slots=True)
class Spot:
    """A label in a packet from `start` to `end`; `value` is its text alone, if it is an element."""

    start: int
    end: int
    text: str
    faults: tuple[str, ...] = ()
    value: tuple[int, int] | None = None


@dataclass(slots=True)
class Scan:
    """What a packet holds as far as labels go; the positions are those of its bytes.

    `subject` is what the packet describes, `rdf` the prefix of RDF in it, `room` where a further
    description may be put in, if there is such a place; `source` is where the value of IPTC's kind
    of source stands.
    """

    spots: list[Spot] = field(default_factory=list)
    subject: str | None = None
    rdf: str = ""
    room: int | None = None
    source: tuple[int, int] | None = None


@cache
def namespace() -> str:
    """The namespace of the property."""
    return str(rule("carriers.xmp.namespace").value)


def scan(packet: bytes) -> Scan:
    """Look through one packet.

    Raises:
        StopsError: "limit" when it is too large, "broken" when it is no XML or has a document type.
    """
    if len(packet) > LARGEST_XMP:
        raise StopsError("limit")
    return _Scanner(packet.rstrip(b"\0 \t\r\n")).scanned()


class _Scanner:
    """Listens to the parser and notes positions."""

    def __init__(self, packet: bytes) -> None:
        self._packet = packet
        self._scan = Scan()
        self._depth = 0
        self._inside: tuple[int, int, str] | None = None  # depth, start and namespace of the label
        self._text: list[str] = []
        self._source: int | None = None  # where the content of that element begins
        self._parser = expat.ParserCreate(namespace_separator="\n")
        self._parser.ordered_attributes = True
        self._parser.StartElementHandler = self._begin
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        self._parser.StartDoctypeDeclHandler = _no_document_type

    def scanned(self) -> Scan:
        try:
            self._parser.Parse(self._packet, True)  # noqa: FBT003 - its signature
        except (expat.ExpatError, ValueError) as error:
            raise StopsError("broken") from error
        return self._scan

    def _begin(self, name: str, attributes: list[str]) -> None:
        self._depth += 1
        where, _, local = name.rpartition("\n")
        at = self._parser.CurrentByteIndex
        named = dict(zip(attributes[::2], attributes[1::2], strict=True))
        if (where, local) == (RDF, "RDF") and not self._scan.rdf:
            self._scan.rdf = self._prefix(at)
        if (where, local) == (RDF, "Description") and self._scan.subject is None:
            self._scan.subject = named.get(f"{RDF}\nabout", named.get("about", ""))
        self._note_source(at, name, named)
        if self._inside is None:
            self._attributes(at, named)
            if local == _NAME:
                self._inside = (self._depth, at, where)
                self._text = []

    def _note_source(self, at: int, name: str, named: dict[str, str]) -> None:
        """Note where the kind of source stands, as an element or as an attribute."""
        if name == f"{IPTC}\n{SOURCE}":
            self._source = at + len(self._tag(at))
        elif f"{IPTC}\n{SOURCE}" in named and (found := _SOURCE.search(self._tag(at))):
            self._scan.source = (at + found.start(2), at + found.end(2))

    def _end(self, name: str) -> None:
        at = self._parser.CurrentByteIndex
        if name == f"{IPTC}\n{SOURCE}" and self._source is not None and self._source <= at:
            self._scan.source = (self._source, at)
        if self._inside is not None and self._inside[0] == self._depth:
            self._element(at)
        if name == f"{RDF}\nRDF" and self._packet.startswith(b"</", at) and self._scan.room is None:
            self._scan.room = at
        self._depth -= 1

    def _characters(self, text: str) -> None:
        if self._inside is not None:
            self._text.append(text)

    def _element(self, closing: int) -> None:
        """Note the label that ends here; of an element without content only that it is there."""
        if self._inside is None:
            return
        _, start, where = self._inside
        self._inside = None
        tag = self._tag(start)
        inner = (start + len(tag), closing)
        nested = b"<" in self._packet[slice(*inner)]
        empty = tag.endswith(b"/>")
        end = closing if empty else closing + len(self._tag(closing))
        value = None if empty or nested or where != namespace() else inner
        self._add(start, end, "".join(self._text), where, value)

    def _attributes(self, at: int, named: dict[str, str]) -> None:
        """Note labels in the form of an attribute."""
        wanted = [name for name in named if name.rpartition("\n")[2] == _NAME]
        if not wanted:
            return
        for name, one in zip(wanted, _ATTRIBUTE.finditer(self._tag(at)), strict=False):
            where = name.rpartition("\n")[0]
            self._add(at + one.start(), at + one.end(), named[name], where, None)

    def _add(
        self, start: int, end: int, text: str, where: str, value: tuple[int, int] | None
    ) -> None:
        faults = () if where == namespace() else ("namespace:XMP",)
        if len(text) > LARGEST_LABEL or len(self._scan.spots) == _MOST:
            raise StopsError("limit")
        self._scan.spots.append(Spot(start, end, text.strip(), faults, value))

    def _tag(self, at: int) -> bytes:
        """The tag that begins at `at`, as it is written."""
        match = _TAG.match(self._packet, at)
        return b"" if match is None else match[0]

    def _prefix(self, at: int) -> str:
        name = re.split(rb"[\s/>]", self._packet[at + 1 : at + 64], maxsplit=1)[0]
        return name.rpartition(b":")[0].decode("utf-8", "replace")


def _no_document_type(*_: object) -> None:
    raise StopsError("broken")
