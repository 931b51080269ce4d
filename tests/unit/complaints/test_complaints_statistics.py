# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from collections import Counter
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.complaints.conftest import CLERK, filed, stepped

from guiju.complaints import service
from guiju.complaints.model import Outcome
from guiju.complaints.pace import working_days
from guiju.complaints.service import COMPLAINANT
from guiju.complaints.statistics import LEAST, at_share, grouped, statistics
from guiju.kernel import BEIJING, FixedClock
from guiju.storage import Database


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


@pytest.mark.parametrize(
    ("since", "until", "days"),
    [
        ("2026-11-23T09:00", "2026-11-23T18:00", 0),
        ("2026-11-23T23:59", "2026-11-24T00:01", 1),
        ("2026-11-20T09:00", "2026-11-23T09:00", 1),  # over a weekend
        ("2026-09-30T09:00", "2026-10-08T09:00", 1),  # over the holiday of October
        ("2026-10-09T09:00", "2026-10-10T09:00", 1),  # a Saturday that is worked
    ],
)
def test_working_days_are_counted_as_limits_are(since: str, until: str, days: int) -> None:
    """Days of Beijing; the first is not one, the last is."""
    assert working_days(at(since), at(until)) == days


def test_promise_and_fact_are_computed_from_the_steps(lite: Database, clock: FixedClock) -> None:
    """Waiting for the complainant does not count; what took too long is late."""
    for number in range(6):
        case = filed(lite, text=f"Complaint number {number} of its own kind.")
        clock.advance(days=7 if number == 5 else 1)
        case = stepped(lite, case, (CLERK, "accept"), (CLERK, "handle"))
        with lite.write() as tx:
            case = service.ask(tx, CLERK, case, "Which?")
        clock.advance(days=7)
        with lite.write() as tx:
            case = service.answer(tx, COMPLAINANT, case, "This one.")
            case = service.decide(
                tx, CLERK, case, service.found(Outcome.UNFOUNDED, "It was not so.")
            )
            service.tell(tx, CLERK, case, "page")
        clock.advance(days=6 - clock.now().astimezone(BEIJING).weekday() + 1)
    with lite.read() as tx:
        found = statistics(tx)
    assert (found.received, found.acceptance.done, found.feedback.done) == (6, 6, 6)
    assert (found.acceptance.p50, found.acceptance.most) == (1, 5)
    assert found.feedback.most == found.acceptance.most
    assert found.feedback.late == 0
    assert found.acceptance.late is None  # one: too few to be said
    assert [(one.name, one.count) for one in found.outcomes] == [("unfounded", 6)]


def test_few_are_not_told(lite: Database) -> None:
    """Whoever knows of one complaint must learn nothing of the others."""
    for number in range(LEAST - 1):
        filed(lite, text=f"Complaint number {number} of its own kind.")
    with lite.read() as tx:
        found = statistics(tx)
    assert found.received is None
    assert (found.acceptance.p50, found.categories, found.channels) == (None, [], [])


@given(st.dictionaries(st.text("abc", min_size=1), st.integers(1, 40), max_size=8))
def test_no_small_count_can_be_worked_out(counts: dict[str, int]) -> None:
    """Whatever the total: nothing below five is shown, nor left as the difference."""
    rows = grouped(counts)
    assert all(one.count >= LEAST for one in rows)
    hidden = sum(counts.values()) - sum(one.count for one in rows)
    assert hidden == 0 or sum(counts.values()) < LEAST
    named = {one.name: one.count for one in rows if one.name is not None}
    assert all(counts[name] == count for name, count in named.items())


@given(st.lists(st.integers(0, 60), min_size=1), st.integers(1, 100))
def test_a_share_is_reached_and_no_smaller_value_reaches_it(values: list[int], share: int) -> None:
    """The nearest rank, by its definition."""
    found = at_share(Counter(values), share)
    reached = sum(one <= found for one in values)
    before = sum(one < found for one in values)
    assert reached * 100 >= share * len(values)
    assert before * 100 < share * len(values)
