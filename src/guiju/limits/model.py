# SPDX-License-Identifier: Apache-2.0
"""How much may be used: the numbers, and what worker and authority say to each other (Article 13).

Structs of msgspec: they go over the wire and into rows as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from guiju.kernel import BEIJING, monotonic

WINDOW_SECONDS = 60
"""Requests and tokens are counted over the last minute, whenever one looks."""

LIFE_SECONDS = 3.0
"""A share that its holder does not renew expires after this long, and counts as used."""

LONG_LIFE_SECONDS = 60.0
"""As above, where the authority is a database whose stalls are bridged with what is in hand."""

ENDLESS = 1 << 60
"""What a worker has in hand of something that is not limited."""

SERVICE = "service"
"""The subject that stands for everybody together."""

MEASURES = ("requests", "tokens", "concurrent", "day", "month")


class Limits(msgspec.Struct, frozen=True):
    """What one key, person or service may use; None is no limit.

    `requests` and `tokens` count within any minute, `concurrent` at any moment; `day` and `month`
    are tokens of a calendar day and month in China.
    """

    requests: int | None = None
    tokens: int | None = None
    concurrent: int | None = None
    day: int | None = None
    month: int | None = None

    def changed(self, by: Mapping[str, int | None]) -> Limits:
        """These numbers, but for the measures that `by` names."""
        return msgspec.structs.replace(self, **by) if by else self

    @property
    def counts_tokens(self) -> bool:
        """Whether any measure of tokens is limited."""
        return self.tokens is not None or self.day is not None or self.month is not None


FREE = Limits()


class Plan(msgspec.Struct, frozen=True):
    """The limits of a policy: of each person, of each app's key, of the service as a whole."""

    person: Limits = FREE
    app: Limits = FREE
    service: Limits = FREE


class Hand(msgspec.Struct, frozen=True, array_like=True):
    """So many requests, tokens and places (for requests side by side)."""

    requests: int = 0
    tokens: int = 0
    places: int = 0


EMPTY = Hand()


class Turn(msgspec.Struct, frozen=True, array_like=True):
    """What a worker tells the authority of one subject, and asks of it.

    `used` since its last turn (places are not used up); `kept` is all it still has in hand, and of
    that `bound` what requests under way need; all else it gives back. It needs `want` more at once
    or nothing, and would like up to `like` more.
    """

    subject: str
    limits: Limits
    used: Hand = EMPTY
    kept: Hand = EMPTY
    bound: Hand = EMPTY
    want: Hand = EMPTY
    like: Hand = EMPTY


class Grant(msgspec.Struct, frozen=True, array_like=True):
    """What the authority answers: `got`, or what it `lacks` (a measure) and for how long.

    `elsewhere` are holders who may still have some of it in hand, so it is worth asking them.
    `requests_left` and `tokens_left` are what nobody has in hand of a minute's; None: no limit.
    What is in hand may be used for `life` seconds from when this was asked for.
    """

    subject: str
    got: Hand = EMPTY
    lacks: str = ""
    wait: float = 0.0
    elsewhere: tuple[str, ...] = ()
    requests_left: int | None = None
    tokens_left: int | None = None
    life: float = LIFE_SECONDS


class Moment(NamedTuple):
    """A moment for the authority: seconds that never run backwards, and the day in China."""

    now: float
    at: int  # microseconds since 1970 by the calendar's clock, for "last used"
    day: str
    month: str
    day_ends: float  # seconds until then
    month_ends: float


def moment(now: float, wall: datetime) -> Moment:
    """The moment that is `now` by a timeline and `wall` by the calendar."""
    local = wall.astimezone(BEIJING)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    tomorrow = midnight + timedelta(days=1)
    next_month = (midnight.replace(day=1) + timedelta(days=32)).replace(day=1)
    return Moment(
        now=now,
        at=int(wall.timestamp() * 1_000_000),
        day=f"{local:%Y-%m-%d}",
        month=f"{local:%Y-%m}",
        day_ends=(tomorrow - local).total_seconds(),
        month_ends=(next_month - local).total_seconds(),
    )


class Timeline:
    """Time as windows and shares see it: common to all who share meters, never set back.

    It begins at the calendar's time and then follows a clock that cannot be set. Whoever meets a
    meter that is ahead goes on from there, so processes whose calendars differ agree at once.
    """

    def __init__(self, wall: datetime) -> None:
        """Begin at `wall`."""
        self._ahead = wall.timestamp() - monotonic()

    def now(self) -> float:
        """Seconds."""
        return monotonic() + self._ahead

    def see(self, at: float) -> None:
        """Somebody was at `at` already."""
        self._ahead = max(self._ahead, at - monotonic())
