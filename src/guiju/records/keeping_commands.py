# SPDX-License-Identifier: Apache-2.0
"""`guiju records`: gaps in coverage, and records that have reached their limit."""

from __future__ import annotations

from typing import Any

import click

from guiju.desk import by_staff, desk_of, put, with_json
from guiju.kernel import isoformat
from guiju.records import coverage
from guiju.records.coverage_model import Gap, GapState


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
