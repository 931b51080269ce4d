# SPDX-License-Identifier: Apache-2.0
"""Labels that stand where no guide puts them: in comments, and behind a file's end (Article 12)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from guiju.labelling.containers.model import LARGEST_METADATA, Found, Unread
from guiju.labelling.reading import objects_in

# What begins another file: whoever opens this one by another name sees something else.
_BEGINNINGS = re.compile(
    rb"PK\x03\x04|%PDF-|\xff\xd8\xff|\x89PNG\r\n|GIF8[79]a|RIFF|....ftyp|7z\xbc\xaf|Rar!\x1a"
    rb"|\x1a\x45\xdf\xa3|OggS|fLaC|ID3|<(?i:!doctype|html|svg|\?xml)",
    re.DOTALL,
)
_OBJECT = re.compile(r'\s*\{.*"(?:AIGC|ContentProducer|ServiceProvider)"', re.DOTALL)


def in_text(place: str, value: bytes) -> Iterator[Found]:
    """Labels behind the word AIGC in what is meant for people, such as a comment."""
    if b"AIGC" not in value and b"aigc" not in value:
        return
    for one in objects_in(value.decode("utf-8", "replace")):
        yield Found(place, one, (f"place:{place}",))


def whole(place: str, text: str, *, usual: bool) -> Iterator[Found]:
    """The label that `text` is as a whole, in a field where vendors put one; `usual`: many do."""
    faults = () if usual else (f"place:{place}",)
    if _OBJECT.match(text):
        yield Found(place, text, faults)
    else:
        for one in objects_in(text):
            yield Found(place, one, faults)


def behind_the_end(data: bytes, end: int) -> Iterator[Found | Unread]:
    """Labels in what stands behind the end of a file, and whether that is a file of its own."""
    if end >= len(data):
        return
    rest = data[end : end + LARGEST_METADATA]
    if end + LARGEST_METADATA < len(data):
        yield Unread("limit")
    if _BEGINNINGS.match(rest) or _BEGINNINGS.match(rest.lstrip(b"\0\r\n\t ")):
        yield Unread("another-file")
    yield from in_text("behind-the-end", rest)
