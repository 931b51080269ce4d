# SPDX-License-Identifier: Apache-2.0
"""Standing: who is suspended, or not known well enough, is not served (Articles 9 and 14)."""

from __future__ import annotations

from guiju.accounts import require_function, require_level, require_standing
from guiju.gateway.signals import Command
from guiju.gateway.stations.identify import known
from guiju.gateway.work import Work

# By route; all others answer in text.
_FUNCTIONS = {
    "/v1/audio/speech": "audio",
    "/v1/embeddings": "embeddings",
    "/v1/images/edits": "images",
    "/v1/images/generations": "images",
    "/v1/videos": "video",
}


def function_of(route: str) -> str:
    """Which function of the service a route is."""
    return _FUNCTIONS.get(route, "text")


def standing(work: Work) -> tuple[Command, ...]:
    """Pass a person who may use the service, and this function of it.

    Raises:
        Refused: 403 `account-suspended`, `account-terminated`, `function-restricted` or
            `identity-not-verified`.
    """
    caller = known(work)
    require_standing(caller)
    function = function_of(work.ask.route)
    require_function(caller, function)
    require_level(caller, work.rules.identity.level_for(function))
    return ()
