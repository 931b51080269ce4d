# SPDX-License-Identifier: Apache-2.0
"""`guiju screen`: what the policy in force says of a text (Articles 4 and 14)."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import click
import msgspec

from guiju.kernel import Invalid, Text, Unavailable
from guiju.screening import images
from guiju.screening.judge import Screen
from guiju.screening.model import DIRECTIONS, FULL, Direction, Verdict

_STDIN = "-"
_HEAD = 512  # bytes that tell what a file is


@runtime_checkable
class ScreenSource(Protocol):
    """What `app` puts into the click context as `obj`: a way to the policy in force."""

    def screen(self) -> Screen:
        """The screen of the policy in force."""
        ...

    def image_screen(self) -> images.ImageScreen:
        """The screen for pictures of the policy in force."""
        ...


@runtime_checkable
class PictureLog(Protocol):
    """What `obj` also is where there is a ledger: who judges a picture leaves evidence."""

    def note_picture(
        self, picture: str, direction: Direction, verdict: images.ImageVerdict
    ) -> None:
        """Put on record that the picture with this digest was judged."""
        ...


@click.command(name="screen")
@click.argument("file", default=_STDIN, metavar="[FILE or -]")
@click.option("--direction", type=click.Choice(DIRECTIONS), default="input", show_default=True)
@click.option("--jsonl", "lines", is_flag=True, help='Judge lines {"id", "text"}, one by one.')
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.pass_context
def screen(
    context: click.Context, file: str, direction: Direction, *, lines: bool, as_json: bool
) -> None:
    """Judge FILE, or what comes in, by the policy in force (exit 1: there is a finding).

    A picture is judged as a picture, and the verdict put on record; one that could not be screened
    whole exits 1 too.
    """
    source = context.obj
    if not isinstance(source, ScreenSource):
        raise _no_policy()
    if file != _STDIN and images.sniff(_head(file)) is not None:
        seen = images.judge_file(source.image_screen(), Path(file), direction)
        if isinstance(source, PictureLog):
            source.note_picture(_digest(file), direction, seen)
        _put_picture(seen, as_json=as_json)
        context.exit(int(bool(seen.findings) or seen.screened != FULL))
    judge, text = source.screen().judge, _read(file)
    if lines:
        found = [_judged_line(judge(one, direction), name) for name, one in _texts(file, text)]
    else:
        verdict = judge(text, direction)
        _put(verdict, as_json=as_json)
        found = [bool(verdict.findings)]
    context.exit(int(any(found)))


def _put_picture(verdict: images.ImageVerdict, *, as_json: bool) -> None:
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(verdict.as_json()), indent=2))
        return
    click.echo(f"{verdict.outcome.value}  screened: {verdict.screened}  policy: {verdict.policy}")
    for one in verdict.findings:
        place = f"{one.distance} bits" if one.distance is not None else f"frame {one.frame}"
        box = "" if one.box is None else f"  {'x'.join(str(part) for part in one.box)}"
        click.echo(
            f"  {one.part}  {one.outcome.value}  {one.harm}  {one.detector}  {one.rule}"
            f"  {place}{box}"
        )


def _head(file: str) -> bytes:
    try:
        with Path(file).open("rb") as opened:
            return opened.read(_HEAD)
    except OSError as error:
        raise _unreadable(file, error.strerror or str(error)) from error


def _digest(file: str) -> str:
    with Path(file).open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _judged_line(verdict: Verdict, name: object) -> bool:
    click.echo(msgspec.json.encode({"id": name, **verdict.as_json()}))
    return bool(verdict.findings)


def _put(verdict: Verdict, *, as_json: bool) -> None:
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(verdict.as_json()), indent=2))
        return
    click.echo(f"{verdict.outcome.value}  screened: {verdict.screened}  policy: {verdict.policy}")
    for one in verdict.findings:
        place = f"{one.start}-{one.end}"
        click.echo(
            f"  {place}  {one.outcome.value}  {one.harm}  {one.detector}  {one.rule}  {one.view}"
        )


def _read(file: str) -> str:
    try:
        data = sys.stdin.buffer.read() if file == _STDIN else Path(file).read_bytes()
        return data.decode("utf-8-sig")
    except OSError as error:
        raise _unreadable(file, error.strerror or str(error)) from error
    except UnicodeDecodeError as error:
        raise _unreadable(file, f"byte {error.start} is not UTF-8") from error


def _texts(file: str, text: str) -> Iterator[tuple[Any, str]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            one = msgspec.json.decode(line)
            yield one["id"], _string(one["text"])
        except (msgspec.DecodeError, KeyError, TypeError) as error:
            where = f"{file}:{number}"
            raise _unreadable(where, 'not a line {"id", "text"}') from error


def _string(value: object) -> str:
    if isinstance(value, str):
        return value
    raise TypeError


def _unreadable(where: str, why: str) -> Invalid:
    return Invalid(
        "text-unreadable",
        Text(zh=f"无法读取 {where}：{why}。", en=f"{where} cannot be read: {why}."),
        Text(
            zh='请提供 UTF-8 文本；--jsonl 时每行为 {"id", "text"}。',
            en='Give UTF-8 text; with --jsonl, one {"id", "text"} a line.',
        ),
    )


def _no_policy() -> Unavailable:
    return Unavailable(
        "policy-not-open",
        Text(zh="没有现行规则，无法审查。", en="No policy is open, so nothing can be judged."),
        Text(zh="请给出 --data。", en="Run it with --data."),
    )
