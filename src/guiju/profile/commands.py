# SPDX-License-Identifier: Apache-2.0
"""`guiju profile`: what the provider says in public about its service (Article 10)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import click
import msgspec

from guiju.kernel import Actor, NotFound, Text, Unavailable, canonical, isoformat
from guiju.profile import service
from guiju.profile.model import Published
from guiju.profile.reading import read_file
from guiju.storage import Database


@runtime_checkable
class ProfileDesk(Protocol):
    """What `app` puts into the click context as `obj`: the data and the staff."""

    @property
    def database(self) -> Database:
        """The open database."""
        ...

    def staff(self, name: str) -> Actor:
        """The staff member of this name with their roles; raises NotFound."""
        ...


_json = click.option("--json", "as_json", is_flag=True, help="One JSON document.")


@click.group(name="profile")
def group() -> None:
    """The public statement: provider, audience, scenes, uses, limits, models, filings."""


@group.command()
@_json
@click.pass_context
def show(context: click.Context, *, as_json: bool) -> None:
    """The statement that is public now."""
    with _desk(context).database.read() as tx:
        now = service.current(tx)
    if now is None:
        raise _none_yet()
    _put(_report(now), _lines(now), as_json=as_json)


@group.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--as", "name", required=True, metavar="STAFF", help="Who does it, by name.")
@_json
@click.pass_context
def publish(context: click.Context, file: Path, name: str, *, as_json: bool) -> None:
    """Make the statement in FILE (TOML or JSON) the public one."""
    desk = _desk(context)
    statement, actor = read_file(file), desk.staff(name)
    with desk.database.write() as tx:
        published = service.publish_statement(tx, actor, statement)
    _put(_report(published), [_head(published)], as_json=as_json)


def _desk(context: click.Context) -> ProfileDesk:
    if isinstance(context.obj, ProfileDesk):
        return context.obj
    raise Unavailable(
        "data-not-open",
        Text(zh="没有打开数据目录。", en="No data folder is open."),
        Text(zh="请用 guiju profile 并给出 --data。", en="Run guiju profile with --data."),
    )


def _none_yet() -> NotFound:
    return NotFound(
        "statement-none",
        Text(zh="尚未发布服务说明。", en="No statement has been published yet."),
        Text(zh="请用 guiju profile publish 发布。", en="Use guiju profile publish."),
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


def _put(value: object, lines: Sequence[str], *, as_json: bool) -> None:
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())
    else:
        click.echo("\n".join(lines))
