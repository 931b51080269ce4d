# SPDX-License-Identifier: Apache-2.0
"""The counts of one worker.

A request leaves one small struct behind; they are counted once a second, or when somebody asks, so
that what is counted costs requests next to nothing.
"""

from __future__ import annotations

import threading
from collections import deque

import msgspec

from guiju.gateway.telemetry.histogram import Histogram
from guiju.gateway.telemetry.tallies import MINUTES, Coverage, Gauges, Minute, Tallies, Tokens
from guiju.kernel import Clock, micros

_MINUTE = 60_000_000
_REFUSED = range(400, 500)
# Nobody folds for a second, normally; more than this is never waited for.
_MOST_WAITING = 10_000


class Seen(msgspec.Struct, frozen=True, gc=False):
    """One request that is over; times in seconds. `exchange` is whether it came to the stations."""

    route: str
    status: int
    total: float
    told: str | None = None
    """The code of the error that was told."""
    exchange: bool = False
    asked: bool = False
    stopped: bool = False
    characters: int = 0
    covered: int = 0
    prompt: int = 0
    completion: int = 0
    screening: float = 0.0
    upstream: float = 0.0
    recording: float = 0.0
    reading: float = 0.0
    first: float | None = None


class Counters:
    """Counts what this worker does."""

    def __init__(self, clock: Clock) -> None:
        """Nothing happened yet."""
        self._clock = clock
        self._seen: deque[Seen] = deque()
        self._lock = threading.Lock()
        self._tallies = Tallies()
        self.gauges = Gauges()

    def arrived(self) -> None:
        """A request came in."""
        self.gauges.in_flight += 1

    def left(self, seen: Seen) -> None:
        """A request is over."""
        self.gauges.in_flight -= 1
        self._seen.append(seen)
        if len(self._seen) > _MOST_WAITING:
            self.fold()

    @property
    def tallies(self) -> Tallies:
        """All that was counted up to now."""
        self.fold()
        return self._tallies

    def fold(self) -> None:
        """Count what requests have left behind; may be called from any thread."""
        with self._lock:
            minute = self._minute()
            while self._seen:
                self._count(self._seen.popleft(), minute)

    def _count(self, seen: Seen, minute: Minute) -> None:
        tallies, route = self._tallies, seen.route or "other"
        statuses = tallies.answered.setdefault(route, {})
        statuses[seen.status] = statuses.get(seen.status, 0) + 1
        self._observe("request", route, seen.total)
        minute.requests += 1
        minute.seconds.observe(seen.total)
        if seen.status in _REFUSED:
            minute.refused += 1
        elif seen.status >= _REFUSED.stop:
            minute.failed += 1
        if seen.told is not None:
            tallies.refused[seen.told] = tallies.refused.get(seen.told, 0) + 1
        if seen.exchange:
            self._count_exchange(seen, route, minute)

    def _count_exchange(self, seen: Seen, route: str, minute: Minute) -> None:
        tallies = self._tallies
        own = seen.total - seen.upstream - seen.recording - seen.reading
        self._observe("screening", route, seen.screening)
        self._observe("record", route, seen.recording)
        self._observe("gateway", route, max(own, 0.0))
        if seen.first is not None:
            self._observe("first_token", route, seen.first)
        if seen.stopped:
            tallies.stopped[route] = tallies.stopped.get(route, 0) + 1
            minute.stopped += 1
        if seen.asked:
            self._observe("upstream", route, seen.upstream)
            coverage = tallies.coverage.setdefault(route, Coverage())
            coverage.delivered += seen.characters
            coverage.covered += seen.covered
            tokens = tallies.tokens.setdefault(route, Tokens())
            tokens.prompt += seen.prompt
            tokens.completion += seen.completion

    def _observe(self, what: str, route: str, seconds: float) -> None:
        routes = self._tallies.seconds.setdefault(what, {})
        histogram = routes.get(route)
        if histogram is None:
            histogram = routes[route] = Histogram()
        histogram.observe(seconds)

    def _minute(self) -> Minute:
        at, minutes = micros(self._clock.now()) // _MINUTE, self._tallies.minutes
        for old in [one for one in minutes if one <= at - MINUTES]:
            del minutes[old]
        return minutes.setdefault(at, Minute())
