# SPDX-License-Identifier: Apache-2.0
"""`guiju incident stop`, `resume` and `stops`: what answers nobody from now on, and again."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Protocol, runtime_checkable

import click

from guiju import policies
from guiju.desk import Desk, by_staff, desk_of, put, with_json
from guiju.incidents import containing, service
from guiju.kernel import PartsChanged, isoformat
from guiju.policies import Stop, StopKind, Target

because = click.option("--reason", required=True, help="Why; it stays on record.")


@runtime_checkable
class _KnowsRoutes(Protocol):
    """A desk at which the routes of the data plane are known."""

    @property
    def routes(self) -> Collection[str]:
        """Their names."""
        ...


@click.command()
@click.argument("kind", type=click.Choice([one.value for one in StopKind]))
@click.argument("name")
@click.option("--case", "number", metavar="INCIDENT", help="The incident that it is for.")
@because
@by_staff
@with_json
@click.pass_context
def stop(
    context: click.Context,
    kind: str,
    name: str,
    *,
    number: str | None,
    reason: str,
    by: str,
    as_json: bool,
) -> None:
    """Stop a route, a model or a scene on every worker within a second."""
    desk = desk_of(context)
    actor, target = desk.staff(by), Target(StopKind(kind), name)
    with desk.database.write() as tx:
        case = None if number is None else service.find_case(tx, number)
        made = containing.stop(tx, actor, target, reason, routes=_routes(desk), case=case)
    desk.publish(PartsChanged())
    put(plain_stop(made), [stop_line(made)], as_json=as_json)


@click.command()
@click.argument("name", metavar="STOP")
@because
@by_staff
@with_json
@click.pass_context
def resume(context: click.Context, name: str, reason: str, by: str, *, as_json: bool) -> None:
    """Let what STOP stopped run again."""
    desk = desk_of(context)
    actor = desk.staff(by)
    with desk.database.write() as tx:
        made = policies.resume_part(tx, actor, name, reason)
    desk.publish(PartsChanged())
    put(plain_stop(made), [stop_line(made)], as_json=as_json)


@click.command()
@with_json
@click.pass_context
def stops(context: click.Context, *, as_json: bool) -> None:
    """What is stopped, and what was."""
    desk = desk_of(context)
    with desk.database.read() as tx:
        found = policies.stops(tx)
    put([plain_stop(one) for one in found], [stop_line(one) for one in found], as_json=as_json)


def _routes(desk: Desk) -> Collection[str]:
    return desk.routes if isinstance(desk, _KnowsRoutes) else ()


def plain_stop(one: Stop) -> dict[str, Any]:
    """A stop for programs."""
    return one.facts() | {
        "state": one.state.value,
        "taken_by": one.taken_by,
        "taken_at": isoformat(one.taken_at),
        "lifted_by": one.lifted_by,
        "lifted_at": None if one.lifted_at is None else isoformat(one.lifted_at),
    }


def stop_line(one: Stop) -> str:
    """The same in one line."""
    return f"{one.id}  {one.state.value:<8}  {one.kind.value} {one.name}  by {one.taken_by}"
