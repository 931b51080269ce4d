# SPDX-License-Identifier: Apache-2.0
"""`guiju profile`: what the provider says about its service, and whether it still runs so.

One person proposes a version, another approves it (Articles 2, 10, 16, 17, 20 and 23).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import click
import msgspec

from guiju.desk import by_staff, desk_of, file_type, put, with_json
from guiju.kernel import Text, Unavailable, canonical, isoformat
from guiju.profile import filing, service
from guiju.profile.drift import Drift
from guiju.profile.filing import Compared, Filed
from guiju.profile.model import Proposal, Published, check_whole
from guiju.profile.parts import FilingKind
from guiju.profile.reading import read_file
from guiju.profile.running import Running
from guiju.profile.saying import particulars
from guiju.storage import Tx


@runtime_checkable
class RunningDesk(Protocol):
    """What a desk also has that can say what runs."""

    def running(self, tx: Tx) -> Running:
        """Models, open routes and labels as they are now."""
        ...


@click.group(name="profile")
def group() -> None:
    """Who provides what to whom: versions, what was filed, what has drifted."""


@group.command()
@click.argument("version", type=int, required=False)
@with_json
@click.pass_context
def show(context: click.Context, version: int | None, *, as_json: bool) -> None:
    """The statement that is public now, or VERSION."""
    with desk_of(context).database.read() as tx:
        now = service.in_force(tx) if version is None else service.published(tx, version)
    put(_report(now), _lines(now), as_json=as_json)


@group.command(name="list")
@with_json
@click.pass_context
def list_(context: click.Context, *, as_json: bool) -> None:
    """Every version with who proposed and who decided, and which were filed."""
    with desk_of(context).database.read() as tx:
        versions, marks = service.listed(tx), filing.filed(tx)
    report = {
        "versions": [_proposal(one) for one in versions],
        "filed": [_mark(one) for one in marks],
    }
    lines = [*map(_proposal_line, versions), *map(_mark_line, marks)]
    put(report, lines, as_json=as_json)


@group.command()
@click.argument("file", type=file_type)
@with_json
@click.pass_context
def check(context: click.Context, file: Path, *, as_json: bool) -> None:  # noqa: ARG001 - click hands it over
    """Read FILE as a proposal would be, and say what it states; nothing is kept."""
    statement = read_file(file)
    check_whole(statement, origin=file.name)
    said = particulars(statement)
    report = {one.key: [{"zh": line.zh, "en": line.en} for line in one.lines] for one in said}
    put(report, _said_lines(said), as_json=as_json)


@group.command()
@click.argument("file", type=file_type)
@by_staff
@click.option("--note", default="", help="What changes and why.")
@with_json
@click.pass_context
def propose(context: click.Context, file: Path, by: str, note: str, *, as_json: bool) -> None:
    """Propose the statement in FILE (TOML or JSON); another person must approve it."""
    desk = desk_of(context)
    statement, actor = read_file(file), desk.staff(by)
    with desk.database.write() as tx:
        made = service.propose(tx, actor, statement, note)
    todo = f"another person: guiju profile approve {made.id} --as OTHER"
    put(_proposal(made), [made.id, todo], as_json=as_json)


@group.command()
@click.argument("proposal", metavar="ID")
@by_staff
@with_json
@click.pass_context
def approve(context: click.Context, proposal: str, by: str, *, as_json: bool) -> None:
    """Make version ID public; whoever proposed it may not."""
    desk = desk_of(context)
    actor = desk.staff(by)
    with desk.database.write() as tx:
        made = service.approve(tx, actor, proposal)
    put(_report(made), [_head(made)], as_json=as_json)


@group.command()
@click.argument("proposal", metavar="ID")
@by_staff
@click.option("--reason", required=True, help="Why, in a sentence.")
@with_json
@click.pass_context
def reject(context: click.Context, proposal: str, by: str, reason: str, *, as_json: bool) -> None:
    """Turn version ID down; whoever proposed it may not."""
    desk = desk_of(context)
    actor = desk.staff(by)
    with desk.database.write() as tx:
        made = service.reject(tx, actor, proposal, reason)
    put(_proposal(made), [_proposal_line(made)], as_json=as_json)


@group.command()
@by_staff
@with_json
@click.pass_context
def confirm(context: click.Context, by: str, *, as_json: bool) -> None:
    """Say that scope, tier, origin and permits still are so; due once a year."""
    desk = desk_of(context)
    actor = desk.staff(by)
    with desk.database.write() as tx:
        made = service.confirm(tx, actor)
    put(_report(made), [_head(made)], as_json=as_json)


@group.command()
@click.argument("version", type=int)
@click.option("--kind", type=click.Choice([one.value for one in filing.KINDS]), required=True)
@click.option("--number", required=True, help="As the authority gave it.")
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), required=True)
@by_staff
@with_json
@click.pass_context
def filed(
    context: click.Context,
    version: int,
    by: str,
    *,
    kind: str,
    number: str,
    day: datetime,
    as_json: bool,
) -> None:
    """Mark VERSION as filed, with what runs at this moment."""
    desk = desk_of(context)
    actor, look = desk.staff(by), _running(context)
    with desk.database.write() as tx:
        mark = filing.Mark(version, FilingKind(kind), number, day.date())
        made = filing.mark_filed(tx, actor, mark, look.running(tx))
    put(_mark(made), [_mark_line(made)], as_json=as_json)


@group.command()
@with_json
@click.pass_context
def diff(context: click.Context, *, as_json: bool) -> None:
    """What was said and filed against what runs; exit 1 if they have drifted."""
    desk, look = desk_of(context), _running(context)
    with desk.database.write() as tx:
        compared = filing.compare(tx, look.running(tx))
        filing.put_on_record(tx, compared)
    put(_compared(compared), _compared_lines(compared), as_json=as_json)
    if compared.drifts:
        context.exit(1)


def _running(context: click.Context) -> RunningDesk:
    if isinstance(context.obj, RunningDesk):
        return context.obj
    raise Unavailable(
        "running-unknown",
        Text(zh="无法得知实际运行的内容。", en="What runs cannot be found out here."),
        Text(zh="请用 --data 指定数据目录。", en="Name the data folder with --data."),
    )


def _report(one: Published) -> dict[str, Any]:
    return {
        "version": one.version,
        "digest": one.digest,
        "published_by": one.published_by,
        "published_at": isoformat(one.published_at),
        "producer_code": service.producer_code(one.statement),
        "statement": one.statement.to_mapping(),
    }


def _head(one: Published) -> str:
    when = isoformat(one.published_at)
    return f"version {one.version}  {one.digest[:12]}  published {when} by {one.published_by}"


def _lines(one: Published) -> list[str]:
    said = canonical(one.statement.to_mapping())
    return [_head(one), msgspec.json.format(said, indent=2).decode()]


def _proposal(one: Proposal) -> dict[str, Any]:
    return {
        "id": one.id,
        "version": one.version,
        "state": one.state.value,
        "digest": one.digest,
        "note": one.note,
        "proposer": one.proposer,
        "proposed_at": isoformat(one.proposed_at),
        "decider": one.decider,
        "decided_at": None if one.decided_at is None else isoformat(one.decided_at),
        "reason": one.reason,
    }


def _proposal_line(one: Proposal) -> str:
    number = "-" if one.version is None else str(one.version)
    decided = f", decided by {one.decider}" if one.decider else ""
    return (
        f"{number:>4}  {one.state.value:<10}  {one.id}  {one.digest[:12]}  "
        f"proposed by {one.proposer}{decided}  {one.note}"
    ).rstrip()


def _mark(one: Filed) -> dict[str, Any]:
    return {
        "version": one.version,
        "kind": one.kind.value,
        "number": one.number,
        "digest": one.digest,
        "filed_on": one.filed_on,
        "running": one.running.to_mapping(),
        "marked_by": one.marked_by,
        "marked_at": isoformat(one.marked_at),
    }


def _mark_line(one: Filed) -> str:
    return f"version {one.version} filed {one.filed_on} as {one.kind.value} {one.number}"


def _compared(one: Compared) -> dict[str, Any]:
    return {
        "version": one.version,
        "filed": [_mark(mark) for mark in one.filed],
        "same": not one.drifts,
        "drift": [found.as_report() for found in one.drifts],
    }


def _compared_lines(one: Compared) -> list[str]:
    marks = [_mark_line(mark) for mark in one.filed] or ["nothing was marked as filed"]
    found = [_drift_line(each) for each in one.drifts] or ["nothing differs"]
    return [f"version {one.version} in force", *marks, *found]


def _drift_line(one: Drift) -> str:
    return f"{one.place}: {one.said} -> {one.now}  ({one.what.en})"


def _said_lines(said: Sequence[Any]) -> list[str]:
    return [f"{one.head.en}: {'; '.join(line.en for line in one.lines)}" for one in said]
