# SPDX-License-Identifier: Apache-2.0
"""End an answer early: nobody is there, it takes too long, or it may not go on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from enum import Enum, auto
from typing import Any, TypeVar

from guiju.accounts import Caller
from guiju.kernel import GuijuError

T = TypeVar("T")


class Left(Enum):
    """Why a stream was ended from outside."""

    GONE = auto()
    LATE = auto()
    STOPPING = auto()
    BARRED = auto()


class Departure:
    """Cancels one task at most once, remembers why, and takes its own cancellation back."""

    def __init__(self, task: asyncio.Task[Any], caller: Caller | None = None) -> None:
        """Nobody has left yet; `caller` is for whom it is done."""
        self.caller = caller
        self.error: GuijuError | None = None
        self._task = task
        self._before = task.cancelling()
        self._over = False
        self._ours = False
        self.why: Left | None = None

    async def wait(self, left: Callable[[], Awaitable[None]]) -> None:
        """Leave once `left` returns."""
        await left()
        self.leave(Left.GONE)

    def leave(self, why: Left, error: GuijuError | None = None) -> None:
        """Cancel the task, unless it was cancelled or has finished already."""
        if self.why is None and not self._over:
            self.why, self.error = why, error
            self._task.cancel()

    def finish(self) -> bool:
        """Nothing is cancelled from now on; whether the only cancellation was ours.

        Ours is taken back whether it arrived or was swallowed on its way, as asyncio.timeout does.
        """
        if not self._over:
            self._over = True
            self._ours = self.why is not None and self._task.uncancel() <= self._before
        return self._ours


async def unless_left(
    doing: Coroutine[Any, Any, T],
    left: Callable[[], Awaitable[None]],
    within: float,
    under_way: set[Departure],
    caller: Caller | None = None,
) -> T | Left | GuijuError:
    """What `doing` returns, or why it was ended before.

    It ends when `left` returns, after `within` seconds, or when somebody lets a member of
    `under_way` leave. A cancellation from elsewhere passes through.
    """
    loop = asyncio.get_running_loop()
    departure = Departure(_this_task(), caller)
    watcher = loop.create_task(departure.wait(left))
    timer = loop.call_later(within, departure.leave, Left.LATE)
    try:
        return await _done(doing, departure, under_way)
    finally:
        timer.cancel()
        watcher.cancel()


async def unless_ended(
    doing: Coroutine[Any, Any, T], under_way: set[Departure], caller: Caller | None
) -> T | Left | GuijuError:
    """As above, for what ends soon by itself and is read by nobody before."""
    return await _done(doing, Departure(_this_task(), caller), under_way)


async def _done(
    doing: Coroutine[Any, Any, T], departure: Departure, under_way: set[Departure]
) -> T | Left | GuijuError:
    under_way.add(departure)
    try:
        return await doing
    except asyncio.CancelledError:
        if not departure.finish() or departure.why is None:
            raise
        return departure.error or departure.why
    finally:
        departure.finish()
        under_way.discard(departure)


def _this_task() -> asyncio.Task[Any]:
    task = asyncio.current_task()
    if task is None:
        raise RuntimeError("there is no task to be cancelled")
    return task
