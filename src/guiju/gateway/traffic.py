# SPDX-License-Identifier: Apache-2.0
"""What the page of live traffic shows, made from counts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from guiju.gateway.telemetry import Coverage, Gauges, Histogram, Minute, Tallies
from guiju.gateway.telemetry.tallies import MINUTES
from guiju.kernel import micros

_MINUTE = 60_000_000
_FAILED = 500
_REFUSED = 400
_MOST_CODES = 20


class RouteLine(NamedTuple):
    """One route: how many requests, how they ended, and how long they took, in milliseconds."""

    route: str
    requests: int
    refused: int
    failed: int
    broken: int
    stopped: int
    total: tuple[float | None, float | None, float | None]
    """Half, 95 % and 99 % of all requests stayed within."""
    gateway: tuple[float | None, float | None]
    """Half and 99 %: what guiju itself took."""
    screening: float | None
    """99 %."""
    first_token: float | None
    """95 %."""
    coverage: Coverage | None

    @property
    def times(self) -> tuple[float | None, ...]:
        """All times in the order of the table."""
        return (*self.total, *self.gateway, self.screening, self.first_token)


class Traffic(NamedTuple):
    """The whole page."""

    in_flight: int
    stalled: int
    last_minute: Minute
    per_minute: Sequence[int]
    slowest: Sequence[int]
    """Milliseconds that 95 % of each minute's requests stayed within."""
    routes: Sequence[RouteLine]
    codes: Sequence[tuple[str, int]]
    coverage: Coverage


def traffic(tallies: Tallies, gauges: Gauges, now: datetime) -> Traffic:
    """The page as it is at `now`; the minute under way is left out, as it is not over."""
    last = micros(now) // _MINUTE - 1
    minutes = [tallies.minutes.get(at, Minute()) for at in range(last - MINUTES + 2, last + 1)]
    whole = Coverage()
    for one in tallies.coverage.values():
        whole.delivered += one.delivered
        whole.covered += one.covered
    return Traffic(
        in_flight=gauges.in_flight,
        stalled=gauges.stalled,
        last_minute=minutes[-1],
        per_minute=[one.requests for one in minutes],
        slowest=[round(_ms(one.seconds, 0.95) or 0) for one in minutes],
        routes=[_line(tallies, route) for route in sorted(tallies.answered)],
        codes=sorted(tallies.refused.items(), key=lambda one: (-one[1], one[0]))[:_MOST_CODES],
        coverage=whole,
    )


def _line(tallies: Tallies, route: str) -> RouteLine:
    statuses = tallies.answered[route]

    def within(what: str, share: float) -> float | None:
        return _ms(tallies.seconds.get(what, {}).get(route), share)

    return RouteLine(
        route=route,
        requests=sum(statuses.values()),
        refused=sum(n for status, n in statuses.items() if _REFUSED <= status < _FAILED),
        failed=sum(n for status, n in statuses.items() if status >= _FAILED),
        broken=statuses.get(0, 0),
        stopped=tallies.stopped.get(route, 0),
        total=(within("request", 0.5), within("request", 0.95), within("request", 0.99)),
        gateway=(within("gateway", 0.5), within("gateway", 0.99)),
        screening=within("screening", 0.99),
        first_token=within("first_token", 0.95),
        coverage=tallies.coverage.get(route),
    )


def _ms(histogram: Histogram | None, share: float) -> float | None:
    found = None if histogram is None else histogram.quantile(share)
    return None if found is None else found * 1000
