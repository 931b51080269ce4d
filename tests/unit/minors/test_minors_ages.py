# SPDX-License-Identifier: Apache-2.0
"""How old somebody is taken to be, and by whose word."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guiju.minors.ages import (
    SURE,
    Claim,
    Source,
    Stage,
    advanced,
    band_of,
    birthday,
    edges,
    from_birth,
    is_consistent,
    needs_consent,
    settled,
    stage_named,
    years_between,
)

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
TODAY = date(2026, 11, 30)
births = st.dates(date(1950, 1, 1), TODAY)


def claim(source: Source, stage: Stage, *, hours: int = 0, confidence: int = SURE) -> Claim:
    at = NOW + timedelta(hours=hours)
    return Claim(f"age_{source}_{stage}_{hours}", source, stage, confidence, at)


def test_the_stages_are_those_of_the_rules() -> None:
    """Bands of the guide, cut once more at the age of consent."""
    assert edges() == (3, 8, 12, 14, 16, 18)
    assert is_consistent()


@pytest.mark.parametrize(
    ("born", "stage", "changes"),
    [
        ("2026-11-30", Stage.INFANT, "2029-11-30"),
        ("2023-12-01", Stage.INFANT, "2026-12-01"),
        ("2023-11-30", Stage.SMALL, "2031-11-30"),
        ("2012-12-01", Stage.YOUNG, "2026-12-01"),
        ("2012-11-30", Stage.TEEN, "2028-11-30"),
        ("2010-11-30", Stage.OLDER, "2028-11-30"),
        ("2008-12-01", Stage.OLDER, "2026-12-01"),
        ("2008-11-30", Stage.ADULT, None),
        ("1970-01-01", Stage.ADULT, None),
        ("2012-02-29", Stage.TEEN, "2028-02-29"),
        ("2010-02-28", Stage.OLDER, "2028-02-28"),
    ],
)
def test_a_birth_date_becomes_a_stage_and_the_day_it_ends(
    born: str, stage: Stage, changes: str | None
) -> None:
    """On the birthday itself somebody is a year older."""
    found = from_birth(date.fromisoformat(born), TODAY)
    assert found == (stage, None if changes is None else date.fromisoformat(changes))


def test_who_was_born_on_a_leap_day_is_older_on_the_first_of_march() -> None:
    """In years without that day."""
    born = date(2008, 2, 29)
    assert birthday(born, 18) == date(2026, 3, 1)
    assert years_between(born, date(2026, 2, 28)) == 17
    assert years_between(born, date(2026, 3, 1)) == 18


@given(births, st.integers(0, 40_000))
def test_a_stage_that_is_carried_on_is_what_the_birth_date_would_say(born: date, days: int) -> None:
    """So the birth date need not be kept; around a leap day it may be a day off, never younger."""
    later = TODAY + timedelta(days=days)
    stage, changes = from_birth(born, TODAY)
    carried, _ = advanced(stage, changes, later)
    if (born.month, born.day) != (2, 29):
        assert carried == from_birth(born, later)[0]
    else:
        near = {from_birth(born, later - timedelta(days=one))[0] for one in (-1, 0, 1)}
        assert carried in near


def test_bands_are_five_and_say_nothing_finer() -> None:
    """What is shown is the band of the guide."""
    assert [band_of(one) for one in Stage] == [
        "<3",
        "3-7",
        "8-11",
        "12-15",
        "12-15",
        "16-17",
        "adult",
    ]
    assert stage_named("12-15") is Stage.YOUNG
    assert stage_named("15") is None


def test_consent_is_needed_below_fourteen() -> None:
    """Twelve and thirteen, too, though their band goes on to fifteen."""
    assert [one for one in Stage if needs_consent(one)] == [
        Stage.INFANT,
        Stage.SMALL,
        Stage.CHILD,
        Stage.YOUNG,
    ]


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ([], None),
        ([claim(Source.SELF, Stage.ADULT)], Stage.ADULT),
        # Nobody grows up by saying so.
        ([claim(Source.SELF, Stage.TEEN), claim(Source.SELF, Stage.ADULT, hours=1)], Stage.TEEN),
        # Software's guess protects from oneself, and only its newest word counts.
        ([claim(Source.SELF, Stage.ADULT), claim(Source.INFERRED, Stage.YOUNG)], Stage.YOUNG),
        (
            [
                claim(Source.INFERRED, Stage.YOUNG),
                claim(Source.INFERRED, Stage.OLDER, hours=1),
                claim(Source.SELF, Stage.ADULT),
            ],
            Stage.OLDER,
        ),
        # Who is unsure says nothing.
        (
            [claim(Source.SELF, Stage.ADULT), claim(Source.INFERRED, Stage.YOUNG, confidence=499)],
            Stage.ADULT,
        ),
        # A guardian knows better than the child, a verification better than the guardian.
        ([claim(Source.SELF, Stage.ADULT), claim(Source.GUARDIAN, Stage.CHILD)], Stage.CHILD),
        (
            [claim(Source.GUARDIAN, Stage.CHILD, hours=2), claim(Source.VERIFICATION, Stage.TEEN)],
            Stage.TEEN,
        ),
        # Of the strongest the newest.
        (
            [claim(Source.DECISION, Stage.ADULT), claim(Source.VERIFICATION, Stage.OLDER, hours=1)],
            Stage.OLDER,
        ),
        (
            [claim(Source.VERIFICATION, Stage.OLDER), claim(Source.DECISION, Stage.ADULT, hours=1)],
            Stage.ADULT,
        ),
    ],
)
def test_the_newest_of_the_strongest_counts(claims: list[Claim], expected: Stage | None) -> None:
    """And where nobody proves anything, the youngest."""
    found = settled(claims)
    assert (None if found is None else found.stage) == expected


@given(
    st.lists(
        st.builds(
            claim,
            st.sampled_from(Source),
            st.sampled_from(Stage),
            hours=st.integers(0, 50),
            confidence=st.integers(0, 1000),
        ),
        max_size=8,
    ),
    st.randoms(use_true_random=False),
)
def test_it_does_not_matter_in_which_order_words_are_read(claims: list[Claim], random) -> None:
    """The rule is one of what was said and when."""
    mixed = list(claims)
    random.shuffle(mixed)
    one, other = settled(claims), settled(mixed)
    assert (one and one.stage) == (other and other.stage)


@given(st.lists(st.sampled_from(Stage), min_size=1, max_size=6))
def test_one_s_own_word_only_ever_makes_younger(stages: list[Stage]) -> None:
    """However often somebody declares another age."""
    said = [claim(Source.SELF, one, hours=at) for at, one in enumerate(stages)]
    found = settled(said)
    assert found is not None
    assert found.stage == min(stages, key=list(Stage).index)
