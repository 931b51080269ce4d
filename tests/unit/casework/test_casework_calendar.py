# SPDX-License-Identifier: Apache-2.0
"""The calendar says what two libraries say of every published day, and refuses what cannot be."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import chinese_calendar
import holidays
import pytest

from guiju.casework import prc, read_calendar
from guiju.kernel import Invalid


def days_of(year: int) -> Iterator[date]:
    day = date(year, 1, 1)
    while day.year == year:
        yield day
        day += timedelta(days=1)


@pytest.mark.parametrize("year", sorted(prc().years))
def test_every_published_day_is_as_two_libraries_have_it(year: int) -> None:
    """Days of rest, weekends and weekends that are worked; no day of the year is left out."""
    rest = holidays.country_holidays("CN", years=year)
    for day in days_of(year):
        working = prc().is_working_day(day)
        assert working == chinese_calendar.is_workday(day), day
        assert working == rest.is_working_day(day), day


def test_a_year_nobody_has_arranged_is_as_the_week_has_it() -> None:
    """And says so: what is counted into it is provisional."""
    year = max(prc().years) + 1
    for day in days_of(year):
        assert not prc().is_published(day)
        assert prc().is_working_day(day) == (day.weekday() < 5)


GOOD = """
[[year]]
year = 2031
notice = "n"
mark = "memory"
rest = [[2031-05-01, 2031-05-03]]
work = [2031-05-10]
"""


def test_a_file_is_read_by_its_days(tmp_path: Path) -> None:
    """An operator can hand in the next year before guiju brings it."""
    path = tmp_path / "next.toml"
    path.write_text(GOOD)
    one = read_calendar(path)
    assert not one.is_working_day(date(2031, 5, 2))
    assert one.is_working_day(date(2031, 5, 10))
    path.write_text("# the same\n" + GOOD)
    assert read_calendar(path).version == one.version
    path.write_text(GOOD.replace("05-03]", "05-04]"))
    assert read_calendar(path).version != one.version


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("2031-05-03]", "2031-04-03]", "2031-04-03 is before 2031-05-01"),
        ("2031-05-03]", "2032-05-03]", "must hold days of 2031"),
        ("2031-05-03]", "2031-05-03T00:00:00Z]", "must hold days of 2031"),
        ("[[2031-05-01, 2031-05-03]]", "[2031-05-01]", "pairs of a first and a last day"),
        ("2031-05-10", "2031-05-09", "2031-05-09 is no weekend day"),
        ("2031-05-10", "2031-05-03", "2031-05-03 is no weekend day"),
        ("[2031-05-10]", "2031-05-10", "must be a list"),
        ('mark = "memory"', 'mark = "sure"', "confirmed, secondary, memory"),
        ("notice =", "notise =", "is missing"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    """A day of another year, a span backwards, a weekday to be made up, a misspelt key."""
    path = tmp_path / "bad.toml"
    path.write_text(GOOD.replace(old, new))
    with pytest.raises(Invalid) as error:
        read_calendar(path)
    assert error.value.code == "calendar-invalid"
    assert said in error.value.what.en
    assert error.value.what.en.startswith("bad.toml: year[0]")


def test_a_year_that_stands_twice_is_refused(tmp_path: Path) -> None:
    """Two arrangements of one year: nobody can tell which holds."""
    path = tmp_path / "twice.toml"
    path.write_text(GOOD + GOOD)
    with pytest.raises(Invalid, match="2031 stands twice"):
        read_calendar(path)
