# SPDX-License-Identifier: Apache-2.0
"""What every command about policies needs: the desk that `app` wired, a version, a voice."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import click
import msgspec

from guiju.kernel import Actor, Event, NotFound, Text, Unavailable, isoformat
from guiju.policies import service
from guiju.policies.model import Policy, PolicyHead
from guiju.policies.screens import Screens
from guiju.storage import Database


@runtime_checkable
class PolicyDesk(Protocol):
    """What `app` puts into the click context as `obj`: the data, the staff and the listeners."""

    @property
    def database(self) -> Database:
        """The open database."""
        ...

    def staff(self, name: str) -> Actor:
        """The staff member of this name with their roles; raises NotFound."""
        ...

    def publish(self, event: Event) -> None:
        """Tell the listeners what has been committed."""
        ...


@runtime_checkable
class LexiconDesk(Protocol):
    """What a desk also has that keeps compiled lexicons from one command to the next."""

    @property
    def lexicons(self) -> Path:
        """The folder of compiled lexicons."""
        ...


named = click.option("--as", "name", required=True, metavar="STAFF", help="Who does it, by name.")
with_json = click.option("--json", "as_json", is_flag=True, help="One JSON document.")
file_type = click.Path(path_type=Path)


def desk_of(context: click.Context) -> PolicyDesk:
    """The desk that `app` wired; raises Unavailable `data-not-open` when there is none."""
    if isinstance(context.obj, PolicyDesk):
        return context.obj
    raise Unavailable(
        "data-not-open",
        Text(zh="没有打开数据目录。", en="No data folder is open."),
        Text(zh="请用 guiju policy 并给出 --data。", en="Run guiju policy with --data."),
    )


def screens_of(context: click.Context) -> Screens:
    """What makes screens of whole policies, with the folder of compiled lexicons if any."""
    folder = context.obj.lexicons if isinstance(context.obj, LexiconDesk) else None
    return Screens(folder, desk_of(context).database.keys)


def chosen(context: click.Context, policy: str | None) -> Policy:
    """Version `policy`, or the one in force; raises NotFound."""
    with desk_of(context).database.read() as tx:
        found = service.active(tx) if policy is None else service.get(tx, policy)
    if found is None:
        raise NotFound(
            "policy-none-active",
            Text(zh="尚无生效的规则。", en="No policy is in force yet."),
            Text(zh="请先提出并批准一版。", en="Propose one and let another person approve it."),
        )
    return found


def head_of(one: PolicyHead) -> dict[str, Any]:
    """A version without its body, for JSON."""
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


def put(value: object, lines: Sequence[str], *, as_json: bool) -> None:
    """Say `value` as one JSON document, or the lines."""
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())
    else:
        click.echo("\n".join(lines))
