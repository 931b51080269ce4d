# SPDX-License-Identifier: Apache-2.0
"""A thread that does one thing after another for an event loop and tells it what came of each."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

Job = TypeVar("Job")
Came = TypeVar("Came")


class Hand(Generic[Job, Came]):
    """Takes a job from the event loop; `then` is called there with the job and what came of it."""

    def __init__(self, do: Callable[[Job], Came], name: str) -> None:
        """`do` runs in the thread, one job at a time, and must not raise."""
        self._do = do
        self._jobs: queue.SimpleQueue[tuple[Job, Callable[[Job, Came], None]] | None]
        self._jobs = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self.busy = False

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin to work for this loop."""
        self._loop = loop
        self._thread.start()

    def stop(self) -> None:
        """Finish what was given and end; blocks, so not for the event loop."""
        if self._thread.is_alive():
            self._jobs.put(None)
            self._thread.join()

    def give(self, job: Job, then: Callable[[Job, Came], None]) -> None:
        """Hand a job over; `busy` until `then` is about to be called."""
        self.busy = True
        self._jobs.put((job, then))

    def _run(self) -> None:
        while (given := self._jobs.get()) is not None:
            job, then = given
            came = self._do(job)
            if self._loop is not None and not self._loop.is_closed():
                self._loop.call_soon_threadsafe(self._tell, then, job, came)

    def _tell(self, then: Callable[[Job, Came], None], job: Job, came: Came) -> None:
        self.busy = False
        then(job, came)
