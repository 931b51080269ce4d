# SPDX-License-Identifier: Apache-2.0
"""What the data plane says of itself: counts and times, never a word of content.

Each worker counts for itself and shares its counts once a second, so whichever of them is asked
answers for all.
"""

from guiju.gateway.telemetry.counters import Counters, Seen
from guiju.gateway.telemetry.exposition import exposition
from guiju.gateway.telemetry.histogram import BOUNDS, Histogram
from guiju.gateway.telemetry.sharing import Sharing
from guiju.gateway.telemetry.spans import Context, Told
from guiju.gateway.telemetry.tallies import Coverage, Gauges, Minute, Tallies, Tokens
from guiju.gateway.telemetry.timing import Timing
from guiju.gateway.telemetry.tracing import Tracing
from guiju.gateway.telemetry.upstreams import WORST, State, UpstreamNow, UpstreamTally

__all__ = [
    "BOUNDS",
    "WORST",
    "Context",
    "Counters",
    "Coverage",
    "Gauges",
    "Histogram",
    "Minute",
    "Seen",
    "Sharing",
    "State",
    "Tallies",
    "Timing",
    "Tokens",
    "Told",
    "Tracing",
    "UpstreamNow",
    "UpstreamTally",
    "exposition",
]
