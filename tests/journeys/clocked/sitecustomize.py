# SPDX-License-Identifier: Apache-2.0
"""Puts the clock of a whole service where a test wants it: by the seconds in a file."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path


def move(file: Path) -> None:
    """Let every clock of this process say as much later as the file says."""
    from guiju.kernel import SystemClock  # noqa: PLC0415 - only where a test asks for it

    real = SystemClock.now

    def now(self: SystemClock) -> datetime:
        return real(self) + timedelta(seconds=float(file.read_text(encoding="ascii")))

    setattr(SystemClock, "now", now)  # noqa: B010 - for the whole process


if named := os.environ.get("GUIJU_TEST_CLOCK"):
    move(Path(named))
