# SPDX-License-Identifier: Apache-2.0
"""Counts of what the data plane did, in the text form that Prometheus reads."""

from __future__ import annotations

from collections import Counter


class Counters:
    """Requests by route and status, and how many are under way."""

    def __init__(self) -> None:
        """Nothing happened yet."""
        self._answered: Counter[tuple[str, int]] = Counter()
        self._under_way = 0

    def arrived(self) -> None:
        """A request came in."""
        self._under_way += 1

    def left(self, status: int, route: str) -> None:
        """A request was answered with `status`, or broke off (0)."""
        self._under_way -= 1
        self._answered[route or "other", status] += 1

    def text(self) -> str:
        """The counts as Prometheus exposition text."""
        lines = [
            "# HELP guiju_requests_total Requests answered, by route and HTTP status.",
            "# TYPE guiju_requests_total counter",
        ]
        for (route, status), count in sorted(self._answered.items()):
            lines.append(f'guiju_requests_total{{route="{route}",status="{status}"}} {count}')
        lines += [
            "# HELP guiju_requests_in_flight Requests under way.",
            "# TYPE guiju_requests_in_flight gauge",
            f"guiju_requests_in_flight {self._under_way}",
        ]
        return "\n".join(lines) + "\n"
