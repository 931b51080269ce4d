# SPDX-License-Identifier: Apache-2.0
"""When a time limit ends: hours, days or working days, with pauses, as Chinese law counts them.

Days are those of Beijing. The day of the event does not count; a limit ends with its last day; a
last day on which nobody works moves to the next working day (Civil Code, Articles 201 and 203;
written from memory). A day counts when the clock runs at its end.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from guiju.casework.calendar import Calendar
from guiju.kernel import BEIJING

_DAY = timedelta(days=1)
# Never have more weekend days been worked within thirty working days, 2022 to 2026: see the tests.
_WORKED_WEEKENDS = 2


class Unit(StrEnum):
    """What a limit counts."""

    HOURS = "hours"
    DAYS = "days"
    WORKING_DAYS = "working-days"


class Pause(NamedTuple):
    """The clock stood still; `until` is None while it still does."""

    since: datetime
    until: datetime | None


class Due(NamedTuple):
    """From `at` on it is late. `provisional`: a year not arranged yet may move it to later.

    `calendar` is the version of the calendar that was counted with.
    """

    at: datetime
    provisional: bool
    calendar: str


def due(
    limit: int, unit: Unit, started: datetime, calendar: Calendar, pauses: Sequence[Pause] = ()
) -> Due | None:
    """When `limit` units after `started` are over; None while the clock stands still.

    Where a year is not arranged yet, the earliest moment it can be: whoever keeps to it is in time
    whatever will be arranged.

    Raises:
        ValueError: the limit is not positive, or pauses overlap, end before they begin, or begin
            before the clock does.
    """
    _check(limit, started, pauses)
    if pauses and pauses[-1].until is None:
        return None
    if unit is Unit.HOURS:
        stood = sum((one.until - one.since for one in pauses if one.until), timedelta())
        over = started + timedelta(hours=limit) + stood
        return Due(over, provisional=False, calendar=calendar.version)
    days = _running_days(started, pauses)
    if unit is Unit.DAYS:
        return _after_days(limit, days, calendar)
    return _after_working_days(limit, days, calendar)


def _check(limit: int, started: datetime, pauses: Sequence[Pause]) -> None:
    if limit < 1:
        raise ValueError("a time limit is at least one unit long")
    last: datetime | None = started
    for one in pauses:
        if last is None or one.since < last or (one.until is not None and one.until < one.since):
            raise ValueError("pauses follow each other, after the clock has started")
        last = one.until


def _running_days(started: datetime, pauses: Sequence[Pause]) -> Iterator[date]:
    """The days after that of `started` at whose end the clock runs."""
    day = started.astimezone(BEIJING).date() + _DAY
    while True:
        end = _end_of(day)
        if not any(one.since < end and (one.until is None or end <= one.until) for one in pauses):
            yield day
        day += _DAY


def _after_days(limit: int, days: Iterator[date], calendar: Calendar) -> Due:
    last = next(day for number, day in enumerate(days, 1) if number == limit)
    provisional = False
    while not calendar.is_working_day(last):
        # A weekend day may yet be worked, and would then be the last.
        if not calendar.is_published(last):
            provisional = True
            break
        last += _DAY
    return Due(_end_of(last), provisional or not calendar.is_published(last), calendar.version)


def _after_working_days(limit: int, days: Iterator[date], calendar: Calendar) -> Due:
    left, weekends, provisional = limit, _WORKED_WEEKENDS, False
    for day in days:
        published = calendar.is_published(day)
        provisional |= not published
        if calendar.is_working_day(day):
            left -= 1
        elif not published and weekends:
            weekends -= 1
            left -= 1
        if not left:
            return Due(_end_of(day), provisional, calendar.version)
    raise AssertionError("days do not end")


def _end_of(day: date) -> datetime:
    """The end of a day of Beijing, in UTC."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=BEIJING) + _DAY
    return midnight.astimezone(UTC)
