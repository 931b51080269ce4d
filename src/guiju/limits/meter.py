# SPDX-License-Identifier: Apache-2.0
"""The meter of one subject: what was used, who has what in hand, what may still be given (pure).

What is in hand counts as if it were used. So whatever its holders do, and whether or not they live,
what was used within any minute never exceeds the limit; `docs/decisions/0023` has the argument.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from guiju.limits.model import (
    EMPTY,
    LIFE_SECONDS,
    WINDOW_SECONDS,
    Grant,
    Hand,
    Limits,
    Moment,
    Turn,
)

# What was used within one second is counted together, until a minute after that second.
_COUNTS_SECONDS = WINDOW_SECONDS + 1
# A calendar that is set forward and back finds the day again that it left.
_MOST_PERIODS = 4
_AT_ONCE = 1.0
# So long it is believed that what requests under way needed is needed still.
_FRESH = 0.05


class Second(msgspec.Struct, array_like=True):
    """What was used within one second of the timeline."""

    second: int
    requests: int
    tokens: int


class Spent(msgspec.Struct, array_like=True):
    """What was used within a day or a month."""

    requests: int = 0
    tokens: int = 0


class Held(msgspec.Struct, frozen=True, array_like=True):
    """What a holder has in hand, until when; how much of it requests under way need, as of `at`."""

    hand: Hand
    until: float
    bound: Hand = EMPTY
    at: float = 0.0


class Meter(msgspec.Struct, array_like=True):
    """The book of one subject. `at` is the time of the last look, `last` that of the last use."""

    subject: str
    at: float = 0.0
    last: int = 0
    minute: list[Second] = msgspec.field(default_factory=list)
    days: dict[str, Spent] = msgspec.field(default_factory=dict)
    months: dict[str, Spent] = msgspec.field(default_factory=dict)
    held: dict[str, Held] = msgspec.field(default_factory=dict)

    def turn(self, holder: str, said: Turn, when: Moment, life: float = LIFE_SECONDS) -> Grant:
        """Book what `holder` has used, take back what it does not keep, give what there is."""
        now = self.advance(when)
        self._book(said.used.requests, said.used.tokens, when)
        self.held.pop(holder, None)
        room = _less(self._room(said.limits, when), said.kept)
        short = list(self._short(said, room, when))
        got = EMPTY if short else _given(said, room, len(self.held) + 1)
        hand = _sum(said.kept, got)
        if hand != EMPTY:
            self.held[holder] = Held(hand, now + life, said.bound, now)
        lacks, wait = max(short, key=lambda one: one[1], default=("", 0.0))
        return Grant(
            subject=self.subject,
            got=got,
            lacks=lacks,
            wait=wait,
            elsewhere=self._elsewhere(holder, short) if short else (),
            requests_left=_left(said.limits.requests, room.requests - got.requests),
            tokens_left=_left(said.limits.tokens, room.tokens - got.tokens),
            life=life,
        )

    def bury(self, holder: str, when: Moment) -> None:
        """A holder is known to be dead: what it had in hand counts as used, its places are free."""
        if holder in self.held:
            self.held[holder] = Held(self.held[holder].hand, self.at)
            self.advance(when)

    def advance(self, when: Moment) -> float:
        """Forget what was used more than a minute ago; what expired in a hand counts as used."""
        now = self.at = max(self.at, when.now)
        first = int(now) - WINDOW_SECONDS
        while self.minute and self.minute[0].second < first:
            del self.minute[0]
        for holder, one in list(self.held.items()):
            if one.until <= now:
                del self.held[holder]
                self._book(one.hand.requests, one.hand.tokens, when)
        return now

    # -- what was used -----------------------------------------------------------------------------

    def _book(self, requests: int, tokens: int, when: Moment) -> None:
        if not requests and not tokens:
            return
        self.last = max(self.last, when.at) if requests else self.last
        second = int(self.at)
        if not self.minute or self.minute[-1].second != second:
            self.minute.append(Second(second, 0, 0))
        for one in (
            self.minute[-1],
            _period(self.days, when.day),
            _period(self.months, when.month),
        ):
            one.requests += requests
            one.tokens += tokens

    # -- what may be given -------------------------------------------------------------------------

    def _room(self, limits: Limits, when: Moment) -> Hand:
        """What is neither used nor in anybody's hand; below nothing where it was overdrawn."""
        hands = [one.hand for one in self.held.values()]
        held_tokens = sum(one.tokens for one in hands)
        rooms = [(limit - used) - held_tokens for limit, used in self._tokens(limits, when)]
        return Hand(
            _room_of(limits.requests)
            - sum(one.requests for one in self.minute)
            - sum(one.requests for one in hands),
            min(rooms, default=_NO_LIMIT),
            _room_of(limits.concurrent) - sum(one.places for one in hands),
        )

    def _tokens(self, limits: Limits, when: Moment) -> Iterator[tuple[int, int]]:
        """Each limit of tokens with what was used of it."""
        if limits.tokens is not None:
            yield limits.tokens, sum(one.tokens for one in self.minute)
        if limits.day is not None:
            yield limits.day, self.days.get(when.day, _NOTHING).tokens
        if limits.month is not None:
            yield limits.month, self.months.get(when.month, _NOTHING).tokens

    def _short(self, said: Turn, room: Hand, when: Moment) -> Iterator[tuple[str, float]]:
        """What is wanted and not there: the measure, and seconds until it may be."""
        if said.want.requests > max(room.requests, 0):
            missing = said.want.requests - room.requests
            yield (
                "requests",
                self._wait([(one.second, one.requests) for one in self.minute], missing),
            )
        if said.want.places > max(room.places, 0):
            yield "concurrent", _AT_ONCE
        if said.want.tokens > max(room.tokens, 0):
            yield from self._short_of_tokens(said, when)

    def _short_of_tokens(self, said: Turn, when: Moment) -> Iterator[tuple[str, float]]:
        limits, held = said.limits, sum(one.hand.tokens for one in self.held.values())
        needed = said.want.tokens + said.kept.tokens + held
        day = self.days.get(when.day, _NOTHING).tokens
        month = self.months.get(when.month, _NOTHING).tokens
        minute = sum(one.tokens for one in self.minute)
        if limits.tokens is not None and minute + needed > limits.tokens:
            spent = [(one.second, one.tokens) for one in self.minute]
            yield "tokens", self._wait(spent, minute + needed - limits.tokens)
        if limits.day is not None and day + needed > limits.day:
            yield "day", when.day_ends
        if limits.month is not None and month + needed > limits.month:
            yield "month", when.month_ends

    def _wait(self, spent: list[tuple[int, int]], missing: int) -> float:
        """Seconds until so much of what was used is more than a minute ago."""
        for second, amount in spent:
            missing -= amount
            if missing <= 0:
                return second + _COUNTS_SECONDS - self.at
        return LIFE_SECONDS

    def _elsewhere(self, holder: str, short: list[tuple[str, float]]) -> tuple[str, ...]:
        """Who may give some back: who has what nobody needs, or may have it by now."""
        fields = {_FIELDS[measure] for measure, _ in short}
        return tuple(
            other
            for other, one in self.held.items()
            if other != holder
            and any(
                getattr(one.hand, field)
                > (getattr(one.bound, field) if self.at - one.at < _FRESH else 0)
                for field in fields
            )
        )


