# SPDX-License-Identifier: Apache-2.0
"""Time limits end when the law has them end; what is not known yet never comes out too late."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guiju.casework import Calendar, Pause, Unit, due, prc
from guiju.kernel import BEIJING

NOON = timedelta(hours=12)


def at(day: str, hour: int = 12) -> datetime:
    """An hour of a day in Beijing."""
    return datetime.fromisoformat(f"{day}T{hour:02}:00+08:00").astimezone(UTC)


def last_day(limit: int, unit: Unit, started: datetime, *pauses: Pause) -> str:
    """The last day on which it is in time, in Beijing; a question mark when that may move."""
    found = due(limit, unit, started, prc(), pauses)
    assert found is not None
    last = (found.at - timedelta(microseconds=1)).astimezone(BEIJING)
    assert found.at == datetime(last.year, last.month, last.day, tzinfo=BEIJING) + 2 * NOON
    return f"{last.date()}{'?' * found.provisional}"


@pytest.mark.parametrize(
    ("limit", "started", "expected"),
    [
        (1, at("2026-09-18"), "2026-09-20"),  # a Sunday that is worked
        (10, at("2026-09-18"), "2026-10-09"),  # two holidays on the way
        (10, at("2026-09-30", 23), "2026-10-20"),  # the Saturday after the week is worked
        (1, at("2026-02-14"), "2026-02-24"),  # nine days of spring
        (20, at("2025-01-20"), "2025-02-21"),
        (1, datetime(2026, 9, 17, 16, 30, tzinfo=UTC), "2026-09-20"),  # the 18th in Beijing
        (3, at("2026-12-30"), "2027-01-02?"),  # nobody has arranged 2027: a Saturday may be worked
    ],
)
def test_working_days_end_where_people_count_them(
    limit: int, started: datetime, expected: str
) -> None:
    """The day of the event does not count; days are those of Beijing."""
    assert last_day(limit, Unit.WORKING_DAYS, started) == expected


@pytest.mark.parametrize(
    ("limit", "started", "expected"),
    [
        (30, at("2026-08-20"), "2026-09-20"),  # a Saturday moves on, to a Sunday that is worked
        (30, at("2026-09-05"), "2026-10-08"),  # within the holiday: the first day of work after
        (3, at("2026-11-02"), "2026-11-05"),
        (2, at("2026-12-31"), "2027-01-02?"),  # a Saturday that may yet be worked
        (4, at("2026-12-31"), "2027-01-04?"),
    ],
)
def test_days_end_on_a_working_day(limit: int, started: datetime, expected: str) -> None:
    """A last day on which nobody works moves to the next on which people do."""
    assert last_day(limit, Unit.DAYS, started) == expected


def test_hours_run_through_nights_and_holidays() -> None:
    """An hour is an hour; a pause is added as it was."""
    found = due(4, Unit.HOURS, at("2026-10-01", 22), prc())
    assert found is not None
    assert found == (at("2026-10-02", 2), False, prc().version)
    pause = Pause(at("2026-10-01", 23), at("2026-10-03", 23))
    later = due(4, Unit.HOURS, at("2026-10-01", 22), prc(), [pause])
    assert later is not None
    assert later.at == at("2026-10-04", 2)


def test_a_day_counts_when_the_clock_runs_at_its_end() -> None:
    """Asked on Monday for more, answered on Thursday: Thursday counts, three days do not."""
    started = at("2026-11-06")
    assert last_day(5, Unit.WORKING_DAYS, started) == "2026-11-13"
    pause = Pause(at("2026-11-09", 9), at("2026-11-12", 17))
    assert last_day(5, Unit.WORKING_DAYS, started, pause) == "2026-11-18"
    short = Pause(at("2026-11-09", 9), at("2026-11-09", 17))
    assert last_day(5, Unit.WORKING_DAYS, started, short) == "2026-11-13"


def test_a_clock_that_stands_still_is_never_over() -> None:
    """Nobody can be late while they wait for somebody else."""
    assert due(1, Unit.HOURS, at("2026-11-06"), prc(), [Pause(at("2026-11-06"), None)]) is None


@pytest.mark.parametrize(
    "pauses",
    [
        [Pause(at("2026-11-05"), at("2026-11-07"))],
        [Pause(at("2026-11-08"), at("2026-11-07"))],
        [Pause(at("2026-11-07"), None), Pause(at("2026-11-08"), at("2026-11-09"))],
        [Pause(at("2026-11-07"), at("2026-11-09")), Pause(at("2026-11-08"), at("2026-11-10"))],
    ],
)
def test_pauses_that_cannot_be_are_a_fault(pauses: list[Pause]) -> None:
    """Before the start, backwards, open in the middle, overlapping."""
    with pytest.raises(ValueError, match="pauses follow each other"):
        due(1, Unit.DAYS, at("2026-11-06"), prc(), pauses)
    with pytest.raises(ValueError, match="at least one unit"):
        due(0, Unit.DAYS, at("2026-11-06"), prc())


def test_what_is_not_arranged_yet_never_comes_out_too_late() -> None:
    """Every third day of five years, as if its year and later ones were unknown."""
    for year in list(prc().years)[:-1]:
        before = Calendar({one: days for one, days in prc().years.items() if one < year})
        day = date(year, 1, 1)
        while day.year == year:
            started = datetime(day.year, day.month, day.day, tzinfo=BEIJING) + NOON
            for limit in (1, 2, 3, 5, 10, 15, 20, 30):
                for unit in (Unit.DAYS, Unit.WORKING_DAYS):
                    guessed = due(limit, unit, started, before)
                    real = due(limit, unit, started, prc())
                    assert guessed is not None
                    assert real is not None
                    assert guessed.provisional
                    assert guessed.at <= real.at, (started, limit, unit)
            day += timedelta(days=3)


@given(
    st.integers(1, 60),
    st.sampled_from(list(Unit)),
    st.datetimes(datetime(2022, 1, 1), datetime(2026, 9, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - Hypothesis adds the zone
    st.integers(0, 10**6),
)
def test_a_later_start_or_a_longer_limit_never_ends_sooner(
    limit: int, unit: Unit, started: datetime, seconds: int
) -> None:
    """And no limit ends before it has begun."""
    found = due(limit, unit, started, prc())
    later = due(limit, unit, started + timedelta(seconds=seconds), prc())
    longer = due(limit + 1, unit, started, prc())
    assert found is not None
    assert later is not None
    assert longer is not None
    assert started < found.at <= min(later.at, longer.at)
