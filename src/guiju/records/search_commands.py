# SPDX-License-Identifier: Apache-2.0
"""`guiju records search`: find records by an exact term, by keyed digest alone."""

from __future__ import annotations

import sys
from collections.abc import Collection, Sequence
from typing import Protocol, runtime_checkable

import click

from guiju.desk import by_staff, desk_of, put, with_json
from guiju.inventory import SEARCHABLE
from guiju.kernel import Invalid, Text
from guiju.records import searching
from guiju.records.purposes import purposes
from guiju.storage import Tx

_PURPOSES = click.Choice([one.id for one in purposes().values() if one.roles])


@runtime_checkable
class _Searches(Protocol):
    """A desk that knows the policy, and people by terms of their accounts."""

    def searchable(self) -> Collection[str]:
        """The kinds by which the policy in force lets records be found."""
        ...

    def named(self, tx: Tx, kind: str, term: str) -> Sequence[str]:
        """People by a name or by an app's id of its end user."""
        ...


@click.command()
@click.argument("kind", type=click.Choice(list(SEARCHABLE)))
@click.option("--purpose", type=_PURPOSES, required=True, help="For what.")
@click.option("--reason", required=True, help="Why; it stays on record.")
@by_staff
@with_json
@click.pass_context
def search(
    context: click.Context, kind: str, purpose: str, reason: str, by: str, *, as_json: bool
) -> None:
    """Find people and records by the term on standard input; opens none.

    KIND says what the term is. An end user is given as the id of the app, a slash, and the app's id
    of the user. It is read from standard input, so that it stays in no history of commands.
    """
    desk = desk_of(context)
    if not isinstance(desk, _Searches):
        raise Invalid(
            "search-elsewhere",
            Text(zh="此处不能查找记录。", en="Records cannot be searched here."),
            Text(zh="请在服务所在的机器上操作。", en="Do it where the service runs."),
        )
    asks = sys.stdin.isatty()
    term = click.prompt(kind, hide_input=True) if asks else sys.stdin.readline()
    asked = searching.Sought(kind, term.strip(), purpose, reason)
    actor, allowed = desk.staff(by), desk.searchable()
    finding: searching.Named = desk.named
    with desk.database.write() as tx:
        found = searching.search(tx, actor, asked, allowed, finding)
    lines = [
        f"{len(found.people)} people, {len(found.records)} records"
        + (" and more" if found.more else ""),
        *(f"  {one}" for one in found.people),
        *(f"  {one.request}  {one.person}" for one in found.records),
    ]
    put(found, lines, as_json=as_json)
