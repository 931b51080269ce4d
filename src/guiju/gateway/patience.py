# SPDX-License-Identifier: Apache-2.0
"""How long one may take to send a request: one timer for all whose requests are under way."""

from __future__ import annotations

import asyncio
from typing import Any

from guiju.kernel import monotonic

_SECONDS = 120.0


class Patience:
    """Cancels tasks that have waited for too long; belongs to the event loop of one worker.

    All may wait for as long, so who began first is late first, and one timer does: it is set when
    there is none, and when it rings for whoever is next. A timer for each request would cost it
    more than to read a short body.
    """

    def __init__(self) -> None:
        """Nobody waits yet."""
        self._since: dict[asyncio.Task[Any], float] = {}
        self._timer: asyncio.TimerHandle | None = None

    def begin(self, task: asyncio.Task[Any]) -> None:
        """This task, which runs now, waits from now on."""
        self._since[task] = monotonic()
        if self._timer is None:
            self._set(task.get_loop(), _SECONDS)

    def is_over(self, task: asyncio.Task[Any]) -> bool:
        """Whether a task that waits, or did until now, was cancelled here."""
        return task not in self._since

    def end(self, task: asyncio.Task[Any]) -> None:
        """It waits no longer."""
        self._since.pop(task, None)

    def _set(self, loop: asyncio.AbstractEventLoop, seconds: float) -> None:
        self._timer = loop.call_later(seconds, self._ring, loop)

    def _ring(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = None
        while self._since:
            task, since = next(iter(self._since.items()))
            left = since + _SECONDS - monotonic()
            if left > 0:
                self._set(loop, left)
                return
            del self._since[task]
            task.cancel()
