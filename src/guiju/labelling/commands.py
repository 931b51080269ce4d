# SPDX-License-Identifier: Apache-2.0
"""`guiju label`: which marks of generated content a file carries (Article 12). Text, so far."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from guiju.kernel import Invalid, Text
from guiju.labelling.checking import LabelVerdict, TextReading, check, read

# Markdown has a place for metadata of its own, which is not read yet: not to find is not absence.
_TEXTS = frozenset({"", ".txt", ".text", ".json"})


@click.group(name="label")
def group() -> None:
    """Marks of generated content: which a file carries, and whether they are right."""


@group.command(name="read")
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
@click.option("--json", "as_json", is_flag=True, help="One line of JSON for each file.")
@click.pass_context
def read_(context: click.Context, files: tuple[str, ...], *, as_json: bool) -> None:
    """The labels in each FILE, as they stand there (exit 1: one has none)."""
    readings = [(file, read(_text(file))) for file in files]
    for file, reading in readings:
        click.echo(_encoded(file, reading) if as_json else "\n".join(_lines(file, reading)))
    context.exit(int(any(not (one.explicit or one.labels) for _, one in readings)))


@group.command(name="check")
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
@click.option("--json", "as_json", is_flag=True, help="One line of JSON for each file.")
@click.pass_context
def check_(context: click.Context, files: tuple[str, ...], *, as_json: bool) -> None:
    """The verdict on the labels of each FILE (exit 1: one has no valid label)."""
    reports = [(file, check(_text(file))) for file in files]
    for file, report in reports:
        if as_json:
            click.echo(msgspec.json.encode({"file": file, **report.as_json()}))
        else:
            click.echo("  ".join((file, report.verdict.value, *report.reasons)))
    context.exit(int(any(one.verdict is not LabelVerdict.VALID for _, one in reports)))


def _encoded(file: str, reading: TextReading) -> bytes:
    explicit = reading.explicit
    shown = None if explicit is None else {"words": explicit.words, "place": explicit.place.value}
    labels = [{"label": one.label.fields, "faults": list(one.faults)} for one in reading.labels]
    return msgspec.json.encode({"file": file, "explicit": shown, "labels": labels})


def _lines(file: str, reading: TextReading) -> list[str]:
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


def _text(file: str) -> str:
    try:
        data = Path(file).read_bytes()
    except OSError as error:
        raise Invalid(
            "file-unreadable",
            Text(zh=f"无法读取 {file}。", en=f"{file} cannot be read: {error.strerror}."),
            Text(zh="请检查路径和权限。", en="Check its path and permissions."),
        ) from error
    if Path(file).suffix.lower() not in _TEXTS or b"\0" in data:
        raise _not_supported(file)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _not_supported(file) from error


def _not_supported(file: str) -> Invalid:
    medium = Path(file).suffix.lower().lstrip(".") or "binary"
    return Invalid(
        "medium-not-supported",
        Text(
            zh=f"暂不支持 {file} 的格式（{medium}）。",
            en=f"The format of {file} ({medium}) is not supported yet.",
        ),
        Text(
            zh="目前只处理 UTF-8 纯文本（.txt）和 JSON 答复（.json）。",
            en="Give plain UTF-8 text (.txt) or a JSON answer (.json).",
        ),
        article=12,
    )
