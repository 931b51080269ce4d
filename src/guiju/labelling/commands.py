# SPDX-License-Identifier: Apache-2.0
"""`guiju label`: which marks of generated content a file carries (Article 12)."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from guiju.labelling.checking import check, read
from guiju.labelling.report import LabelVerdict, Reading


@click.group(name="label")
def group() -> None:
    """Marks of generated content: which a file carries, and whether they are right."""


@group.command(name="read")
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
@click.option("--json", "as_json", is_flag=True, help="One line of JSON for each file.")
@click.pass_context
def read_(context: click.Context, files: tuple[str, ...], *, as_json: bool) -> None:
    """The labels in each FILE, as they stand there (exit 1: one has none)."""
    readings = [(file, read(Path(file))) for file in files]
    for file, reading in readings:
        click.echo(_encoded(file, reading) if as_json else "\n".join(_lines(file, reading)))
    context.exit(int(any(not (one.explicit or one.labels) for _, one in readings)))


@group.command(name="check")
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
@click.option("--json", "as_json", is_flag=True, help="One line of JSON for each file.")
@click.pass_context
def check_(context: click.Context, files: tuple[str, ...], *, as_json: bool) -> None:
    """The verdict on the labels of each FILE (exit 1: one has no valid label)."""
    reports = [(file, check(Path(file))) for file in files]
    for file, report in reports:
        if as_json:
            click.echo(msgspec.json.encode({"file": file, **report.as_json()}))
        else:
            click.echo("  ".join((file, report.verdict.value, *report.reasons)))
    context.exit(int(any(one.verdict is not LabelVerdict.VALID for _, one in reports)))


def _encoded(file: str, reading: Reading) -> bytes:
    explicit = reading.explicit
    shown = None if explicit is None else {"words": explicit.words, "place": explicit.place.value}
    labels = [{"label": one.label.fields, "faults": list(one.faults)} for one in reading.labels]
    return msgspec.json.encode({"file": file, "explicit": shown, "labels": labels})


def _lines(file: str, reading: Reading) -> list[str]:
    explicit = reading.explicit
    shown = "-" if explicit is None else f"{explicit.place.value}: {_safe(explicit.words)}"
    lines = [f"{file}  explicit  {shown}"]
    for one in reading.labels:
        lines += [f"  {name}  {_safe(value)}" for name, value in one.label.fields.items()]
        lines += [f"  fault  {_safe(fault)}" for fault in one.faults]
    return lines


def _safe(value: str) -> str:
    """`value` without anything that could steer a terminal."""
    return "".join(one if one.isprintable() else "\ufffd" for one in value)
