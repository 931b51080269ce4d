# SPDX-License-Identifier: Apache-2.0
"""When a rate of hits is a sign of its own: one incident for an episode, ended by a quiet hour."""

from __future__ import annotations

from datetime import datetime, timedelta

AN_HOUR = timedelta(hours=1)
"""What is counted together, and for how long the count stays down before an episode is over."""
_NOTED_EVERY = timedelta(minutes=1)


def is_loud(hits: int, rate: int) -> bool:
    """Whether an hour had more hits than the policy's rate; a rate of 0 asks for nothing."""
    return rate > 0 and hits > rate


def begins(loud_at: datetime | None, now: datetime) -> bool:
    """Whether a loud moment begins an episode, or goes on with the one last loud at `loud_at`."""
    return loud_at is None or now - loud_at >= AN_HOUR


def worth_noting(loud_at: datetime, now: datetime) -> bool:
    """Whether it is long enough since an episode was last noted as loud to note it again."""
    return now - loud_at >= _NOTED_EVERY
