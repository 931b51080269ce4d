# SPDX-License-Identifier: Apache-2.0
"""Retention in steps so short that nobody who records notices (Article 11).

Whoever writes waits for a step that is under way. So all that can be looked up is looked up before;
a step deletes as many rows as go in two milliseconds, by what the last one took, and does not wait
for the disk: a power cut undoes it whole, and it is found due again. What the steps have written is
brought into the file between them, and not by the next one who records. Nine times as long as all
of that took, nothing happens.
"""

from __future__ import annotations

import time

from guiju.kernel import Actor, monotonic
from guiju.records.expiring import Due, expire_due, has_media, look, next_due, take
from guiju.storage import Database

_STEP_SECONDS = 0.002
_LEAST, _MOST = 8, 500
_MOST_MEDIA = 20
_WRITE_BACK = 250
"""Rows after which the log is brought back: each may have changed a page of its own."""
_REST = 9


def expire_gently(
    database: Database, actor: Actor, usage_days: int | None, seconds: float, rest: float = _REST
) -> bool:
    """Delete what is due for about so many seconds; True once nothing is due any more.

    After each step it rests `rest` times as long as the step took.
    """
    until = monotonic() + seconds
    pace = _Pace()
    while monotonic() < until:
        with database.read() as tx:
            due = next_due(tx, usage_days)
        if due is None:
            database.write_back()
            return True
        while monotonic() < until:
            begun = monotonic()
            gone = _step(database, actor, due, pace)
            if pace.written >= _WRITE_BACK:
                database.write_back()
                pace.written = 0
            time.sleep((monotonic() - begun - pace.waited) * rest)
            if not gone:
                break
    return False


class _Pace:
    """How many rows go in one step, how long one waited for its turn, how much was written."""

    def __init__(self) -> None:
        self.size = _LEAST
        self.waited = 0.0
        self.written = 0

    def took(self, seconds: float, rows: int) -> None:
        """A step held the others up for so long; the next one takes as many as fit."""
        self.written += rows
        fits = int(self.size * _STEP_SECONDS / max(seconds, 1e-6))
        # Half as many more at most: one quick step says little of the next.
        self.size = min(_MOST, max(_LEAST, min(fits, self.size + self.size // 2)))


def _step(database: Database, actor: Actor, due: Due, pace: _Pace) -> bool:
    """Delete some of it; False when none of it is left."""
    with database.read() as tx:
        media = has_media(tx, due)
        spot = None if media else look(tx, due, pace.size)
    if spot is None and not media:
        pace.waited = 0.0
        return False
    asked = monotonic()
    with database.write(durable=False) as tx:
        # Counted from when others had to wait, not from when this waited for them.
        begun = monotonic()
        gone = take(tx, actor, spot) if spot else expire_due(tx, actor, due, _MOST_MEDIA)
    pace.waited = begun - asked
    pace.took(monotonic() - begun, 0 if gone is None else gone.records)
    return gone is not None
