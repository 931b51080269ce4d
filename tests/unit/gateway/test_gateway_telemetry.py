# SPDX-License-Identifier: Apache-2.0
"""Counts add up over workers, never run backwards, and show as they are."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guiju.gateway.telemetry import (
    BOUNDS,
    Counters,
    Gauges,
    Histogram,
    Minute,
    Seen,
    Sharing,
    Tallies,
    exposition,
)
from guiju.gateway.telemetry.tallies import MINUTES
from guiju.gateway.traffic import traffic
from guiju.kernel import FixedClock

CHAT = "/v1/chat/completions"
times = st.lists(st.floats(0.0, 200.0), max_size=50)


@pytest.fixture
def now() -> FixedClock:
    """Half a minute past noon."""
    return FixedClock(datetime(2026, 3, 1, 12, 0, 30, tzinfo=UTC))


def histogram(seconds: list[float]) -> Histogram:
    made = Histogram()
    for one in seconds:
        made.observe(one)
    return made


@given(times, times)
def test_two_histograms_together_are_one_of_all(ours: list[float], theirs: list[float]) -> None:
    """However requests were spread over the workers."""
    both = histogram(ours)
    both.add(histogram(theirs))
    whole = histogram(ours + theirs)
    assert both.counts == whole.counts
    assert both.seconds == pytest.approx(whole.seconds)


@given(st.lists(st.floats(0.0, 200.0), min_size=1, max_size=50), st.sampled_from([0.5, 0.95, 0.99]))
def test_a_quantile_lies_in_the_bucket_of_the_time_it_stands_for(
    seconds: list[float], share: float
) -> None:
    """A bucket is all that is known of a time."""
    found = histogram(seconds).quantile(share)
    rank = max(-(-len(seconds) * share // 1), 1)
    exact = sorted(seconds)[int(rank) - 1]
    low = max((bound for bound in BOUNDS if bound < exact), default=0.0)
    high = min((bound for bound in BOUNDS if bound >= exact), default=BOUNDS[-1])
    assert found is not None
    assert low <= found <= high


def test_nothing_counted_has_no_quantile() -> None:
    """Not nought seconds."""
    assert Histogram().quantile(0.5) is None


def counted(now: FixedClock, status: int = 200) -> Counters:
    """Counters that have seen one exchange of ten characters, nine of them covered."""
    counters = Counters(now)
    counters.arrived()
    counters.left(
        Seen(
            CHAT,
            status,
            1.0,
            "rate-limited",
            exchange=True,
            asked=True,
            stopped=True,
            characters=10,
            covered=9,
            prompt=3,
            completion=4,
            screening=0.001,
            upstream=0.5,
            first=0.2,
        )
    )
    return counters


def test_the_text_for_prometheus_names_what_was_counted(now: FixedClock) -> None:
    """Every family has its type; buckets rise; a code or route never breaks a line."""
    counters = counted(now)
    counters.left(Seen("", 400, 0.1, 'odd"\n\\code'))
    counters.arrived()
    lines = exposition(counters.tallies, counters.gauges).splitlines()
    assert f'guiju_requests_total{{route="{CHAT}",status="200"}} 1' in lines
    assert 'guiju_refusals_total{code="odd\\"\\n\\\\code"} 1' in lines
    assert f'guiju_coverage_ratio{{route="{CHAT}"}} 0.9' in lines
    assert f'guiju_upstream_seconds_bucket{{route="{CHAT}",le="+Inf"}} 1' in lines
    assert f'guiju_upstream_seconds_bucket{{route="{CHAT}",le="0.2"}} 0' in lines
    assert f'guiju_tokens_total{{route="{CHAT}",kind="completion"}} 4' in lines
    assert "guiju_requests_in_flight 0" in lines
    named = {line.partition("{")[0] for line in lines if "{" in line and line[0] != "#"}
    typed = {line.split(" ")[2] for line in lines if line.startswith("# TYPE")}
    parts = {f"{one}{part}" for one in typed for part in ("", "_bucket", "_sum", "_count")}
    assert named <= parts


def test_whichever_worker_is_asked_answers_for_all(tmp_path: Path, now: FixedClock) -> None:
    """Its own counts as they are now, the others' as they shared them."""
    one, other = counted(now), counted(now, 503)
    other.arrived()
    Sharing(tmp_path, now, "2").share(other.tallies, other.gauges)
    tallies, gauges = Sharing(tmp_path, now, "1").together(one.tallies, one.gauges)
    assert tallies.answered == {CHAT: {200: 1, 503: 1}}
    assert tallies.refused == {"rate-limited": 2}
    assert tallies.coverage[CHAT].delivered == 20
    assert tallies.seconds["upstream"][CHAT].count == 2
    assert gauges.in_flight == 1
    assert one.tallies.answered == {CHAT: {200: 1}}


