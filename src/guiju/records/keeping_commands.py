# SPDX-License-Identifier: Apache-2.0
"""`guiju records`: gaps in coverage, and records that have reached their limit."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol, runtime_checkable

import click

from guiju.casework import held_count
from guiju.desk import by_staff, desk_of, put, with_json
from guiju.kernel import isoformat, software
from guiju.records import coverage, expiring
from guiju.records.coverage_model import Gap, GapState
from guiju.records.expiry_model import Hold, RetentionClass

_DAY = click.DateTime(["%Y-%m-%d"])
_KEEPER = software("keeper")


@runtime_checkable
class _KnowsPolicy(Protocol):
    """A desk at which the policy in force is known."""

    def usage_days(self) -> int | None:
        """How long it keeps usage; None: it says nothing."""
        ...


@click.group(name="records")
def group() -> None:
    """What is kept of each use: whether verdicts cover it, and how long it stays."""


@group.command()
@with_json
@click.pass_context
def gaps(context: click.Context, *, as_json: bool) -> None:
    """What was delivered without a verdict (exit 1: a gap is open)."""
    with desk_of(context).database.read() as tx:
        found = coverage.gaps(tx)
    lines = [_line(one) for one in found] or ["no gap in coverage"]
    put({"gaps": [_report(one) for one in found]}, lines, as_json=as_json)
    context.exit(int(any(one.state is GapState.OPEN for one in found)))


@group.command(name="close-gap")
@click.argument("gap", metavar="GAP")
@click.option("--reason", required=True, help="What it was, what was done; it stays on record.")
@by_staff
@with_json
@click.pass_context
def close_gap(context: click.Context, gap: str, reason: str, by: str, *, as_json: bool) -> None:
    """Close GAP (gap_...) once its cause is found; for a safety officer."""
    desk = desk_of(context)
    actor = desk.staff(by)
    with desk.database.write() as tx:
        closed = coverage.close_gap(tx, actor, gap, reason)
    put(_report(closed), [_line(closed)], as_json=as_json)


@group.command()
@with_json
@click.pass_context
def expire(context: click.Context, *, as_json: bool) -> None:
    """Delete all that has reached its limit; the service does it by itself, once a minute."""
    desk = desk_of(context)
    days = desk.usage_days() if isinstance(desk, _KnowsPolicy) else None
    gone: dict[str, int] = dict.fromkeys(RetentionClass, 0)
    while True:
        with desk.database.write() as tx:
            step = expiring.expire(tx, _KEEPER, days)
        if step is None:
            break
        gone[step.kind] += step.records
    lines = [f"{name:8} {number:,} deleted" for name, number in gone.items()]
    put(gone, lines, as_json=as_json)


@group.command()
@click.option("--from", "first", required=True, type=_DAY, help="The first day, in UTC.")
@click.option("--until", "last", required=True, type=_DAY, help="The last day.")
@click.option("--reason", required=True, help="Why; it stays on record.")
@by_staff
@with_json
@click.pass_context
def hold(
    context: click.Context, first: datetime, last: datetime, reason: str, by: str, *, as_json: bool
) -> None:
    """Keep the records of some days whatever their limit; for a privacy or safety officer."""
    desk = desk_of(context)
    actor = desk.staff(by)
    with desk.database.write() as tx:
        made = expiring.hold(tx, actor, first.date(), last.date(), reason)
    put(_hold_report(made), [_hold_line(made)], as_json=as_json)


@group.command()
@click.argument("name", metavar="HOLD")
@click.option("--reason", required=True, help="Why; it stays on record.")
@by_staff
@with_json
@click.pass_context
def release(context: click.Context, name: str, reason: str, by: str, *, as_json: bool) -> None:
    """Let limits count again for what HOLD (hold_...) keeps."""
    desk = desk_of(context)
    actor = desk.staff(by)
    with desk.database.write() as tx:
        freed = expiring.release_hold(tx, actor, name, reason)
    put(_hold_report(freed), [_hold_line(freed)], as_json=as_json)


@group.command()
@with_json
@click.pass_context
def holds(context: click.Context, *, as_json: bool) -> None:
    """Which days are, or were, held; and how many records cases hold."""
    with desk_of(context).database.read() as tx:
        found, by_cases = expiring.holds(tx), held_count(tx)
    lines = [_hold_line(one) for one in found] or ["no day is held"]
    lines.append(f"{by_cases:,} held by cases")
    report = {"holds": [_hold_report(one) for one in found], "by_cases": by_cases}
    put(report, lines, as_json=as_json)


def _hold_line(one: Hold) -> str:
    return f"{one.id}  {one.state.value:8}  {one.first} to {one.last}  by {one.held_by}"


def _hold_report(one: Hold) -> dict[str, Any]:
    return {
        "id": one.id,
        "state": one.state.value,
        "first": one.first.isoformat(),
        "last": one.last.isoformat(),
        "reason": one.reason,
        "held_by": one.held_by,
        "released_by": one.released_by,
        "release": one.release,
    }


def _line(one: Gap) -> str:
    return (
        f"{one.id}  {one.state.value:6}  {one.route}  {one.missing:,} of {one.characters:,} "
        f"characters, {one.exchanges:,} requests, first {one.request}"
    )


def _report(one: Gap) -> dict[str, Any]:
    return {
        "id": one.id,
        "state": one.state.value,
        "route": one.route,
        "first": one.request,
        "opened_at": isoformat(one.opened_at),
        "exchanges": one.exchanges,
        "characters": one.characters,
        "covered": one.covered,
        "closed_by": one.closed_by,
        "closed_at": None if one.closed_at is None else isoformat(one.closed_at),
        "reason": one.reason,
    }
