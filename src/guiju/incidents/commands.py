# SPDX-License-Identifier: Apache-2.0
"""`guiju incident`: what came to light, how grave it is, what was stopped, what is reported."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import click

from guiju import policies
from guiju.casework import Case, Kinds, RunningClock, clocks, get_case
from guiju.desk import Stepping, by_staff, desk_of, file_type, put, with_json
from guiju.incidents import grading, service
from guiju.incidents.breach_commands import breach
from guiju.incidents.model import Category, Cause, Grade, Incident, Measure, Statement
from guiju.incidents.refusing import discovered_at
from guiju.incidents.showing import left
from guiju.incidents.stop_commands import because, plain_stop, resume, stop, stop_line, stops
from guiju.incidents.telling_commands import publish, report, tell, the_incident
from guiju.kernel import Actor, isoformat, read_table
from guiju.storage import Tx


@runtime_checkable
class _KnowsKinds(Protocol):
    """A desk at which every kind of case is known."""

    @property
    def kinds(self) -> Kinds:
        """All of them."""
        ...


@click.group(name="incident")
def group() -> None:
    """Incidents: notice, grade, stop, report, put right."""


for _more in (report, tell, publish, stop, resume, stops, breach):
    group.add_command(_more)


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
@the_incident
@with_json
@click.pass_context
def show(context: click.Context, number: str, *, as_json: bool) -> None:
    """One INCIDENT: its clocks, what is stated, which thresholds it reaches, what is stopped."""
    desk = desk_of(context)
    with desk.database.read() as tx:
        case = service.find_case(tx, number)
        one, statement = service.incident(tx, case), service.stated(tx, case)
        running, stopped = clocks(tx, case), policies.stops(tx, case.number)
    reached = grading.assess(statement.facts).reached
    value = _plain(one) | {
        "stated": statement.to_mapping(),
        "reached": [one.rule.id for one in reached],
        "clocks": [_clock(one) for one in running],
        "stops": [plain_stop(one) for one in stopped],
    }
    now = desk.database.clock.now()
    lines = [_line(one), *(_clock_line(one, now) for one in running)]
    lines += [f"  {name.value:<16} {number:,}" for name, number in statement.facts.items()]
    lines += [f"  reached: {one.rule.id} ({one.rule.mark.value})" for one in reached]
    lines += [f"  {stop_line(one)}" for one in stopped]
    put(value, lines, as_json=as_json)


@group.command(name="open")
@click.option("--category", required=True, type=click.Choice([one.value for one in Category]))
@click.option("--summary", required=True, help="What happened, in a sentence; sealed.")
@click.option("--from", "found_in", metavar="CASE", help="Where it came to light, as CP-... .")
@click.option("--discovered", default="", help="When it came to light, if before now (Beijing).")
@click.option("--why", default="", help="How that is known; sealed.")
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
    discovered: str,
    why: str,
    as_json: bool,
) -> None:
    """Open an incident; the clock of the first report counts from when it came to light."""
    desk = desk_of(context)
    actor = desk.staff(by)
    statement = Statement.from_mapping({"words": {"summary": summary}})
    kinds = desk.kinds if isinstance(desk, _KnowsKinds) else Kinds()
    with desk.database.write() as tx:
        source = None if found_in is None else get_case(tx, kinds, found_in)
        cause = Cause(
            Category(category),
            statement.words["summary"],
            found_in=source,
            discovered=discovered_at(discovered),
            why=why,
        )
        made = service.open_by_staff(tx, actor, cause)
    put(_plain(made), [_line(made)], as_json=as_json)


@group.command()
@the_incident
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
        return service.state_more(tx, actor, case, read)

    _stepped(context, number, by, do, as_json=as_json)


@group.command()
@the_incident
@click.argument("wanted", metavar="GRADE", type=click.Choice([one.value for one in Grade]))
@because
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
    @the_incident
    @because
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
@the_incident
@by_staff
@with_json
@click.pass_context
def close(context: click.Context, number: str, by: str, *, as_json: bool) -> None:
    """Close it, once its reports are sent and nothing is stopped for it."""
    _stepped(context, number, by, service.close, as_json=as_json)


# -- in plain values and lines ---------------------------------------------------------------------


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


_stepped = Stepping(service.find_case, _plain, _line)


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
