# SPDX-License-Identifier: Apache-2.0
"""`guiju accounts recovery`: back into an account, by two members of staff and a reason."""

from __future__ import annotations

import click

from guiju.accounts import refusing, service
from guiju.accounts.recovery_model import Grant
from guiju.desk import by_staff, desk_of, put, with_json
from guiju.kernel import isoformat
from guiju.storage import Tx


@click.group(name="recovery")
def group() -> None:
    """Accounts whose holders have lost every way in."""


@group.command(name="list")
@with_json
@click.pass_context
def list_(context: click.Context, *, as_json: bool) -> None:
    """What was asked for, the newest first."""
    with desk_of(context).database.read() as tx:
        listed = service.recoveries(tx)
    put([_row(one) for one in listed], [_line(one) for one in listed], as_json=as_json)


@group.command()
@click.argument("owner", metavar="ACCOUNT")
@click.option("--reason", required=True, help="A code such as shown-in-person.")
@by_staff
@with_json
@click.pass_context
def ask(context: click.Context, owner: str, reason: str, by: str, *, as_json: bool) -> None:
    """Ask for the recovery of ACCOUNT: pe_..., st_..., or a person's login name."""
    desk = desk_of(context)
    actor = desk.staff(by)
    with desk.database.write() as tx:
        made = service.ask_recovery(tx, actor, _owner(tx, owner), reason)
    put(_row(made), [_line(made)], as_json=as_json)


@group.command()
@click.argument("grant", metavar="RECOVERY")
@by_staff
@with_json
@click.pass_context
def approve(context: click.Context, grant: str, by: str, *, as_json: bool) -> None:
    """Allow RECOVERY (rec_...), and print its code once; it is good for a day at /recover."""
    desk = desk_of(context)
    actor = desk.staff(by)
    with desk.database.write() as tx:
        made, code = service.approve_recovery(tx, actor, grant)
    put({**_row(made), "code": code}, [_line(made), f"code {code}"], as_json=as_json)


@group.command()
@click.argument("grant", metavar="RECOVERY")
@by_staff
@with_json
@click.pass_context
def refuse(context: click.Context, grant: str, by: str, *, as_json: bool) -> None:
    """Refuse RECOVERY (rec_...); a code of it opens nothing."""
    desk = desk_of(context)
    actor = desk.staff(by)
    with desk.database.write() as tx:
        made = service.refuse_recovery(tx, actor, grant)
    put(_row(made), [_line(made)], as_json=as_json)


def _owner(tx: Tx, owner: str) -> str:
    if owner.startswith(("pe_", "st_")):
        return owner
    found = service.find_person(tx, owner)
    if found is None:
        raise refusing.no_such_person()
    return found.id


def _row(one: Grant) -> dict[str, object]:
    decided = None if one.decided_at is None else isoformat(one.decided_at)
    return {
        "id": one.id,
        "account": one.owner,
        "state": one.state,
        "reason": one.reason,
        "asked_by": one.asked_by,
        "asked_at": isoformat(one.asked_at),
        "decided_by": one.decided_by,
        "decided_at": decided,
    }


def _line(one: Grant) -> str:
    return f"{one.id}  {one.owner}  {one.state}  {one.reason}  asked by {one.asked_by}"
