# SPDX-License-Identifier: Apache-2.0
"""The figures of upstreams in the text form that Prometheus reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from guiju.gateway.telemetry.lines import buckets, family, line
from guiju.gateway.telemetry.tallies import Gauges, Tallies
from guiju.gateway.telemetry.upstreams import WORST, UpstreamNow, UpstreamTally

_NAME = "guiju_upstream"


def upstreams(tallies: Tallies, gauges: Gauges) -> Iterator[str]:
    """Nothing where the policy names none."""
    if tallies.upstreams:
        yield from _counts(dict(sorted(tallies.upstreams.items())))
        yield from _now(dict(sorted(gauges.upstreams.items())))


def _counts(found: Mapping[str, UpstreamTally]) -> Iterator[str]:
    counts = {
        "asked": ("Questions.", {name: one.asked for name, one in found.items()}),
        "answered": ("Those answered.", {name: one.answered for name, one in found.items()}),
        "probes": ("Probes of one that is ill.", {name: one.probes for name, one in found.items()}),
    }
    for what, (help_, values) in counts.items():
        yield from family(f"{_NAME}_{what}_total", help_)
        for name, value in values.items():
            yield line(f"{_NAME}_{what}_total", (("upstream", name),), value)
    yield from family(f"{_NAME}_failures_total", "Questions that failed, by reason.")
    for name, one in found.items():
        for reason, count in sorted(one.failures.items()):
            labels = (("upstream", name), ("reason", reason))
            yield line(f"{_NAME}_failures_total", labels, count)
    yield from family(f"{_NAME}_first_seconds", "To the first chunk of a stream.", "histogram")
    for name, one in found.items():
        yield from buckets(f"{_NAME}_first_seconds", ("upstream", name), one.first)
    yield from family(f"{_NAME}_whole_seconds", "To the end of a whole answer.", "histogram")
    for name, one in found.items():
        yield from buckets(f"{_NAME}_whole_seconds", ("upstream", name), one.whole)


def _now(found: Mapping[str, UpstreamNow]) -> Iterator[str]:
    yield from family(f"{_NAME}_in_flight", "Questions under way.", "gauge")
    for name, now in found.items():
        yield line(f"{_NAME}_in_flight", (("upstream", name),), now.in_flight)
    yield from family(f"{_NAME}_workers", "Workers that find it in this state.", "gauge")
    for name, now in found.items():
        for state in WORST:
            labels = (("upstream", name), ("state", state))
            yield line(f"{_NAME}_workers", labels, now.states.get(state, 0))
