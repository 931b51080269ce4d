# SPDX-License-Identifier: Apache-2.0
"""The commands that every kind of list has: what is there, back to the last version, out of force.

Each makes a proposal; another person must approve the policy that it becomes part of.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import click

from guiju.desk import by_staff, desk_of, put, with_json
from guiju.policies import lists
from guiju.policies.desk import head_of
from guiju.policies.lists_model import ListName, Shelf, Use
from guiju.policies.model import Policy

Propose = Callable[..., Policy]

with_note = click.option("--note", default="", help="What changes and why.")


def add_list_commands(group: click.Group, shelf: Shelf) -> None:
    """Give `group` the commands `list`, `roll-back` and `remove` for lists of this kind."""

    @group.command(name="list")
    @with_json
    @click.pass_context
    def list_(context: click.Context, *, as_json: bool) -> None:
        """What is in force and what is proposed, without its contents."""
        with desk_of(context).database.read() as tx:
            uses = lists.listed(tx, shelf)
        put([_use(one) for one in uses], [_use_line(one) for one in uses], as_json=as_json)

    for verb, propose, said in (
        ("roll-back", lists.propose_roll_back, "Propose NAME as it was before its last change."),
        ("remove", lists.propose_removal, "Propose the policy without NAME."),
    ):
        group.add_command(_proposing(verb, shelf, propose, said))


def put_proposal(
    made: Policy, value: Mapping[str, Any], lines: Sequence[str], *, as_json: bool
) -> None:
    """Say the id of a proposal first and what to do next last."""
    todo = f"another person: guiju policy approve {made.id} --as OTHER"
    put({**head_of(made), **value}, [made.id, *lines, todo], as_json=as_json)


def _proposing(verb: str, shelf: Shelf, propose: Propose, said: str) -> click.Command:
    @click.command(name=verb, help=said)
    @click.argument("name", metavar="NAME")
    @by_staff
    @with_note
    @with_json
    @click.pass_context
    def command(context: click.Context, name: str, by: str, note: str, *, as_json: bool) -> None:
        desk = desk_of(context)
        actor = desk.staff(by)
        with desk.database.write() as tx:
            made = propose(tx, actor, ListName(shelf, name), note)
        put_proposal(made, {}, (), as_json=as_json)

    return command


def _use(one: Use) -> dict[str, Any]:
    policy = one.policy
    said = {"policy": policy.id, "version": policy.version, "state": policy.state.value}
    return {**one.reference.plain(), **said}


def _use_line(one: Use) -> str:
    named, policy = one.reference, one.policy
    return (
        f"{named.name:<24}  {named.entries:>9} entries  {named.digest[:12]}  "
        f"version {policy.version}  {policy.state.value}"
    )
