# SPDX-License-Identifier: Apache-2.0
"""Allow: is there anything left of what key, person and service may use (Article 13)?

Tokens are estimated before: a quarter of the bytes of the text, which is near for Chinese (three
bytes a character) and for English. What was really used is settled when the answer is over.
"""

from __future__ import annotations

from guiju.gateway.limiting import Hold, Tally
from guiju.gateway.passages import gather
from guiju.gateway.signals import Allow, Command
from guiju.gateway.stations.identify import known
from guiju.gateway.work import Work
from guiju.measures import enforces

_BYTES = 4  # of text for a token
# Longer requests may hold pictures, whose bytes are no text.
_SHORT = 16 * 1024


@enforces("usage-limits")
def allow(work: Work) -> tuple[Command, ...]:
    """Take from what this worker has in hand; ask the authority where that is too little."""
    if work.shares is None:
        return ()
    group = work.shares.group(known(work), work.rules.plan)
    if not group.shares:
        work.hold = group.tally
        return ()
    tokens = estimated(work)
    hold = work.shares.take(group, tokens)
    if hold is None:
        return (Allow(group, tokens),)
    allowed(work, hold)
    return ()


def allowed(work: Work, hold: Hold | Tally) -> None:
    """The request may go on; the answer's head says what is left."""
    work.hold = hold
    if isinstance(hold, Hold):
        work.marks += hold.group.marks()


def estimated(work: Work) -> int:
    """About how many tokens the model would read."""
    raw = work.ask.raw
    if len(raw) <= _SHORT:
        return len(raw) // _BYTES
    return len(gather(work.body).joined().encode("utf-8", "surrogatepass")) // _BYTES


def spent(work: Work, *, failed: bool) -> int:
    """How many tokens were used: as the model counted them, else estimated like the request."""
    usage, hold = work.usage, work.hold
    counted = usage.prompt_tokens + usage.completion_tokens
    if counted or hold is None:
        return counted
    written = usage.characters // 2
    return written if failed else (hold.reserved or estimated(work)) + written
