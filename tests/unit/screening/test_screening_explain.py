# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from guiju.screening import MOST_FINDINGS, Finding, Outcome, Screen, Verdict, explain
from guiju.screening.views import VIEWS

SCREEN = Screen.load(
    {"entry": [{"term": "蓝鲸糖", "harm": "A1f", "action": "block", "views": [*VIEWS]}]},
    "0" * 64,
)


@pytest.mark.parametrize(
    ("text", "zh", "en"),
    [
        ("买蓝鲸糖", "原样出现", "as the rule writes it"),
        ("买藍鯨糖", "写法差异", "traditional forms"),
        ("买蓝-鲸-糖", "间隔符", "separators"),
        ("买兰京唐", "读音", "sound"),
        ("买lan鲸tang", "拼音", "in letters"),
    ],
)
def test_a_verdict_is_told_in_words(text: str, zh: str, en: str) -> None:
    """Where, by which rule of which detector, how it was seen, and what is asked for."""
    verdict = SCREEN.judge(text, "input")
    (found,) = verdict.findings
    chinese, english = explain(verdict, "zh")[1], explain(verdict, "en")[1]
    assert zh in chinese
    assert en in english
    for said in (chinese, english):
        assert found.rule in said
        assert "A1f" in said
        assert "2 " in said
    assert chinese.endswith("阻断。")
    assert "词库" in chinese


def test_what_was_found_is_told_only_to_who_gives_the_text() -> None:
    """A reviewer's list does not spread the term."""
    text = "买兰 京 唐了"
    verdict = SCREEN.judge(text, "input")
    for language in ("zh", "en"):
        assert "兰" not in "".join(explain(verdict, language))
        assert "兰 京 唐" in "".join(explain(verdict, language, text))


def test_the_summary_says_what_follows_and_that_a_skipped_screen_is_no_pass() -> None:
    """Nothing found, a flood and a failure each have their sentence."""
    assert explain(SCREEN.judge("今天", "input"), "zh") == [
        "审查了 2 个字符，命中 0 处；结论：放行。"
    ]
    flood = SCREEN.judge("蓝鲸糖，" * (MOST_FINDINGS + 7), "input")
    assert explain(flood, "en")[-1] == "7 more hits are not listed one by one."
    failed = Verdict(Outcome.PASS, (), "0" * 64, 0, screened="time-out")
    assert "never a pass" in explain(failed, "en")[0]


def test_what_a_classifier_or_a_guard_says_is_told_with_its_certainty() -> None:
    """These are not sure, and say so."""
    found = Finding(0, 4, "guard-1", "A2f", "guard:mild", "folded", 934, Outcome.REVIEW)
    verdict = Verdict(Outcome.REVIEW, (found, found._replace(detector="classifier")), "0" * 64, 4)
    guard, classifier = explain(verdict, "en")[1:]
    assert "the guard model mild" in guard
    assert "93.4 % sure" in guard
    assert "the classifier" in classifier


def test_every_view_has_its_words() -> None:
    """A view without words would be told as if it were a guess."""
    for view in ("raw", *VIEWS):
        found = Finding(0, 4, "lex-1", "A2f", "lexicon", view, 1000, Outcome.MASK)
        verdict = Verdict(Outcome.MASK, (found,), "0" * 64, 4)
        assert "sure" not in explain(verdict, "en")[1]


def test_a_named_rule_that_decided_is_told() -> None:
    """Whoever reviews it knows whose word it was."""
    found = Finding(0, 4, "lex-1", "A2f", "lexicon", "raw", 1000, Outcome.MASK, by="mild")
    verdict = Verdict(Outcome.MASK, (found,), "0" * 64, 4)
    assert explain(verdict, "en")[1].endswith("; by the named rule mild to be starred out.")
    assert explain(verdict, "zh")[1].endswith("；处置规则 mild 决定：遮盖。")
