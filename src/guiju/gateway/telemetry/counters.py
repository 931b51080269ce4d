# SPDX-License-Identifier: Apache-2.0
"""The counts of one worker; touched for every request, so there is little to them."""

from __future__ import annotations

from guiju.gateway.telemetry.histogram import Histogram
from guiju.gateway.telemetry.tallies import MINUTES, Coverage, Gauges, Minute, Tallies, Tokens
from guiju.gateway.telemetry.timing import Timing
from guiju.kernel import Clock, micros

_MINUTE = 60_000_000
_REFUSED = range(400, 500)


class Counters:
    """Counts what this worker does."""

    def __init__(self, clock: Clock) -> None:
        """Nothing happened yet."""
        self._clock = clock
        self.tallies = Tallies()
        self.gauges = Gauges()
        self._now = Minute()
        self._at = -1

    def arrived(self) -> None:
        """A request came in."""
        self.gauges.in_flight += 1

    def left(self, status: int, route: str, timing: Timing) -> None:
        """A request was answered with `status`, or broke off (0)."""
        self.gauges.in_flight -= 1
        route = route or "other"
        statuses = self.tallies.answered.setdefault(route, {})
        statuses[status] = statuses.get(status, 0) + 1
        total = timing.total()
        self._observe("request", route, total)
        minute = self._minute()
        minute.requests += 1
        minute.seconds.observe(total)
        if status in _REFUSED:
            minute.refused += 1
        elif status >= _REFUSED.stop:
            minute.failed += 1

    def refused(self, code: str) -> None:
        """An error was told."""
        refused = self.tallies.refused
        refused[code] = refused.get(code, 0) + 1

    def exchanged(self, route: str, timing: Timing, *, asked: bool) -> None:
        """An exchange is over; `asked` when a model was."""
        self._observe("screening", route, timing.screening)
        self._observe("record", route, timing.recording)
        if asked:
            self._observe("upstream", route, timing.upstream)
        own = timing.total() - timing.upstream - timing.recording - timing.reading
        self._observe("gateway", route, max(own, 0.0))
        if timing.first is not None:
            self._observe("first_token", route, timing.first)

    def delivered(self, route: str, characters: int, covered: int) -> None:
        """So many characters of a model have left, so many of them under a verdict."""
        known = self.tallies.coverage.get(route)
        if known is None:
            known = self.tallies.coverage[route] = Coverage()
        known.delivered += characters
        known.covered += covered

    def used(self, route: str, prompt: int, completion: int) -> None:
        """A model has counted so many tokens."""
        known = self.tallies.tokens.get(route)
        if known is None:
            known = self.tallies.tokens[route] = Tokens()
        known.prompt += prompt
        known.completion += completion

    def stopped(self, route: str) -> None:
        """An answer ended by a verdict."""
        stopped = self.tallies.stopped
        stopped[route] = stopped.get(route, 0) + 1
        self._minute().stopped += 1

    def _observe(self, what: str, route: str, seconds: float) -> None:
        routes = self.tallies.seconds.setdefault(what, {})
        histogram = routes.get(route)
        if histogram is None:
            histogram = routes[route] = Histogram()
        histogram.observe(seconds)

    def _minute(self) -> Minute:
        at = micros(self._clock.now()) // _MINUTE
        if at != self._at:
            self._at, minutes = at, self.tallies.minutes
            self._now = minutes.setdefault(at, Minute())
            for old in [one for one in minutes if one <= at - MINUTES]:
                del minutes[old]
        return self._now
