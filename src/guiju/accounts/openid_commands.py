# SPDX-License-Identifier: Apache-2.0
"""`guiju accounts openid`: who else may vouch for people, or for staff (OpenID Connect)."""

from __future__ import annotations

import sys

import click

from guiju.accounts import openid
from guiju.accounts.model import SessionKind
from guiju.accounts.openid_asking import Descriptions
from guiju.accounts.openid_model import Provider
from guiju.accounts.openid_refusing import no_such_provider
from guiju.desk import by_staff, desk_of, put, with_json

_LONGEST = 4_096


@click.group(name="openid")
def group() -> None:
    """Providers of identities that one may sign in with."""


@group.command(name="list")
@with_json
@click.pass_context
def list_(context: click.Context, *, as_json: bool) -> None:
    """Every provider, without its secret."""
    with desk_of(context).database.read() as tx:
        listed = openid.providers(tx)
    put([_row(one) for one in listed], [_line(one) for one in listed], as_json=as_json)


@group.command(name="set")
@click.argument("name")
@click.option("--issuer", required=True, help="Exactly as its tokens name it.")
@click.option("--client", required=True, help="The id by which it knows this service.")
@click.option("--for", "kind", type=click.Choice([one.value for one in SessionKind]), required=True)
@click.option("--title", default="", help="What the button says; left out: NAME.")
@click.option("--secret", "reads", is_flag=True, help="Read the client's secret from stdin.")
@by_staff
@with_json
@click.pass_context
def set_(
    context: click.Context,
    /,
    name: str,
    *,
    issuer: str,
    client: str,
    kind: str,
    title: str,
    by: str,
    reads: bool,
    as_json: bool,
) -> None:
    """Let the provider NAME vouch for people or staff; register its callback there first."""
    desk = desk_of(context)
    actor = desk.staff(by)
    secret = sys.stdin.readline(_LONGEST).strip() if reads else None
    if reads and not secret:
        raise click.UsageError("--secret: nothing came on standard input")
    with desk.database.write() as tx:
        wanted = Provider(
            name, SessionKind(kind), issuer, client, title or name, actor.id, tx.now, None
        )
        made = openid.set_provider(tx, actor, wanted, secret)
    put(_row(made), [_line(made), f"callback {openid.CALLBACK}"], as_json=as_json)


@group.command()
@click.argument("name")
@by_staff
@with_json
@click.pass_context
def remove(context: click.Context, name: str, by: str, *, as_json: bool) -> None:
    """Take the provider NAME off; it vouches for nobody from then on."""
    desk = desk_of(context)
    actor = desk.staff(by)
    with desk.database.write() as tx:
        openid.remove_provider(tx, actor, name)
    put({"removed": name}, [f"removed {name}"], as_json=as_json)


@group.command()
@click.argument("name")
@with_json
@click.pass_context
def check(context: click.Context, name: str, *, as_json: bool) -> None:
    """Ask the provider NAME for its description and keys (exit 3: it does not answer)."""
    with desk_of(context).database.read() as tx:
        found = next((one for one in openid.providers(tx) if one.name == name), None)
    if found is None:
        raise no_such_provider()
    asked = Descriptions()
    where = asked.endpoints(found.issuer)
    keys = [one.kid for one in asked.keys(found.issuer, None).keys]
    report = {**_row(found), "authorize": where.authorize, "token": where.token, "keys": keys}
    put(report, [_line(found), f"authorize {where.authorize}", f"keys {keys}"], as_json=as_json)


def _row(one: Provider) -> dict[str, object]:
    return {
        "name": one.name,
        "for": one.kind.value,
        "issuer": one.issuer,
        "client": one.client,
        "title": one.title,
    }


def _line(one: Provider) -> str:
    return f"{one.name}  for {one.kind.value}  {one.issuer}  client {one.client}"
