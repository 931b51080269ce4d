# SPDX-License-Identifier: Apache-2.0
"""Notice a client that leaves in the middle of a stream, so that the model can be stopped."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any


class Departure:
    """Whether the client has left; leaving cancels the task that watches."""

    def __init__(self, task: asyncio.Task[Any] | None) -> None:
        """The client is still there."""
        self._task = task
        self._gone = False

    async def wait(self, left: Callable[[], Awaitable[None]]) -> None:
        """Cancel the task once `left` returns."""
        await left()
        self._gone = True
        if self._task is not None:
            self._task.cancel()

    def noticed(self) -> bool:
        """Whether the cancellation was ours; if so it is taken back, as asyncio.timeout does."""
        if self._gone and self._task is not None:
            self._task.uncancel()
        return self._gone


@contextmanager
def watch(left: Callable[[], Awaitable[None]]) -> Iterator[Departure]:
    """Cancel what runs inside when `left` returns; no await may follow it inside."""
    departure = Departure(asyncio.current_task())
    watcher = asyncio.get_running_loop().create_task(departure.wait(left))
    try:
        yield departure
    finally:
        watcher.cancel()
