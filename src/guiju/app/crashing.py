# SPDX-License-Identifier: Apache-2.0
"""What a crash leaves behind: no copy of the memory, in which keys and what people typed stand."""

from __future__ import annotations

import ctypes
import resource
import sys

_SET_DUMPABLE = 4  # PR_SET_DUMPABLE of prctl(2)


def leave_no_core() -> None:
    """Let the system write no core of this process and those it starts.

    The limit is for files; a system that pipes cores to a program heeds only the second. That one
    is lost by what this process executes, which calls this again.
    """
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, most))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_DUMPABLE, 0, 0, 0, 0)
