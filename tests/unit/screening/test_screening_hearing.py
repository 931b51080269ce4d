# SPDX-License-Identifier: Apache-2.0
"""Ordinary writing is let be, however it sounds; what nobody writes so is a disguise."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guiju.screening import Screen, laying
from guiju.screening.fold import fold
from guiju.screening.hearing import (
    MOST_FITTING,
    MOST_ORDINARY,
    is_ordinary,
    is_spelt,
    is_strange,
)
from guiju.screening.views_squeezed import squeeze
from guiju.screening.writing import BORDER, FIRST, KEPT, LAST, number, numbers, said_often, writing

# Frequent and rare ideographs, letters, digits, separators, repeats.
SIGNS = st.text(st.sampled_from("的是在海还鲜咸先糖堂溏蓝兰篮畋螟a5·，. "), max_size=6)


def found(text: str, *terms: str, **more: Any) -> list[str]:
    entries = [{"term": one, "harm": "A1f", "action": "review"} | more for one in terms]
    verdict = Screen.load({"entry": entries}, "0" * 64).judge(text, "input")
    return [text[one.start : one.end] for one in verdict.findings]


@pytest.mark.control("input-screening")
@pytest.mark.parametrize(
    ("term", "text", "expected"),
    [
        ("蓝糖", "在卖篮溏，", ["篮溏"]),
        ("蓝糖", "在卖蓝溏，", ["蓝溏"]),
        ("蓝糖", "在卖篮-溏，", []),
        ("蓝糖", "在卖蓝糖，", ["蓝糖"]),
        ("蓝糖", "在卖蓝-糖，", ["蓝-糖"]),
        ("冰箱", "打开冰响里面", ["冰响"]),
        ("冰箱", "在冰响的声音", []),
        ("蓝糖", "她叫王岚瑭，", []),
        ("纹井", "她叫李雯婧，", []),
        ("海线", "卖海鲜的人", []),
        ("海线", "他还嫌不够", []),
        ("河蟹", "社会和谐", []),
        ("蓝钉", "a landing page", []),
        ("蓝钉", "买landingle", []),
        ("蓝钉", "买lan ding吗", []),
        ("蓝钉", "买蓝ding吗", ["蓝ding"]),
        ("植湖", "看zhihu吧", ["zhihu"]),
        ("植湖", "看www.zhihu.com吧", []),
        ("植湖", "看zhihu.com吧", []),
        ("植湖", "看zhihu.", ["zhihu"]),
        ("裙坝", "他去NBA了", []),
        ("糖鹅", "买tange", ["tange"]),
        ("糖鹅", "买糖e", []),
        ("夜壶", "买ye hu吗", ["ye hu"]),
        ("溪鳌", "读作xiao吗", []),
        ("溪鳌", "买xi ao吗", ["xi ao"]),
    ],
)
def test_two_syllables_are_heard_where_nobody_writes_them_so(
    term: str, text: str, expected: list[str]
) -> None:
    """A usual word, the seam of two, a rare name, English words and addresses are no disguises."""
    assert found(text, term) == expected


@pytest.mark.parametrize(
    ("term", "text", "expected"),
    [
        ("蓝鲸糖", "买篮篮井溏，", ["篮篮井溏"]),
        ("蓝鲸糖", "买篮-井溏，", []),
        ("叶桃鸽", "当时爷爷挑个箩筐", []),
        ("蓝糖", "买篮篮溏，", []),
        ("蓝糖糖", "买篮溏，", []),
    ],
)
def test_repeats_do_not_hide_three_syllables_and_are_asked_if_they_are_usual(
    term: str, text: str, expected: list[str]
) -> None:
    """Two syllables are heard once each, or not at all."""
    assert found(text, term) == expected


def test_among_many_terms_of_two_characters_none_is_heard_unasked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Those of three are, and of those of two what names the view."""
    terms = ("蓝糖", "植湖", "蓝鲸糖")
    assert found("买篮溏，买篮井溏，", *terms) == ["篮溏", "篮井溏"]
    monkeypatch.setattr(laying, "MOST_OF_TWO", 1)
    assert found("买篮溏，买篮井溏，", *terms) == ["篮井溏"]
    assert found("买篮溏，", *terms, views=["homophone"]) == ["篮溏"]


def test_an_entry_that_names_its_views_is_not_asked_how_it_is_written() -> None:
    """Who names them has seen what they cost."""
    assert found("社会和谐", "河蟹", views=["homophone"]) == ["和谐"]


