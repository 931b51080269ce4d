# SPDX-License-Identifier: Apache-2.0
"""HTML: a meta element named AIGC (rule carriers.html.place; practice, no guide says so).

Comments, scripts and the like are passed over; a label in a comment is found and is a fault.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape, unescape
from typing import NamedTuple

from guiju.labelling.containers.html_hiding import behind, hides
from guiju.labelling.containers.loose import in_text
from guiju.labelling.containers.model import (
    HEAD,
    LARGEST_LABEL,
    LARGEST_METADATA,
    Container,
    Contents,
    Found,
    Medium,
    Unread,
    Words,
)
from guiju.labelling.containers.walking import Budget, StopsError, collected, spliced

_PLACE = "meta AIGC"
_LONGEST_TAG = LARGEST_LABEL + 16 * 1024
_LOOKED_AT = 2000 * _LONGEST_TAG  # so much is looked through for the ends of tags that have none
_START = re.compile(
    rb"\s*(?:<!--.{0,2000}?-->\s*)*<(?:!doctype\s+html|html)\b", re.IGNORECASE | re.DOTALL
)
_BOM = b"\xef\xbb\xbf"
_TAG = re.compile(rb"""<([a-zA-Z][a-zA-Z0-9]*+)((?:[^>"']|"[^"]*+"|'[^']*+')*+)>""")
_ATTRIBUTE = re.compile(rb"""([^\s=/>"']+)(?:\s*=\s*("[^"]*+"|'[^']*+'|[^\s>"']+))?""")
_RAW = frozenset({b"script", b"style", b"title", b"textarea", b"template", b"noscript"})
_EMPTY = frozenset({b"br", b"hr", b"img", b"input", b"link", b"meta", b"source", b"col", b"wbr"})
_GROUND = re.compile(rb"background|bgcolor", re.IGNORECASE)
_MARKUP = re.compile(rb"<[^>]*+>")


class Meta(NamedTuple):
    """A meta element with a label: where it stands, and its content."""

    start: int
    end: int
    content: str


class _Comment(NamedTuple):
    text: bytes


class _Tag(NamedTuple):
    name: bytes
    start: int
    end: int
    attributes: bytes = b""


def _sniff(head: bytes) -> bool:
    return _START.match(head.removeprefix(_BOM)) is not None


def _read(data: bytes) -> Contents:
    return collected(_walk(data))


def _walk(data: bytes) -> Iterator[Found | Unread]:
    if len(data) > LARGEST_METADATA:
        yield Unread("limit")
        return
    if b"\0" in data[:HEAD]:
        yield Unread("unsupported:encoding")
        return
    for one in _parts(data):
        if isinstance(one, _Comment):
            yield from in_text("comment", one.text)
        elif isinstance(one, Meta):
            yield Found(_PLACE, one.content)


def _parts(data: bytes) -> Iterator[_Comment | _Tag | Meta]:
    """Comments, tags and labels in their order; what scripts and the like hold is none of them."""
    budget = Budget(parts=1_000_000, size=_LOOKED_AT)
    at = data.find(b"<")
    while at >= 0:
        budget.part()
        end = at + 1
        if data.startswith(b"<!--", at):
            end = _behind(data, b"-->", at + 4)
            yield _Comment(data[at + 4 : end - 3])
        elif data[at : at + 6].lower() == b"</head" or data[at : at + 6].lower() == b"</body":
            yield _Tag(data[at + 1 : at + 6].lower(), at, at)
        elif (tag := _TAG.match(data, at, at + _LONGEST_TAG)) is not None:
            name, end = tag[1].lower(), tag.end()
            yield _Tag(name, at, end, tag[2])
            if name == b"meta" and (content := _label(tag[2])) is not None:
                yield Meta(at, end, content)
            elif name in _RAW and not tag[2].endswith(b"/"):
                end = _behind_raw(data, name, end)
        elif data[at + 1 : at + 2].isalpha():
            budget.spend(_LONGEST_TAG)
        at = data.find(b"<", end)


def _behind(data: bytes, what: bytes, at: int) -> int:
    """Where what begins here is over; without an end all the rest belongs to it."""
    end = data.find(what, at)
    return len(data) if end < 0 else end + len(what)


def _behind_raw(data: bytes, name: bytes, at: int) -> int:
    closing = re.compile(rb"</" + re.escape(name) + rb"\b", re.IGNORECASE).search(data, at)
    return len(data) if closing is None else closing.start()


def _label(inside: bytes) -> str | None:
    """The content of a meta element that is named as a label is."""
    found: dict[bytes, bytes] = {}
    for one in _ATTRIBUTE.finditer(inside):
        found.setdefault(one[1].lower(), one[2] or b"")
    if _value(found.get(b"name", b"")).upper() != "AIGC":
        return None
    return _value(found.get(b"content", b""))


def _value(raw: bytes) -> str:
    bare = raw[1:-1] if raw[:1] in {b'"', b"'"} else raw
    return unescape(bare.decode("utf-8", "replace")).strip()


def _write(data: bytes, text: str) -> bytes:
    """The element of the file gets the label; without one, a new one at the end of its head."""
    if len(data) > LARGEST_METADATA:
        raise StopsError("limit")
    new = f'<meta name="AIGC" content="{escape(text, quote=True)}">'.encode()
    found = [one for one in _parts(data) if isinstance(one, Meta)]
    edits = [(one.start, one.end, b"") for one in found[1:]]
    at, end = found[0][:2] if found else (_room(data),) * 2
    return spliced(data, [*edits, (at, end, new)])


def _room(data: bytes) -> int:
    """Where a further element of the head may stand: at its end, so that the encoding is first."""
    start = _START.match(data, len(_BOM) if data.startswith(_BOM) else 0)
    at = 0 if start is None else data.find(b">", start.end()) + 1
    for one in _parts(data):
        if not isinstance(one, _Tag):
            continue
        if one.name in {b"/head", b"body", b"frameset"}:
            return one.start
        if one.name in {b"html", b"head"}:
            at = one.end
    return at


def say(data: bytes, words: str, at_start: bool) -> bytes:  # noqa: FBT001 - as `Container` has it
    """The page with a paragraph of its own, at the start of its body or at its end."""
    wanted = b"body" if at_start else b"/body"
    spots = [one for one in _parts(data) if isinstance(one, _Tag) and one.name == wanted]
    at = (spots[0].end if at_start else spots[-1].start) if spots else None
    if at is None:
        at = _room(data) if at_start else len(data)
    return spliced(data, [(at, at, f"<p>{escape(words)}</p>".encode())])


def words_of(data: bytes) -> Words:
    """What people read, roughly: all that is neither markup nor script, nor hidden by its tag."""
    pieces: list[bytes] = []
    at, white = 0, _GROUND.search(data) is None
    for one in _parts(data[:LARGEST_METADATA]):
        if isinstance(one, _Tag) and one.start >= at:
            pieces.append(data[at : one.start])
            at = one.end
            if one.name in _RAW:
                at = _behind_raw(data, one.name, one.end)
            elif hides(one.attributes, page_is_white=white) and one.name not in _EMPTY:
                at = behind(data, one.name, one.end)
    pieces.append(data[at:])
    text = _MARKUP.sub(b"\n", b"\n".join(pieces)).decode("utf-8", "replace")
    return Words(unescape(text))


HTML = Container(
    "html",
    Medium.TEXT,
    (".html", ".htm", ".xhtml"),
    "text/html",
    sniff=_sniff,
    read=_read,
    write=_write,
    by_name=True,
    words=words_of,
    say=say,
)
