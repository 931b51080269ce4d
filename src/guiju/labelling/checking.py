# SPDX-License-Identifier: Apache-2.0
"""Reads and checks the labels of a text, of bytes or of a file (Article 12)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from guiju.labelling.containers import (
    Container,
    Medium,
    container_of,
    front_matter,
    named_otherwise,
)
from guiju.labelling.containers.walking import collected
from guiju.labelling.files import Source, beside, labels_of, loaded, read_bytes
from guiju.labelling.provenance import provenance_of
from guiju.labelling.reading import labels_in, without_objects
from guiju.labelling.report import NOBODY_LOOKED, Hiding, Reading, Report, report
from guiju.labelling.security import Pinned, examine
from guiju.labelling.security.binding import binding_of
from guiju.labelling.visible import explicit_in, without_labels

if TYPE_CHECKING:
    from guiju.labelling.watermark import Seen

LARGEST_TEXT = 16 * 1024 * 1024


def read(source: Source, name: str = "") -> Reading:
    """The labels of a text (`str`), of bytes, or of the file at a path, as they stand there.

    Beside a plain text its side-car is read.

    `name` is asked where bytes alone do not tell a format. Only a path can raise: Invalid
    `file-unreadable`.
    """
    if isinstance(source, str):
        return _read_text(source)
    return _read_file(source, *loaded(source, name))


def _read_file(source: bytes | Path, data: bytes, name: str) -> Reading:
    """The labels of `source`, whose bytes these are, and of its side-car."""
    reading = read_bytes(data, name) or _read_plain(data)
    if reading.format == "text" and named_otherwise(name):
        # Nothing is concluded of a picture without a byte, or of a text that is called a picture.
        why = "another-format" if data else "truncated"
        return replace(reading, stopped=(*reading.stopped, why))
    if isinstance(source, Path) and reading.format == "text":
        return replace(reading, labels=(*reading.labels, *beside(source)))
    return reading


def check(
    source: Source,
    name: str = "",
    *,
    pinned: Pinned | None = None,
    watermark: bool = False,
    anchors: str | None = None,
) -> Report:
    """The verdict on the labels of a text, of bytes, or of the file at a path; raises as `read`.

    `pinned` are the keys by which providers are known: without them a signature shows only that a
    label was not changed. With `watermark` a picture is also looked into for a mark, which takes
    some tenths of a second. A manifest of C2PA is looked into where the extra `eu` is installed;
    `anchors` are certificates in PEM that vouch for who signs one.
    """
    if isinstance(source, str):
        reading, data, container = _read_text(source), b"", None
    else:
        data, name = loaded(source, name)
        reading, container = _read_file(source, data, name), container_of(data, name)
    looked = looked_into(container, data) if watermark else Looked(whether=False)
    standing = None
    if len(reading.labels) == 1 and not reading.labels[0].faults:
        label = reading.labels[0].label
        standing = examine(
            label, lambda: None if container is None else binding_of(container, data), pinned
        )
    manifest = NOBODY_LOOKED
    if container is not None:
        manifest = provenance_of(data, container.media_type, anchors)
    mark = None if looked.seen is None else looked.seen.mark.hex()
    return replace(report(reading, standing, _hiding(looked, reading), manifest), mark=mark)


class Looked(NamedTuple):
    """Whether something could be looked into for a mark, and the mark that was seen."""

    whether: bool
    seen: Seen | None = None


def looked_into(container: Container | None, data: bytes) -> Looked:
    """Look for a mark in a picture; what is none, or cannot be decoded, is not looked into."""
    if container is None or container.medium is not Medium.IMAGE:
        return Looked(whether=False)
    from guiju.labelling.watermark import look  # noqa: PLC0415 - numpy and Pillow

    try:
        return Looked(whether=True, seen=look(data))
    except ValueError:
        return Looked(whether=False)


def _hiding(looked: Looked, reading: Reading) -> Hiding:
    """What a mark in a picture says of the label beside it."""
    if not looked.whether:
        return Hiding.NOT_CHECKED
    if looked.seen is None:
        return Hiding.NONE_FOUND
    from guiju.labelling.watermark import mark_of  # noqa: PLC0415 - as above

    said = [one.label for one in reading.labels]
    numbers = {number for one in said for number in (one.produce_id, one.propagate_id)}
    if not numbers:
        return Hiding.FOUND
    same = looked.seen.mark in {mark_of(one) for one in numbers}
    return Hiding.SAME if same else Hiding.OTHER


def _read_plain(data: bytes) -> Reading:
    """Bytes of no format are text or nothing that can be read."""
    if b"\0" not in data:
        try:
            return _read_text(data.decode("utf-8-sig"))
        except UnicodeDecodeError:
            pass
    return Reading(None, (), stopped=("unsupported",), format="unknown", looked=False)


def _read_text(text: str) -> Reading:
    """The labels in a plain text or in the JSON answer of a chat interface."""
    if len(text) > LARGEST_TEXT:
        return Reading(None, (), stopped=("too-large",))
    answer = _answer(text)
    shown = text if answer is None else answer
    inside = labels_of(collected(front_matter.labels(text)))
    labels = inside or labels_in(text)
    return Reading(explicit_in(shown), labels, answer=answer is not None)


def said_in(text: str) -> str:
    """What a text, or the JSON answer of a chat interface, says besides its labels.

    Blanks are left out, since they change on the way from one place to another.
    """
    answer = _answer(text) if len(text) <= LARGEST_TEXT else None
    said = without_objects(text) if answer is None else answer
    return "".join(without_labels(said).split())


def _answer(text: str) -> str | None:
    """The words of a chat answer, if `text` is one."""
    if not text.lstrip().startswith("{"):
        return None
    try:
        body = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return None
    choices = body.get("choices") if isinstance(body, dict) else None
    if not isinstance(choices, list):
        return None
    return "\n".join(_words(one) for one in choices)


def _words(choice: Any) -> str:
    message = choice.get("message") if isinstance(choice, dict) else None
    holder, key = (message, "content") if isinstance(message, dict) else (choice, "text")
    words = holder.get(key) if isinstance(holder, dict) else None
    return words if isinstance(words, str) else ""
