# SPDX-License-Identifier: Apache-2.0
"""`guiju incident`: what came to light, how grave it is, what was stopped, what is reported."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import click

from guiju import policies
from guiju.casework import Case, Kinds, RunningClock, clocks, get_case
from guiju.desk import Desk, by_staff, desk_of, file_type, put, with_json
from guiju.incidents import announcing, containing, grading, papers, service, telling
from guiju.incidents.model import Category, Cause, Grade, Incident, Measure, Statement
from guiju.incidents.showing import left
from guiju.kernel import Actor, PartsChanged, Text, isoformat, read_table
from guiju.policies import Stop, StopKind, Target
from guiju.storage import Tx


@runtime_checkable
class _KnowsRoutes(Protocol):
    """A desk at which the routes of the data plane are known."""

    @property
    def routes(self) -> Collection[str]:
        """Their names."""
        ...


@runtime_checkable
class _KnowsKinds(Protocol):
    """A desk at which every kind of case is known."""

    @property
    def kinds(self) -> Kinds:
        """All of them."""
        ...


_number = click.argument("number", metavar="INCIDENT")
_reason = click.option("--reason", required=True, help="Why; it stays on record.")


@click.group(name="incident")
def group() -> None:
    """Incidents: notice, grade, stop, report, put right."""


@group.command(name="list")
@with_json
@click.pass_context
def list_(context: click.Context, *, as_json: bool) -> None:
    """The newest incidents and how they stand."""
    desk = desk_of(context)
    with desk.database.read() as tx:
        found = service.incidents(tx)
    put([_plain(one) for one in found], [_line(one) for one in found], as_json=as_json)


@group.command()
@_number
@with_json
@click.pass_context
def show(context: click.Context, number: str, *, as_json: bool) -> None:
    """One INCIDENT: its clocks, what is stated, which thresholds it reaches, what is stopped."""
    desk = desk_of(context)
    with desk.database.read() as tx:
        case = service.find_case(tx, number)
        one, statement = service.incident(tx, case), service.stated(tx, case)
        running, stops = clocks(tx, case), policies.stops(tx, case.number)
    reached = grading.assess(statement.facts).reached
    value = _plain(one) | {
        "stated": statement.to_mapping(),
        "reached": [one.rule.id for one in reached],
        "clocks": [_clock(one) for one in running],
        "stops": [_plain_stop(one) for one in stops],
    }
    now = desk.database.clock.now()
    lines = [_line(one), *(_clock_line(one, now) for one in running)]
    lines += [f"  {name.value:<16} {number:,}" for name, number in statement.facts.items()]
    lines += [f"  reached: {one.rule.id} ({one.rule.mark.value})" for one in reached]
    lines += [f"  {_stop_line(one)}" for one in stops]
    put(value, lines, as_json=as_json)


@group.command(name="open")
@click.option("--category", required=True, type=click.Choice([one.value for one in Category]))
@click.option("--summary", required=True, help="What happened, in a sentence; sealed.")
@click.option("--from", "found_in", metavar="CASE", help="Where it came to light, as CP-... .")
@by_staff
@with_json
@click.pass_context
def open_(
    context: click.Context,
    category: str,
    summary: str,
    found_in: str | None,
    by: str,
    *,
    as_json: bool,
) -> None:
    """Open an incident; the clock of the first report starts now."""
    desk = desk_of(context)
    actor = desk.staff(by)
    statement = Statement.from_mapping({"words": {"summary": summary}})
    kinds = desk.kinds if isinstance(desk, _KnowsKinds) else Kinds()
    with desk.database.write() as tx:
        source = None if found_in is None else get_case(tx, kinds, found_in)
        cause = Cause(Category(category), statement.words["summary"], found_in=source)
        made = service.open_by_staff(tx, actor, cause)
    put(_plain(made), [_line(made)], as_json=as_json)


@group.command()
@_number
@click.argument("file", type=file_type, required=False)
@click.option("--fact", "facts", multiple=True, metavar="NAME=NUMBER", help=", ".join(Measure))
@by_staff
@with_json
@click.pass_context
def state(
    context: click.Context,
    number: str,
    file: Path | None,
    facts: tuple[str, ...],
    by: str,
    *,
    as_json: bool,
) -> None:
    """State the facts: FILE (TOML or JSON with [facts] and [words]), or single --fact on top.

    What is not given again stays as it was stated before.
    """
    given = {} if file is None else read_table(file, "incident-facts-invalid")
    numbers = dict(_fact(one) for one in facts)
    origin = "" if file is None else file.name
    read = Statement.from_mapping(
        {**given, "facts": {**given.get("facts", {}), **numbers}}, origin=origin
    )

    def do(tx: Tx, actor: Actor, case: Case) -> Incident:
        return service.state_facts(tx, actor, case, service.stated(tx, case).over(read))

    _stepped(context, number, by, do, as_json=as_json)


@group.command()
@_number
@click.argument("wanted", metavar="GRADE", type=click.Choice([one.value for one in Grade]))
@_reason
@by_staff
@with_json
@click.pass_context
def grade(
    context: click.Context, number: str, wanted: str, reason: str, by: str, *, as_json: bool
) -> None:
    """Sign a GRADE; `general` declares it not reportable. Facts bound it from below."""

    def do(tx: Tx, actor: Actor, case: Case) -> Incident:
        return service.grade(tx, actor, case, Grade(wanted), reason)

    _stepped(context, number, by, do, as_json=as_json)


def _with_reason(name: str, verb: Callable[..., Incident], said: str) -> None:
    """A command that takes one step of the table with a reason."""

    @group.command(name=name, help=said)
    @_number
    @_reason
    @by_staff
    @with_json
    @click.pass_context
    def step(context: click.Context, number: str, reason: str, by: str, *, as_json: bool) -> None:
        _stepped(context, number, by, lambda *on: verb(*on, reason), as_json=as_json)


for _name, _verb, _said in (
    ("dismiss", service.dismiss, "Close it as a false alarm."),
    ("contain", service.contain, "Say how it was contained."),
    ("recover", service.recover, "Say how it was put right."),
    ("reconsider", service.reconsider, "Grade it anew on new facts; the clock starts again."),
    ("review", service.review, "Finish the review: what it came from, what prevents it."),
):
    _with_reason(_name, _verb, _said)


@group.command()
@_number
@by_staff
@with_json
@click.pass_context
def close(context: click.Context, number: str, by: str, *, as_json: bool) -> None:
    """Close it, once its reports are sent and nothing is stopped for it."""
    _stepped(context, number, by, service.close, as_json=as_json)


@group.command()
@_number
@click.option("--stage", required=True, type=click.Choice(["initial", "supplement", "final"]))
@click.option("--to", "authority", help="To whom; left out, as the class of operator wants.")
@by_staff
@with_json
@click.pass_context
def report(
    context: click.Context,
    number: str,
    stage: str,
    authority: str | None,
    by: str,
    *,
    as_json: bool,
) -> None:
    """Draft a report from what is on record; another person signs it (guiju report)."""
    desk = desk_of(context)
    actor = desk.staff(by)
    with desk.database.write() as tx:
        case = service.find_case(tx, number)
        made = papers.draft_report(tx, actor, case, stage, authority)
    value = {"report": made.case.number, "stage": stage, "digest": made.digest}
    lines = [made.case.number, f"another person: guiju report sign {made.case.number} --as OTHER"]
    put(value, lines, as_json=as_json)


@group.command()
@_number
@click.option("--person", "persons", multiple=True, required=True, metavar="ID")
@click.option("--zh", required=True, help="What they are told in Chinese; sealed for each.")
@click.option("--en", required=True, help="And in English: each reads their own language.")
@by_staff
@with_json
@click.pass_context
def tell(
    context: click.Context,
    number: str,
    persons: tuple[str, ...],
    *,
    zh: str,
    en: str,
    by: str,
    as_json: bool,
) -> None:
    """Tell the persons concerned: a notice for each."""
    desk = desk_of(context)
    actor = desk.staff(by)
    with desk.database.write() as tx:
        case = service.find_case(tx, number)
        made = telling.tell_persons(tx, actor, case, persons, Text(zh=zh, en=en))
    numbers = [one.number for one in made]
    put({"notices": numbers}, numbers, as_json=as_json)


@group.command()
@_number
@click.option("--zh", required=True)
@click.option("--en", required=True)
@by_staff
@with_json
@click.pass_context
def publish(
    context: click.Context, number: str, zh: str, en: str, by: str, *, as_json: bool
) -> None:
    """Say something about it in public, on /status."""
    desk = desk_of(context)
    actor = desk.staff(by)
    with desk.database.write() as tx:
        case = service.find_case(tx, number)
        made = announcing.publish_entry(tx, actor, case, Text(zh=zh, en=en))
    put({"entry": made.id}, [made.id], as_json=as_json)


# -- switches --------------------------------------------------------------------------------------


@group.command()
@click.argument("kind", type=click.Choice([one.value for one in StopKind]))
@click.argument("name")
@click.option("--case", "number", metavar="INCIDENT", help="The incident that it is for.")
@_reason
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
    put(_plain_stop(made), [_stop_line(made)], as_json=as_json)


@group.command()
@click.argument("name", metavar="STOP")
@_reason
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
    put(_plain_stop(made), [_stop_line(made)], as_json=as_json)


@group.command()
@with_json
@click.pass_context
def stops(context: click.Context, *, as_json: bool) -> None:
    """What is stopped, and what was."""
    desk = desk_of(context)
    with desk.database.read() as tx:
        found = policies.stops(tx)
    put([_plain_stop(one) for one in found], [_stop_line(one) for one in found], as_json=as_json)


# -- in plain values and lines ---------------------------------------------------------------------


def _stepped(
    context: click.Context,
    number: str,
    by: str,
    do: Callable[[Tx, Actor, Case], Incident],
    *,
    as_json: bool,
) -> None:
    desk = desk_of(context)
    actor = desk.staff(by)
    with desk.database.write() as tx:
        made = do(tx, actor, service.find_case(tx, number))
    put(_plain(made), [_line(made)], as_json=as_json)


def _routes(desk: Desk) -> Collection[str]:
    return desk.routes if isinstance(desk, _KnowsRoutes) else ()


def _fact(said: str) -> tuple[str, int]:
    name, _, number = said.partition("=")
    if not number.isdecimal():
        raise click.BadParameter(f"{said!r} is not NAME=NUMBER", param_hint="--fact")
    return name, int(number)


def _plain(one: Incident) -> dict[str, Any]:
    return {
        "number": one.case.number,
        "state": one.case.state,
        "category": one.category.value,
        "grade": None if one.grade is None else one.grade.value,
        "operator": one.operator.value,
        "found_at": isoformat(one.found_at),
        "due": None if one.case.due is None else isoformat(one.case.due),
        "thing": one.thing,
    }


def _line(one: Incident) -> str:
    grade_ = "-" if one.grade is None else one.grade.value
    due = "" if one.case.due is None else f"  due {isoformat(one.case.due)}"
    return f"{one.case.number}  {one.case.state:<11}  {grade_:<11}  {one.category.value}{due}"


def _clock(one: RunningClock) -> dict[str, Any]:
    return {
        "name": one.name,
        "rule": one.rule,
        "due": None if one.due is None else isoformat(one.due),
        "late": one.late_at is not None,
        "outcome": None if one.outcome is None else one.outcome.value,
    }


def _clock_line(one: RunningClock, now: Any) -> str:
    stands = one.outcome.value if one.outcome else left(one.due, now).en
    return f"  {one.name}: {stands} ({one.rule})"


def _plain_stop(one: Stop) -> dict[str, Any]:
    return one.facts() | {
        "state": one.state.value,
        "taken_by": one.taken_by,
        "taken_at": isoformat(one.taken_at),
        "lifted_by": one.lifted_by,
        "lifted_at": None if one.lifted_at is None else isoformat(one.lifted_at),
    }


def _stop_line(one: Stop) -> str:
    return f"{one.id}  {one.state.value:<8}  {one.kind.value} {one.name}  by {one.taken_by}"
