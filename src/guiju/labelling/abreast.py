# SPDX-License-Identifier: Apache-2.0
"""Checks many files side by side, in one process for each core, so that the disk sets the pace."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

import msgspec

from guiju.kernel import GuijuError
from guiju.labelling.checking import check
from guiju.labelling.report import Report
from guiju.labelling.security import Pinned

T = TypeVar("T")

FEW = 500
"""So many files are done before further processes have started."""

_AT_ONCE = 32  # files that a process takes at a time
_AHEAD = 256  # files that are fetched before one that was looked at last
_MOST_AHEAD = 4 * 1024 * 1024  # bytes of one of them; the system reads on by itself


class Manner(msgspec.Struct, frozen=True):
    """What is known beforehand, as `check` takes it."""

    pinned: Pinned | None = None
    watermark: bool = False
    anchors: str | None = None


class Failed(msgspec.Struct, frozen=True):
    """Why a file could not be looked at: the words of the error, and the exit status for it."""

    why: str
    code: str
    exit_status: int


def checked(
    sources: Sequence[Path], manner: Manner, told: Callable[[Path, Report | Failed], T]
) -> Iterator[T]:
    """What `told` makes of the verdict on each file, in their order.

    It is called where the file was looked at, so it is a function of a module. What goes wrong with
    one file does not stop the others. May raise BrokenProcessPool, when a process is killed from
    outside.
    """
    one = partial(_checked, manner, told)
    processes = _cores()
    with _fetched(sources) as looked_at:
        if len(sources) <= FEW or processes == 1:
            for source in sources:
                yield one(source)
                looked_at()
            return
        # Started afresh: a copy of a process with threads may hold their locks for ever.
        with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
            for found in pool.map(one, sources, chunksize=_AT_ONCE):
                yield found
                looked_at()


def _cores() -> int:
    """The cores that this process may use, where the system tells."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def _fetched(sources: Sequence[Path]) -> Iterator[Callable[[], None]]:
    """Have the system read some files ahead, so that the disk works while others are looked at.

    Gives what is called behind each file.
    """
    if not hasattr(os, "posix_fadvise") or len(sources) == 1:
        yield lambda: None
        return
    room = threading.Semaphore(_AHEAD)
    over = threading.Event()

    def ahead() -> None:
        for source in sources:
            room.acquire()
            if over.is_set():
                return
            _wanted(source)

    thread = threading.Thread(target=ahead, daemon=True)
    thread.start()
    try:
        yield room.release
    finally:
        over.set()
        room.release()
        thread.join()


def _wanted(source: Path) -> None:
    """Have the system read a file soon; whoever looks at it says what is wrong with it."""
    try:
        handle = os.open(source, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return
    try:
        os.posix_fadvise(handle, 0, _MOST_AHEAD, os.POSIX_FADV_WILLNEED)
    except OSError:
        return  # no file of a disk
    finally:
        os.close(handle)


def _checked(manner: Manner, told: Callable[[Path, Report | Failed], T], source: Path) -> T:
    return told(source, _report(manner, source))


def _report(manner: Manner, source: Path) -> Report | Failed:
    try:
        return check(
            source,
            pinned=manner.pinned,
            watermark=manner.watermark,
            anchors=manner.anchors,
        )
    except GuijuError as error:
        return Failed(error.message("en"), error.code, error.exit_status)
