# SPDX-License-Identifier: Apache-2.0
"""What follows in another room when one of its reports was sent, in the same transaction.

A room above this one says so when it is imported; this room knows none of them by name.
"""

from __future__ import annotations

from collections.abc import Callable

from guiju.kernel import Actor
from guiju.reporting.model import Report
from guiju.storage import Tx

Follower = Callable[[Tx, Actor, Report], None]
_FOLLOWERS: dict[str, Follower] = {}


def follow(room: str, follower: Follower) -> None:
    """Call `follower` when a report of `room` was sent; raises ValueError for a second one."""
    if _FOLLOWERS.setdefault(room, follower) is not follower:
        raise ValueError(f"two follow the reports of {room}")


def tell(tx: Tx, actor: Actor, report: Report) -> None:
    """Tell whoever follows the reports of this room."""
    follower = _FOLLOWERS.get(report.occasion.room)
    if follower is not None:
        follower(tx, actor, report)
