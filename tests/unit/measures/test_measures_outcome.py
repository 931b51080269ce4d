# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from guiju.measures.outcome import Outcome, worst

outcomes = st.lists(st.sampled_from(Outcome))


def test_the_nine_outcomes_stand_from_worst_to_best() -> None:
    """The order is the one that the worst-wins rule needs."""
    assert [one.name for one in sorted(Outcome)] == [
        "NOT_MET",
        "NO_EVIDENCE",
        "STALE",
        "CHECK_ERROR",
        "NOT_EXERCISED",
        "ATTESTED_ONLY",
        "MET_WITH_EXCEPTIONS",
        "MET",
        "NOT_APPLICABLE",
    ]


@given(outcomes, outcomes)
def test_the_worst_of_parts_is_the_worst_of_the_whole(
    one: list[Outcome], two: list[Outcome]
) -> None:
    """It does not matter how controls are grouped on the way up."""
    parts = [worst(part) for part in (one, two) if part]
    assert worst(parts) is worst(one + two)


@given(outcomes, st.sampled_from(Outcome))
def test_one_more_control_never_makes_it_better(some: list[Outcome], more: Outcome) -> None:
    """Adding a control can only keep or worsen an article that has controls."""
    assert not some or worst([*some, more]) <= worst(some)


def test_nothing_at_all_is_no_evidence() -> None:
    """An obligation without a control is not met by silence."""
    assert worst([]) is Outcome.NO_EVIDENCE


def test_no_outcome_claims_a_legal_verdict() -> None:
    """The words speak of evidence; the legal conclusion is a person's."""
    words = " ".join(one.text.en + one.text.zh for one in Outcome).lower()
    assert "complian" not in words
    assert "合规" not in words
    assert "%" not in words
