# SPDX-License-Identifier: Apache-2.0
"""Retention in steps so short that nobody who records notices (Article 11).

Whoever writes waits for a step that is under way. So a step deletes as many rows as go in some
milliseconds, by what the last one took, and nine times as long nothing happens.
"""

from __future__ import annotations

import time

from guiju.kernel import Actor, monotonic
from guiju.records.expiring import expire_due, next_due
from guiju.storage import Database

_STEP_SECONDS = 0.005
_LEAST, _MOST = 60, 1_000
_REST = 9


def expire_gently(
    database: Database, actor: Actor, usage_days: int | None, seconds: float, rest: float = _REST
) -> bool:
    """Delete what is due for about so many seconds; True once nothing is due any more.

    After each step it rests `rest` times as long as the step took.
    """
    until = monotonic() + seconds
    size = _LEAST
    while monotonic() < until:
        with database.read() as tx:
            due = next_due(tx, usage_days)
        if due is None:
            return True
        gone = True
        while gone and monotonic() < until:
            with database.write() as tx:
                # Counted from when others had to wait, not from when this waited for them.
                begun = monotonic()
                gone = expire_due(tx, actor, due, size) is not None
            took = monotonic() - begun
            size = min(_MOST, max(_LEAST, int(size * _STEP_SECONDS / max(took, 1e-6))))
            time.sleep(took * rest)
    return False
