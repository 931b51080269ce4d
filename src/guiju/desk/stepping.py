# SPDX-License-Identifier: Apache-2.0
"""One step of something that is found by its number: taken in one transaction, then said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import click

from guiju.desk.speaking import put
from guiju.desk.wired import desk_of
from guiju.kernel import Actor
from guiju.storage import Tx

Found = TypeVar("Found")
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Stepping(Generic[Found, Made]):
    """How the commands of a room take steps: what is found, and how what came of it is said.

    `find` raises NotFound for a number that nothing has. `plain`: as JSON; `line`: in words.
    """

    find: Callable[[Tx, str], Found]
    plain: Callable[[Made], object]
    line: Callable[[Made], str]

    def __call__(
        self,
        context: click.Context,
        number: str,
        by: str,
        do: Callable[[Tx, Actor, Found], Made],
        *,
        as_json: bool,
    ) -> None:
        """Let the member of staff named `by` do this to what has the number, and say it."""
        desk = desk_of(context)
        actor = desk.staff(by)
        with desk.database.write() as tx:
            made = do(tx, actor, self.find(tx, number))
        put(self.plain(made), [self.line(made)], as_json=as_json)
