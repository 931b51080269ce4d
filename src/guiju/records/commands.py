# SPDX-License-Identifier: Apache-2.0
"""`guiju privacy`: open one record for a reason, or erase a person by destroying their key."""

from __future__ import annotations

import click
import msgspec

from guiju.desk import by_staff, desk_of
from guiju.records import service


@click.group(name="privacy")
def group() -> None:
    """Inputs and usage records: sealed per person, opened for a reason, erased for good."""


@group.command()
@click.argument("request")
@by_staff
@click.option("--reason", required=True, help="Why; it stays on record.")
@click.pass_context
def read(context: click.Context, request: str, by: str, reason: str) -> None:
    """Input and output of REQUEST; the reading itself goes on record."""
    desk = desk_of(context)
    with desk.database.write() as tx:
        sides = service.read(tx, desk.staff(by), request, reason)
    shown = [msgspec.json.decode(side) for side in sides]
    text = msgspec.json.encode({"input": shown[0], "output": shown[1]})
    click.echo(msgspec.json.format(text, indent=2).decode())


@group.command()
@click.argument("person")
@click.option("--as", "name", required=True, metavar="STAFF", help="A privacy officer.")
@click.option("--second", required=True, metavar="STAFF", help="Another member of staff.")
@click.option("--yes", is_flag=True, help="Do not ask again.")
@click.pass_context
def erase(context: click.Context, person: str, by: str, second: str, *, yes: bool) -> None:
    """Destroy the key of PERSON for ever (exit 1: there was none)."""
    desk = desk_of(context)
    if not yes:
        click.confirm(
            f"Everything sealed for {person} becomes unreadable for ever. Go on?", abort=True
        )
    with desk.database.write() as tx:
        erased = service.erase(tx, desk.staff(by), desk.staff(second), person)
    click.echo(f"{person}: {'erased' if erased else 'had no key'}")
    context.exit(int(not erased))
