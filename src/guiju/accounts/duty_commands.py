# SPDX-License-Identifier: Apache-2.0
"""`guiju accounts staff`: roles that are given by two people, and sessions that are ended."""

from __future__ import annotations

import click

from guiju.accounts import granting, service, showing
from guiju.accounts.granting_model import RoleGrant
from guiju.accounts.model import Staff
from guiju.accounts.roles import Role
from guiju.desk import by_staff, desk_of, put, with_json
from guiju.kernel import isoformat


@click.command()
@click.argument("name")
@click.option(
    "--role",
    "given",
    multiple=True,
    required=True,
    type=click.Choice([one.value for one in Role]),
    help="All roles from now on; may be given several times.",
)
@click.option("--reason", required=True, help="A code such as new-duty.")
@by_staff
@with_json
@click.pass_context
def roles(
    context: click.Context,
    name: str,
    given: tuple[str, ...],
    *,
    reason: str,
    by: str,
    as_json: bool,
) -> None:
    """Let NAME hold these roles: at once, or once another person has approved it."""
    desk = desk_of(context)
    actor = desk.staff(by)
    with desk.database.write() as tx:
        made = granting.ask_roles(tx, actor, name, given, reason)
    _put(made, as_json=as_json)


@click.command()
@click.argument("grant")
@by_staff
@with_json
@click.pass_context
def approve(context: click.Context, grant: str, by: str, *, as_json: bool) -> None:
    """Approve the roles of GRANT (rgr_...), which somebody else has asked for."""
    desk = desk_of(context)
    actor = desk.staff(by)
    with desk.database.write() as tx:
        made = granting.approve_roles(tx, actor, grant)
    _put(made, as_json=as_json)


@click.command()
@click.argument("grant")
@by_staff
@with_json
@click.pass_context
def refuse(context: click.Context, grant: str, by: str, *, as_json: bool) -> None:
    """Refuse the roles of GRANT (rgr_...)."""
    desk = desk_of(context)
    actor = desk.staff(by)
    with desk.database.write() as tx:
        made = granting.refuse_roles(tx, actor, grant)
    _put(made, as_json=as_json)


@click.command()
@with_json
@click.pass_context
def grants(context: click.Context, *, as_json: bool) -> None:
    """Roles that were asked for, the newest first."""
    with desk_of(context).database.read() as tx:
        listed = granting.grants(tx)
    put([_row(one) for one in listed], [_line(one) for one in listed], as_json=as_json)


@click.command(name="sign-out")
@click.argument("name")
@click.option("--reason", required=True, help="A code such as lost-device.")
@by_staff
@with_json
@click.pass_context
def sign_out(context: click.Context, name: str, reason: str, by: str, *, as_json: bool) -> None:
    """End every session of the member NAME."""
    desk = desk_of(context)
    actor, whose = desk.staff(by), desk.staff(name)
    with desk.database.write() as tx:
        count = service.end_sessions_of(tx, actor, whose.id, reason)
    put({"ended": count}, [f"{count} sessions ended"], as_json=as_json)


def _put(made: Staff | RoleGrant, *, as_json: bool) -> None:
    if isinstance(made, RoleGrant):
        put(_row(made), [_line(made)], as_json=as_json)
    else:
        put(showing.member(made), [showing.member_line(made)], as_json=as_json)


def _row(one: RoleGrant) -> dict[str, object]:
    return {
        "id": one.id,
        "staff": one.staff,
        "roles": [role.value for role in one.roles],
        "reason": one.reason,
        "state": one.state,
        "asked_by": one.asked_by,
        "asked_at": isoformat(one.asked_at),
        "decided_by": one.decided_by,
    }


def _line(one: RoleGrant) -> str:
    wanted = ", ".join(role.value for role in one.roles)
    return f"{one.id}  {one.staff}  {one.state}  {wanted}  asked by {one.asked_by}"


COMMANDS = (roles, approve, refuse, grants, sign_out)
