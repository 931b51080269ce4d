# SPDX-License-Identifier: Apache-2.0
"""The models behind the service (Articles 4 and 13): who is asked, and what became of it.

`Upstream` is the port; the demo model and any OpenAI-compatible address stand behind it.
"""

from guiju.gateway.upstreams.demo import DemoModel
from guiju.gateway.upstreams.direct import HttpUpstream
from guiju.gateway.upstreams.errors import unavailable
from guiju.gateway.upstreams.port import Speech, Upstream

__all__ = ["DemoModel", "HttpUpstream", "Speech", "Upstream", "unavailable"]
