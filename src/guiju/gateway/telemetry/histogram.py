# SPDX-License-Identifier: Apache-2.0
"""How often something took how long, in the buckets that Prometheus reads."""

from __future__ import annotations

from bisect import bisect_left
from itertools import accumulate

import msgspec

BOUNDS = (
    0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5,
    1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0,
)  # fmt: skip
"""Upper bounds of the buckets, in seconds; one more bucket holds what took longer."""


def _none() -> list[int]:
    return [0] * (len(BOUNDS) + 1)


class Histogram(msgspec.Struct):
    """Counts by bucket, and the seconds of all together."""

    counts: list[int] = msgspec.field(default_factory=_none)
    seconds: float = 0.0

    def observe(self, seconds: float) -> None:
        """Count one that took so long."""
        self.counts[bisect_left(BOUNDS, seconds)] += 1
        self.seconds += seconds

    def add(self, other: Histogram) -> None:
        """Count what another has counted too."""
        self.counts = [mine + its for mine, its in zip(self.counts, other.counts, strict=True)]
        self.seconds += other.seconds

    @property
    def count(self) -> int:
        """How many were counted."""
        return sum(self.counts)

    def quantile(self, share: float) -> float | None:
        """The time in seconds that `share` of all stayed within; None when nothing was counted.

        Straight between the bounds of its bucket, as Prometheus has it; what took longer than the
        last bound counts as that bound.
        """
        wanted = share * self.count
        if not self.count:
            return None
        below = 0
        for at, reached in enumerate(accumulate(self.counts)):
            if reached >= wanted and reached:
                if at == len(BOUNDS):
                    break
                low = BOUNDS[at - 1] if at else 0.0
                part = (wanted - below) / self.counts[at] if self.counts[at] else 0.0
                return low + (BOUNDS[at] - low) * part
            below = reached
        return BOUNDS[-1]
