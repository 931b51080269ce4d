# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import asyncio

import pytest

from guiju.gateway.leaving import this_task
from guiju.gateway.waits import Waits

SECONDS = 0.05


async def ended(waits: Waits, seconds: float) -> bool:
    """Wait for so long; whether it was ended before."""
    task = this_task()
    waits.begin(task)
    try:
        await asyncio.sleep(seconds)
    except asyncio.CancelledError:
        assert waits.is_over(task)
        assert not task.cancelling()
        return True
    finally:
        waits.end(task)
    return False


def timers(waits: Waits, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long each timer was set for, as they come."""
    found: list[float] = []
    given = waits._set

    def counted(loop: asyncio.AbstractEventLoop, seconds: float) -> None:
        found.append(seconds)
        given(loop, seconds)

    monkeypatch.setattr(waits, "_set", counted)
    return found


def test_each_is_ended_after_its_own_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """By one timer, which is set anew for whoever is next."""

    async def play() -> None:
        waits = Waits(SECONDS)
        found, loop = timers(waits, monkeypatch), asyncio.get_running_loop()

        async def late(after: float) -> float:
            await asyncio.sleep(after)
            begun = loop.time()
            assert await ended(waits, 9)
            return loop.time() - begun

        took = await asyncio.gather(late(0), late(SECONDS / 2), late(SECONDS / 2))
        assert min(took) >= SECONDS * 0.9
        assert max(took) < 9
        assert len(found) <= 4
        assert waits._timer is None

    asyncio.run(play())


def test_who_is_done_in_time_is_let_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many they are, they set one timer; when it rings, nobody is left."""

    async def play() -> None:
        waits = Waits(SECONDS)
        found = timers(waits, monkeypatch)
        over = await asyncio.gather(*(ended(waits, 0) for _ in range(50)))
        assert not any(over)
        await asyncio.sleep(SECONDS * 2)
        assert len(found) == 1
        assert waits._timer is None
        assert not waits._waiting
        assert not waits._over
        assert await ended(waits, 9)

    asyncio.run(play())


@pytest.mark.parametrize("together", [False, True])
def test_a_cancellation_from_elsewhere_is_none_of_ours(*, together: bool) -> None:
    """It passes through, also when ours comes just then."""

    async def play() -> None:
        waits = Waits(SECONDS)
        over: list[bool] = []

        async def asks() -> None:
            task = this_task()
            waits.begin(task)
            try:
                await asyncio.sleep(9)
            except asyncio.CancelledError:
                over.append(waits.is_over(task))
                raise
            finally:
                waits.end(task)

        loop = asyncio.get_running_loop()
        task = loop.create_task(asks())
        await asyncio.sleep(0)
        task.cancel()
        if together:
            waits._seconds = 0
            waits._ring(loop)
        with pytest.raises(asyncio.CancelledError):
            await task
        assert over == [False]
        assert not waits._waiting
        assert not waits._over

    asyncio.run(play())
