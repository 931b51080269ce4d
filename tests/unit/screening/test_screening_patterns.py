# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guiju.screening.patterns import LONGEST_PATTERN, WIDEST, Pattern, unusable


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("a*", "more than 64"),
        ("a+b", "more than 64"),
        ("a{2,}", "more than 64"),
        ("(a{9}){8}", "more than 64"),
        ("((((a{64}){64}){64}){64})", "more than 64"),
        ("a{65}", "holds {65}"),
        ("a?", "matches nothing"),
        ("a|", "matches nothing"),
        ("", "matches nothing"),
        ("^ab", "holds ^"),
        ("ab$", "holds $"),
        (r"\bab", r"holds \b"),
        (r"(a)\1", r"holds \1"),
        ("(?=a)b", "holds (?="),
        ("(?i)ab", "holds (?i"),
        ("(ab", "holds ("),
        ("ab)", "holds )"),
        ("[ab", "holds ["),
        ("[b-a]{2}", "holds b-a"),
        ("[[:alpha:]]b", "holds ["),
        (r"\p{Han}", r"holds \p"),
        ("(" * 30 + "ab" + ")" * 30, "holds ("),
        ("a" * (LONGEST_PATTERN + 1), "longer than"),
    ],
)
def test_a_pattern_that_cannot_be_bounded_is_refused_with_the_reason(
    pattern: str, reason: str
) -> None:
    """Nothing that is refused reaches RE2; nothing that looks beyond its match is read."""
    why = unusable(pattern)
    assert why is not None
    assert reason in why.en
    assert why.zh


@pytest.mark.parametrize(
    ("pattern", "text", "spans"),
    [
        ("[0-9]{3,5}", "甲123456", [(1, 6), (2, 7), (3, 7), (4, 7)]),
        ("藍[鯨糖]{1,2}", "买蓝鲸糖", [(1, 4)]),
        ("ＡＢ.{0,2}甲", "xab--甲", [(1, 6)]),
        (r"\d\d\s\w?", "甲12 z", [(1, 5)]),
        ("(ab|a)(c|bcd)", "abcd", [(0, 4)]),
        ("甲.乙", "甲\n乙", []),
        ("甲[^丙]乙", "甲\n乙甲丁乙", [(3, 6)]),
        (r"\[x\]{1}\.", "[x].", [(0, 4)]),
    ],
)
def test_a_pattern_finds_the_longest_match_at_each_place(
    pattern: str, text: str, spans: list[tuple[int, int]]
) -> None:
    """Its letters are folded like the text; no match reaches over a border between texts."""
    assert unusable(pattern) is None
    assert Pattern(pattern).spans(text, 0) == spans


def test_a_pattern_begins_no_match_within_the_context() -> None:
    """What was let go is only looked at."""
    assert Pattern("a{1,3}").spans("甲aaa", 2) == [(2, 4), (3, 4)]


pieces = st.sampled_from(["a", "b", "[ab]", ".", "a?", "b{1,2}", "(a|bc)", "(ab){1,2}", "(a?c){2}"])
patterns = st.lists(pieces, min_size=1, max_size=4).map("".join).filter(lambda p: not unusable(p))
texts = st.text(st.sampled_from("abc甲\n"), max_size=12)


@settings(max_examples=300, deadline=None)
@given(patterns, texts)
def test_matches_are_those_of_a_slow_search_and_no_more_is_held_than_may_match(
    pattern: str, text: str
) -> None:
    """Each place asked alone; what is let go begins no match, whatever comes."""
    # Python's own engine is safe here: the patterns are ours and short.
    slow = re.compile(pattern.replace(".", "[^\n]"))
    found = Pattern(pattern)
    expected = []
    for start in range(len(text)):
        ends = (end for end in range(len(text), start, -1) if slow.fullmatch(text, start, end))
        if (end := next(ends, None)) is not None:
            expected.append((start, end))
    assert found.spans(text, 0) == expected
    held = found.hold(text, 0)
    for more in ("", "a", "b", "c", "ab", "bc", "abcabc", "cacac"):
        for start, end in found.spans(text + more, 0):
            assert start >= held or end <= len(text)


def test_a_hostile_pattern_costs_linear_time() -> None:
    """What makes other engines try for years is one pass here."""
    pattern = "(a|aa|aaa|a?a?a?){10}b"
    assert unusable(pattern) is None
    assert Pattern(pattern).spans("a" * 20_000, 0) == []
    assert WIDEST == 64
