# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guiju.kernel import Text
from guiju.measures import law
from guiju.screening.matrix import (
    AUDIENCES,
    DETECTORS,
    GROUPS,
    Answers,
    Decision,
    Matrix,
    MatrixRule,
    able,
    collapsed,
    expanded,
    loosened,
    read_rules,
)
from guiju.screening.model import DIRECTIONS, Outcome

HARMS = tuple(law().harms)
OUTCOMES = tuple(Outcome)


def matrix(*rules: dict[str, Any]) -> Matrix:
    return Matrix.load({"rule": list(rules)})


@st.composite
def tables(draw: st.DrawFn) -> dict[str, Any]:
    """A rule as a checked policy may hold it."""
    action = draw(st.sampled_from(OUTCOMES))
    scored = draw(st.booleans()) and bool(able(action, scored=True))
    table: dict[str, Any] = {
        "name": draw(st.text("abc", min_size=1, max_size=3)),
        "action": action.value,
        "harms": draw(st.lists(st.sampled_from([*GROUPS, *HARMS]), min_size=1, max_size=4)),
        "directions": draw(st.lists(st.sampled_from(DIRECTIONS), min_size=1)),
        "audience": draw(st.sampled_from(["all", *AUDIENCES])),
        "detectors": draw(st.lists(st.sampled_from(able(action, scored=scored)), min_size=1)),
    }
    if scored:
        table["score_from"] = draw(st.integers(1, 1000))
    elif draw(st.booleans()):
        table["at_least"] = draw(st.sampled_from(OUTCOMES[1:])).value
    return table


findings = st.tuples(
    st.sampled_from(HARMS),
    st.sampled_from(DETECTORS),
    st.sampled_from(DIRECTIONS),
    st.sampled_from(OUTCOMES),
    st.integers(0, 1000),
)


def test_without_a_rule_the_detector_has_its_way() -> None:
    """A policy that names no rules decides as it did before there were any."""
    for detector in DETECTORS:
        decided = Matrix().decide("A1h", detector, "output", "minors", Outcome.REVIEW)
        assert decided == Decision(Outcome.REVIEW, None)
    assert dict(Matrix().overrides("input", "general")) == {}


def test_the_first_rule_that_is_met_decides() -> None:
    """Order is part of the policy: the exception stands before the rule."""
    made = matrix(
        {"name": "grave", "harms": ["A2*"], "at_least": "refuse", "action": "block"},
        {"name": "rest", "harms": ["A2*"], "action": "review"},
    )
    assert made.decide("A2c", "lexicon", "input", "general", Outcome.REFUSE) == ("block", "grave")
    assert made.decide("A2c", "lexicon", "input", "general", Outcome.MASK) == ("review", "rest")
    assert made.decide("A3a", "lexicon", "input", "general", Outcome.MASK) == ("mask", None)


def test_a_rule_counts_in_its_directions_for_its_audience_and_detectors_only() -> None:
    """Each of the four keeps it from what it was not made for."""
    made = matrix(
        {
            "name": "young",
            "harms": ["A1f"],
            "directions": ["output"],
            "audience": "minors",
            "detectors": ["lexicon"],
            "action": "block",
        }
    )
    own = Outcome.MASK
    assert made.decide("A1f", "lexicon", "output", "minors", own).rule == "young"
    assert made.decide("A1f", "lexicon", "output", "general", own).rule is None
    assert made.decide("A1f", "lexicon", "input", "minors", own).rule is None
    assert made.decide("A1f", "personal", "output", "minors", own).rule is None
    assert made.decide("A1e", "lexicon", "output", "minors", own).rule is None


def test_training_data_are_decided_on_only_where_a_rule_says_so() -> None:
    """What is left out means what people say and read, as for entries."""
    made = matrix({"name": "all", "action": "block"})
    assert made.decide("A1a", "lexicon", "output", "general", Outcome.MASK).rule == "all"
    assert made.decide("A1a", "lexicon", "training", "general", Outcome.MASK).rule is None


def test_every_guard_is_a_guard_by_whatever_name() -> None:
    """Findings name the guard; rules are about all of them, from a score on."""
    made = matrix({"name": "sure", "score_from": 700, "action": "refuse"})
    for name in ("guard", "guard:qwen", "guard:a:b"):
        sure = made.decide("A1h", name, "input", "general", Outcome.REVIEW, score=700)
        assert sure == ("refuse", "sure")
        doubtful = made.decide("A1h", name, "input", "general", Outcome.REVIEW, score=699)
        assert doubtful == ("review", None)


def test_the_classifier_stops_nobody_and_only_exact_hits_are_starred_out() -> None:
    """What a rule leaves out never makes it more than its detectors are good for."""
    for stopping in (Outcome.REFUSE, Outcome.BLOCK):
        assert "classifier" not in able(stopping, scored=False)
    assert able(Outcome.MASK, scored=False) == ("lexicon", "personal")
    assert able(Outcome.MASK, scored=True) == ()
    assert able(Outcome.REVIEW, scored=True) == ("classifier", "guard")
    made = matrix({"name": "everything", "action": "block"})
    assert made.decide("A2i", "classifier", "input", "general", Outcome.REVIEW).rule is None


@given(st.lists(tables(), max_size=5), findings, st.sampled_from(AUDIENCES))
def test_the_bulk_form_says_what_asking_one_by_one_says(
    rules: list[dict[str, Any]], finding: tuple[Any, ...], audience: str
) -> None:
    """A lexicon of any length is decided by at most 31 rows of five."""
    harm, _, direction, action, _ = finding
    made = matrix(*rules)
    for detector in ("lexicon", "personal"):
        rows = made.overrides(direction, audience, detector)
        assert set(rows) <= set(HARMS)
        row = rows.get(harm)
        told = Decision(action) if row is None else row[action.rank]
        assert told == made.decide(harm, detector, direction, audience, action)


