# SPDX-License-Identifier: Apache-2.0
"""Time, asked for in one place so that tests and replays can set it. All times are UTC."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta, timezone
from typing import Protocol

# Where the law counts its days: no summer time since 1991.
BEIJING = timezone(timedelta(hours=8), "UTC+8")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Clock(Protocol):
    """Whoever can say what time it is."""

    def now(self) -> datetime:
        """The present moment, in UTC, to the microsecond."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present moment, in UTC."""
        return datetime.now(UTC)  # noqa: TID251 - this is the Clock that all others ask


class FixedClock:
    """A clock that moves only when told to: for tests and for replays "as of" a moment."""

    def __init__(self, at: datetime) -> None:
        """Start at `at`, which must carry a time zone."""
        if at.tzinfo is None:
            raise ValueError("a clock needs a time zone")
        self._at = at.astimezone(UTC)

    def now(self) -> datetime:
        """The moment the clock was set to."""
        return self._at

    def advance(self, **parts: float) -> None:
        """Move forward by a `timedelta(**parts)`."""
        self._at += timedelta(**parts)


def micros(at: datetime) -> int:
    """Microseconds since 1970-01-01T00:00Z; raises ValueError for a time without zone."""
    if at.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return (at - _EPOCH) // _MICROSECOND


def from_micros(value: int) -> datetime:
    """The moment `value` microseconds after 1970-01-01T00:00Z."""
    return _EPOCH + timedelta(microseconds=value)


def isoformat(at: datetime) -> str:
    """RFC 3339 in UTC with six decimals and a Z: the one form used in evidence."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


monotonic = time.monotonic  # noqa: TID251 - the one place that may
"""Seconds that never run backwards; only differences mean something."""
