# SPDX-License-Identifier: Apache-2.0
"""How long the other side may take, to send or to read: one timer for all who wait as long."""

from __future__ import annotations

import asyncio
from typing import Any

from guiju.kernel import monotonic


class Waits:
    """Cancels tasks that have waited for too long; belongs to the event loop of one worker.

    All may wait for as long, so who began first is late first, and one timer does: it is set when
    there is none, and when it rings for whoever is next. A timer for each request would cost it
    more than to read a short body.
    """

    def __init__(self, seconds: float) -> None:
        """Each may wait for so many seconds; nobody waits yet."""
        self._seconds = seconds
        # Since when, and how often somebody had asked the task to end before.
        self._waiting: dict[asyncio.Task[Any], tuple[float, int]] = {}
        self._over: dict[asyncio.Task[Any], int] = {}
        self._timer: asyncio.TimerHandle | None = None

    def begin(self, task: asyncio.Task[Any]) -> None:
        """This task, which runs now, waits from now on."""
        self._waiting[task] = monotonic(), task.cancelling()
        if self._timer is None:
            self._set(task.get_loop(), self._seconds)

    def is_over(self, task: asyncio.Task[Any]) -> bool:
        """Whether the cancellation that has come is from here alone; then it is taken back."""
        before = self._over.pop(task, None)
        return before is not None and task.uncancel() <= before

    def end(self, task: asyncio.Task[Any]) -> None:
        """It waits no longer."""
        self._waiting.pop(task, None)
        if self._over:
            self._over.pop(task, None)

    def _set(self, loop: asyncio.AbstractEventLoop, seconds: float) -> None:
        self._timer = loop.call_later(seconds, self._ring, loop)

    def _ring(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = None
        while self._waiting:
            task, (since, before) = next(iter(self._waiting.items()))
            left = since + self._seconds - monotonic()
            if left > 0:
                self._set(loop, left)
                return
            del self._waiting[task]
            self._over[task] = before
            task.cancel()
