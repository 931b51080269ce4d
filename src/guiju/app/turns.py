# SPDX-License-Identifier: Apache-2.0
"""Work that anybody may ask for and that costs a core: so much at once, so many waiting, no more.

What people who are signed in and the gateway need is not taken from them by it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from guiju.kernel import Text, Unavailable


class Turns:
    """`at_once` work, `waiting` more stand behind them, each for at most `seconds`."""

    def __init__(self, at_once: int = 1, waiting: int = 8, seconds: float = 10.0) -> None:
        """All turns are free."""
        self._places = threading.BoundedSemaphore(at_once + waiting)
        self._working = threading.BoundedSemaphore(at_once)
        self._seconds = seconds

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a turn and have it; raises Unavailable `checking-busy`."""
        if not self._places.acquire(blocking=False):
            raise _busy()
        try:
            if not self._working.acquire(timeout=self._seconds):
                raise _busy()
            try:
                yield
            finally:
                self._working.release()
        finally:
            self._places.release()


def _busy() -> Unavailable:
    return Unavailable(
        "checking-busy",
        Text(zh="正在查验的文件太多。", en="Too many files are being looked at."),
        Text(
            zh="请过一会儿再试，或在本机使用 guiju label check。",
            en="Try again shortly, or check it yourself with guiju label check.",
        ),
        article=12,
        status=503,
        retry_after=10,
    )