def test_a_worker_that_is_gone_still_counts_but_has_nothing_under_way(
    tmp_path: Path, now: FixedClock
) -> None:
    """Counters never run backwards; what it had under way is over."""
    gone = counted(now)
    gone.arrived()
    Sharing(tmp_path, now, "2").share(gone.tallies, gone.gauges)
    now.advance(seconds=30)
    tallies, gauges = Sharing(tmp_path, now, "1").together(Tallies(), Gauges())
    assert tallies.answered == {CHAT: {200: 1}}
    assert gauges.in_flight == 0


def test_a_file_that_is_no_count_is_passed_over(tmp_path: Path, now: FixedClock) -> None:
    """Half a file, or one of another version, takes nobody's answer away."""
    (tmp_path / "9.json").write_bytes(b"{")
    tallies, _ = Sharing(tmp_path, now, "1").together(Tallies(), Gauges())
    assert tallies == Tallies()


def test_counts_begin_anew_with_the_service(tmp_path: Path, now: FixedClock) -> None:
    """Workers of an earlier start are forgotten."""
    sharing = Sharing(tmp_path / "metrics", now, "2")
    sharing.share(counted(now).tallies, Gauges())
    sharing.begin_anew()
    assert Sharing(tmp_path / "metrics", now, "1").together(Tallies(), Gauges())[0] == Tallies()


def test_the_course_of_an_hour_is_kept_and_no_more(now: FixedClock) -> None:
    """Memory does not grow with time."""
    counters = Counters(now)
    for _ in range(3 * MINUTES):
        counters.arrived()
        counters.left(Seen(CHAT, 200, 0.1))
        counters.fold()
        now.advance(minutes=1)
    assert len(counters.tallies.minutes) == MINUTES


def test_the_page_shows_the_last_whole_minute(now: FixedClock) -> None:
    """The minute under way is not over, and would look like a fall."""
    counters = counted(now)
    counters.fold()
    now.advance(minutes=1)
    counters.arrived()
    counters.left(Seen(CHAT, 503, 0.1))
    shown = traffic(counters.tallies, counters.gauges, now.now())
    assert (shown.last_minute.requests, shown.last_minute.stopped) == (1, 1)
    assert shown.per_minute[-1] == 1
    assert shown.codes == [("rate-limited", 1)]
    (line,) = shown.routes
    assert (line.requests, line.failed, line.stopped) == (2, 1, 1)
    assert shown.coverage.share == 0.9


def test_what_never_happened_shows_as_nothing(now: FixedClock) -> None:
    """A fresh start has a page too."""
    shown = traffic(Tallies(), Gauges(), now.now())
    assert shown.last_minute == Minute()
    assert shown.coverage.share == 1.0
    assert set(shown.slowest) == {0}


def test_counts_are_folded_by_whoever_asks_and_no_request_waits_for_ever(now: FixedClock) -> None:
    """A worker whose housekeeping hangs does not fill its memory with what it has seen."""
    counters = Counters(now)
    for _ in range(25_000):
        counters.arrived()
        counters.left(Seen(CHAT, 200, 0.1))
    assert len(counters._seen) <= 10_000
    assert counters.tallies.answered == {CHAT: {200: 25_000}}


def test_threads_that_fold_at_once_count_each_request_once(now: FixedClock) -> None:
    """Housekeeping and somebody who looks at the page."""
    counters = Counters(now)

    def fold() -> None:
        for _ in range(200):
            counters.fold()

    threads = [threading.Thread(target=fold) for _ in "ab"]
    for one in threads:
        one.start()
    for _ in range(5_000):
        counters.arrived()
        counters.left(Seen(CHAT, 200, 0.1))
    for one in threads:
        one.join()
    assert counters.tallies.answered == {CHAT: {200: 5_000}}