_NOTHING = Spent()
_NO_LIMIT = 1 << 60
_FIELDS = {
    "requests": "requests",
    "concurrent": "places",
    "tokens": "tokens",
    "day": "tokens",
    "month": "tokens",
}


def _room_of(limit: int | None) -> int:
    return _NO_LIMIT if limit is None else limit


def _left(limit: int | None, room: int) -> int | None:
    return None if limit is None else max(room, 0)


def _given(said: Turn, room: Hand, holders: int) -> Hand:
    """A fair part of what there is, at least what is wanted: near the limit, one at a time."""
    return Hand(
        *(
            max(want, min(like, there // (holders + 1)))
            for want, like, there in (
                (said.want.requests, said.like.requests, room.requests),
                (said.want.tokens, said.like.tokens, room.tokens),
                (said.want.places, said.like.places, room.places),
            )
        )
    )


def _sum(one: Hand, other: Hand) -> Hand:
    return Hand(one.requests + other.requests, one.tokens + other.tokens, one.places + other.places)


def _less(one: Hand, other: Hand) -> Hand:
    return Hand(one.requests - other.requests, one.tokens - other.tokens, one.places - other.places)


def _period(periods: dict[str, Spent], name: str) -> Spent:
    """The count of this day or month; the one that was in use least lately makes room."""
    found = periods.pop(name, None) or Spent()
    periods[name] = found
    while len(periods) > _MOST_PERIODS:
        del periods[next(iter(periods))]
    return found
