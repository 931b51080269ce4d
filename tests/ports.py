# SPDX-License-Identifier: Apache-2.0
"""Ports for servers that tests start, also where several test processes run side by side."""

from __future__ import annotations

import os
import socket
from itertools import count

# Below those that the system gives to connections (32768 and up on Linux): a port is found seconds
# before its server listens, and a client of another test must not come to hold it meanwhile.
_LOWEST, _COUNT = 10_000, 22_000
_tries = count(os.getpid() * 97)  # each process begins elsewhere


def free_port() -> int:
    """A port of this machine on which nobody listens, another one each time."""
    for _ in range(_COUNT):
        port = _LOWEST + next(_tries) % _COUNT
        with socket.socket() as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                trial.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("every port is taken")
