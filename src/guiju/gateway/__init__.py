# SPDX-License-Identifier: Apache-2.0
"""The service itself: an OpenAI-compatible data plane in stations (Articles 2, 4, 9, 11-14).

arrive, identify, agreement, standing, screen input, guard input, ask model, screen output, guard
output, settle, label, record, reply: the list stands in `guiju.gateway.route`. `exchange` walks it
and touches no socket; `server` does.
"""

from guiju.gateway.barring import Barring
from guiju.gateway.credentials import Chain
from guiju.gateway.guarding import ClientPost
from guiju.gateway.media.shelf import Shelf
from guiju.gateway.minding import Minder
from guiju.gateway.recalling import recalled
from guiju.gateway.recorder import Recorder
from guiju.gateway.route import ROUTE_NAMES
from guiju.gateway.rules import Rules, RulesHolder, reaches_minors
from guiju.gateway.server import Gateway
from guiju.gateway.upstreams import DEMO_MODEL, DemoModel, Fleet, HttpUpstream, Upstream

__all__ = [
    "DEMO_MODEL",
    "ROUTE_NAMES",
    "Barring",
    "Chain",
    "ClientPost",
    "DemoModel",
    "Fleet",
    "Gateway",
    "HttpUpstream",
    "Minder",
    "Recorder",
    "Rules",
    "RulesHolder",
    "Shelf",
    "Upstream",
    "reaches_minors",
    "recalled",
]
