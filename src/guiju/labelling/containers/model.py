# SPDX-License-Identifier: Apache-2.0
"""What every file format offers: tell it, read its labels, write one (Article 12)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

LARGEST_LABEL = 64 * 1024
"""More bytes than this are no label."""

LARGEST_XMP = 1024 * 1024
LARGEST_METADATA = 16 * 1024 * 1024
"""So much of a file's metadata is looked at, unpacked; then reading stops and says so."""

HEAD = 4096
"""So many first bytes are enough to tell a format."""


class Medium(StrEnum):
    """What people perceive; it decides what a visible or audible label is."""

    IMAGE = "image"
    AUDIO = "audio"
    VIDEO = "video"
    DOCUMENT = "document"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Found:
    """A label's JSON as text, as it stands in a file.

    `place` names where in the words of the format ("XMP", "tEXt AIGC"); `faults` are stable words
    for what is wrong with the place, not with the fields ("checksum", "place:EXIF XPComment").
    """

    place: str
    text: str
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unread:
    """A part that could not be looked at while others were; `why` as in `Contents.stopped`."""

    why: str


@dataclass(frozen=True, slots=True)
class Contents:
    """The labels of a file, and why reading ended early; nothing there: all of it was looked at.

    The stable words are "truncated", "broken", "limit", "encrypted", "unsupported:…" and
    "another-file" (behind the end stands a file of its own).
    """

    found: tuple[Found, ...] = ()
    stopped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Words:
    """What people read of a text or a document, as far as a visible label may stand there.

    `around` stands at the head or foot of its pages. Unless they are `whole`, it has more to read,
    and that no label is among them says nothing.
    """

    text: str
    whole: bool = True
    around: str = ""


@dataclass(frozen=True, slots=True)
class Container:
    """One file format. All functions are pure and bounded.

    `sniff(head)` tells the format by the first `HEAD` bytes. `read(data)` never raises over hostile
    bytes: it says why it stopped. `write(data, text)` gives the file with this JSON, bare, as its
    one label in the place of the guide: a label that stands there is replaced, one that stands
    elsewhere is taken out where that can be done, every other byte stays. Writing twice is writing
    once. The caller reads back, so `write` need not; it raises Invalid (`file-broken`,
    `metadata-too-large`, `label-not-supported`) or StopsError. `by_name`: no first bytes tell this
    format, so the file's name may. A text or document also has `words(data)`, None where
    they cannot be told, and `say(data, words, at_start)`, which puts words among them; both raise
    as `write`.
    """

    name: str
    medium: Medium
    suffixes: tuple[str, ...]
    media_type: str
    sniff: Callable[[bytes], bool]
    read: Callable[[bytes], Contents]
    write: Callable[[bytes, str], bytes]
    by_name: bool = False
    words: Callable[[bytes], Words | None] | None = None
    say: Callable[[bytes, str, bool], bytes] | None = None
