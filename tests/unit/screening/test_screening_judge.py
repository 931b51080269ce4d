# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guiju.measures import enforcers
from guiju.screening import MOST_FINDINGS, Outcome, Screen
from guiju.screening.stream import WINDOW

DIGEST = "0" * 64
POLICY: dict[str, Any] = {
    "entry": [
        {"term": "蓝鲸糖", "harm": "A1f", "action": "block"},
        {"term": "木马茶", "harm": "A3a", "action": "mask"},
        {"term": "纸月亮", "harm": "A2f", "action": "review"},
        {"term": "grue", "harm": "A2f", "action": "refuse", "scope": ["output"]},
    ]
}


@pytest.fixture(scope="module")
def screen() -> Screen:
    return Screen.load(POLICY, DIGEST)


@pytest.mark.control("input-screening")
@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("今天天气很好", Outcome.PASS),
        ("喝木馬茶", Outcome.MASK),
        ("纸月亮和木马茶", Outcome.REVIEW),
        ("a grue", Outcome.PASS),
        ("纸月亮、蓝\u200b鲸糖", Outcome.BLOCK),
    ],
)
def test_an_input_is_judged_by_its_worst_finding(
    screen: Screen, text: str, outcome: Outcome
) -> None:
    """The verdict names the policy and covers every character of the text."""
    verdict = screen.judge(text, "input")
    assert (verdict.outcome, verdict.screened, verdict.policy) == (outcome, "full", DIGEST)
    assert verdict.covered == len(text)


@pytest.mark.control("output-screening")
def test_a_word_that_comes_again_is_not_judged_again(
    screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What `passes` says is what the judgement said, also when a flood of words came between."""
    words = ["model-1", "蓝鲸糖", *(f"甲{place}" for place in range(3000)), "蓝鲸糖", "model-1"]
    assert [screen.passes(one) for one in words] == [
        screen.judge(one, "output").outcome is Outcome.PASS for one in words
    ]
    monkeypatch.setattr(Screen, "judge", None)
    assert screen.passes("model-1")


def test_an_output_is_judged_by_the_rules_for_outputs(screen: Screen) -> None:
    """What only outputs must not say stops an output and not an input."""
    assert screen.judge("A Grue!", "output").outcome is Outcome.REFUSE
    assert screen.judge("A Grue!", "output").stops
    assert not screen.judge("A Grue!", "input").stops


def test_a_finding_tells_where_by_which_rule_and_in_which_view(screen: Screen) -> None:
    """Raw when the text holds the term as the operator wrote it, folded otherwise."""
    raw, folded = screen.judge("木马茶木馬茶", "input").findings
    assert (raw.start, raw.end, raw.view) == (0, 3, "raw")
    assert (folded.start, folded.end, folded.view) == (3, 6, "folded")
    assert raw.rule == folded.rule
    assert raw.as_json() == {
        "harm": "A3a",
        "detector": "lexicon",
        "rule": raw.rule,
        "view": "raw",
        "start": 0,
        "end": 3,
        "score": 1000,
    }


def test_masking_stars_out_only_what_is_to_be_masked(screen: Screen) -> None:
    """The length stays, other findings stay readable, dropped characters inside are starred too."""
    text = "喝木\u200b馬茶看纸月亮"
    assert screen.judge(text, "output").masked(text) == "喝****看纸月亮"


def test_a_flood_is_told_by_its_worst_findings_and_masked_in_whole(screen: Screen) -> None:
    """What comes late and is worse is told; no span is forgotten for being one of many."""
    text = "木马茶，" * 3000 + "纸月亮" + "木馬茶"
    verdict = screen.judge(text, "output")
    assert verdict.outcome is Outcome.REVIEW
    assert verdict.harms == {"A3a", "A2f"}
    assert verdict.found == 3002
    assert len(verdict.findings) == MOST_FINDINGS
    assert [one.start for one in verdict.findings[:-1]] == list(range(0, 4 * 99, 4))
    assert verdict.findings[-1].start == 12_000
    assert verdict.masked(text) == "***，" * 3000 + "纸月亮***"


def test_no_hit_is_lost_where_a_long_text_is_searched_in_windows(screen: Screen) -> None:
    """At each place around the end of a window a term is found, and a word by both its borders."""
    for at in range(WINDOW - 8, WINDOW + 8):
        for before, term, found in (
            ("甲", "蓝鲸糖", True),
            ("-", "grue", True),
            ("x", "grue", False),
            ("-", "grues", False),
        ):
            text = before * at + term + "-" * WINDOW
            spans = [(one.start, one.end) for one in screen.judge(text, "output").findings]
            assert spans == ([(at, at + len(term))] if found else [])


def test_the_public_form_is_that_of_the_contract(screen: Screen) -> None:
    """Exactly the keys that other programs read."""
    shown = screen.judge("纸月亮", "input").as_json()
    assert list(shown) == ["verdict", "screened", "policy", "findings"]
    assert shown["verdict"] == "review"


def test_outcomes_are_ordered_from_pass_to_block() -> None:
    """The worse outcome is the greater one, so the worst is the maximum."""
    for better, worse in pairwise(Outcome):
        assert better < worse
        assert better <= worse
        assert worse > better
        assert worse >= better
    assert max(Outcome) is Outcome.BLOCK
    assert [one for one in Outcome if one.stops] == [Outcome.REFUSE, Outcome.BLOCK]


@given(st.text(st.characters()))
def test_any_text_can_be_judged(text: str) -> None:
    """Not even a lone surrogate gets past the screen by an error."""
    assert Screen.load(POLICY, DIGEST).judge(text + "\ud800蓝鲸糖", "input").stops


def test_the_entry_points_are_named_as_enforcing_the_controls() -> None:
    """The law tests find who carries out both controls."""
    assert "guiju.screening.judge.Screen.judge" in enforcers()["input-screening"]
    assert "guiju.screening.judge.Screen.judge" in enforcers()["output-screening"]
    assert "guiju.screening.judge.Screen.stream" in enforcers()["output-screening"]
