# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import asyncio

import pytest

from guiju.gateway.guarding import Guarding
from guiju.gateway.guards import Guards
from guiju.gateway.signals import AskGuards
from guiju.gateway.triage import ClassifierTriage, triage_of
from guiju.screening import Outcome
from guiju.screening.classifier import shipped
from guiju.screening.matrix import Matrix

TEXT = "今天天气很好，我们去公园走走吧。"


async def nobody(*_: object) -> bytes:
    pytest.fail("no guard model was configured")


@pytest.mark.control("classifier-triage")
def test_the_classifier_sends_to_review_and_never_stops() -> None:
    """Whatever it is sure of: it cannot see quotation or counter-speech."""
    (finding,) = ClassifierTriage(shipped(), ["output"], review_from=0).judge(TEXT, ())
    assert finding.outcome is Outcome.REVIEW
    assert (finding.start, finding.end) == (0, len(TEXT))
    assert finding.detector == "classifier"
    assert finding.score == round(shipped().score(TEXT)[finding.harm] * 1000)


def test_an_ordinary_text_is_left_alone() -> None:
    """At the threshold that came with the classifier."""
    assert ClassifierTriage(shipped(), ["output"]).judge(TEXT, ()) == ()


def test_a_policy_that_does_not_name_it_does_not_pay_for_it() -> None:
    """It is triage: who wants it says so."""
    assert triage_of({}) is None
    made = triage_of({"classifier": {"directions": ["input"], "review_from": 1}})
    assert made is not None
    assert (made.serves("input"), made.serves("output")) == (True, False)


@pytest.mark.control("classifier-triage")
def test_it_blocks_only_together_with_a_named_rule() -> None:
    """Which something else has met; alone it is triage however sure it is."""
    triage = ClassifierTriage(
        shipped(), ["output"], review_from=0, block_from=0, with_rule=["insults"]
    )
    for met, outcome in (((), Outcome.REVIEW), (("insults", "x"), Outcome.BLOCK)):
        (finding,) = triage.judge(TEXT, met)
        assert finding.outcome is outcome


def test_named_rules_decide_about_what_guards_find() -> None:
    """Also to let it pass; for minors never less than for everybody."""
    rules: list[dict[str, object]] = [
        {"name": "calm", "harms": ["A1*", "A2*"], "detectors": ["classifier"], "action": "pass"},
        {"name": "young", "harms": ["A2*"], "audience": "minors", "action": "refuse"},
    ]
    made = Guards(
        "d" * 64,
        Guarding((), nobody, lambda _: None),
        ClassifierTriage(shipped(), ["output"], review_from=0),
        Matrix.load(checked_rules(rules)),
    )
    (verdict,) = asyncio.run(made.judge(AskGuards((TEXT,), "output")))
    assert (verdict.outcome, verdict.findings) == (Outcome.PASS, ())


def checked_rules(rules: list[dict[str, object]]) -> dict[str, object]:
    """As a policy's body has them, completed."""
    usual = {"directions": ["output"], "audience": "all", "detectors": ["classifier"]}
    return {"rule": [usual | one for one in rules]}


def test_guards_join_what_classifier_and_models_find() -> None:
    """One verdict a text; only those who serve the direction are asked."""
    guards = Guards(
        "d" * 64,
        Guarding((), nobody, lambda _: None),
        ClassifierTriage(shipped(), ["output"], review_from=0),
    )
    assert guards.serves("output")
    assert not guards.serves("input")
    first, second = asyncio.run(guards.judge(AskGuards((TEXT, TEXT * 20), "output")))
    assert first.outcome is second.outcome is Outcome.REVIEW
    assert first.harms == {one.harm for one in first.findings}
    assert (first.screened, first.covered, first.policy) == ("full", len(TEXT), "d" * 64)
