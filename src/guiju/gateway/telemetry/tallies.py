# SPDX-License-Identifier: Apache-2.0
"""What is counted, as plain values that workers can add up."""

from __future__ import annotations

import msgspec

from guiju.gateway.telemetry.histogram import Histogram
from guiju.gateway.telemetry.upstreams import UpstreamNow, UpstreamTally

MINUTES = 60
"""How many minutes the course of things is kept."""


class Coverage(msgspec.Struct):
    """Characters of models that were delivered, and how many of them a verdict covered."""

    delivered: int = 0
    covered: int = 0

    @property
    def share(self) -> float:
        """1.0 when nothing left without a verdict."""
        return self.covered / self.delivered if self.delivered else 1.0


class Tokens(msgspec.Struct):
    """Tokens as models counted them."""

    prompt: int = 0
    completion: int = 0


class Minute(msgspec.Struct):
    """What happened in one minute."""

    requests: int = 0
    refused: int = 0
    failed: int = 0
    stopped: int = 0
    seconds: Histogram = msgspec.field(default_factory=Histogram)

    def add(self, other: Minute) -> None:
        """Count what another worker has counted too."""
        self.requests += other.requests
        self.refused += other.refused
        self.failed += other.failed
        self.stopped += other.stopped
        self.seconds.add(other.seconds)


class Gauges(msgspec.Struct):
    """How things are just now."""

    in_flight: int = 0
    stalled: int = 0
    upstreams: dict[str, UpstreamNow] = msgspec.field(default_factory=dict)

    def add(self, other: Gauges) -> None:
        """See things with the eyes of another worker too."""
        self.in_flight += other.in_flight
        self.stalled += other.stalled
        for name, now in other.upstreams.items():
            self.upstreams.setdefault(name, UpstreamNow()).add(now)


class Tallies(msgspec.Struct):
    """All that one worker, or several, have counted since they began."""

    answered: dict[str, dict[int, int]] = msgspec.field(default_factory=dict)
    """By route and HTTP status; 0 for what broke off."""
    refused: dict[str, int] = msgspec.field(default_factory=dict)
    """Errors that were told, by code."""
    stopped: dict[str, int] = msgspec.field(default_factory=dict)
    """Answers that ended `content_filter`, by route."""
    coverage: dict[str, Coverage] = msgspec.field(default_factory=dict)
    tokens: dict[str, Tokens] = msgspec.field(default_factory=dict)
    seconds: dict[str, dict[str, Histogram]] = msgspec.field(default_factory=dict)
    """By what took the time, and route."""
    minutes: dict[int, Minute] = msgspec.field(default_factory=dict)
    """By minutes since 1970."""
    upstreams: dict[str, UpstreamTally] = msgspec.field(default_factory=dict)
    """By name."""

    def add(self, other: Tallies) -> None:
        """Count what another worker has counted too."""
        for route, statuses in other.answered.items():
            mine = self.answered.setdefault(route, {})
            for status, count in statuses.items():
                mine[status] = mine.get(status, 0) + count
        for ours, theirs in ((self.refused, other.refused), (self.stopped, other.stopped)):
            for name, count in theirs.items():
                ours[name] = ours.get(name, 0) + count
        for route, coverage in other.coverage.items():
            known = self.coverage.setdefault(route, Coverage())
            known.delivered += coverage.delivered
            known.covered += coverage.covered
        for route, tokens in other.tokens.items():
            counted = self.tokens.setdefault(route, Tokens())
            counted.prompt += tokens.prompt
            counted.completion += tokens.completion
        for what, routes in other.seconds.items():
            for route, histogram in routes.items():
                self.seconds.setdefault(what, {}).setdefault(route, Histogram()).add(histogram)
        for at, minute in other.minutes.items():
            self.minutes.setdefault(at, Minute()).add(minute)
        self._add_upstreams(other.upstreams)

    def _add_upstreams(self, others: dict[str, UpstreamTally]) -> None:
        for name, tally in others.items():
            self.upstreams.setdefault(name, UpstreamTally()).add(tally)
