# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guiju.kernel import FixedClock, SystemClock, from_micros, isoformat, micros, monotonic

EAST = timezone(timedelta(hours=8))
moments = st.datetimes(
    min_value=datetime(2, 1, 1),  # noqa: DTZ001 - a bound
    max_value=datetime(9998, 1, 1),  # noqa: DTZ001 - a bound
    timezones=st.timezones(),
)


@given(moments)
def test_a_moment_comes_back_from_its_microseconds(at: datetime) -> None:
    """Not a microsecond is lost, before 1970 neither."""
    # In UTC: Python calls a local time that the clock has skipped unequal to every other.
    assert from_micros(micros(at)) == at.astimezone(UTC)


@given(moments, moments)
def test_microseconds_keep_the_order_of_time(one: datetime, two: datetime) -> None:
    """Rows may be sorted by them."""
    assert (micros(one) < micros(two)) == (one.astimezone(UTC) < two.astimezone(UTC))


@given(st.datetimes(min_value=datetime(1000, 1, 2), timezones=st.just(UTC)))  # noqa: DTZ001 - bound
def test_evidence_writes_a_moment_in_one_form(at: datetime) -> None:
    """Six decimals and a Z: as long as ever, and read back the same."""
    written = isoformat(at)
    assert len(written) == 27
    assert datetime.fromisoformat(written) == at


def test_a_moment_elsewhere_is_written_in_utc() -> None:
    """Eight in the morning in Beijing is midnight."""
    assert isoformat(datetime(2026, 1, 1, 8, tzinfo=EAST)) == "2026-01-01T00:00:00.000000Z"


def test_the_epoch_is_zero() -> None:
    """The anchor that an inspector can check by hand."""
    assert micros(datetime(1970, 1, 1, tzinfo=UTC)) == 0
    assert from_micros(1_000_000) == datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)


def test_a_moment_without_a_zone_is_refused() -> None:
    """A time that could be anywhere is no evidence."""
    naive = datetime(2026, 1, 1)  # noqa: DTZ001 - the very thing that is refused
    with pytest.raises(ValueError, match="zone"):
        micros(naive)
    with pytest.raises(ValueError, match="zone"):
        FixedClock(naive)


def test_a_fixed_clock_moves_only_when_told() -> None:
    """And says UTC whatever zone it was set in."""
    clock = FixedClock(datetime(2026, 1, 1, 8, tzinfo=EAST))
    assert clock.now() == clock.now() == datetime(2026, 1, 1, tzinfo=UTC)
    assert clock.now().tzinfo is UTC
    clock.advance(days=1, seconds=2)
    assert clock.now() == datetime(2026, 1, 2, 0, 0, 2, tzinfo=UTC)


def test_the_clock_of_the_machine_speaks_utc_and_runs_forward() -> None:
    """Two looks stand in order and carry their zone."""
    one, two = SystemClock().now(), SystemClock().now()
    assert one.tzinfo is two.tzinfo is UTC
    assert one <= two


def test_monotonic_time_never_runs_backwards() -> None:
    """Differences are lengths."""
    assert monotonic() <= monotonic()
