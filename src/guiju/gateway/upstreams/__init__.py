# SPDX-License-Identifier: Apache-2.0
"""The models behind the service (Articles 4 and 13): who is asked, and what became of it.

`Upstream` is the port. Behind it stand the demo model, one address for everything, or what the
policy says: a `Fleet` keeps its upstreams and makes a `Router` of its models.
"""

from guiju.gateway.upstreams.demo import NAME as DEMO_MODEL
from guiju.gateway.upstreams.demo import DemoModel
from guiju.gateway.upstreams.direct import HttpUpstream
from guiju.gateway.upstreams.errors import no_such_job, no_such_model, unavailable
from guiju.gateway.upstreams.fleet import Fleet
from guiju.gateway.upstreams.port import Speech, Upstream
from guiju.gateway.upstreams.routing import Router

__all__ = [
    "DEMO_MODEL",
    "DemoModel",
    "Fleet",
    "HttpUpstream",
    "Router",
    "Speech",
    "Upstream",
    "no_such_job",
    "no_such_model",
    "unavailable",
]
