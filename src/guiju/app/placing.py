# SPDX-License-Identifier: Apache-2.0
"""Where a serving process runs: on one core of its own, as long as there is one.

One interpreter runs one thread at a time; on two cores its threads only carry each other's memory
to and fro, which costs a quarter of a request (decision 0011). Two processes on one core take half
of it each, while others stand idle; so each says which one it has taken, and all of them on a
machine, of this service and of others, keep out of each other's way.

And there its threads take turns: one that is woken waits until the one that runs has nothing more
to do, which costs a tenth of a request less than to push it off at once (decision 0062).
"""

from __future__ import annotations

import logging
import os
import socket
import subprocess
from contextlib import ExitStack, suppress

_log = logging.getLogger("guiju.app")


# Util-linux and coreutils, essential on Debian: the child does not outlive us, and yields to us.
_YIELDING = ("setpriv", "--pdeathsig", "TERM", "nice", "-n", "15")
# Other than idle work would have a core for some milliseconds more each time we wake there.
_IDLE = ("chrt", "--idle", "0")
_allowed: set[int] = set()


def beside() -> tuple[str, ...]:
    """How a command begins that computes for long beside us, on any core that was ours to choose.

    A system that lets nobody say so much gets what every system takes.
    """
    anywhere = ",".join(map(str, sorted(_allowed)))
    wanted = (*_YIELDING, *_IDLE, *(("taskset", "--cpu-list", anywhere) if anywhere else ()))
    tried = subprocess.run([*wanted, "true"], check=False, capture_output=True)  # noqa: S603 - words of our own
    return wanted if tried.returncode == 0 else _YIELDING


def take_a_core(mark: str = "guiju-core") -> socket.socket | None:
    """Stay on the last of the allowed cores that nobody has taken; it is ours until we end.

    A name in Linux's abstract name space stands for each core. The kernel gives it back when its
    holder is gone, however it ended. Returns what holds it, to be kept; None where all are taken
    or the system keeps processes where it likes: then nothing is changed.
    """
    try:
        allowed = os.sched_getaffinity(0)
        _allowed.update(allowed)
        # Interrupts mostly come to the first.
        for core in sorted(allowed, reverse=True):
            if (held := _held(mark, core)) is not None:
                _take_turns()
                return held
    except (OSError, AttributeError):
        _log.info("this system keeps processes where it likes")
    return None


def _held(mark: str, core: int) -> socket.socket | None:
    """What holds the core, where this process is from now on; None when somebody else is there."""
    with ExitStack() as undo:
        trial = undo.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
        try:
            trial.bind(f"\0{mark}-{core}")
        except OSError:
            return None
        os.sched_setaffinity(0, {core})
        undo.pop_all()
        return trial


def _take_turns() -> None:
    """Run as batch work (sched(7)), as do the threads that are made from now on.

    Its share of the core stays what it was; it only pushes nobody off it when it wakes.
    """
    with suppress(OSError, AttributeError):
        # Whoever chose another policy for this service keeps it.
        if os.sched_getscheduler(0) == os.SCHED_OTHER:
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