@given(st.lists(tables(), max_size=5), findings)
@pytest.mark.control("named-rules-decide")
def test_minors_never_get_less(rules: list[dict[str, Any]], finding: tuple[Any, ...]) -> None:
    """Whatever the rules say, of whatever is found."""
    harm, detector, direction, action, score = finding
    general, minors = (
        matrix(*rules).decide(harm, detector, direction, audience, action, score=score)
        for audience in AUDIENCES
    )
    assert minors.action >= general.action


@given(st.lists(tables(), max_size=5), findings)
def test_no_rule_that_means_less_for_minors_is_missed(
    rules: list[dict[str, Any]], finding: tuple[Any, ...]
) -> None:
    """What is called a loosening is one; else no rule for others asks for more than minors get."""
    read = read_rules({"rule": rules})
    found, made = loosened(read), Matrix(read)
    if found is not None:
        where = (found.harm, found.detector, found.direction)
        pair = [made.first(*where, one, found.asked, score=found.score) for one in AUDIENCES]
        assert pair == [found.general, found.minors]
        assert found.minors.action < found.general.action
        assert found.rule in {one.name for one in read}
        return
    harm, detector, direction, _, score = finding
    action = Outcome.REVIEW  # what every detector can ask for
    general, minors = (
        made.first(harm, detector, direction, audience, action, score=score)
        for audience in AUDIENCES
    )
    assert general.rule is None or minors.action >= general.action


def test_a_rule_for_minors_is_what_they_get_at_least() -> None:
    """What is blocked for everybody is blocked for them, though the rule says refuse."""
    made = matrix({"name": "young", "audience": "minors", "action": "refuse"})
    assert loosened(made.rules) is None
    where = ("A1f", "lexicon", "output", "minors")
    assert made.decide(*where, Outcome.MASK) == ("refuse", "young")
    assert made.decide(*where, Outcome.BLOCK) == ("block", None)


@pytest.mark.parametrize(
    "rules",
    [
        [{"name": "x", "harms": ["A1f"], "audience": "minors", "action": "pass"}],
        [{"name": "x", "harms": ["A1f"], "audience": "general", "action": "block"}],
        [{"name": "x", "audience": "minors", "at_least": "refuse", "action": "refuse"}],
        [
            {"name": "mild", "harms": ["A1*"], "audience": "minors", "action": "review"},
            {"name": "strict", "harms": ["A1f"], "action": "refuse"},
        ],
        [
            {"name": "sure", "audience": "minors", "score_from": 900, "action": "refuse"},
            {"name": "less", "audience": "general", "score_from": 500, "action": "refuse"},
        ],
    ],
)
def test_milder_for_minors_is_found(rules: list[dict[str, Any]]) -> None:
    """Whether a rule spares them, forgets them, comes too early or is less sensitive."""
    assert loosened(read_rules({"rule": rules})) is not None


def test_stricter_for_minors_is_no_loosening() -> None:
    """The rules that are made for them."""
    rules = [
        {"name": "young", "harms": ["A1f", "A4a"], "audience": "minors", "action": "block"},
        {"name": "all", "harms": ["A1f"], "action": "refuse"},
    ]
    assert loosened(read_rules({"rule": rules})) is None


@given(st.lists(st.sampled_from([*GROUPS, *HARMS])))
def test_harms_are_written_in_one_way(named: list[str]) -> None:
    """Whole classes as groups; the same harms, in the order of the standard."""
    once = collapsed(named)
    assert expanded(once) == expanded(named)
    assert collapsed(once) == once
    assert collapsed(sorted(expanded(named), reverse=True)) == once


@given(tables(), tables(), findings, st.sampled_from(AUDIENCES))
def test_what_an_earlier_rule_leaves_nothing_to_never_decides(
    first: dict[str, Any], second: dict[str, Any], finding: tuple[Any, ...], audience: str
) -> None:
    """So a policy may refuse such a rule as a mistake."""
    earlier, later = (
        MatrixRule.read({**first, "name": "1"}),
        MatrixRule.read({**second, "name": "2"}),
    )
    if earlier.leaves_nothing_to(later):
        harm, detector, direction, action, score = finding
        decided = Matrix([earlier, later]).decide(
            harm, detector, direction, audience, action, score=score
        )
        assert decided.rule != "2"


def answer(name: str, **keys: Any) -> dict[str, Any]:
    return {"name": name, "zh": f"答{name}", "en": f"answer {name}", **keys}


def test_the_nearest_answer_is_given() -> None:
    """An entry's before a rule's before a harm's; of several the first; else none."""
    bank = Answers.load(
        {
            "answer": [
                answer("harm", harms=["A4*"]),
                answer("other", harms=["A4a"]),
                answer("rule", rules=["young"]),
                answer("entry", entries=["lex-1"]),
            ]
        }
    )
    assert bank.for_finding({"A4a"}) == Text(zh="答harm", en="answer harm")
    assert bank.for_finding({"A4a"}, rules=["young"]) == Text(zh="答rule", en="answer rule")
    found = bank.for_finding({"A4a"}, ["lex-0", "lex-1"], ["young"])
    assert found == Text(zh="答entry", en="answer entry")
    assert bank.for_finding({"A1a"}, ["lex-0"], ["old"]) is None
    assert Answers().for_finding({"A1a"}) is None
