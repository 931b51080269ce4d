# SPDX-License-Identifier: Apache-2.0
"""The desk at which a command works: the open data, the staff, and who hears what happened."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import click

from guiju.kernel import Actor, Event, Text, Unavailable
from guiju.storage import Database


@runtime_checkable
class Desk(Protocol):
    """What `app` puts into the click context as `obj`."""

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


def desk_of(context: click.Context) -> Desk:
    """The desk that `app` wired; raises Unavailable `data-not-open` when there is none."""
    if isinstance(context.obj, Desk):
        return context.obj
    command = context.command_path
    raise Unavailable(
        "data-not-open",
        Text(zh="没有打开数据目录。", en="No data folder is open."),
        Text(zh=f"请运行 {command} 并给出 --data。", en=f"Run {command} with --data."),
    )
