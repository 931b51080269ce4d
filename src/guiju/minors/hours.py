# SPDX-License-Identifier: Apache-2.0
"""Budget of a day, closed nights, pauses: what holds for a ward at a moment; pure (Article 10)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache

from guiju.kernel import BEIJING
from guiju.measures import rule
from guiju.minors.ages import Stage
from guiju.minors.spans import DAY, Span, day_of, millis, moment, start_of, stretch, used

MINUTE = 60 * 1000
HOUR = 60 * MINUTE
_NIGHTS = 40


@dataclass(frozen=True, slots=True)
class Leave:
    """What a guardian allows for one evening: so many minutes that day, or until a time of night.

    `until` before noon is that of the next morning.
    """

    day: date
    minutes: int | None
    until: time | None


@dataclass(frozen=True, slots=True)
class Hours:
    """The limits of one person; None: there is none. Minutes, and times of day in China."""

    day_minutes: int | None = None
    break_minutes: int | None = None
    closes: time | None = None
    opens: time | None = None
    leaves: Mapping[date, Leave] = field(default_factory=dict)

    def allowed(self, day: date) -> int | None:
        """How many milliseconds of this day may be used."""
        leave = self.leaves.get(day)
        minutes = self.day_minutes
        if minutes is not None and leave is not None and leave.minutes is not None:
            minutes = leave.minutes
        return None if minutes is None else minutes * MINUTE


@cache
def usual(stage: Stage) -> Hours:
    """What holds for a minor of this stage whose guardian has said nothing, by the rules."""
    older = stage is Stage.OLDER
    hours = rule("minors.daily-16-to-18.hours" if older else "minors.daily-under-16.hours")
    return Hours(
        day_minutes=hours.number * 60,
        break_minutes=rule("minors.break.minutes").number,
        closes=time.fromisoformat(str(rule("minors.curfew.start").value)),
        opens=time.fromisoformat(str(rule("minors.curfew.end").value)),
    )


def reopens(hours: Hours, at: int) -> int | None:
    """When the night that is closed at `at` is over; None: it is not closed then."""
    if hours.closes is None or hours.opens is None:
        return None
    for closes, opens, open_until in _nights(hours, day_of(at), back=1, ahead=1):
        if closes <= at < opens:
            return None if at < open_until else opens
    return None


def closes_next(hours: Hours, at: int) -> int | None:
    """When the next night begins that is closed, for somebody who is served at `at`."""
    if hours.closes is None or hours.opens is None:
        return None
    for closes, opens, open_until in _nights(hours, day_of(at), back=1, ahead=_NIGHTS):
        begins = max(closes, open_until)
        if begins > at and begins < opens:
            return begins
    return None


def _nights(hours: Hours, day: date, *, back: int, ahead: int) -> Sequence[tuple[int, int, int]]:
    """Nights by their evening: when each closes and opens, and until when it is excepted."""
    closes, opens = hours.closes or time(0), hours.opens or time(0)
    found = []
    for step in range(-back, ahead + 1):
        evening = day + timedelta(days=step)
        begins = _at(evening, closes)
        ends = _at(evening if opens > closes else evening + timedelta(days=1), opens)
        leave = hours.leaves.get(evening)
        until = begins
        if leave is not None and leave.until is not None:
            late = leave.until < time(12)
            until = min(_at(evening + timedelta(days=1) if late else evening, leave.until), ends)
        found.append((begins, ends, until))
    return found


def left(hours: Hours, spans: Sequence[Span], at: int) -> int | None:
    """How much of the day of `at` is left; None: as much as there is of it."""
    day = day_of(at)
    allowed = hours.allowed(day)
    if allowed is None:
        return None
    since = start_of(day)
    return max(0, allowed - used(spans, since, min(at, since + DAY)))


def runs_out(hours: Hours, spans: Sequence[Span], at: int) -> int | None:
    """When somebody who goes on from `at` without a pause has used all they may; None: never.

    At midnight a new day's budget begins, of which nothing is used yet.
    """
    rest = left(hours, spans, at)
    if rest is None:
        return None
    midnight = start_of(day_of(at)) + DAY
    if at + rest < midnight:
        return at + rest
    following = hours.allowed(day_of(midnight))
    return None if following is None else midnight + following


def ends(hours: Hours, spans: Sequence[Span], at: int) -> int | None:
    """When an answer that begins at `at` must be over: budget or night, whichever comes first."""
    times = (runs_out(hours, spans, at), closes_next(hours, at))
    return min((one for one in times if one is not None), default=None)


def pause_due(
    minutes: int | None, spans: Sequence[Span], at: int, gap: int, reminded: int
) -> int | None:
    """How many minutes somebody has gone on for, if it is time to say so; None: it is not.

    `reminded` is when it was said last.
    """
    since = stretch(spans, at, gap)
    if minutes is None or since is None or at - max(since, reminded) < minutes * MINUTE:
        return None
    return (at - since) // MINUTE


def opens_after_budget(hours: Hours, at: int) -> int:
    """When somebody whose day is used up is served again: the next day, once its night is over."""
    midnight = start_of(day_of(at)) + DAY
    return reopens(hours, midnight) or midnight


def local(at: int) -> datetime:
    """The moment by the clock of China."""
    return moment(at).astimezone(BEIJING)


def _at(day: date, when: time) -> int:
    local_time = datetime.combine(day, when, tzinfo=BEIJING)
    return millis(local_time.astimezone(UTC))
