# SPDX-License-Identifier: Apache-2.0
"""Reads and checks the labels of a text, of bytes or of a file (Article 12)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from guiju.labelling.containers import Medium, container_of, front_matter
from guiju.labelling.containers.walking import collected
from guiju.labelling.files import Source, beside, labels_of, loaded, read_bytes
from guiju.labelling.provenance import Provenance, State, provenance_of
from guiju.labelling.reading import labels_in
from guiju.labelling.report import Hiding, Reading, Report, report
from guiju.labelling.security import Binding, Pinned, examine
from guiju.labelling.security.binding import binding_of
from guiju.labelling.visible import explicit_in

LARGEST_TEXT = 16 * 1024 * 1024


def read(source: Source, name: str = "") -> Reading:
    """The labels of a text (`str`), of bytes, or of the file at a path, as they stand there.

    Beside a plain text its side-car is read.

    `name` is asked where bytes alone do not tell a format. Only a path can raise: Invalid
    `file-unreadable`.
    """
    if isinstance(source, str):
        return _read_text(source)
    data, name = loaded(source, name)
    reading = read_bytes(data, name) or _read_plain(data)
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
    reading = read(source, name)
    hiding, mark = _watermark(source, name, reading) if watermark else _NOT_LOOKED
    standing = None
    if len(reading.labels) == 1 and not reading.labels[0].faults:
        label = reading.labels[0].label
        standing = examine(label, lambda: _binding(source, name), pinned)
    found = report(reading, standing, hiding, _provenance(source, name, anchors))
    return replace(found, mark=mark)


def _provenance(source: Source, name: str, anchors: str | None) -> Provenance:
    """What a manifest in a file shows."""
    if isinstance(source, str):
        return Provenance(State.NOT_CHECKED)
    data, name = loaded(source, name)
    container = container_of(data, name)
    if container is None:
        return Provenance(State.NOT_CHECKED)
    return provenance_of(data, container.media_type, anchors)


_NOT_LOOKED = (Hiding.NOT_CHECKED, None)


def _watermark(source: Source, name: str, reading: Reading) -> tuple[Hiding, str | None]:
    """What a mark in a picture says of the label beside it, and the mark."""
    data, name = (b"", name) if isinstance(source, str) else loaded(source, name)
    container = container_of(data, name)
    if container is None or container.medium is not Medium.IMAGE:
        return _NOT_LOOKED
    from guiju.labelling.watermark import look, mark_of  # noqa: PLC0415 - numpy and Pillow

    try:
        seen = look(data)
    except ValueError:
        return _NOT_LOOKED
    if seen is None:
        return Hiding.NONE_FOUND, None
    said = [one.label for one in reading.labels]
    numbers = {number for one in said for number in (one.produce_id, one.propagate_id)}
    if not numbers:
        return Hiding.FOUND, seen.mark.hex()
    same = seen.mark in {mark_of(one) for one in numbers}
    return Hiding.SAME if same else Hiding.OTHER, seen.mark.hex()


def _binding(source: Source, name: str) -> Binding | None:
    """What ties a label to the content as it is now."""
    if isinstance(source, str):
        return None
    data, name = loaded(source, name)
    container = container_of(data, name)
    return None if container is None else binding_of(container, data)


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
