# SPDX-License-Identifier: Apache-2.0
"""What one upstream did in this process; a question leaves a number that is counted later."""

from __future__ import annotations

import threading
from collections import deque

from guiju.gateway.telemetry import UpstreamTally
from guiju.gateway.upstreams.failing import Reason

# Whoever shares the counts folds them once a second; more than this is never waited for.
_MOST_WAITING = 10_000


def _waiting() -> deque[float]:
    return deque(maxlen=_MOST_WAITING)


class Counts:
    """Counts for the event loop to change and for any thread to read."""

    def __init__(self) -> None:
        """Nothing was asked yet."""
        self.asked = 0
        self.answered = 0
        self.under_way = 0
        self.probes = 0
        self.first = _waiting()
        self.whole = _waiting()
        self.failed_at = 0.0
        self._tally = UpstreamTally()
        self._lock = threading.Lock()

    def fail(self, reason: Reason, now: float) -> None:
        """One question failed for this reason, at the moment `now` of `monotonic`."""
        failures = self._tally.failures
        failures[reason] = failures.get(reason, 0) + 1
        self._tally.failed_as, self.failed_at = reason, now

    def tally(self, zero: int) -> UpstreamTally:
        """All that was counted; `zero` is when `monotonic` was 0, in microseconds since 1970."""
        tally = self._tally
        with self._lock:
            for times, histogram in ((self.first, tally.first), (self.whole, tally.whole)):
                while times:
                    histogram.observe(times.popleft())
            tally.asked, tally.answered, tally.probes = self.asked, self.answered, self.probes
            if self.failed_at:
                tally.failed_at = zero + round(self.failed_at * 1e6)
        return tally
