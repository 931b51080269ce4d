# SPDX-License-Identifier: Apache-2.0
"""The ways in which a model service can fail, and what follows from each."""

from __future__ import annotations

from typing import Literal

Reason = Literal[
    "unreachable",  # no connection, or no certificate that proves its name
    "timeout",  # nothing came in time
    "broken",  # the connection failed, or what came over it is no HTTP
    "unreadable",  # it answered with something that is no answer
    "limited",  # status 429
    "unavailable",  # status 408, 502, 503, 504
    "failed",  # any other 5xx
    "denied",  # status 401, 402, 403: the key or the account behind it
    "missing",  # status 404, 405: the address or the model is not there
    "redirected",
    "refused",  # any other 4xx: the request itself
]

_BY_STATUS: dict[int, Reason] = {
    401: "denied",
    402: "denied",
    403: "denied",
    404: "missing",
    405: "missing",
    408: "unavailable",
    429: "limited",
    502: "unavailable",
    503: "unavailable",
    504: "unavailable",
}


# Nothing of these has reached a client, and generating again does no harm: somebody else may be
# asked. A 500 is not among them, as the request itself may have caused it.
AGAIN: frozenset[Reason] = frozenset(
    {
        *("unreachable", "timeout", "broken", "unreadable", "limited", "unavailable"),
        *("denied", "missing", "redirected"),
    }
)
# What the upstream, its key or its address is to blame for. A limit is no illness, and what a
# request alone can cause does not count: else a hostile one could shut an upstream for everybody.
BLAMED: frozenset[Reason] = (AGAIN - {"limited"}) | {"failed"}


class FailedError(Exception):
    """A model service has not answered; nothing that it said is in this error.

    `start` is when it was asked, by the clock of whoever asked.
    """

    start: float = 0.0

    def __init__(self, reason: Reason, status: int = 0, after: float | None = None) -> None:
        """`status` of HTTP, 0 without one; `after` so many seconds it asks to be left alone."""
        super().__init__(reason)
        self.reason: Reason = reason
        self.status = status
        self.after = after


def reason_of(status: int) -> Reason:
    """What a status that is not 200 says."""
    known = _BY_STATUS.get(status)
    if known is not None:
        return known
    if 300 <= status < 400:  # noqa: PLR2004 - HTTP's word for elsewhere
        # A redirect is no answer: it would carry the question, and who knows what, elsewhere.
        return "redirected"
    return "refused" if 400 <= status < 500 else "failed"  # noqa: PLR2004 - and for no
