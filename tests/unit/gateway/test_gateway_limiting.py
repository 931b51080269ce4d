# SPDX-License-Identifier: Apache-2.0
"""Workers in one event loop: offices, an authority that one of them holds, real Unix sockets."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.unit.gateway.scene import caller

from guiju.accounts import Caller
from guiju.gateway.limiting import Embedded, Hold, Office, Tally, office, tell_here, wire
from guiju.kernel import GuijuError, Refused, Text, Unavailable
from guiju.limits import Grant, Limits, Plan, Turn, load
from guiju.storage import Database

HUNDRED = Plan(person=Limits(requests=100))


class Workers:
    """Several workers on one data folder."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self.folder = database, folder
        self.offices: list[Office] = []
        self.authorities: list[Embedded] = []
        self.told: list[tuple[int, str]] = []

    async def start(self, number: int = 1) -> Workers:
        for _ in range(number):
            at = len(self.offices)
            authority = Embedded(self.database, self.folder, f"w{at}")
            made = Office(authority, told=self._hear(at))
            self.offices.append(made)
            self.authorities.append(authority)
            await made.start()
        return self

    def _hear(self, at: int) -> Callable[[str], None]:
        return lambda text: self.told.append((at, text))

    def kill(self, at: int) -> None:
        """A worker dies: its connections break, its lock goes, it writes nothing down."""
        authority, office = self.authorities.pop(at), self.offices.pop(at)
        host = authority._host
        tasks = [office._beating, authority._keeping, host._writing if host else None]
        for task in tasks:
            if task is not None:
                task.cancel()
        if host is not None and host._server is not None:
            host._server.close()
            for writer in host._open:
                writer.transport.abort()
        if authority._writer is not None:
            authority._writer.transport.abort()
        if authority._lock is not None:
            os.close(authority._lock)

    async def allow(
        self, at: int, plan: Plan = HUNDRED, tokens: int = 0, who: Caller | None = None
    ):
        made = self.offices[at]
        group = made.shares.group(who or caller(), plan)
        hold = made.shares.take(group, tokens)
        return hold or await made.allow(group, tokens)


@asynccontextmanager
async def workers(database: Database, folder: Path, number: int) -> AsyncIterator[Workers]:
    made = await Workers(database, folder / "limits").start(number)
    try:
        yield made
    finally:
        for one in reversed(made.offices):
            await one.close()


async def outcome(asking: Any) -> Hold | Tally | str:
    try:
        hold: Hold | Tally = await asking
    except GuijuError as error:
        return error.code
    hold.settle(0)
    return hold


@pytest.mark.control("usage-limits")
@pytest.mark.parametrize("number", [1, 4])
def test_a_limit_of_a_hundred_is_a_hundred_on_any_number_of_workers(
    db: Database, tmp_path: Path, number: int
) -> None:
    """Four hundred at once: exactly one hundred are let through, the others are told when."""

    async def play() -> list[Hold | Tally | str]:
        async with workers(db, tmp_path, number) as made:
            asked = [outcome(made.allow(at % number)) for at in range(400)]
            return await asyncio.gather(*asked)

    found = asyncio.run(play())
    assert found.count("rate-limited") == 300
    assert len([one for one in found if isinstance(one, Hold)]) == 100


def test_what_one_worker_has_in_hand_is_there_for_another(db: Database, tmp_path: Path) -> None:
    """One request left anywhere is one request: it is asked for where it lies."""

    async def play() -> list[Hold | Tally | str]:
        async with workers(db, tmp_path, 3) as made:
            ten = Plan(person=Limits(requests=10))
            return [await outcome(made.allow(at % 3, ten)) for at in range(12)]

    found = asyncio.run(play())
    assert [isinstance(one, Hold) for one in found] == [True] * 10 + [False] * 2


def test_places_come_back_when_a_request_is_over(db: Database, tmp_path: Path) -> None:
    """Two at once, on different workers, and never three."""
    two = Plan(person=Limits(concurrent=2))

    async def play() -> None:
        async with workers(db, tmp_path, 2) as made:
            first, second = await made.allow(0, two), await made.allow(1, two)
            with pytest.raises(Refused) as refused:
                await made.allow(1, two)
            assert refused.value.code == "rate-limited"
            first.settle(0)
            await asyncio.sleep(0.06)
            third = await made.allow(1, two)
            for one in (second, third):
                one.settle(0)

    asyncio.run(play())


