# SPDX-License-Identifier: Apache-2.0
"""What one upstream did in this process, for /metrics and the console."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field

from guiju.gateway.upstreams.failing import Reason

_LAST = 256


def _last() -> deque[float]:
    return deque(maxlen=_LAST)


@dataclass(slots=True)
class Counts:
    """Questions by how they ended; `first` and `whole` are the last times in seconds.

    `first` is the time to the first chunk of a stream, `whole` that of a whole answer. A stream
    that nobody heard to its end counts as answered. `failed_at` is by the clock of `monotonic`.
    """

    asked: int = 0
    answered: int = 0
    under_way: int = 0
    failures: Counter[Reason] = field(default_factory=Counter)
    probes: int = 0
    first: deque[float] = field(default_factory=_last)
    whole: deque[float] = field(default_factory=_last)
    failed_as: Reason | None = None
    failed_at: float = 0.0

    def fail(self, reason: Reason, now: float) -> None:
        """One question failed for this reason."""
        self.failures[reason] += 1
        self.failed_as, self.failed_at = reason, now
