# SPDX-License-Identifier: Apache-2.0
"""What the command line says of a file, for people and for programs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from guiju.labelling.abreast import Failed
from guiju.labelling.report import LabelVerdict, Reading, Report

if TYPE_CHECKING:
    from guiju.labelling.watermark import Seen


class Line(NamedTuple):
    """What is said of a file, where, and which exit status that is."""

    words: bytes
    status: int
    failed: bool = False


def of_verdict(file: Path, report: Report | Failed, *, as_json: bool) -> Line:
    """What is said of a verdict."""
    name = safe(str(file))
    if isinstance(report, Failed):
        words = f"{name}: {safe(report.why)} ({report.code})"
        return Line(words.encode(), report.exit_status, failed=True)
    status = int(report.verdict is not LabelVerdict.VALID)
    if as_json:
        return Line(msgspec.json.encode({"file": str(file), **report.as_json()}), status)
    words = "  ".join((name, report.verdict.value, *map(safe, report.reasons)))
    return Line(words.encode(), status)


def of_reading(file: str, reading: Reading, seen: Seen | None) -> str:
    """What stands in a file, line by line."""
    explicit = reading.explicit
    none = "-" if reading.looked else "not looked for"
    shown = none if explicit is None else f"{explicit.place.value}: {safe(explicit.words)}"
    told = [f"{safe(file)}  {reading.format}  explicit  {shown}"]
    for one in reading.labels:
        told += [f"  {name}  {safe(value)}" for name, value in one.label.fields.items()]
        told += [f"  place  {safe(one.place)}"] if one.place else []
        told += [f"  fault  {safe(fault)}" for fault in one.faults]
    told += [f"  not read  {why}" for why in reading.stopped]
    told += [] if seen is None else [f"  watermark  {seen.mark.hex()}  {seen.sure:.1f}"]
    return "\n".join(told)


def of_reading_in_json(file: str, reading: Reading, seen: Seen | None) -> bytes:
    """The same for programs, in one line."""
    explicit = reading.explicit
    shown = None if explicit is None else {"words": explicit.words, "place": explicit.place.value}
    labels = [
        {"label": one.label.fields, "place": one.place, "faults": list(one.faults)}
        for one in reading.labels
    ]
    return msgspec.json.encode(
        {
            "file": file,
            "format": reading.format,
            "explicit": shown,
            "labels": labels,
            "stopped": list(reading.stopped),
            "watermark": None if seen is None else seen.as_json(),
        }
    )


def safe(value: str) -> str:
    """`value` without anything that could steer a terminal."""
    return "".join(one if one.isprintable() else "\ufffd" for one in value)
