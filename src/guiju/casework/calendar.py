# SPDX-License-Identifier: Apache-2.0
"""Which days are working days in mainland China, by years that the State Council has arranged.

The week alone does not tell: some weekdays are free, and some Saturdays and Sundays are worked
instead. A year nobody has arranged yet is never guessed; who counts into it is told so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import NamedTuple

from guiju.kernel import Form, canonical, digest, read_table
from guiju.measures import Mark

_CODE = "calendar-invalid"
_FILE = Path(__file__).parent / "calendars" / "prc.toml"
_FIRST, _LAST = 2000, 2200
_MOST_YEARS = _LAST - _FIRST
_SATURDAY = 5
_DAY = timedelta(days=1)


class Year(NamedTuple):
    """The days of one year that are not as the week has them; the notice, and how well known."""

    notice: str
    mark: Mark
    rest: frozenset[date]
    work: frozenset[date]


class Calendar:
    """Working days by published year."""

    def __init__(self, years: Mapping[int, Year]) -> None:
        """Of these years; `version` names exactly these days."""
        self.years = dict(sorted(years.items()))
        days = {
            str(number): [sorted(map(str, year.rest)), sorted(map(str, year.work))]
            for number, year in self.years.items()
        }
        self.version = digest(canonical(days))[:16]

    def is_published(self, day: date) -> bool:
        """Whether somebody has arranged the year of `day`."""
        return day.year in self.years

    def is_working_day(self, day: date) -> bool:
        """Whether people work on `day`; of a year nobody has arranged, as the week has it."""
        year = self.years.get(day.year)
        if year is not None and day in year.rest:
            return False
        return day.weekday() < _SATURDAY or (year is not None and day in year.work)


@cache
def prc() -> Calendar:
    """The calendar that guiju brings."""
    return read_calendar(_FILE)


def read_calendar(path: Path) -> Calendar:
    """The calendar in a TOML file like the one that guiju brings.

    Raises:
        Invalid: `calendar-invalid`, with the place: a day of another year, a day of rest that is
            also worked, a working day in the week that needs no mention, a year twice.
    """
    form = Form(read_table(path, _CODE), _CODE, origin=path.name)
    years: dict[int, Year] = {}
    for one in form.forms("year", most=_MOST_YEARS):
        number = one.number("year", _FIRST, _LAST)
        if number in years:
            raise one.fault("year", f"{number} 年重复", f"{number} stands twice")
        years[number] = _year(one, number)
    form.done()
    return Calendar(years)


def _year(form: Form, number: int) -> Year:
    notice = form.text("notice")
    mark = Mark(form.word("mark", [one.value for one in Mark]))
    rest = frozenset(day for span in _list(form, "rest") for day in _span(form, span, number))
    work = frozenset(_day(form, "work", day, number) for day in _list(form, "work"))
    form.done()
    for day in sorted(work):
        if day.weekday() < _SATURDAY or day in rest:
            zh, en = f"{day} 无须列为补班", f"{day} is no weekend day to be worked"
            raise form.fault("work", zh, en)
    return Year(notice, mark, rest, work)


def _list(form: Form, key: str) -> list[object]:
    value = form.value(key)
    if not isinstance(value, list):
        raise form.fault(key, "应为列表", "must be a list")
    return value


def _span(form: Form, span: object, number: int) -> Iterator[date]:
    if not isinstance(span, list) or len(span) != 2:  # noqa: PLR2004 - a first and a last day
        raise form.fault("rest", "应为首日与末日", "must be pairs of a first and a last day")
    day, last = (_day(form, "rest", one, number) for one in span)
    if last < day:
        raise form.fault("rest", f"{last} 早于 {day}", f"{last} is before {day}")
    while day <= last:
        yield day
        day += _DAY


def _day(form: Form, key: str, value: object, number: int) -> date:
    # A moment is a date too, as far as Python goes.
    if type(value) is not date or value.year != number:
        raise form.fault(key, f"应为 {number} 年的日期", f"must hold days of {number}")
    return value
