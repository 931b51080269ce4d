# SPDX-License-Identifier: Apache-2.0
"""PostgreSQL's rows as the authority: workers that know nothing of each other but the database."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import PostgresServer
from tests.unit.gateway.scene import caller

from guiju.gateway.limiting import Hold, Office, Rows, Tally, tell_everywhere
from guiju.kernel import GuijuError
from guiju.limits import LONG_LIFE_SECONDS, Limits, Plan, load
from guiju.storage import Database

HUNDRED = Plan(person=Limits(requests=100))


class Workers:
    """Offices on one database; each worker lives on a machine, which is a folder."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.offices: list[Office] = []
        self.authorities: list[Rows] = []
        self.told: list[tuple[int, str]] = []

    async def start(self, *folders: Path) -> Workers:
        for at, folder in enumerate(folders, len(self.offices)):
            authority = Rows(self.database, folder, f"w{at}")
            made = Office(authority, told=lambda text, at=at: self.told.append((at, text)))  # type: ignore[misc]
            self.offices.append(made)
            self.authorities.append(authority)
            await made.start()
        return self

    async def kill(self, at: int) -> None:
        """A worker dies with its shares in hand: it says nothing more, and its lock goes."""
        authority, office = self.authorities.pop(at), self.offices.pop(at)
        for task in (office._beating, office._sending):
            if task is not None:
                task.cancel()
        if authority._listener is not None:
            await asyncio.to_thread(authority._listener.stop)
        if authority._lock is not None:
            os.close(authority._lock)

    async def ask(self, at: int, plan: Plan = HUNDRED) -> Hold | Tally | str:
        made = self.offices[at]
        group = made.shares.group(caller(), plan)
        try:
            hold = made.shares.take(group, 0) or await made.allow(group, 0)
        except GuijuError as error:
            return error.code
        hold.settle(0)
        return hold


@asynccontextmanager
async def workers(database: Database, *folders: Path) -> AsyncIterator[Workers]:
    made = await Workers(database).start(*folders)
    try:
        yield made
    finally:
        for one in made.offices:
            await one.close()


def through(found: list[Any]) -> int:
    return len([one for one in found if isinstance(one, Hold)])


@pytest.mark.control("usage-limits")
def test_a_limit_of_a_hundred_is_a_hundred_on_two_machines(pg_db: Database, tmp_path: Path) -> None:
    """Two workers each, four hundred at once."""

    async def play() -> list[Any]:
        one, two = tmp_path / "one", tmp_path / "two"
        async with workers(pg_db, one, one, two, two) as made:
            return await asyncio.gather(*(made.ask(at % 4) for at in range(400)))

    found = asyncio.run(play())
    assert (through(found), found.count("rate-limited")) == (100, 300)


def test_what_lies_with_another_worker_is_asked_for(pg_db: Database, tmp_path: Path) -> None:
    """Though it is kept there for a stall: whoever is short of it gets it."""

    async def play() -> list[Any]:
        async with workers(pg_db, tmp_path / "one", tmp_path / "two") as made:
            found = [await made.ask(0) for _ in range(40)]
            return found + [await made.ask(1) for _ in range(62)]

    assert [isinstance(one, Hold) for one in asyncio.run(play())] == [True] * 100 + [False] * 2


def test_the_dead_of_this_machine_are_found_at_once(pg_db: Database, tmp_path: Path) -> None:
    """What a dead neighbour had in hand counts as used, but its places are free."""
    two = Plan(person=Limits(concurrent=2))

    async def play() -> list[Any]:
        folder = tmp_path / "one"
        async with workers(pg_db, folder, folder) as made:
            group = made.offices[0].shares.group(caller(), two)
            for _ in range(2):
                await made.offices[0].allow(group, 0)
            before = await made.ask(1, two)
            await made.kill(0)
            return [before, await made.ask(0, two), await made.ask(0, two)]

    before, *after = asyncio.run(play())
    assert before == "rate-limited"
    assert through(after) == 2


def test_the_dead_of_another_machine_are_waited_for(pg_db: Database, tmp_path: Path) -> None:
    """They may live and be cut off: their shares count until they expire."""

    async def play() -> Any:
        async with workers(pg_db, tmp_path / "one", tmp_path / "two") as made:
            for _ in range(60):
                await made.ask(0)
            await made.kill(0)
            return [await made.ask(0) for _ in range(50)]

    found = asyncio.run(play())
    assert through(found) <= 40
    with pg_db.read() as tx:
        held = load(tx, ["pe_1"])["pe_1"].held["w0"]
    assert held.until - held.at == LONG_LIFE_SECONDS


def test_a_restart_of_the_database_is_bridged_with_what_is_in_hand(
    postgres: PostgresServer, pg_db: Database, tmp_path: Path
) -> None:
    """Then the door closes, and opens again by itself; never is more let through."""

    async def play() -> tuple[int, Any, Any, int]:
        async with workers(pg_db, tmp_path / "one") as made:
            for _ in range(20):
                await made.ask(0)
            await asyncio.sleep(0.7)
            await asyncio.to_thread(postgres.stop)
            try:
                bridged = [await made.ask(0) for _ in range(100)]
            finally:
                await asyncio.to_thread(postgres.start)
            await asyncio.sleep(1.2)
            after = [await made.ask(0) for _ in range(100)]
            return through(bridged), bridged[-1], after[-1], through(bridged) + through(after)

    bridged, closed, last, total = asyncio.run(play())
    assert 1 <= bridged <= 80
    assert closed == "unavailable"
    assert last == "rate-limited"
    assert 70 <= total <= 80


def test_everybody_hears_what_is_told(pg_db: Database, tmp_path: Path) -> None:
    """On every machine, from a process that is none of the workers."""

    async def play() -> list[tuple[int, str]]:
        async with workers(pg_db, tmp_path / "one", tmp_path / "two") as made:
            await asyncio.to_thread(tell_everywhere, pg_db, "standing pe_1")
            for _ in range(500):
                if len(made.told) == 2:
                    break
                await asyncio.sleep(0.01)
            return sorted(made.told)

    assert asyncio.run(play()) == [(0, "standing pe_1"), (1, "standing pe_1")]


def test_what_the_dead_have_left_is_swept_away_in_time(pg_db: Database, tmp_path: Path) -> None:
    """Old files of the dead go; those of the living, and of the lately dead, stay."""

    async def play() -> set[str]:
        tmp_path.joinpath("worker-old").touch()
        os.utime(tmp_path / "worker-old", (0, 0))
        async with workers(pg_db, tmp_path, tmp_path):
            return {one.name for one in os.scandir(tmp_path)}

    assert asyncio.run(play()) == {"worker-w0", "worker-w1"}
    assert list(tmp_path.glob("worker-*")) == []
