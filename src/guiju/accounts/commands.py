# SPDX-License-Identifier: Apache-2.0
"""`guiju accounts`: staff, persons, keys, apps and the agreement (Article 9).

A password or token that is made here is printed once, on standard output, and kept nowhere.
"""

from __future__ import annotations

import click

from guiju.accounts import (
    agreement_commands,
    duty_commands,
    limit_commands,
    openid_commands,
    recovery_commands,
    refusing,
    service,
    showing,
    verifying_commands,
)
from guiju.accounts.model import PersonState
from guiju.accounts.roles import Role
from guiju.desk import by_staff, desk_of, put, with_json
from guiju.kernel import StandingChanged, secret_token, software
from guiju.storage import Tx

_label = click.option("--label", default="", help="What the key is for.")


@click.group(name="accounts")
def group() -> None:
    """Staff, persons, keys, apps and the service agreement."""


@group.group()
def staff() -> None:
    """Who works here, and in which roles."""


@staff.command(name="list")
@with_json
@click.pass_context
def staff_list(context: click.Context, *, as_json: bool) -> None:
    """Every member with their roles, the dismissed ones too."""
    with desk_of(context).database.read() as tx:
        listed = service.staff_listed(tx)
    put(
        [showing.member(one) for one in listed],
        [showing.member_line(one) for one in listed],
        as_json=as_json,
    )


@staff.command()
@click.argument("name")
@click.option(
    "--role",
    "roles",
    multiple=True,
    required=True,
    type=click.Choice([one.value for one in Role]),
    help="May be given several times.",
)
@click.option("--display", default="", help="How the name is shown.")
@click.option("--as", "by", metavar="STAFF", help="Who appoints; needless for the first one.")
@with_json
@click.pass_context
def appoint(
    context: click.Context,
    name: str,
    roles: tuple[str, ...],
    display: str,
    by: str | None,
    *,
    as_json: bool,
) -> None:
    """Appoint NAME, and print the password once; powerful roles wait for another person."""
    desk = desk_of(context)
    actor = software("command-line") if by is None else desk.staff(by)
    password = secret_token("pw")
    hashed = service.hash_password(name, password)
    with desk.database.write() as tx:
        member = service.appoint_staff(tx, actor, name, hashed, roles, display=display)
    report = {**showing.member(member), "password": password}
    put(report, [showing.member_line(member), f"password {password}"], as_json=as_json)


@staff.command()
@click.argument("name")
@by_staff
@with_json
@click.pass_context
def dismiss(context: click.Context, name: str, by: str, *, as_json: bool) -> None:
    """End the appointment of NAME and every session of theirs."""
    desk = desk_of(context)
    actor = desk.staff(by)
    with desk.database.write() as tx:
        member = service.dismiss_staff(tx, actor, name)
    put(showing.member(member), [showing.member_line(member)], as_json=as_json)


@group.group()
def person() -> None:
    """Registered users."""


@person.command()
@click.argument("name")
@click.option("--language", type=click.Choice(["zh", "en"]), default="zh")
@by_staff
@with_json
@click.pass_context
def register(context: click.Context, name: str, language: str, by: str, *, as_json: bool) -> None:
    """Register NAME, and print the password once."""
    desk = desk_of(context)
    actor, password = desk.staff(by), secret_token("pw")
    hashed = service.hash_password(name, password)
    with desk.database.write() as tx:
        made = service.register_person(tx, actor, name, hashed, language=language)
    report = {**showing.person(made), "password": password}
    put(report, [showing.person_line(made), f"password {password}"], as_json=as_json)


@person.command()
@click.argument("owner", metavar="PERSON")
@click.argument("state", type=click.Choice([one.value for one in PersonState]))
@click.option("--reason", required=True, help="A code such as repeated-abuse; no personal data.")
@by_staff
@with_json
@click.pass_context
def standing(
    context: click.Context, owner: str, state: str, reason: str, by: str, *, as_json: bool
) -> None:
    """Change how PERSON (id or login name) stands; terminating takes two people."""
    desk = desk_of(context)
    actor = desk.staff(by)
    with desk.database.write() as tx:
        found = _owner(tx, owner)
        changed = service.set_standing(tx, actor, found, PersonState(state), reason)
    desk.publish(StandingChanged(changed.id))
    put(showing.person(changed), [showing.person_line(changed)], as_json=as_json)


@group.group()
def key() -> None:
    """API keys of persons and apps."""


