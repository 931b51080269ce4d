# SPDX-License-Identifier: Apache-2.0
"""From stated facts to the grade that they reach, each threshold a rule of the law data."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guiju.incidents import Grade, Measure, Statement, assess, reportable, thresholds
from guiju.kernel import Invalid
from guiju.measures import law

FACTS = st.dictionaries(st.sampled_from(list(Measure)), st.integers(0, 10**9))


@pytest.mark.parametrize(
    ("measure", "number", "grade"),
    [
        (Measure.PERSONS, 999_999, Grade.GENERAL),
        (Measure.PERSONS, 1_000_000, Grade.LARGER),
        (Measure.LOSS, 20_000_000, Grade.MAJOR),
        (Measure.LOSS, 100_000_000, Grade.EXTRA_MAJOR),
        (Measure.HOME_PAGE_TIME, 29, Grade.GENERAL),
        (Measure.HOME_PAGE_TIME, 30, Grade.LARGER),
        (Measure.HOME_PAGE_TIME, 119, Grade.LARGER),
        (Measure.HOME_PAGE_TIME, 120, Grade.MAJOR),
        (Measure.HOME_PAGE_TIME, 360, Grade.EXTRA_MAJOR),
        (Measure.OTHER_PAGE_TIME, 1_440, Grade.EXTRA_MAJOR),
        (Measure.VIEWS, 9_999, Grade.GENERAL),
        (Measure.REPOSTS, 1_000, Grade.LARGER),
        (Measure.OUTAGE, 10**9, Grade.GENERAL),
    ],
)
def test_a_threshold_is_reached_at_its_number(measure: Measure, number: int, grade: Grade) -> None:
    """Hours and minutes of the rules are one unit; what has no rule reaches nothing."""
    found = assess({measure: number})
    assert found.grade is grade
    assert all(one.measure is measure for one in found.reached)


@given(FACTS)
def test_the_grade_is_that_of_the_gravest_threshold_reached(facts: dict[Measure, int]) -> None:
    """Worst wins; nothing reached is general; what is not stated never counts."""
    found = assess(facts)
    ranks = [one.grade.rank for one in thresholds() if facts.get(one.measure, -1) >= one.value]
    assert found.grade.rank == max(ranks, default=Grade.GENERAL.rank)
    assert len(found.reached) == len(ranks)


@given(FACTS, FACTS)
def test_more_facts_never_make_it_milder(one: dict[Measure, int], more: dict[Measure, int]) -> None:
    """Grading is monotone in every number."""
    both = {name: max(one.get(name, 0), more.get(name, 0)) for name in one | more}
    assert assess(both).grade.rank >= assess(one).grade.rank


def test_every_rule_of_the_law_data_is_a_threshold_and_says_its_mark() -> None:
    """None is left out, and each is dated and marked."""
    rules = {one for one in law().rules if one.startswith("incidents.grade-")}
    assert {one.rule.id for one in thresholds()} == rules
    assert all(one.rule.mark and one.rule.clause for one in thresholds())
    assert [reportable(one) for one in Grade] == [False, True, True, True]
    assert not reportable(None)


@pytest.mark.parametrize(
    ("mapping", "place"),
    [
        ({"facts": {"persons": -1}}, "facts.persons"),
        ({"facts": {"people": 1}}, "facts"),
        ({"facts": {"persons": True}}, "facts.persons"),
        ({"words": {"summary": ""}}, "words.summary"),
        ({"words": {"summary": "x" * 5_000}}, "words.summary"),
        ({"other": 1}, "other"),
    ],
)
def test_what_cannot_be_read_is_one_error_with_its_place(mapping: object, place: str) -> None:
    """In our shape, whoever gives it."""
    with pytest.raises(Invalid) as caught:
        Statement.from_mapping(mapping)
    assert caught.value.code == "incident-facts-invalid"
    assert place in caught.value.what.en
