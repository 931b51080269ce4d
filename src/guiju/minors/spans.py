# SPDX-License-Identifier: Apache-2.0
"""Use of a service without a screen, as spans of time; pure.

A span goes from the arrival of a request to the last piece of its answer, and on for the time it
takes to read that. What is used is the union of all spans, over all devices and workers, in which
pauses shorter than the gap are use as well. The union is the same in whatever order spans come, and
however often: so workers may report late, twice, and again after a crash.

Times are whole milliseconds since 1970; a span includes its start and not its end.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta

from guiju.kernel import BEIJING, micros

Span = tuple[int, int]
Spans = tuple[Span, ...]
DAY = 24 * 60 * 60 * 1000
_OFFSET = 8 * 60 * 60 * 1000
_MILLI = 1000


def millis(at: datetime) -> int:
    """The moment in milliseconds."""
    return micros(at) // _MILLI


def moment(at: int) -> datetime:
    """The moment, in UTC."""
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=at)


def day_of(at: int) -> date:
    """The day of China in which a moment lies: there are no summers and no winters in it."""
    return moment(at).astimezone(BEIJING).date()


def start_of(day: date) -> int:
    """The first moment of a day of China."""
    return millis(datetime(day.year, day.month, day.day, tzinfo=UTC)) - _OFFSET


def joined(spans: Iterable[Span], gap: int) -> Spans:
    """The union in order, with pauses shorter than `gap` filled; empty spans are moments."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start - found[-1][1] < max(gap, 1):
            found[-1] = found[-1][0], max(found[-1][1], end)
        else:
            found.append((start, end))
    return tuple(found)


def used(spans: Iterable[Span], since: int, until: int) -> int:
    """How much of the time from `since` to `until` lies in spans that are apart."""
    return sum(max(0, min(end, until) - max(start, since)) for start, end in spans)


def stretch(spans: Sequence[Span], at: int, gap: int) -> int | None:
    """Since when use has gone on without a pause until `at`; None: it has not."""
    for start, end in spans:
        if start <= at and at - end < gap:
            return start
    return None


def cut(spans: Iterable[Span], day: date) -> Spans:
    """The parts that lie in a day."""
    since = start_of(day)
    until = since + DAY
    return tuple(
        (max(start, since), min(end, until))
        for start, end in spans
        if start < until and (end > since or start >= since)
    )


def days_of(span: Span) -> tuple[date, ...]:
    """The days that a span touches."""
    first, last = day_of(span[0]), day_of(max(span[0], span[1] - 1))
    return tuple(first + timedelta(days=n) for n in range((last - first).days + 1))


def on_line(now: int, seen: int, floor: int, slack: int) -> int:
    """The moment of something that begins `now`, on a line that no clock turns back.

    `seen` is the latest moment that somebody was seen at. While the clock stands behind it by more
    than `slack`, the line goes on from there, or from `floor`, which a stopwatch knows.
    """
    return now if now >= seen - slack else max(seen, floor)
