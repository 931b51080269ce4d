# SPDX-License-Identifier: Apache-2.0
"""End an answer early: nobody is there, it takes too long, or it may not go on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

from guiju.kernel import GuijuError

if TYPE_CHECKING:
    from guiju.gateway.work import Work


class Left(Enum):
    """Why a stream was ended from outside."""

    GONE = auto()
    LATE = auto()
    STOPPING = auto()
    BARRED = auto()


class Departure:
    """Cancels the task it was made in at most once, remembers why, and takes that back itself.

    `with` it, the task is among those under way, and a cancellation of ours ends there: `has_left`
    says that it did. One from elsewhere passes through.
    """

    __slots__ = (
        "_before", "_left", "_ours", "_over", "_task", "_timer", "_under_way", "_watcher",
        "_within", "error", "has_left", "why", "work",
    )  # fmt: skip

    def __init__(
        self,
        left: Callable[[], Awaitable[None]],
        within: float,
        under_way: set[Departure],
        work: Work | None = None,
    ) -> None:
        """It leaves when `left` returns, after `within` seconds, or when somebody says so.

        Whoever can be told to is a member of `under_way`; `work` is what is done, and for whom.
        """
        self.work = work
        self.error: GuijuError | None = None
        self.why: Left | None = None
        self._task = this_task()
        self._left = left
        self._within = within
        self._under_way = under_way
        self._before = self._task.cancelling()
        self._over = self._ours = False
        self.has_left = False
        """Whether it has ended because it was left, and not by itself meanwhile."""

    def __enter__(self) -> None:
        """Be among those who can be told to leave."""
        loop = self._task.get_loop()
        self._watcher = loop.create_task(self._wait())
        self._timer = loop.call_later(self._within, self.leave, Left.LATE)
        self._under_way.add(self)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> bool:
        """Whether it ended because it was left."""
        self._under_way.discard(self)
        self._timer.cancel()
        self._watcher.cancel()
        # A task keeps what cancelled it, and with that us: without it we would wait for the
        # collector, as would all of the stream, and two thousand of them take it 0.3 seconds.
        del self._timer, self._watcher
        self.has_left = self._finish() and kind is asyncio.CancelledError
        return self.has_left

    async def _wait(self) -> None:
        await self._left()
        self.leave(Left.GONE)

    def leave(self, why: Left, error: GuijuError | None = None) -> None:
        """Cancel the task, unless it was cancelled or has finished already."""
        if self.why is None and not self._over:
            self.why, self.error = why, error
            self._task.cancel()

    def _finish(self) -> bool:
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


class Whole:
    """Whole answers under way: nobody reads them before they are there, and they end by themselves.

    So they can only be ended because of their caller or of what they ask, and most never are: a
    note is all they cost.
    """

    def __init__(self) -> None:
        """Nothing is under way."""
        self.works: dict[asyncio.Task[Any], Work | None] = {}
        self._ended: dict[asyncio.Task[Any], GuijuError] = {}

    def under_way(self, work: Work | None) -> Answering:
        """`with` it, the task that asks is among those that can be ended."""
        return Answering(self, work)

    def begin(self, work: Work | None) -> asyncio.Task[Any]:
        """The task that runs may be ended from now on."""
        task = this_task()
        self.works[task] = work
        return task

    def finish(self, task: asyncio.Task[Any]) -> GuijuError | None:
        """It is no longer; why it was ended, if it was."""
        del self.works[task]
        return self._ended.pop(task, None) if self._ended else None

    def end(self, task: asyncio.Task[Any], error: GuijuError) -> None:
        """End the answer of this task, once."""
        if task in self.works and task not in self._ended:
            self._ended[task] = error
            task.cancel()


class Answering:
    """One whole answer under way: a cancellation of ours ends here, one from elsewhere passes."""

    __slots__ = ("_task", "_whole", "_work", "why")

    def __init__(self, whole: Whole, work: Work | None) -> None:
        """Nothing has ended it yet."""
        self._whole = whole
        self._work = work
        self.why: GuijuError | None = None
        """Why it was ended before it was there."""

    def __enter__(self) -> None:
        """Be among those that can be ended."""
        self._task = self._whole.begin(self._work)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> bool:
        """Whether it was ended; a cancellation that was swallowed on its way is taken back too."""
        why = self._whole.finish(self._task)
        if why is None or self._task.uncancel() or kind is not asyncio.CancelledError:
            return False
        self.why = why
        return True


def this_task() -> asyncio.Task[Any]:
    """The task that runs."""
    task = asyncio.current_task()
    if task is None:
        raise RuntimeError("there is no task to be cancelled")
    return task
