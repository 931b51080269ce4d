# SPDX-License-Identifier: Apache-2.0
"""Let the event loop in, from a thread that works beside it."""

from __future__ import annotations

import threading
import time

# The shortest sleep there is; the kernel makes some 70 of these 20 microseconds.
_MOMENT_SECONDS = 0.00002


def give_way() -> None:
    """Stand aside for a moment, between two steps of a thread that shares a core with others.

    A thread that lets the interpreter go, as a database's driver does, keeps the processor: a loop
    that is woken by it waits on until the kernel's next tick, which may be milliseconds away. Only
    who sleeps makes room at once. The main thread goes on at once: it is the loop's own, which
    would stand still, or that of a process that has none.
    """
    if threading.current_thread() is not threading.main_thread():
        time.sleep(_MOMENT_SECONDS)