@key.command()
@click.argument("owner", metavar="OWNER")
@_label
@by_staff
@with_json
@click.pass_context
def issue(context: click.Context, owner: str, label: str, by: str, *, as_json: bool) -> None:
    """Issue a key to OWNER (pe_..., ap_... or a login name), and print it once."""
    desk = desk_of(context)
    actor = desk.staff(by)
    with desk.database.write() as tx:
        if owner.startswith("ap_"):
            made, token = service.issue_app_key(tx, actor, owner, label)
        else:
            made, token = service.issue_key(tx, actor, _owner(tx, owner), label)
    put({**showing.key(made), "token": token}, [showing.key_line(made), token], as_json=as_json)


@key.command()
@click.argument("name", metavar="KEY")
@click.option("--reason", default="", help="A code such as leaked; it stays on record.")
@by_staff
@with_json
@click.pass_context
def revoke(context: click.Context, name: str, reason: str, by: str, *, as_json: bool) -> None:
    """Revoke KEY (key_...); it opens nothing from then on."""
    desk = desk_of(context)
    actor = desk.staff(by)
    with desk.database.write() as tx:
        revoked = service.revoke_key(tx, actor, name, reason)
    desk.publish(StandingChanged(revoked.owner))
    put(showing.key(revoked), [showing.key_line(revoked)], as_json=as_json)


@key.command()
@click.argument("name", metavar="KEY")
@click.option("--only", "names", multiple=True, metavar="MODEL", help="May be given again.")
@click.option("--all", "every", is_flag=True, help="All that the policy names, again.")
@click.option("--reason", required=True, help="A code such as pilot; no personal data.")
@by_staff
@with_json
@click.pass_context
def models(
    context: click.Context,
    /,
    name: str,
    names: tuple[str, ...],
    reason: str,
    by: str,
    *,
    every: bool,
    as_json: bool,
) -> None:
    """Let KEY (key_...) ask for some models only, or for all again."""
    if bool(names) is every:
        raise click.UsageError("give --only, or --all")
    desk = desk_of(context)
    actor = desk.staff(by)
    with desk.database.write() as tx:
        given = service.set_models(tx, actor, name, names, reason)
    desk.publish(StandingChanged(name))
    report = {"key": name, "models": list(given) or None}
    put(report, [f"{name}: {', '.join(given) or 'all models'}"], as_json=as_json)


@key.command(name="list")
@click.argument("owner", metavar="OWNER")
@with_json
@click.pass_context
def key_list(context: click.Context, owner: str, *, as_json: bool) -> None:
    """The keys of OWNER (pe_..., ap_... or a login name), the revoked ones too."""
    with desk_of(context).database.read() as tx:
        listed = service.keys_of(tx, owner if owner.startswith("ap_") else _owner(tx, owner))
    put(
        [showing.key(one) for one in listed],
        [showing.key_line(one) for one in listed],
        as_json=as_json,
    )


@group.group()
def app() -> None:
    """The provider's own apps, which speak for their end users."""


@app.command(name="register")
@click.argument("name")
@_label
@by_staff
@with_json
@click.pass_context
def register_app(context: click.Context, name: str, label: str, by: str, *, as_json: bool) -> None:
    """Register the app NAME with its first key, and print the key once."""
    desk = desk_of(context)
    actor = desk.staff(by)
    with desk.database.write() as tx:
        made, first, token = service.register_app(tx, actor, name, label)
    report = {**showing.app(made), "key": showing.key(first), "token": token}
    put(report, [showing.app_line(made), showing.key_line(first), token], as_json=as_json)


@app.command()
@click.argument("name", metavar="APP")
@by_staff
@with_json
@click.pass_context
def close(context: click.Context, name: str, by: str, *, as_json: bool) -> None:
    """Close APP (ap_...): none of its keys opens anything from then on."""
    desk = desk_of(context)
    actor = desk.staff(by)
    with desk.database.write() as tx:
        closed = service.close_app(tx, actor, name)
    desk.publish(StandingChanged(closed.id))
    put(showing.app(closed), [showing.app_line(closed)], as_json=as_json)


@app.command(name="list")
@with_json
@click.pass_context
def app_list(context: click.Context, *, as_json: bool) -> None:
    """Every app."""
    with desk_of(context).database.read() as tx:
        listed = service.apps(tx)
    put(
        [showing.app(one) for one in listed],
        [showing.app_line(one) for one in listed],
        as_json=as_json,
    )


def _owner(tx: Tx, owner: str) -> str:
    if owner.startswith("pe_"):
        return service.get_person(tx, owner).id
    found = service.find_person(tx, owner)
    if found is None:
        raise refusing.no_such_person()
    return found.id


group.add_command(limit_commands.group)
group.add_command(recovery_commands.group)
group.add_command(openid_commands.group)
group.add_command(agreement_commands.group)
group.add_command(verifying_commands.group)
for _command in duty_commands.COMMANDS:
    staff.add_command(_command)
