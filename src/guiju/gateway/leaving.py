# SPDX-License-Identifier: Apache-2.0
"""End a stream early: its client left, it took too long, or the service is about to stop."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from enum import Enum, auto
from typing import Any, TypeVar

T = TypeVar("T")


class Left(Enum):
    """Why a stream was ended from outside."""

    GONE = auto()
    LATE = auto()
    STOPPING = auto()


class Departure:
    """Cancels one task at most once, remembers why, and takes its own cancellation back."""

    def __init__(self, task: asyncio.Task[Any]) -> None:
        """Nobody has left yet."""
        self._task = task
        self._before = task.cancelling()
        self._over = False
        self._ours = False
        self.why: Left | None = None

    async def wait(self, left: Callable[[], Awaitable[None]]) -> None:
        """Leave once `left` returns."""
        await left()
        self.leave(Left.GONE)

    def leave(self, why: Left) -> None:
        """Cancel the task, unless it was cancelled or has finished already."""
        if self.why is None and not self._over:
            self.why = why
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
) -> T | Left:
    """What `doing` returns, or why it was ended before.

    It ends when `left` returns, after `within` seconds, or when somebody lets a member of
    `under_way` leave. A cancellation from elsewhere passes through.
    """
    task = asyncio.current_task()
    if task is None:
        raise RuntimeError("there is no task to be cancelled")
    loop = asyncio.get_running_loop()
    departure = Departure(task)
    watcher = loop.create_task(departure.wait(left))
    timer = loop.call_later(within, departure.leave, Left.LATE)
    under_way.add(departure)
    try:
        return await doing
    except asyncio.CancelledError:
        if not departure.finish() or departure.why is None:
            raise
        return departure.why
    finally:
        departure.finish()
        under_way.discard(departure)
        timer.cancel()
        watcher.cancel()
