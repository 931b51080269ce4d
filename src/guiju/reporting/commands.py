# SPDX-License-Identifier: Apache-2.0
"""`guiju report`: reports to the authorities, signed by another person and sent by none but one."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from guiju.casework import Case
from guiju.desk import Stepping, by_staff, desk_of, file_type, put, with_json
from guiju.kernel import Actor, Invalid, Text, isoformat, read_table
from guiju.reporting import service
from guiju.reporting.model import Attachment, Paper, Report, Sending
from guiju.reporting.rendering import FORMS, rendered
from guiju.storage import Tx

_number = click.argument("number", metavar="REPORT")


@click.group(name="report")
def group() -> None:
    """Reports to the authorities: written, signed, sent by a person, acknowledged."""


@group.command(name="list")
@with_json
@click.pass_context
def list_(context: click.Context, *, as_json: bool) -> None:
    """The newest reports and how they stand."""
    desk = desk_of(context)
    with desk.database.read() as tx:
        found = service.reports(tx)
    put([_plain(one) for one in found], [_line(one) for one in found], as_json=as_json)


@group.command()
@_number
@click.option("--form", type=click.Choice([*FORMS]), default="md", show_default=True)
@click.option("--language", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
@click.pass_context
def show(context: click.Context, number: str, form: str, language: str) -> None:
    """The paper itself, ready to be handed out; the Chinese counts."""
    desk = desk_of(context)
    with desk.database.read() as tx:
        case = service.find_case(tx, number)
        one, paper = service.report(tx, case), service.paper_of(tx, case)
        attached = service.attachments(tx, case)
    click.echo(rendered(one, paper, attached, form, language).decode(), nl=False)


@group.command()
@_number
@click.argument("file", type=file_type)
@by_staff
@with_json
@click.pass_context
def write(context: click.Context, number: str, file: Path, by: str, *, as_json: bool) -> None:
    """Replace the words of a draft by FILE: JSON or TOML with title and parts, in zh and en."""
    given = read_table(file, "report-invalid")
    paper = Paper.from_mapping(given.get("paper", given), origin=file.name)
    _stepped(
        context,
        number,
        by,
        lambda tx, actor, case: service.write(tx, actor, case, paper),
        as_json=as_json,
    )


@group.command()
@_number
@click.argument("file", type=file_type)
@by_staff
@with_json
@click.pass_context
def attach(context: click.Context, number: str, file: Path, by: str, *, as_json: bool) -> None:
    """Name FILE in the manifest of a draft by its digest; it stays where it is."""
    one = Attachment(file.name, *_digest(file))
    _stepped(
        context,
        number,
        by,
        lambda tx, actor, case: service.attach(tx, actor, case, one),
        as_json=as_json,
    )


@group.command()
@_number
@by_staff
@with_json
@click.pass_context
def sign(context: click.Context, number: str, by: str, *, as_json: bool) -> None:
    """Sign what stands there; nobody who has written on it may."""
    _stepped(context, number, by, service.sign, as_json=as_json)


@group.command()
@_number
@click.option("--channel", required=True, help="By which way it went.")
@click.option("--at", "moment", help="When it left (ISO 8601 with a zone); left out: now.")
@by_staff
@with_json
@click.pass_context
def sent(
    context: click.Context,
    number: str,
    channel: str,
    moment: str | None,
    by: str,
    *,
    as_json: bool,
) -> None:
    """Say that you have sent it; the software sends nothing."""

    def do(tx: Tx, actor: Actor, case: Case) -> Report:
        at = tx.now if moment is None else _moment(moment)
        return service.mark_sent(tx, actor, case, Sending(at, channel))

    _stepped(context, number, by, do, as_json=as_json)


@group.command(name="acknowledged")
@_number
@click.option("--number", "receipt", required=True, help="The number that the authority gave.")
@by_staff
@with_json
@click.pass_context
def acknowledged(
    context: click.Context, number: str, receipt: str, by: str, *, as_json: bool
) -> None:
    """Note under which number the authority took it."""
    _stepped(
        context,
        number,
        by,
        lambda tx, actor, case: service.acknowledge(tx, actor, case, receipt),
        as_json=as_json,
    )


@group.command()
@_number
@click.option("--reason", required=True, help="Why; it stays on record.")
@by_staff
@with_json
@click.pass_context
def withdraw(context: click.Context, number: str, reason: str, by: str, *, as_json: bool) -> None:
    """Give up a report that was not sent."""
    _stepped(
        context,
        number,
        by,
        lambda tx, actor, case: service.withdraw(tx, actor, case, reason),
        as_json=as_json,
    )


def _digest(file: Path) -> tuple[str, int]:
    try:
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest(), file.stat().st_size
    except OSError as error:
        raise Invalid(
            "file-unreadable",
            Text(zh=f"无法读取 {file}。", en=f"{file} cannot be read."),
            Text(zh="请核对路径与权限。", en="Check the path and who may read it."),
        ) from error


def _moment(said: str) -> datetime:
    try:
        at = datetime.fromisoformat(said)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise click.BadParameter(
            f"{said!r} is no moment such as 2026-11-30T10:20:00+08:00", param_hint="--at"
        )
    return at


def _plain(one: Report) -> dict[str, Any]:
    return {
        "number": one.case.number,
        "state": one.case.state,
        "room": one.occasion.room,
        "stage": one.occasion.stage,
        "authority": one.occasion.authority,
        "version": one.version,
        "digest": one.digest,
        "author": one.author,
        "signer": one.signer,
        "sent_by": one.sent_by,
        "sent_at": None if one.sent_at is None else isoformat(one.sent_at),
        "channel": one.channel,
        "receipt": one.number,
    }


def _line(one: Report) -> str:
    head = f"{one.case.number}  {one.case.state:<12}  {one.occasion.room} {one.occasion.stage}"
    return f"{head}  version {one.version}  {one.digest[:16]}"


_stepped = Stepping(service.find_case, _plain, _line)
