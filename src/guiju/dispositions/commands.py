# SPDX-License-Identifier: Apache-2.0
"""`guiju disposition`: measures against people, by named staff; more verbs stand beside."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from guiju.casework import Case, get_case
from guiju.desk import Desk, by_staff, desk_of, put, with_json
from guiju.dispositions import findings, service
from guiju.dispositions.action_kind import USER_ACTION
from guiju.dispositions.appeal_commands import appeal
from guiju.dispositions.content_commands import content
from guiju.dispositions.finding_commands import finding
from guiju.dispositions.measure_options import (
    because,
    facts_of_it,
    proposal,
    the_case,
    with_measure,
)
from guiju.dispositions.model import Action, Cause, Source, Strike
from guiju.dispositions.rectification_commands import group as rectification
from guiju.kernel import Actor, StandingChanged, isoformat
from guiju.storage import Tx


@click.group(name="disposition")
def group() -> None:
    """What is done about people, content and the model, and appeals (Article 14)."""


for _verbs in (appeal, content, finding, rectification):
    group.add_command(_verbs)


def _with_cause(command: Callable[..., None]) -> Callable[..., None]:
    """The options that say because of what."""
    sources = click.Choice([one.value for one in Source])
    command = click.option("--finding", "because", multiple=True, metavar="FINDING")(command)
    return click.option("--source", type=sources, default=Source.STAFF.value)(command)


@group.command()
@click.argument("person", metavar="PERSON")
@with_json
@click.pass_context
def person(context: click.Context, person: str, *, as_json: bool) -> None:
    """What is and was done about PERSON, the strikes, and what the ladder says next."""
    with desk_of(context).database.read() as tx:
        actions, strikes = service.actions_of(tx, person), service.strikes_of(tx, person)
        cases = {one.case: get_case(tx, USER_ACTION, one.case) for one in actions}
        suggested = service.suggested(tx, person)
        now = tx.now
    counting = [one for one in strikes if one.removed_at is None and one.expires_at > now]
    report = {
        "actions": [_plain(cases[one.case], one) for one in actions],
        "strikes": [_strike(one) for one in strikes],
        "suggested": {"measure": suggested.measure.value, "days": suggested.days},
    }
    lines = [_line(cases[one.case], one) for one in actions]
    lines += [f"{len(counting)} strikes count; next: {suggested.measure} {suggested.days or ''}"]
    put(report, lines, as_json=as_json)


@group.command()
@click.argument("person", metavar="PERSON")
@with_measure
@_with_cause
@because
@by_staff
@with_json
@click.pass_context
def propose(context: click.Context, /, person: str, by: str, *, as_json: bool, **said: Any) -> None:
    """Propose a measure against PERSON; another member of staff decides."""
    _begin(context, service.propose, person, by, as_json=as_json, said=said)


@group.command()
@click.argument("person", metavar="PERSON")
@with_measure
@_with_cause
@because
@by_staff
@with_json
@click.pass_context
def hold(context: click.Context, /, person: str, by: str, *, as_json: bool, **said: Any) -> None:
    """Hold PERSON at once; it lapses unless another confirms it in time."""
    _begin(context, service.hold, person, by, as_json=as_json, said=said)


@group.command()
@the_case
@with_measure
@because
@by_staff
@with_json
@click.pass_context
def revise(context: click.Context, /, number: str, by: str, *, as_json: bool, **said: Any) -> None:
    """Say another measure in CASE; whoever does may not decide on it."""

    def step(tx: Tx, actor: Actor, case: Case) -> Case:
        return service.revise(tx, actor, case, proposal(said), said["reason"])

    _act(context, number, by, step, as_json=as_json)


@group.command()
@the_case
@facts_of_it
@by_staff
@with_json
@click.pass_context
def approve(context: click.Context, number: str, facts: str, by: str, *, as_json: bool) -> None:
    """Decide on the measure of CASE and put it in force."""
    _act(
        context,
        number,
        by,
        lambda tx, actor, case: service.approve(tx, actor, case, facts),
        as_json=as_json,
    )


@group.command()
@the_case
@because
@by_staff
@with_json
@click.pass_context
def dismiss(context: click.Context, number: str, reason: str, by: str, *, as_json: bool) -> None:
    """Take no measure in CASE."""
    _act(
        context,
        number,
        by,
        lambda tx, actor, case: service.dismiss(tx, actor, case, reason),
        as_json=as_json,
    )


@group.command()
@the_case
@because
@by_staff
@with_json
@click.pass_context
def lift(context: click.Context, number: str, reason: str, by: str, *, as_json: bool) -> None:
    """End the hold or the measure of CASE before its time."""
    _act(
        context,
        number,
        by,
        lambda tx, actor, case: service.lift(tx, actor, case, reason),
        as_json=as_json,
    )


# -- inside ----------------------------------------------------------------------------------------


def _begin(
    context: click.Context,
    verb: Callable[..., Case],
    person: str,
    by: str,
    *,
    said: dict[str, Any],
    as_json: bool,
) -> None:
    desk = desk_of(context)
    actor = desk.staff(by)
    with desk.database.write() as tx:
        because = tuple(findings.get_finding(tx, one) for one in said["because"])
        cause = Cause(Source(said["source"]), because)
        case = verb(tx, actor, person, proposal(said), said["reason"], cause=cause)
        action = service.action_of(tx, case)
    _tell(desk, case, action, as_json=as_json)


def _act(
    context: click.Context,
    number: str,
    by: str,
    step: Callable[[Tx, Actor, Case], Case],
    *,
    as_json: bool,
) -> None:
    desk = desk_of(context)
    actor = desk.staff(by)
    with desk.database.write() as tx:
        case = step(tx, actor, get_case(tx, USER_ACTION, number))
        action = service.action_of(tx, case)
    _tell(desk, case, action, as_json=as_json)


def _tell(desk: Desk, case: Case, action: Action, *, as_json: bool) -> None:
    desk.publish(StandingChanged(action.person))
    put(_plain(case, action), [_line(case, action)], as_json=as_json)


def _plain(case: Case, action: Action) -> dict[str, Any]:
    return {
        "number": case.number,
        "state": case.state,
        "person": action.person,
        "measure": action.measure.value,
        "days": action.days,
        "functions": list(action.functions),
        "clause": action.clause,
        "trigger": action.trigger,
        "measure_by": action.measure_by,
        "held": action.held,
        "ends_at": None if action.ends_at is None else isoformat(action.ends_at),
        "due": None if case.due is None else isoformat(case.due),
        "version": case.version,
    }


def _line(case: Case, action: Action) -> str:
    days = "" if action.days is None else f" {action.days} days"
    return f"{case.number}  {case.state:<12}  {action.measure}{days}  {action.person}"


def _strike(one: Strike) -> dict[str, Any]:
    return {
        "id": one.id,
        "at": isoformat(one.at),
        "expires_at": isoformat(one.expires_at),
        "removed_at": None if one.removed_at is None else isoformat(one.removed_at),
    }
