# SPDX-License-Identifier: Apache-2.0
"""`guiju db` and `guiju doctor`: keep it alive."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

import click

from guiju import casework, ledger
from guiju.app.command_desk import Desk
from guiju.app.house import House
from guiju.app.settings import Settings, read_settings
from guiju.app.verification import read_verification
from guiju.desk import file_type
from guiju.kernel import Conflict, GuijuError, Invalid, Text, Unavailable
from guiju.storage import head_revision, revision

_LEAST_FREE = 1024 * 1024 * 1024


@click.group()
def db() -> None:
    """The database."""


@db.command()
@click.pass_obj
def migrate(desk: Desk) -> None:
    """Make the data folder ready for this version; safe to repeat."""
    # A backup that was put back may be of an older version: that comes first, replaying after it.
    house = House.prepare(read_settings(desk.data, demo=False), older=True)
    click.echo(f"schema {revision(house.database)} of {head_revision()}")
    house.close()


@db.command()
@click.argument("out", type=file_type)
@click.pass_obj
def backup(desk: Desk, out: Path) -> None:
    """Copy the database to the new file OUT while the service runs (SQLite).

    Keys and the published ledger are kept elsewhere: see docs/backups.md.
    """
    file = read_settings(desk.data).sqlite_file
    if file is None:
        raise _by_its_own_means()
    size = backed_up(file, out)
    click.echo(f"{out}  {size:,} bytes")


def backed_up(file: Path, out: Path) -> int:
    """Copy an SQLite database, as it stands at one moment, to a new file; its size.

    Raises:
        Unavailable: there is no such database, or `out` cannot be written.
        Conflict: `file-exists`.
    """
    try:
        # Its owner's alone, as the database is; and nothing is written over.
        os.close(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        with (
            closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as here,
            closing(sqlite3.connect(out)) as there,
        ):
            here.backup(there)
            there.execute("PRAGMA journal_mode=DELETE")
        return out.stat().st_size
    except FileExistsError as error:
        raise Conflict(
            "file-exists",
            Text(zh=f"{out} 已存在，未覆盖。", en=f"{out} exists and was left alone."),
            Text(zh="请换一个文件名。", en="Name another file."),
        ) from error
    except (OSError, sqlite3.Error) as error:
        with suppress(OSError):
            out.unlink()
        raise Unavailable(
            "backup-failed",
            Text(zh=f"无法备份到 {out}：{error}。", en=f"No backup was made to {out}: {error}."),
            Text(zh="请检查磁盘空间与目录权限。", en="Check disk space and permissions."),
        ) from error


def _by_its_own_means() -> Invalid:
    return Invalid(
        "backup-elsewhere",
        Text(zh="此命令只备份 SQLite。", en="This command copies SQLite databases alone."),
        Text(
            zh="PostgreSQL 请用 pg_dump 或 pg_basebackup。",
            en="Use pg_dump or pg_basebackup for PostgreSQL.",
        ),
    )


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    name: str
    fine: bool
    detail: str


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.pass_context
def doctor(context: click.Context, *, as_json: bool) -> None:
    """Look at everything the service stands on (exit 1: something is not as it should be)."""
    settings = read_settings(context.obj.data)
    found = list(examined(settings))
    if as_json:
        rows = [{"name": one.name, "fine": one.fine, "detail": one.detail} for one in found]
        click.echo(json.dumps({"ok": all(one.fine for one in found), "checks": rows}))
    else:
        for one in found:
            click.echo(f"  {'ok ' if one.fine else 'NOT'}  {one.name}: {one.detail}")
    context.exit(int(not all(one.fine for one in found)))


def examined(settings: Settings) -> Iterator[Finding]:
    """What is fine and what is not, in the order in which things depend on each other."""
    free = shutil.disk_usage(settings.folder if settings.folder.exists() else ".").free
    yield Finding("disk", free > _LEAST_FREE, f"{free // 2**20} MiB free")
    try:
        house = House.open(settings)
    except GuijuError as error:
        yield Finding("data", fine=False, detail=error.message("en"))
        return
    yield Finding("data", fine=True, detail=f"schema {revision(house.database)}, key fits")
    for name, look in _LOOKS.items():
        yield _looked(name, look, house)
    house.close()


def _looked(name: str, look: Callable[[House], str], house: House) -> Finding:
    try:
        return Finding(name, fine=True, detail=look(house))
    except GuijuError as error:
        return Finding(name, fine=False, detail=error.message("en"))


def _rules(house: House) -> str:
    house.rules.refresh()
    return f"policy {house.rules.now().policy[:12]} in force"


def _ledger(house: House) -> str:
    with house.database.read() as tx:
        size = ledger.size(tx)
    last = read_verification(house.settings.folder)
    if last is None:
        return f"{size} leaves, not verified yet"
    return f"{size} leaves, last verified {last.at:%Y-%m-%d %H:%M} UTC: {last.holds}"


def _upstreams(house: House) -> str:
    """Whether every upstream of the policy has its key; whether they answer, `check` finds out."""
    missing = [name for name, one in house.fleet.stands().items() if "keyless" in one.states]
    if missing:
        raise _keyless(missing)
    return "no upstream lacks its key (guiju upstream check asks them)"


def _keyless(names: list[str]) -> Unavailable:
    listed = ", ".join(names)
    return Unavailable(
        "upstream-key-missing",
        Text(zh=f"以下上游缺少密钥：{listed}。", en=f"These upstreams lack their key: {listed}."),
        Text(zh="请用 guiju upstream key 密封。", en="Seal it with guiju upstream key."),
    )


def _cases(house: House) -> str:
    """Whether what follows from cases can be done outside, as notices by mail."""
    with house.database.read() as tx:
        stuck, waiting = casework.stuck(tx), casework.waiting(tx)
    if stuck:
        raise _stuck(stuck)
    return f"{sum(one.cases for one in waiting)} wait, {sum(one.late for one in waiting)} late"


def _stuck(count: int) -> Unavailable:
    return Unavailable(
        "outbox-stuck",
        Text(
            zh=f"有 {count} 项后续事项屡次未能办成。",
            en=f"{count} things that follow from cases have failed again and again.",
        ),
        Text(zh="请查看日志中 guiju.casework 的记录。", en="See guiju.casework in the log."),
    )


_LOOKS: dict[str, Callable[[House], str]] = {
    "rules": _rules,
    "upstreams": _upstreams,
    "ledger": _ledger,
    "cases": _cases,
}
