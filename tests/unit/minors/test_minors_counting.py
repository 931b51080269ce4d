# SPDX-License-Identifier: Apache-2.0
"""The rows against a count of single seconds: whatever is told, late, twice, by whom."""

from __future__ import annotations

from itertools import count, pairwise
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.minors.scene import RULES, Scene, tomorrow

from guiju.minors import service
from guiju.minors.use_store import between
from guiju.minors.using import Stretch

GAP = RULES.gap_minutes * 60
HOURS = 6
_names = count()
answers = st.lists(
    st.tuples(
        st.integers(0, HOURS * 3600),
        st.integers(0, 1800),
        st.integers(0, RULES.reading_most),
    ),
    min_size=1,
    max_size=10,
)


def seconds_used(told: list[tuple[int, int, int]]) -> set[int]:
    """Each second by itself: those of answers, and those of pauses that are too short for one."""
    used = {at for start, length, read in told for at in range(start, start + length + read)}
    ends = sorted({start for start, *_ in told} | used)
    for one, other in pairwise(ends):
        after = one + 1 if one in used else one
        if other - after < GAP:
            used |= set(range(one, other))
    return used


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(answers, st.randoms(use_true_random=False))
def test_the_rows_count_what_a_count_of_seconds_finds(
    scene: Scene, told: list[tuple[int, int, int]], random: Any
) -> None:
    """Over midnight, on two devices, in any order, some of it twice."""
    person = f"pe_{next(_names)}"
    begin = scene.set("21:00")
    reports = [
        Stretch(person, begin + start * 1000, length * 1000, read * 1000)
        for start, length, read in told
    ]
    reports += random.sample(reports, len(reports) // 2)
    random.shuffle(reports)
    for one in reports:
        scene.do(service.go_on, RULES, one)
    scene.set("12:00", tomorrow())
    with scene.db.read() as tx:
        days = between(tx, person, tomorrow(-1), tomorrow(2))
    kept = sum(end - start for one in days.values() for start, end in one.spans)
    assert kept == len(seconds_used(told)) * 1000
