# SPDX-License-Identifier: Apache-2.0
"""Bytes and files as the functions of the door take them, and the labels in them (Article 12)."""

from __future__ import annotations

from pathlib import Path

from guiju.kernel import Invalid, Text
from guiju.labelling.containers import Container, Contents, Found, container_of
from guiju.labelling.containers.model import LARGEST_LABEL
from guiju.labelling.containers.walking import StopsError
from guiju.labelling.containers.wav import WAV
from guiju.labelling.model import AigcLabel
from guiju.labelling.reading import FoundLabel, parse
from guiju.labelling.report import ExplicitFound, Reading
from guiju.labelling.text import Place
from guiju.labelling.visible import explicit_in
from guiju.measures import rule

Source = str | bytes | Path
"""A text, the bytes of a file, or where a file is."""

SIDE_CAR = ".aigc.json"
"""Behind the name of a plain text, which has no place for a label: the file that holds it."""

LARGEST_FILE = 512 * 1024 * 1024


def loaded(source: bytes | Path, name: str) -> tuple[bytes, str]:
    """The bytes of a file and its name.

    Raises:
        Invalid: `file-unreadable` or `file-too-large`.
    """
    if not isinstance(source, Path):
        return source, name
    try:
        if source.stat().st_size > LARGEST_FILE:
            raise _too_large(source)
        return source.read_bytes(), name or source.name
    except OSError as error:
        raise Invalid(
            "file-unreadable",
            Text(zh=f"无法读取 {source}。", en=f"{source} cannot be read: {error.strerror}."),
            Text(zh="请检查路径和权限。", en="Check its path and permissions."),
        ) from error


def read_bytes(data: bytes, name: str = "") -> Reading | None:
    """The labels in a file of a format with a place for them; None: it is of none that is known."""
    container = container_of(data, name)
    if container is None:
        return None
    contents = container.read(data)
    explicit, looked = _explicit(container, data)
    return Reading(
        explicit,
        labels_of(contents),
        stopped=contents.stopped,
        format=container.name,
        looked=looked,
    )


def _explicit(container: Container, data: bytes) -> tuple[ExplicitFound | None, bool]:
    """The label that people perceive, as far as it can be found without seeing or hearing.

    And whether there would be one if there were any: else that none was found says nothing.
    """
    if container.words is not None:
        try:
            words = container.words(data)
        except (Invalid, StopsError):
            return None, False
        if words is None:
            return None, False
        found = explicit_in(words.text) or explicit_in(words.around)
        return found, words.whole or found is not None
    if container is not WAV:
        return None, False
    from guiju.labelling.audio.listening import heard_in  # noqa: PLC0415 - numpy

    where = heard_in(data)
    rhythm = str(rule("labels.audio.rhythm").value)
    found = None if where is None else ExplicitFound(rhythm, Place(where.value), standard=True)
    return found, False


def beside(path: Path) -> tuple[FoundLabel, ...]:
    """The label in the side-car of a text, if there is one; raises as `loaded`."""
    car = path.with_name(path.name + SIDE_CAR)
    if not car.is_file():
        return ()
    data, _ = loaded(car, "")
    return (_label(Found("side-car", data[: LARGEST_LABEL + 1].decode("utf-8", "replace"))),)


def labels_of(contents: Contents) -> tuple[FoundLabel, ...]:
    """What was found, parsed; what cannot be parsed is a label with the fault "unreadable"."""
    return tuple(map(_label, contents.found))


def _label(found: Found) -> FoundLabel:
    try:
        label = parse(found.text)
    except Invalid:
        return FoundLabel(AigcLabel("", "", ""), "bare", ("unreadable", *found.faults), found.place)
    return FoundLabel(label.label, label.form, (*label.faults, *found.faults), found.place)


def _too_large(path: Path) -> Invalid:
    return Invalid(
        "file-too-large",
        Text(
            zh=f"{path} 超过 {LARGEST_FILE} 字节。",
            en=f"{path} is larger than {LARGEST_FILE} bytes.",
        ),
        Text(zh="请分成较小的文件。", en="Split it into smaller files."),
    )
