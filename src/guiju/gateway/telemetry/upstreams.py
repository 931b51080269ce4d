# SPDX-License-Identifier: Apache-2.0
"""What is counted of the services that models are asked at, as plain values to be added up."""

from __future__ import annotations

from typing import Literal

import msgspec

from guiju.gateway.telemetry.histogram import Histogram

State = Literal["well", "unasked", "paused", "half-open", "open", "keyless"]
"""How a worker finds an upstream: well or not asked yet, left alone as it wished, its circuit half
open or open, or without its key."""

WORST: tuple[State, ...] = ("keyless", "open", "half-open", "paused", "well", "unasked")
"""The states, the worst first."""


class UpstreamTally(msgspec.Struct):
    """What was asked of one upstream and what came of it.

    `first` is the time to the first chunk of a stream, `whole` that of a whole answer. A stream
    that nobody heard to its end counts as answered. `failed_at` is in microseconds since 1970.
    """

    asked: int = 0
    answered: int = 0
    probes: int = 0
    failures: dict[str, int] = msgspec.field(default_factory=dict)
    first: Histogram = msgspec.field(default_factory=Histogram)
    whole: Histogram = msgspec.field(default_factory=Histogram)
    failed_as: str = ""
    failed_at: int = 0

    def add(self, other: UpstreamTally) -> None:
        """Count what another worker has counted too; the last failure is the last of all."""
        self.asked += other.asked
        self.answered += other.answered
        self.probes += other.probes
        for reason, count in other.failures.items():
            self.failures[reason] = self.failures.get(reason, 0) + count
        self.first.add(other.first)
        self.whole.add(other.whole)
        if other.failed_at > self.failed_at:
            self.failed_as, self.failed_at = other.failed_as, other.failed_at


class UpstreamNow(msgspec.Struct):
    """How one upstream stands: with how many workers in which state, and for how long at most."""

    in_flight: int = 0
    states: dict[State, int] = msgspec.field(default_factory=dict)
    wait: float = 0.0

    def add(self, other: UpstreamNow) -> None:
        """See it with the eyes of another worker too."""
        self.in_flight += other.in_flight
        for state, workers in other.states.items():
            self.states[state] = self.states.get(state, 0) + workers
        self.wait = max(self.wait, other.wait)
