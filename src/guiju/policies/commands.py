# SPDX-License-Identifier: Apache-2.0
"""`guiju policy`: the provider's rules, proposed by one person, approved by another."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from guiju.desk import by_staff, desk_of, file_type, put, with_json
from guiju.kernel import PolicyActivated, canonical
from guiju.policies import body as bodies
from guiju.policies import service
from guiju.policies.desk import chosen, head_of
from guiju.policies.model import PolicyHead
from guiju.policies.trying_commands import dry_run, explain, test


@click.group(name="policy")
def group() -> None:
    """The provider's own rules: what is screened, refused, labelled and kept."""


@group.command(name="list")
@with_json
@click.pass_context
def list_(context: click.Context, *, as_json: bool) -> None:
    """Every version, newest first, with who proposed and who decided."""
    with desk_of(context).database.read() as tx:
        heads = service.listed(tx)
    put([head_of(one) for one in heads], [_line(one) for one in heads], as_json=as_json)


@group.command()
@click.argument("policy", required=False, metavar="[ID]")
@with_json
@click.pass_context
def show(context: click.Context, policy: str | None, *, as_json: bool) -> None:
    """Version ID, or the one in force."""
    shown = chosen(context, policy)
    body = msgspec.json.format(canonical(shown.body), indent=2).decode()
    put({**head_of(shown), "body": shown.body}, [_line(shown), body], as_json=as_json)


@group.command()
@click.argument("file", type=file_type)
@by_staff
@click.option("--note", default="", help="What changes and why.")
@with_json
@click.pass_context
def propose(context: click.Context, file: Path, by: str, note: str, *, as_json: bool) -> None:
    """Propose the rules in FILE (TOML or JSON); another person must approve them."""
    desk = desk_of(context)
    body = bodies.read_file(file)
    actor = desk.staff(by)
    with desk.database.write() as tx:
        proposed = service.propose(tx, actor, body, note)
    todo = f"another person: guiju policy approve {proposed.id} --as OTHER"
    put(head_of(proposed), [proposed.id, todo], as_json=as_json)


@click.command()
@click.argument("policy", metavar="ID")
@by_staff
@with_json
@click.pass_context
def approve(context: click.Context, policy: str, by: str, *, as_json: bool) -> None:
    """Put version ID in force; whoever proposed it may not."""
    desk = desk_of(context)
    actor = desk.staff(by)
    with desk.database.write() as tx:
        activated = service.approve(tx, actor, policy)
    desk.publish(PolicyActivated(activated.digest))
    put(head_of(activated), [_line(activated)], as_json=as_json)


group.add_command(approve)
group.add_command(approve, "activate")


@group.command()
@click.argument("policy", metavar="ID")
@by_staff
@click.option("--reason", required=True, help="Why, in a sentence.")
@with_json
@click.pass_context
def reject(context: click.Context, policy: str, by: str, reason: str, *, as_json: bool) -> None:
    """Turn version ID down; whoever proposed it may not."""
    desk = desk_of(context)
    actor = desk.staff(by)
    with desk.database.write() as tx:
        rejected = service.reject(tx, actor, policy, reason)
    put(head_of(rejected), [_line(rejected)], as_json=as_json)


for one in (test, explain, dry_run):
    group.add_command(one)


def _line(one: PolicyHead) -> str:
    decided = f", decided by {one.decider}" if one.decider else ""
    return (
        f"{one.version:>4}  {one.state.value:<10}  {one.id}  {one.digest[:12]}  "
        f"proposed by {one.proposer}{decided}  {one.note}"
    ).rstrip()
