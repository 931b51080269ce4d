# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import subprocess
import sys

from guiju import kernel


def test_the_door_offers_what_it_names() -> None:
    """Every name is there, once, in order."""
    assert [name for name in kernel.__all__ if not hasattr(kernel, name)] == []
    assert sorted(set(kernel.__all__)) == sorted(kernel.__all__)


def test_the_kernel_brings_no_database_http_client_or_event_loop() -> None:
    """A program that only needs the words loads nothing heavy."""
    heavy = "sqlalchemy", "alembic", "aiohttp", "fastapi", "starlette", "asyncio", "granian"
    program = f"import sys, guiju.kernel; print([n for n in {heavy!r} if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout.decode().strip() == "[]"