def test_the_parts_of_a_combination_are_asked_too() -> None:
    """Each by itself."""
    assert found("篮溏，盐罐", "蓝糖+盐罐", kind="all") == ["篮溏，盐罐"]
    assert found("社会和谐，盐罐", "河蟹+盐罐", kind="all") == []


@given(SIGNS, SIGNS.filter(lambda one: len(squeeze(fold(one).text)) > 1), SIGNS)
def test_what_is_known_before_the_end_stays_so(before: str, text: str, after: str) -> None:
    """Whatever comes: a verdict that did not wait for the next character is that with it."""
    core = squeeze(fold(text).text)
    early = is_strange("海糖", before[-1:], core, None)
    known = is_strange("海糖", before[-1:], core, after[:1])
    assert known is not None
    assert early in {None, known}


@given(SIGNS, st.sampled_from(("还溏", "海塘", "蓝兰", "的是", "在还鲜", "畋螟")), SIGNS)
def test_what_is_ordinary_for_certain_is_not_strange(before: str, core: str, after: str) -> None:
    """In a whole text, for any term that it may sound like but the one that is written so."""
    text = before + core + after
    signs = squeeze(text)
    at = signs.find(core)
    if at < 0 or core in before + core[:-1] or not is_ordinary(signs, at, at + len(core)):
        return
    start = text.find(core)
    place = text[max(start - 1, 0) : start], text[start + len(core) : start + len(core) + 1]
    for term in (core[0] + "螟" * (len(core) - 1), "螟" * (len(core) - 1) + core[-1]):
        assert term == core or not is_strange(term, place[0], core, place[1])


@given(
    st.lists(
        st.sampled_from("的是在海还鲜咸先糖堂溏蓝兰篮畋螟"), min_size=2, max_size=4, unique=True
    ),
    st.sampled_from("的海糖畋 a"),
    st.sampled_from("的海糖畋 a"),
)
def test_strange_is_what_the_table_says_it_is(text: list[str], before: str, after: str) -> None:
    """The sum of its pairs, from one character beside it to the other, and of its characters.

    Two may be worth more where the term itself is usual beside what stands there.
    """
    every = writing().signs
    row = [every[one] for one in (before, *text, after)]
    worth = sum(one.pair(other) for one, other in pairwise(row)) + row[-1].after
    term = text[0] + "螃" * (len(text) - 1)
    worth += row[1].alone + KEPT + sum(one.alone + one.alike for one in row[2:-1])
    limit = MOST_ORDINARY[min(len(text), 4) - 2]
    if len(term) == 2:
        beside = row[0].pair(every[term[0]]), every[term[1]].pair(row[-1]) + row[-1].after
        limit += sum(min(max(one, 0), MOST_FITTING) for one in beside)
    assert is_strange(term, before, "".join(text), after) == (worth <= limit)


def test_letters_wait_for_what_may_make_them_an_address() -> None:
    """Two characters behind them, if they are not known yet."""
    assert is_spelt("植湖", "", "zhihu", None) is None
    assert is_spelt("植湖", "", "zhihu", ".c") is False
    assert is_spelt("植湖", "", "zhihu", ". ") is True
    assert is_spelt("植湖", "w.", "zhihu", "") is False


def test_the_table_tells_usual_pairs_from_chance() -> None:
    """And holds each pair once, in order."""
    known = writing().signs
    pairs = {one: known[one[0]].pair(known[one[1]]) for one in ("海鲜", "海线", "篮溏", "咸溏")}
    assert pairs["海鲜"] > 0 > pairs["篮溏"]
    assert pairs["海鲜"] > pairs["海线"]
    for code in range(FIRST, LAST + 1):
        sign, others, worths, *_ = known[chr(code)]
        assert sign == chr(code)
        assert list(others) == sorted(set(others))
        assert len(worths) == len(others) + 1
    assert 0.5 < sum(2.0**bits for bits in said_often().values()) < 1


def test_a_rare_character_is_a_rarer_disguise_than_a_common_one() -> None:
    """Of the same sound: input methods offer it last."""
    known = writing().signs
    assert known["糖"].alike == known["堂"].alike < known["瑭"].alike


def test_what_separates_is_one_border_and_repeats_are_one() -> None:
    """Digits and letters are borders of their own."""
    assert numbers("蓝蓝·，糖50") == [number("蓝"), BORDER, number("糖"), BORDER, BORDER]
