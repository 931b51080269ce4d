# SPDX-License-Identifier: Apache-2.0
"""Use without a screen: the algebra of spans, and limits at any moment of any day."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guiju.minors import hours as clock
from guiju.minors.ages import Stage
from guiju.minors.hours import HOUR, MINUTE, Hours, Leave, usual
from guiju.minors.spans import (
    DAY,
    Span,
    Spans,
    cut,
    day_of,
    days_of,
    joined,
    millis,
    moment,
    on_line,
    start_of,
    stretch,
    used,
)

GAP = 5 * MINUTE
EVENING = date(2026, 11, 30)
moments = st.integers(0, 3 * DAY).map(lambda one: start_of(date(2026, 11, 29)) + one)
span_lists = st.lists(
    st.tuples(moments, st.integers(0, 2 * HOUR)).map(lambda one: (one[0], one[0] + one[1])),
    max_size=12,
)


def at(when: str, day: date = EVENING) -> int:
    """A time of day in China."""
    return start_of(day) + millis(
        datetime.combine(date(1970, 1, 1), time.fromisoformat(when), tzinfo=UTC)
    )


@given(span_lists, span_lists)
def test_reports_may_come_late_twice_and_in_any_order(one: list[Span], other: list[Span]) -> None:
    """Two workers that each saw a part find the same as one that saw all."""
    whole = joined([*one, *other], GAP)
    assert joined([*joined(one, GAP), *other], GAP) == whole
    assert joined([*joined(other, GAP), *joined(one, GAP)], GAP) == whole
    assert joined([*whole, *one], GAP) == whole


@given(span_lists)
def test_the_union_is_apart_in_order_and_covers_all(spans: list[Span]) -> None:
    """Every span lies in one of the union, and between two there is a real pause."""
    found = joined(spans, GAP)
    assert all(b[0] - a[1] >= GAP for a, b in itertools.pairwise(found))
    assert all(any(a <= start and end <= b for a, b in found) for start, end in spans)


@given(span_lists)
def test_two_devices_at_once_use_one_time(spans: list[Span]) -> None:
    """What is used never exceeds the time that went by."""
    found = joined(spans, GAP)
    since, until = start_of(date(2026, 11, 29)), start_of(date(2026, 12, 3))
    assert used(found, since, until) <= until - since
    assert used(joined([*spans, *spans], GAP), since, until) == used(found, since, until)


@given(span_lists)
def test_days_share_what_was_used_and_lose_nothing(spans: list[Span]) -> None:
    """Midnight inside a span: each day gets its part."""
    found = joined(spans, GAP)
    days = [date(2026, 11, 29) + timedelta(days=n) for n in range(5)]
    parts = [cut(found, day) for day in days]
    whole = used(found, start_of(days[0]), start_of(days[-1]) + DAY)
    each = [
        used(part, start_of(day), start_of(day) + DAY)
        for part, day in zip(parts, days, strict=True)
    ]
    assert sum(each) == whole
    assert joined([one for part in parts for one in part], GAP) == found


def test_a_pause_shorter_than_the_gap_is_use() -> None:
    """Five minutes are not."""
    spans = [(at("20:00"), at("20:05")), (at("20:09"), at("20:10")), (at("20:15"), at("20:20"))]
    found = joined(spans, GAP)
    assert found == ((at("20:00"), at("20:10")), (at("20:15"), at("20:20")))
    assert stretch(found, at("20:12"), GAP) == at("20:00")
    assert stretch(found, at("20:30"), GAP) is None


def test_the_day_is_that_of_china_whatever_the_host_says(monkeypatch) -> None:
    """A host in another zone, or one with summer time, counts the same days."""
    import time as host  # noqa: PLC0415

    for zone in ("America/New_York", "Europe/Berlin", "Pacific/Kiritimati", "UTC"):
        monkeypatch.setenv("TZ", zone)
        host.tzset()
        assert day_of(at("23:59")) == EVENING
        assert day_of(at("00:00")) == EVENING
        assert start_of(EVENING) == millis(datetime(2026, 11, 29, 16, tzinfo=UTC))
    monkeypatch.undo()
    host.tzset()


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25", "2026-03-08", "1991-09-15"])
def test_every_day_has_24_hours(day: str) -> None:
    """Where others change their clocks, China does not."""
    found = date.fromisoformat(day)
    assert start_of(found + timedelta(days=1)) - start_of(found) == DAY
    assert days_of((start_of(found), start_of(found) + DAY)) == (found,)


# -- a clock that is set ---------------------------------------------------------------------------


def test_a_clock_that_is_set_back_gives_no_time_back() -> None:
    """The line stands where somebody was seen, or where a stopwatch says."""
    assert on_line(1_000_000, 900_000, 0, 5_000) == 1_000_000
    assert on_line(896_000, 900_000, 0, 5_000) == 896_000
    assert on_line(100_000, 900_000, 0, 5_000) == 900_000
    assert on_line(100_000, 900_000, 930_000, 5_000) == 930_000


@given(st.lists(st.tuples(st.integers(-3 * HOUR, 3 * HOUR), st.integers(1, 600_000)), max_size=20))
def test_whatever_a_clock_does_streams_are_counted(turns: list[Span]) -> None:
    """Each answer takes its time by a stopwatch, whatever the wall clock says when it begins."""
    now, seen, streamed = at("12:00"), 0, 0
    spans: Spans = ()
    for jump, length in turns:
        now += jump
        begins = on_line(now, seen, 0, 0)
        spans = joined([*spans, (begins, begins + length)], GAP)
        seen, now, streamed = max(seen, begins + length), now + length, streamed + length
    assert used(spans, 0, 10**14) >= streamed


# -- budget, night, exceptions ---------------------------------------------------------------------


@pytest.mark.control("minors-time-limits")
@pytest.mark.parametrize(
    ("when", "opens"),
    [
        ("05:59:59", "06:00"),
        ("06:00", None),
        ("12:00", None),
        ("21:59:59", None),
        ("22:00", "06:00"),
        ("23:59", "06:00"),
        ("00:00", "06:00"),
    ],
)
def test_the_night_is_closed_from_ten_to_six(when: str, opens: str | None) -> None:
    """To the second."""
    found = clock.reopens(usual(Stage.TEEN), at(when))
    following = EVENING if when < "06" else EVENING + timedelta(days=1)
    assert found == (None if opens is None else at(opens, following))


def test_budgets_are_an_hour_and_two() -> None:
    """Below sixteen and from sixteen on."""
    assert usual(Stage.TEEN).day_minutes == 60
    assert usual(Stage.INFANT).day_minutes == 60
    assert usual(Stage.OLDER).day_minutes == 120


@pytest.mark.control("minors-time-limits")
def test_an_answer_must_be_over_when_the_hour_is() -> None:
    """However it is spread over the day; before ten at night."""
    hours = usual(Stage.TEEN)
    spans = joined([(at("08:00"), at("08:40")), (at("20:00"), at("20:05"))], GAP)
    assert clock.ends(hours, spans, at("20:05")) == at("20:20")
    assert clock.ends(hours, (), at("21:50")) == at("22:00")
    assert clock.left(hours, spans, at("20:05")) == 15 * MINUTE
    assert clock.opens_after_budget(hours, at("20:20")) == at("06:00", EVENING + timedelta(days=1))


def test_at_midnight_a_new_day_s_budget_begins() -> None:
    """For somebody whose guardian has left the nights open."""
    hours = Hours(day_minutes=60)
    spans = joined([(at("20:00"), at("20:50"))], GAP)
    tomorrow = EVENING + timedelta(days=1)
    assert clock.runs_out(hours, spans, at("23:55")) == at("01:00", tomorrow)
    assert clock.runs_out(hours, spans, at("23:45")) == at("23:55")
    assert clock.opens_after_budget(hours, at("23:55")) == at("00:00", tomorrow)


def test_a_guardian_s_exception_is_for_that_evening_only() -> None:
    """Until half past eleven, or past midnight; the next evening is as usual."""
    later = Leave(EVENING, 90, time(23, 30))
    hours = Hours(**{**_fields(usual(Stage.TEEN)), "leaves": {EVENING: later}})
    assert clock.reopens(hours, at("22:30")) is None
    assert clock.reopens(hours, at("23:30")) == at("06:00", EVENING + timedelta(days=1))
    assert clock.closes_next(hours, at("21:00")) == at("23:30")
    tomorrow = EVENING + timedelta(days=1)
    assert clock.reopens(hours, at("22:30", tomorrow)) is not None
    assert hours.allowed(EVENING) == 90 * MINUTE
    assert hours.allowed(tomorrow) == 60 * MINUTE
    past = Hours(
        **{**_fields(usual(Stage.TEEN)), "leaves": {EVENING: Leave(EVENING, None, time(0, 30))}}
    )
    assert clock.reopens(past, at("00:15", tomorrow)) is None
    assert clock.reopens(past, at("00:30", tomorrow)) == at("06:00", tomorrow)


@given(moments, st.sampled_from([Stage.TEEN, Stage.OLDER]), span_lists)
def test_an_end_is_never_in_the_past_and_never_after_the_limit(
    now: int, stage: Stage, spans: list[Span]
) -> None:
    """Whoever is served is served until budget or night, and then is not served."""
    hours, found = usual(stage), joined(spans, GAP)
    if clock.reopens(hours, now) is not None or not clock.left(hours, found, now):
        return
    end = clock.ends(hours, found, now)
    assert end is not None
    assert end > now
    gone = joined([*found, (now, end)], GAP)
    assert clock.reopens(hours, end) is not None or clock.left(hours, gone, end) == 0


@pytest.mark.parametrize(("minutes", "due"), [(29, None), (30, 30), (31, 31), (59, 59)])
def test_a_pause_is_due_after_thirty_minutes(minutes: int, due: int | None) -> None:
    """And again thirty minutes after it was said."""
    since, now = at("19:00"), at("19:00") + minutes * MINUTE
    spans = joined([(since, now)], GAP)
    assert clock.pause_due(30, spans, now, GAP, 0) == due
    assert clock.pause_due(30, spans, now, GAP, now - 10 * MINUTE) is None
    assert clock.pause_due(None, spans, now, GAP, 0) is None


def _fields(hours: Hours) -> dict[str, Any]:
    return {name: getattr(hours, name) for name in hours.__slots__}


def test_moments_are_kept_to_the_millisecond() -> None:
    """And come back."""
    assert moment(millis(datetime(2026, 11, 30, 1, 2, 3, 4000, tzinfo=UTC))).microsecond == 4000
