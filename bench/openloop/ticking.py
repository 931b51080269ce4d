# SPDX-License-Identifier: Apache-2.0
"""A timer of the kernel's, exact to microseconds: event loops round theirs to milliseconds."""

from __future__ import annotations

import asyncio
import ctypes
import os
import time
from collections.abc import Callable

_TFD_NONBLOCK = os.O_NONBLOCK
_TFD_ABSTIME = 1
_BILLION = 1_000_000_000
_libc = ctypes.CDLL(None, use_errno=True)


class _Timespec(ctypes.Structure):
    _fields_ = (("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long))


class _Setting(ctypes.Structure):
    _fields_ = (("interval", _Timespec), ("value", _Timespec))


class Ticker:
    """Calls back once at each moment that it is set to (timerfd, Linux)."""

    def __init__(self, loop: asyncio.AbstractEventLoop, then: Callable[[], None]) -> None:
        """`then` is called on `loop`; raises OSError where there is no such timer."""
        self._loop, self._then = loop, then
        self._file = _libc.timerfd_create(time.CLOCK_MONOTONIC, _TFD_NONBLOCK)
        if self._file < 0:
            raise OSError(ctypes.get_errno(), "timerfd_create")
        loop.add_reader(self._file, self._due)

    def set(self, moment: float) -> None:
        """Call back at `moment` of time.monotonic(), or at once when that is past."""
        seconds, nanoseconds = divmod(max(1, int(moment * _BILLION)), _BILLION)
        setting = _Setting(value=_Timespec(seconds, nanoseconds))
        if _libc.timerfd_settime(self._file, _TFD_ABSTIME, ctypes.byref(setting), None):
            raise OSError(ctypes.get_errno(), "timerfd_settime")

    def _due(self) -> None:
        try:
            os.read(self._file, 8)
        except BlockingIOError:
            return
        self._then()

    def close(self) -> None:
        """Call back no more."""
        self._loop.remove_reader(self._file)
        os.close(self._file)
