# SPDX-License-Identifier: Apache-2.0
"""The figures of upstreams for Prometheus."""

from __future__ import annotations

from collections.abc import Mapping

from guiju.gateway.exposition import OPENNESS, family, series
from guiju.gateway.upstreams.endpoint import Endpoint

_FAILURES = "guiju_upstream_failures_total"


def exposed(endpoints: Mapping[str, Endpoint]) -> str:
    """Exposition text about each upstream by its name; nothing when there are none."""
    if not endpoints:
        return ""
    counts = {name: one.counts for name, one in endpoints.items()}
    lines = [
        *_counts("asked_total", "Questions.", {name: one.asked for name, one in counts.items()}),
        *_counts(
            "answered_total", "Answers.", {name: one.answered for name, one in counts.items()}
        ),
        *family(_FAILURES, "counter", "Questions that failed, by reason."),
        *(
            f'{_FAILURES}{{upstream="{name}",reason="{reason}"}} {count}'
            for name, one in sorted(counts.items())
            for reason, count in sorted(one.failures.items())
        ),
        *_counts("probes_total", "Probes.", {name: one.probes for name, one in counts.items()}),
        *_gauge("in_flight", "Under way.", {name: one.under_way for name, one in counts.items()}),
        *_gauge(
            "circuit",
            "0 closed, 1 half open, 2 open.",
            {name: OPENNESS[one.state()] for name, one in endpoints.items()},
        ),
    ]
    return "\n".join(lines) + "\n"


def _counts(name: str, what: str, values: Mapping[str, int]) -> list[str]:
    return series(f"guiju_upstream_{name}", "counter", what, "upstream", values)


def _gauge(name: str, what: str, values: Mapping[str, int]) -> list[str]:
    return series(f"guiju_upstream_{name}", "gauge", what, "upstream", values)
