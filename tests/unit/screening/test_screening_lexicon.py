# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guiju.kernel import Invalid
from guiju.screening import BORDER, Outcome, Screen

DIGEST = "0" * 64


def entry(term: str, action: str = "review", **more: Any) -> dict[str, Any]:
    return {"term": term, "harm": "A1f", "action": action, **more}


def screen(*entries: dict[str, Any]) -> Screen:
    return Screen.load({"entry": list(entries)}, DIGEST)


def spans(text: str, *entries: dict[str, Any]) -> list[tuple[int, int]]:
    return [(one.start, one.end) for one in screen(*entries).judge(text, "input").findings]


@pytest.mark.parametrize(
    ("term", "reason"),
    [
        ("", "nothing is left"),
        ("\u200b\ufe0f", "nothing is left"),
        ("   ", "nothing is left"),
        ("糖", "single character"),
        ("糖\u200b", "single character"),
        ("ab", "fewer than 3 ASCII"),
        ("ＡＢ", "fewer than 3 ASCII"),
        ("㎏", "fewer than 3 ASCII"),
        ("蓝鲸\n糖", "line break"),
    ],
)
def test_a_hopeless_entry_is_refused_by_its_number(term: str, reason: str) -> None:
    """What would hit everything or nothing is not compiled; the error says which entry and why."""
    with pytest.raises(Invalid) as caught:
        screen(entry("蓝鲸糖"), entry(term))
    assert caught.value.code == "lexicon-entry-hopeless"
    assert "entry 2" in caught.value.what.en
    assert reason in caught.value.what.en
    assert "第 2 条" in caught.value.what.zh


@pytest.mark.parametrize(
    ("broken", "key"),
    [
        ({"harm": "A1f", "action": "block"}, "term"),
        (entry("蓝鲸糖", harm="Z9z"), "harm"),
        (entry("蓝鲸糖", "pass"), "action"),
        (entry("蓝鲸糖", "delete"), "action"),
        (entry("蓝鲸糖", scope=[]), "scope"),
        (entry("蓝鲸糖", scope=["everywhere"]), "scope"),
        (entry("蓝鲸糖", scope="input"), "scope"),
        (entry("蓝鲸糖", level=True), "level"),
        (entry("蓝鲸糖", trem="x"), "trem"),
        ("蓝鲸糖", "entry"),
    ],
)
def test_a_broken_entry_is_refused_by_its_number(broken: Any, key: str) -> None:
    """The error names the entry and the key that cannot be read, and what was expected."""
    with pytest.raises(Invalid) as caught:
        Screen.load({"entry": [entry("木马糖"), broken]}, DIGEST)
    assert caught.value.code == "lexicon-entry-broken"
    assert f"entry 2: its {key} " in caught.value.what.en


def test_a_term_is_found_in_any_writing() -> None:
    """The span is that of the original, with what was dropped in between."""
    assert spans("買藍\u200b鯨\ufe0f糖\u200b了", entry("蓝鲸糖")) == [(1, 6)]
    assert spans("Ｌｏｕ\u0301ｐe!", entry("loupe")) == [(0, 6)]
    assert spans("重㎏计", entry("重kg")) == [(0, 2)]


def test_an_ascii_term_is_a_whole_word_by_ascii_borders() -> None:
    """Ideographs are borders, letters and digits are not."""
    term = entry("grue")
    assert spans("有grue吗", term) == [(1, 5)]
    assert spans("_grue_ GRUE.", term) == [(1, 5), (7, 11)]
    assert spans("grues agrue grue2 2grue grue\u0301s", term) == []
    assert spans("go -x- now", entry("-x-")) == [(3, 6)]
    assert spans("ago -x-y", entry("-x-")) == [(4, 7)]


def test_a_mixed_term_needs_no_borders() -> None:
    """Only pure ASCII terms are words."""
    assert spans("很grue糖abc", entry("grue糖a")) == [(1, 7)]


def test_overlapping_terms_are_all_found() -> None:
    """No term hides another."""
    found = spans("甲乙丙丁", entry("甲乙丙"), entry("乙丙"), entry("乙丙丁"))
    assert found == [(0, 3), (1, 3), (1, 4)]


def test_terms_that_fold_alike_merge_with_the_worst_action() -> None:
    """Two writings of a term are one entry; the stricter wins, in the directions it has."""
    one = screen(entry("藍鯨糖", "mask", scope=["input"]), entry("蓝鲸糖", "block", harm="A2f"))
    verdict = one.judge("蓝鲸糖", "input")
    assert [(f.harm, f.outcome) for f in verdict.findings] == [("A2f", Outcome.BLOCK)]
    split = screen(entry("藍鯨糖", "block", scope=["input"]), entry("蓝鲸糖", "mask"))
    assert split.judge("蓝鲸糖", "input").outcome is Outcome.BLOCK
    assert split.judge("蓝鲸糖", "output").outcome is Outcome.MASK


def test_a_scope_limits_an_entry_to_a_direction() -> None:
    """An entry for inputs says nothing of outputs."""
    one = screen(entry("蓝鲸糖", scope=["input"]))
    assert one.judge("蓝鲸糖", "input").findings
    assert not one.judge("蓝鲸糖", "output").findings


def test_a_rule_id_is_stable_and_does_not_tell_the_term() -> None:
    """The same term has the same rule id in each version of the lexicon, in whatever writing."""
    first = screen(entry("蓝鲸糖")).judge("蓝鲸糖", "input").findings[0].rule
    later = screen(entry("木马糖"), entry("藍鯨糖", "block")).judge("蓝鲸糖", "input").findings[0]
    assert first == later.rule
    assert first.startswith("lex-")
    assert len(first) == 20


def test_a_policy_without_entries_passes_everything() -> None:
    """An empty lexicon is a lexicon."""
    one = Screen.load({}, DIGEST)
    assert one.judge("蓝鲸糖", "input").outcome is Outcome.PASS
    assert one.stream().feed("蓝鲸糖").text == "蓝鲸糖"


terms = st.text(st.sampled_from("甲乙ab1 \u200b\x00"), min_size=2, max_size=6)
texts = st.lists(st.text(st.sampled_from("甲乙ab1 \u200b\x00\n"), max_size=8), max_size=5)


@settings(max_examples=300, deadline=None)
@given(terms, texts)
def test_no_hit_reaches_over_a_border(term: str, parts: list[str]) -> None:
    """Texts put together with a border have the hits that each of them has alone."""
    try:
        one = screen(entry(term))
    except Invalid:
        return
    expected, at = [], 0
    for part in parts:
        found = one.judge(part, "input").findings
        expected += [(at + finding.start, at + finding.end) for finding in found]
        at += len(part) + len(BORDER)
    found = one.judge(BORDER.join(parts), "input").findings
    assert [(finding.start, finding.end) for finding in found] == expected


@pytest.mark.parametrize("sign", ["\x00", "\x1b", "\x7f", "\x85", "\x9f"])
def test_a_control_character_inside_a_term_hides_nothing(sign: str) -> None:
    """Nobody sees it, so it folds away between ideographs and between letters."""
    assert spans(f"买蓝{sign}鲸{sign}糖", entry("蓝鲸糖")) == [(1, 6)]
    assert spans(f"gr{sign}ue", entry("grue")) == [(0, 5)]
