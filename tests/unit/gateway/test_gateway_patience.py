# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import asyncio

import pytest

from guiju.gateway import patience as patience_module
from guiju.gateway.leaving import this_task
from guiju.gateway.patience import Patience

SECONDS = 0.05


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience_module, "_SECONDS", SECONDS)


async def waits(patience: Patience, seconds: float) -> bool:
    """Wait for so long; whether it was ended before."""
    task = this_task()
    patience.begin(task)
    try:
        await asyncio.sleep(seconds)
    except asyncio.CancelledError:
        assert patience.is_over(task)
        task.uncancel()
        return True
    finally:
        patience.end(task)
    return False


def timers(patience: Patience, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long each timer was set for, as they come."""
    found: list[float] = []
    given = patience._set

    def counted(loop: asyncio.AbstractEventLoop, seconds: float) -> None:
        found.append(seconds)
        given(loop, seconds)

    monkeypatch.setattr(patience, "_set", counted)
    return found


def test_each_is_ended_after_its_own_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """By one timer, which is set anew for whoever is next."""

    async def play() -> None:
        patience = Patience()
        found, loop = timers(patience, monkeypatch), asyncio.get_running_loop()

        async def late(after: float) -> float:
            await asyncio.sleep(after)
            begun = loop.time()
            assert await waits(patience, 9)
            return loop.time() - begun

        took = await asyncio.gather(late(0), late(SECONDS / 2), late(SECONDS / 2))
        assert min(took) >= SECONDS * 0.9
        assert max(took) < 9
        assert len(found) <= 4
        assert patience._timer is None

    asyncio.run(play())


def test_who_is_done_in_time_is_let_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many they are, they set one timer; when it rings, nobody is left."""

    async def play() -> None:
        patience = Patience()
        found = timers(patience, monkeypatch)
        ended = await asyncio.gather(*(waits(patience, 0) for _ in range(50)))
        assert not any(ended)
        await asyncio.sleep(SECONDS * 2)
        assert len(found) == 1
        assert patience._timer is None
        assert patience._since == {}
        assert await waits(patience, 9)

    asyncio.run(play())


def test_a_cancellation_from_elsewhere_is_none_of_ours() -> None:
    """It passes through."""

    async def play() -> None:
        patience = Patience()
        over: list[bool] = []

        async def asks() -> None:
            task = this_task()
            patience.begin(task)
            try:
                await asyncio.sleep(9)
            except asyncio.CancelledError:
                over.append(patience.is_over(task))
                raise
            finally:
                patience.end(task)

        task = asyncio.ensure_future(asks())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert over == [False]

    asyncio.run(play())
