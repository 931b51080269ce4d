# SPDX-License-Identifier: Apache-2.0
"""End an answer early: nobody is there, it takes too long, or it may not go on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from enum import Enum, auto
from typing import TYPE_CHECKING, Any, TypeVar

from guiju.kernel import GuijuError

if TYPE_CHECKING:
    from guiju.gateway.work import Work

T = TypeVar("T")


class Left(Enum):
    """Why a stream was ended from outside."""

    GONE = auto()
    LATE = auto()
    STOPPING = auto()
    BARRED = auto()


class Departure:
    """Cancels one task at most once, remembers why, and takes its own cancellation back.

    `with` it, the task is among those under way, and a cancellation of ours ends there; one from
    elsewhere passes through.
    """

    __slots__ = ("_before", "_ours", "_over", "_task", "_under_way", "error", "why", "work")

    def __init__(
        self,
        task: asyncio.Task[Any],
        under_way: set[Departure] | None = None,
        work: Work | None = None,
    ) -> None:
        """Nobody has left yet; `work` is what is done, and for whom."""
        self.work = work
        self.error: GuijuError | None = None
        self._task = task
        self._under_way = under_way
        self._before = task.cancelling()
        self._over = self._ours = False
        self.why: Left | None = None

    def __enter__(self) -> None:
        """Be among those who can be told to leave."""
        if self._under_way is not None:
            self._under_way.add(self)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> bool:
        """Whether it ended because it was left."""
        if self._under_way is not None:
            self._under_way.discard(self)
        return self.finish() and kind is asyncio.CancelledError

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
            if self.why is not None:
                self._ours = self._task.uncancel() <= self._before
        return self._ours

    def reason(self) -> Left | GuijuError:
        """Why it was left."""
        return self.error or self.why or Left.GONE


async def unless_left(
    doing: Coroutine[Any, Any, T],
    left: Callable[[], Awaitable[None]],
    within: float,
    under_way: set[Departure],
    work: Work | None = None,
) -> T | Left | GuijuError:
    """What `doing` returns, or why it was ended before.

    It ends when `left` returns, after `within` seconds, or when somebody lets a member of
    `under_way` leave. A cancellation from elsewhere passes through.
    """
    loop = asyncio.get_running_loop()
    departure = Departure(_this_task(), under_way, work)
    watcher = loop.create_task(departure.wait(left))
    timer = loop.call_later(within, departure.leave, Left.LATE)
    try:
        with departure:
            return await doing
        return departure.reason()
    finally:
        timer.cancel()
        watcher.cancel()


class Whole:
    """Whole answers under way: nobody reads them before they are there, and they end by themselves.

    So they can only be ended because of their caller or of what they ask, and most never are: a
    note is all they cost.
    """

    def __init__(self) -> None:
        """Nothing is under way."""
        self.works: dict[asyncio.Task[Any], Work | None] = {}
        self._ended: dict[asyncio.Task[Any], GuijuError] = {}

    async def unless_ended(
        self, doing: Coroutine[Any, Any, T], work: Work | None
    ) -> T | GuijuError:
        """What `doing` returns, or why it was ended before."""
        task = _this_task()
        self.works[task] = work
        try:
            return await doing
        except asyncio.CancelledError:
            why = self._ended.get(task)
            if why is None or task.cancelling() > 1:
                raise
            return why
        finally:
            del self.works[task]
            if self._ended and self._ended.pop(task, None) is not None:
                task.uncancel()

    def end(self, task: asyncio.Task[Any], error: GuijuError) -> None:
        """End the answer of this task, once."""
        if task in self.works and task not in self._ended:
            self._ended[task] = error
            task.cancel()


def _this_task() -> asyncio.Task[Any]:
    task = asyncio.current_task()
    if task is None:
        raise RuntimeError("there is no task to be cancelled")
    return task
