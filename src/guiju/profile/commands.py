# SPDX-License-Identifier: Apache-2.0
"""`guiju profile`: what the provider says in public about its service (Article 10)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import msgspec

from guiju.desk import by_staff, desk_of, file_type, put, with_json
from guiju.kernel import NotFound, Text, canonical, isoformat
from guiju.profile import service
from guiju.profile.model import Published
from guiju.profile.reading import read_file


@click.group(name="profile")
def group() -> None:
    """The public statement: provider, audience, scenes, uses, limits, models, filings."""


@group.command()
@with_json
@click.pass_context
def show(context: click.Context, *, as_json: bool) -> None:
    """The statement that is public now."""
    with desk_of(context).database.read() as tx:
        now = service.current(tx)
    if now is None:
        raise _none_yet()
    put(_report(now), _lines(now), as_json=as_json)


@group.command()
@click.argument("file", type=file_type)
@by_staff
@with_json
@click.pass_context
def publish(context: click.Context, file: Path, by: str, *, as_json: bool) -> None:
    """Make the statement in FILE (TOML or JSON) the public one."""
    desk = desk_of(context)
    statement, actor = read_file(file), desk.staff(by)
    with desk.database.write() as tx:
        published = service.publish_statement(tx, actor, statement)
    put(_report(published), [_head(published)], as_json=as_json)


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
