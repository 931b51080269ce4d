# SPDX-License-Identifier: Apache-2.0
"""`guiju minors`: who is protected and how, guardians, appeals, users counted; by named staff."""

from __future__ import annotations

from typing import Any

import click

from guiju import accounts, records
from guiju.casework import get_case
from guiju.desk import by_staff, desk_of, put, with_json
from guiju.kernel import StandingChanged, isoformat
from guiju.measures import rule
from guiju.minors import policy, service, showing, store
from guiju.minors.appeal_kind import AGE_APPEAL
from guiju.minors.assessment_kind import ACTIVE, REGISTERED
from guiju.minors.model import MONTH

_person = click.argument("person", metavar="PERSON")


@click.group(name="minors")
def group() -> None:
    """Minors' mode, guardians, companions (Article 10)."""


@group.command()
@_person
@with_json
@click.pass_context
def show(context: click.Context, person: str, *, as_json: bool) -> None:
    """How PERSON is protected, today's use and what is left; never what was said."""
    with desk_of(context).database.read() as tx:
        accounts.get_person(tx, person)
        found = showing.plain(showing.of(tx, person))
    put(found, [f"{name}: {value}" for name, value in found.items()], as_json=as_json)


@group.command()
@_person
@click.option("--days", type=click.IntRange(1, 366), default=14, show_default=True)
@with_json
@click.pass_context
def use(context: click.Context, person: str, days: int, *, as_json: bool) -> None:
    """What PERSON used, day by day: minutes, at night, the longest without a pause."""
    with desk_of(context).database.read() as tx:
        accounts.get_person(tx, person)
        found = [one._asdict() for one in service.summary(tx, person, days)]
    rows = [{**one, "day": one["day"].isoformat()} for one in found]
    lines = [
        f"{one['day']}  {one['minutes']:4} min  {one['night_minutes']:3} at night  "
        f"{one['longest_minutes']:3} at a stretch  {one['requests']} requests"
        for one in rows
    ]
    put(rows, lines, as_json=as_json)


@group.command()
@with_json
@click.pass_context
def links(context: click.Context, *, as_json: bool) -> None:
    """Guardians who wait to be verified."""
    with desk_of(context).database.read() as tx:
        found = store.unverified(tx, 1_000)
    rows = [
        {
            "id": one.id,
            "ward": one.ward,
            "guardian": one.guardian,
            "since": None if one.active_at is None else isoformat(one.active_at),
        }
        for one in found
    ]
    lines = [f"{one['id']}  {one['guardian']} for {one['ward']}" for one in rows]
    put(rows, lines or ["no guardian waits"], as_json=as_json)


@group.command()
@click.argument("link", metavar="LINK")
@click.option("--mark", default="", help="Which paper was seen, as a code.")
@by_staff
@with_json
@click.pass_context
def verify(context: click.Context, link: str, mark: str, by: str, *, as_json: bool) -> None:
    """Say that the guardian of LINK is one."""
    desk = desk_of(context)
    actor = desk.staff(by)
    with desk.database.write() as tx:
        moved = service.verify(tx, actor, link, mark)
    desk.publish(StandingChanged(moved.ward))
    put({"id": moved.id, "verified": moved.verified}, [f"{moved.id} verified"], as_json=as_json)


@group.command()
@with_json
@click.pass_context
def appeals(context: click.Context, *, as_json: bool) -> None:
    """Appeals about an age that wait, the oldest first."""
    with desk_of(context).database.read() as tx:
        found = [get_case(tx, AGE_APPEAL, one) for one in store.open_appeals(tx, 1_000)]
    rows = [
        {"number": one.number, "due": None if one.due is None else isoformat(one.due)}
        for one in found
    ]
    lines = [f"{one['number']}  due {one['due']}" for one in rows]
    put(rows, lines or ["no appeal waits"], as_json=as_json)


@group.command()
@click.argument("number", metavar="CASE")
@click.argument("verb", type=click.Choice(["correct", "keep"]))
@click.option("--facts", required=True, help="The reason; the person reads it.")
@by_staff
@with_json
@click.pass_context
def decide(
    context: click.Context, /, number: str, verb: str, by: str, *, facts: str, as_json: bool
) -> None:
    """Decide on the appeal CASE; a correction lifts the limits at once."""
    desk = desk_of(context)
    actor = desk.staff(by)
    with desk.database.write() as tx:
        case = service.decide(tx, actor, get_case(tx, AGE_APPEAL, number), verb, facts)
    desk.publish(StandingChanged(case.subject or ""))
    put({"number": case.number, "state": case.state}, [f"{number}: {case.state}"], as_json=as_json)


@group.command()
@with_json
@click.pass_context
def users(context: click.Context, *, as_json: bool) -> None:
    """Registered and monthly active users, against the thresholds of Order 21."""
    with desk_of(context).database.read() as tx:
        found: dict[str, Any] = {
            "registered": accounts.registered(tx),
            "active": records.active_persons(tx, tx.now - MONTH),
            "companion": policy.companion(tx) is not None,
            "limits": {"registered": rule(REGISTERED).number, "active": rule(ACTIVE).number},
        }
    lines = [
        f"registered: {found['registered']} of {found['limits']['registered']}",
        f"active in 30 days: {found['active']} of {found['limits']['active']}",
        "a scene is a companion" if found["companion"] else "no scene is a companion",
    ]
    put(found, lines, as_json=as_json)
