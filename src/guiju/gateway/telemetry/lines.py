# SPDX-License-Identifier: Apache-2.0
"""Lines of the text form that Prometheus reads."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate

from guiju.gateway.telemetry.histogram import BOUNDS, Histogram

Labels = tuple[tuple[str, object], ...]


def family(name: str, help_: str, kind: str = "counter") -> tuple[str, str]:
    """What stands before the figures of one name."""
    return f"# HELP {name} {help_}", f"# TYPE {name} {kind}"


def line(name: str, labels: Labels, value: object) -> str:
    """One figure."""
    told = ",".join(f'{key}="{_escaped(str(one))}"' for key, one in labels)
    return f"{name}{{{told}}} {value}"


def buckets(name: str, label: tuple[str, str], histogram: Histogram) -> Iterator[str]:
    """The figures of one histogram."""
    bounds = [*map(str, BOUNDS), "+Inf"]
    for bound, reached in zip(bounds, accumulate(histogram.counts), strict=True):
        yield line(f"{name}_bucket", (label, ("le", bound)), reached)
    yield line(f"{name}_sum", (label,), round(histogram.seconds, 6))
    yield line(f"{name}_count", (label,), histogram.count)


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