def test_a_dead_authority_is_followed_by_another_that_knows_all(
    db: Database, tmp_path: Path
) -> None:
    """Killed amid a burst, with nothing written down: the limit is the limit all the same."""

    async def play() -> list[Hold | Tally | str]:
        async with workers(db, tmp_path, 3) as made:
            found = [await outcome(made.allow(at % 3)) for at in range(40)]
            made.kill(0)
            found += await asyncio.gather(*(outcome(made.allow(at % 2)) for at in range(200)))
            return found

    found = asyncio.run(play())
    through = len([one for one in found if isinstance(one, Hold)])
    # What the dead one had in hand counts as used until it expires.
    assert 80 <= through <= 100
    assert "unavailable" not in found


def test_without_an_authority_the_door_closes_once_nothing_is_in_hand(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What was lent is used; then nothing passes, and it opens again by itself."""

    class Gone:
        answers = True

        async def start(self, hears: Any) -> None:
            """At once."""

        async def turns(self, said: Sequence[Turn]) -> Sequence[Grant]:
            if not self.answers:
                raise Unavailable("unavailable", *[refusal] * 2)
            return [Grant(one.subject, one.like) for one in said]

        async def close(self) -> None:
            """Nothing to close."""

    refusal = Text(zh="无", en="none")
    monkeypatch.setattr(office, "_PATIENCE_SECONDS", 0.02)

    async def play() -> None:
        gone = Gone()
        made = Office(gone)
        await made.start()
        group = made.shares.group(caller(), Plan(person=Limits(requests=100)))
        (await made.allow(group, 0)).settle(0)
        gone.answers = False
        through = 0
        while (hold := made.shares.take(group, 0)) is not None:
            hold.settle(0)
            through += 1
        assert through == 7
        with pytest.raises(Unavailable):
            await made.allow(group, 0)
        with pytest.raises(Unavailable):
            made.check_open()
        # Who is not limited passes meanwhile, and is counted later.
        free = made.shares.group(caller(key="key_2", person="pe_2"), Plan())
        assert made.shares.take(free, 5) is free.tally
        gone.answers = True
        made._beat(0.0)
        await asyncio.sleep(0.01)
        made.check_open()
        await made.close()

    asyncio.run(play())


def test_a_clean_stop_writes_all_down_and_gives_all_back(db: Database, tmp_path: Path) -> None:
    """The next start goes on from there, and no journal is left."""

    async def play() -> None:
        async with workers(db, tmp_path, 2) as made:
            for at in range(20):
                (await made.allow(at % 2, tokens=5)).settle(7)

    asyncio.run(play())
    with db.read() as tx:
        meter = load(tx, ["pe_1"])["pe_1"]
    assert sum(one.requests for one in meter.minute) == 20
    assert sum(one.tokens for one in meter.days.values()) == 140
    assert meter.held == {}
    assert list((tmp_path / "limits").glob("journal-*")) == []


def test_a_key_of_its_own_limits_and_an_app_are_counted_apart(db: Database, tmp_path: Path) -> None:
    """The tightest of key, person and service counts, and an override replaces the policy's."""

    async def play() -> None:
        async with workers(db, tmp_path, 1) as made:
            own = caller(key_limits={"requests": 1})
            assert isinstance(await outcome(made.allow(0, who=own)), Hold)
            assert await outcome(made.allow(0, who=own)) == "rate-limited"
            assert isinstance(await outcome(made.allow(0, who=caller(key="key_2"))), Hold)
            freed = caller(key="key_3", person="pe_2", person_limits={"requests": None})
            tight = Plan(person=Limits(requests=1))
            for _ in range(3):
                assert isinstance(await outcome(made.allow(0, tight, who=freed)), Tally)

    asyncio.run(play())


def test_what_is_not_limited_is_counted_all_the_same(db: Database, tmp_path: Path) -> None:
    """By key, person and service, on every worker, without asking anybody for each request."""

    async def play() -> None:
        async with workers(db, tmp_path, 2) as made:
            for at in range(6):
                tally = made.offices[at % 2].shares.take(
                    made.offices[at % 2].shares.group(caller(), Plan()), 0
                )
                assert isinstance(tally, Tally)
                tally.settle(10)
            assert all(one.shares.active == {} for one in made.offices)

    asyncio.run(play())
    with db.read() as tx:
        meters = load(tx, ["key_1", "pe_1", "service"])
    for meter in meters.values():
        assert [(one.requests, one.tokens) for one in meter.days.values()] == [(6, 60)]


def test_a_key_apart_from_the_others_still_counts_for_the_service(
    db: Database, tmp_path: Path
) -> None:
    """What is limited and what is only counted come to the same numbers."""

    async def play() -> None:
        async with workers(db, tmp_path, 1) as made:
            own = caller(key_limits={"requests": 5})
            for _ in range(3):
                (await made.allow(0, Plan(), tokens=4, who=own)).settle(7)

    asyncio.run(play())
    with db.read() as tx:
        meters = load(tx, ["key_1", "pe_1", "service"])
    for meter in meters.values():
        assert [(one.requests, one.tokens) for one in meter.days.values()] == [(3, 21)]


def test_a_request_larger_than_all_is_told_so(db: Database, tmp_path: Path) -> None:
    """No waiting would help, so it is not told to wait."""

    async def play() -> None:
        async with workers(db, tmp_path, 1) as made:
            with pytest.raises(Refused) as refused:
                await made.allow(0, Plan(person=Limits(day=10)), tokens=11)
            assert (refused.value.status, refused.value.retry_after) == (413, None)

    asyncio.run(play())


def test_a_budget_that_is_used_up_says_when_it_ends(db: Database, tmp_path: Path) -> None:
    """By a code of its own: no client should try again at once."""

    async def play() -> None:
        async with workers(db, tmp_path, 1) as made:
            plan = Plan(person=Limits(day=10))
            (await made.allow(0, plan, tokens=10)).settle(10)
            with pytest.raises(Refused) as refused:
                await made.allow(0, plan, tokens=1)
        error = refused.value
        assert (error.code, error.status) == ("budget-used-up", 429)
        # The fixed clock says 16:00 in China.
        assert error.retry_after == 8 * 3600
        assert "8 小时" in error.remedy.zh

    asyncio.run(play())


def test_everybody_is_told_at_once(db: Database, tmp_path: Path) -> None:
    """From a process that is none of the workers, over their socket."""

    async def play() -> list[tuple[int, str]]:
        async with workers(db, tmp_path, 3) as made:
            assert await asyncio.to_thread(tell_here, made.folder, "standing pe_1")
            for _ in range(100):
                if len(made.told) == 3:
                    break
                await asyncio.sleep(0.01)
            return sorted(made.told)

    assert asyncio.run(play()) == [(at, "standing pe_1") for at in range(3)]
    assert not tell_here(tmp_path / "nobody", "standing pe_1")


def test_a_very_long_path_is_no_obstacle(db: Database, tmp_path: Path) -> None:
    """The kernel takes a hundred bytes for a socket's path; data folders may lie deeper."""
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    deep.mkdir(parents=True)

    async def play() -> None:
        async with workers(db, deep, 2) as made:
            assert isinstance(await outcome(made.allow(1)), Hold)

    asyncio.run(play())


def test_garbage_on_the_socket_harms_nobody(db: Database, tmp_path: Path) -> None:
    """A connection that speaks otherwise is closed; the others go on."""

    async def play() -> None:
        async with workers(db, tmp_path, 2) as made:
            for garbage in (b"\xff\xff\xff\xff", b"\0\0\0\1\xc1", b"GET / HTTP/1.1\r\n\r\n"):
                reader, writer = await asyncio.open_unix_connection(
                    wire.reachable(made.folder / "socket")
                )
                writer.write(garbage)
                assert await reader.read() == b""
                writer.close()
            assert isinstance(await outcome(made.allow(1)), Hold)

    asyncio.run(play())


def test_a_beat_is_shorter_than_a_share_lives() -> None:
    """Otherwise what is in hand would expire between two beats."""
    assert office.BEAT_SECONDS * 2 < 3.0
