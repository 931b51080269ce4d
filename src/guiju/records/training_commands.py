# SPDX-License-Identifier: Apache-2.0
"""`guiju records training-pool`: records that may be used for training, with their lineage."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import click
import msgspec

from guiju.desk import by_staff, desk_of, file_type, put, with_json
from guiju.kernel import Conflict, Text, canonical
from guiju.records.training import PoolMaker, manifest_line, overlaps
from guiju.records.training_model import Consents, Line, Pool

_DAY = click.DateTime(["%Y-%m-%d"])


@runtime_checkable
class _MakesPools(Protocol):
    """A desk that knows who agreed, how a record is read, and which policy is in force."""

    def consents(self) -> Consents:
        """Who agreed to what."""
        ...

    def pool_maker(self) -> PoolMaker:
        """Makes one pool."""
        ...

    def policy_digest(self) -> str:
        """The digest of the policy in force."""
        ...


@click.command(name="training-pool")
@click.option("--from", "first", required=True, type=_DAY, help="The first day, in UTC.")
@click.option("--until", "last", required=True, type=_DAY, help="The last day.")
@click.option("--out", required=True, type=file_type, help="The file; its manifest stands beside.")
@click.option("--reason", required=True, help="Why; it stays on record.")
@by_staff
@with_json
@click.pass_context
def training_pool(
    context: click.Context,
    first: datetime,
    last: datetime,
    *,
    out: Path,
    reason: str,
    by: str,
    as_json: bool,
) -> None:
    """Write what may be used for training: only of people who agreed, then and now.

    One line of JSON a record; the manifest names record, consent and digest of each line.
    """
    desk = desk_of(context)
    if not isinstance(desk, _MakesPools):
        raise _not_here()
    manifest = out.with_name(f"{out.name}.manifest.jsonl")
    if out.exists() or manifest.exists():
        raise _exists(out)
    since = first.replace(tzinfo=UTC)
    maker, actor = desk.pool_maker(), desk.staff(by)
    reading = maker.open(actor, reason, since, last.replace(tzinfo=UTC) + timedelta(days=1))
    with out.open("xb") as texts, manifest.open("xb") as lineage:
        for line in maker.lines(reading):
            texts.write(msgspec.json.encode(_said(line)) + b"\n")
            lineage.write(canonical(manifest_line(line)) + b"\n")
    with desk.database.write() as tx:
        made = maker.close(tx, desk.policy_digest())
    put(_report(made), _lines(made), as_json=as_json)


@click.command(name="training-check")
@with_json
@click.pass_context
def training_check(context: click.Context, *, as_json: bool) -> None:
    """Which pools hold records of people who have withdrawn since (exit 1: some do)."""
    desk = desk_of(context)
    if not isinstance(desk, _MakesPools):
        raise _not_here()
    with desk.database.read() as tx:
        found = overlaps(tx, desk.consents())
    lines = [f"{one.pool}: {one.lines:,} lines of {one.people:,} people" for one in found]
    report = {"pools": [msgspec.structs.asdict(one) for one in found]}
    put(report, lines or ["no pool holds anybody's who does not agree"], as_json=as_json)
    context.exit(int(bool(found)))


def _said(line: Line) -> dict[str, Any]:
    return {
        "record": line.request,
        "consent": line.consent,
        "messages": [
            {"role": "user", "content": line.input},
            {"role": "assistant", "content": line.output},
        ],
    }


def _report(made: Pool) -> dict[str, Any]:
    names = ("id", "lines", "looked_at", "left_out", "digest")
    return {name: getattr(made, name) for name in names}


def _lines(made: Pool) -> list[str]:
    return [
        f"{made.id}: {made.lines:,} of {made.looked_at:,} records, manifest {made.digest[:12]}",
        *(f"  {count:,} left out: {why}" for why, count in made.left_out.items()),
    ]


def _exists(out: Path) -> Conflict:
    return Conflict(
        "file-exists",
        Text(zh=f"文件 {out} 或其清单已存在。", en=f"The file {out} or its manifest exists."),
        Text(zh="请换一个名称。", en="Choose another name."),
        param="out",
    )


def _not_here() -> Conflict:
    return Conflict(
        "consents-elsewhere",
        Text(zh="此处不掌握同意情况。", en="Who agreed is not known here."),
        Text(zh="请在服务的数据目录上运行。", en="Run it on the data of the service."),
    )
