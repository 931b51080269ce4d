# SPDX-License-Identifier: Apache-2.0
"""`guiju disposition`: findings, measures against people and appeals, by named staff."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from guiju.casework import Case, get_case
from guiju.desk import Desk, by_staff, desk_of, put, with_json
from guiju.dispositions import action_store, appeals, finding_store, findings, service
from guiju.dispositions.action_kind import USER_ACTION
from guiju.dispositions.appeal_kind import APPEAL
from guiju.dispositions.content_commands import content
from guiju.dispositions.model import (
    Action,
    Cause,
    Finding,
    FindingState,
    Measure,
    Proposal,
    Source,
    Strike,
)
from guiju.dispositions.rectification_commands import group as rectification
from guiju.kernel import Actor, StandingChanged, isoformat
from guiju.policies import FUNCTIONS
from guiju.storage import Tx

_case = click.argument("number", metavar="CASE")
_measures = click.Choice([one.value for one in Measure])
_reason = click.option("--reason", required=True, help="Why, in words; they are sealed.")
_facts = click.option("--facts", required=True, help="What was found; the person reads it.")


@click.group(name="disposition")
def group() -> None:
    """What is done about people, content and the model, and appeals (Article 14)."""


group.add_command(content)
group.add_command(rectification)


# -- measures against people -----------------------------------------------------------------------


def _with_measure(command: Callable[..., None]) -> Callable[..., None]:
    """The options that say a measure."""
    for option in reversed(
        (
            click.option("--measure", required=True, type=_measures),
            click.option("--days", type=int, help="How long; not with terminate."),
            click.option("--clause", required=True, help="Of the agreement in force, such as 10."),
            click.option("--function", "functions", multiple=True, type=click.Choice(FUNCTIONS)),
        )
    ):
        command = option(command)
    return command


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
@_with_measure
@_with_cause
@_reason
@by_staff
@with_json
@click.pass_context
def propose(context: click.Context, /, person: str, by: str, *, as_json: bool, **said: Any) -> None:
    """Propose a measure against PERSON; another member of staff decides."""
    _begin(context, service.propose, person, by, as_json=as_json, said=said)


@group.command()
@click.argument("person", metavar="PERSON")
@_with_measure
@_with_cause
@_reason
@by_staff
@with_json
@click.pass_context
def hold(context: click.Context, /, person: str, by: str, *, as_json: bool, **said: Any) -> None:
    """Hold PERSON at once; it lapses unless another confirms it in time."""
    _begin(context, service.hold, person, by, as_json=as_json, said=said)


@group.command()
@_case
@_with_measure
@_reason
@by_staff
@with_json
@click.pass_context
def revise(context: click.Context, /, number: str, by: str, *, as_json: bool, **said: Any) -> None:
    """Say another measure in CASE; whoever does may not decide on it."""

    def step(tx: Tx, actor: Actor, case: Case) -> Case:
        return service.revise(tx, actor, case, _proposal(said), said["reason"])

    _act(context, number, by, step, as_json=as_json)


@group.command()
@_case
@_facts
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
@_case
@_reason
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
@_case
@_reason
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


# -- appeals ---------------------------------------------------------------------------------------


@group.group()
def appeal() -> None:
    """Appeals, by somebody who had no part in the decision; `guiju case show` has the words."""


@appeal.command()
@_case
@by_staff
@with_json
@click.pass_context
def admit(context: click.Context, number: str, by: str, *, as_json: bool) -> None:
    """Take the appeal CASE up."""
    _review(context, number, by, appeals.admit, as_json=as_json)


@appeal.command()
@_case
@click.argument("verb", type=click.Choice(["reject", "uphold", "overturn"]))
@_facts
@by_staff
@with_json
@click.pass_context
def decide(
    context: click.Context, /, number: str, verb: str, by: str, *, facts: str, as_json: bool
) -> None:
    """Decide on the appeal CASE; what is overturned is undone at once."""
    _review(
        context,
        number,
        by,
        lambda tx, actor, case: appeals.decide_appeal(tx, actor, case, verb, facts),
        as_json=as_json,
    )


# -- findings --------------------------------------------------------------------------------------


@group.group()
def finding() -> None:
    """Findings of screening, complaints, staff and authorities."""


@finding.command(name="list")
@click.option("--state", type=click.Choice([one.value for one in FindingState]))
@click.option("--most", type=click.IntRange(1, 1_000), default=50, show_default=True)
@with_json
@click.pass_context
def list_(context: click.Context, state: str | None, most: int, *, as_json: bool) -> None:
    """The newest findings; where they are, never what they say."""
    wanted = None if state is None else FindingState(state)
    with desk_of(context).database.read() as tx:
        found = finding_store.listed(tx, wanted, most)
    put([_found(one) for one in found], [_found_line(one) for one in found], as_json=as_json)


@finding.command()
@click.option("--harm", required=True, help="By the standard, such as A2f.")
@click.option("--request", metavar="REQUEST", help="The record it is in.")
@click.option("--person", metavar="PERSON", help="Whom it is about, where there is no record.")
@click.option("--source", type=click.Choice([one.value for one in Source]), default="staff")
@by_staff
@with_json
@click.pass_context
def add(context: click.Context, /, by: str, *, as_json: bool, **said: Any) -> None:
    """Put a finding on record."""
    desk = desk_of(context)
    actor = desk.staff(by)
    with desk.database.write() as tx:
        made = findings.open_finding(
            tx,
            actor,
            Source(said["source"]),
            said["harm"],
            person=said["person"],
            request=said["request"],
        )
    put(_found(made), [_found_line(made)], as_json=as_json)


def _deciding(verb: str, words: str) -> None:
    @finding.command(name=verb, help=words)
    @click.argument("name", metavar="FINDING")
    @_reason
    @by_staff
    @with_json
    @click.pass_context
    def command(context: click.Context, name: str, reason: str, by: str, *, as_json: bool) -> None:
        desk = desk_of(context)
        actor = desk.staff(by)
        with desk.database.write() as tx:
            made = findings.decide_finding(tx, actor, name, verb, reason)
        put(_found(made), [_found_line(made)], as_json=as_json)


_deciding("confirm", "Say that FINDING is one.")
_deciding("dismiss", "Say that FINDING is none.")


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
        case = verb(tx, actor, person, _proposal(said), said["reason"], cause=cause)
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


def _review(
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
        case = step(tx, actor, get_case(tx, APPEAL, number))
        made = appeals.appeal_of(tx, case)
        against = action_store.find(tx, made.against)
    if against is not None:
        desk.publish(StandingChanged(against.person))
    report = {"number": case.number, "state": case.state, "outcome": made.outcome}
    put(report, [f"{case.number}  {case.state}"], as_json=as_json)


def _proposal(said: dict[str, Any]) -> Proposal:
    return Proposal(
        Measure(said["measure"]), said["days"], said["clause"], tuple(said["functions"])
    )


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


def _found(one: Finding) -> dict[str, Any]:
    return {
        **one.as_facts(),
        "state": one.state.value,
        "person": one.person,
        "action": one.action,
        "raised_at": isoformat(one.raised_at),
        "decided_by": one.decided_by,
    }


def _found_line(one: Finding) -> str:
    where = one.request or one.person or ""
    return f"{one.id}  {one.state.value:<9}  {one.harm}  {one.source.value}  {where}"
