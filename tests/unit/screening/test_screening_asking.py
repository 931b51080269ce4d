# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guiju.kernel import Invalid
from guiju.screening import BORDER, Outcome, Screen, Verdict
from guiju.screening.personal import KINDS, Personal
from guiju.screening.sights import REPEATS

DIGEST = "0" * 64


def screen(*entries: dict[str, Any], personal: Personal | None = None) -> Screen:
    tables = [{"harm": "A1f", "action": "mask"} | one for one in entries]
    return Screen.load({"entry": tables}, DIGEST, (), personal)


def spans(text: str, *entries: dict[str, Any]) -> list[tuple[int, int]]:
    return [(one.start, one.end) for one in screen(*entries).judge(text, "input").findings]


def test_a_hit_inside_an_exception_is_void() -> None:
    """Before, after or around it, and in the same disguise; one outside it counts."""
    entry = {"term": "蓝鲸", "except": ["蓝鲸鱼", "大蓝鲸"], "views": ["squeezed"]}
    assert spans("蓝鲸鱼 大蓝鲸 大 蓝 鲸 大蓝鲸鱼", entry) == []
    assert spans("蓝鲸鱼，蓝 鲸，小蓝鲸", entry) == [(4, 7), (9, 11)]
    stream = screen(entry | {"action": "block"}).stream()
    assert [stream.feed(one).text for one in "买蓝鲸鱼"] == ["买", "", "", "蓝鲸鱼"]
    assert stream.feed("蓝鲸").text == ""
    assert stream.feed("了").stopped


def test_a_hit_counts_only_near_what_it_must_be_near() -> None:
    """On either side within the window, and not over a border between texts."""
    entry = {"term": "蓝鲸", "near": {"terms": ["糖果", "茶"], "window": 3}}
    assert spans("糖果一二三蓝鲸", entry) == [(5, 7)]
    assert spans("糖果一二三四蓝鲸", entry) == []
    assert spans("蓝鲸一二三茶", entry) == [(0, 2)]
    assert spans("蓝鲸一二三四茶", entry) == []
    assert spans(f"糖果{BORDER}蓝鲸{BORDER}茶", entry) == []
    stream = screen(entry | {"action": "block"}).stream()
    assert stream.feed("蓝鲸一二三").text == ""
    assert stream.feed("茶").stopped


def test_a_stream_remembers_a_neighbour_that_was_let_go() -> None:
    """However far the window reaches back."""
    entry = {"term": "蓝鲸", "action": "block", "near": {"terms": ["糖果"], "window": 90}}
    stream = screen(entry).stream()
    assert stream.feed("糖果" + "甲" * 90).text == "糖果" + "甲" * 90
    assert stream.feed("蓝鲸").stopped
    other = screen(entry).stream()
    assert other.feed("糖果" + "甲" * 91 + "蓝鲸").stopped is False


def test_a_combination_is_a_hit_where_all_its_parts_are_near() -> None:
    """In any order and in every view that all its parts are fit for; a border divides it."""
    entry = {"term": "蓝鲸+糖果+gruest", "kind": "all"}
    assert spans("买gruest要蓝 鲸和糖果了", entry) == [(1, 14)]
    assert spans("蓝鲸糖果", entry) == []
    assert spans(f"蓝鲸糖果{BORDER}gruest", entry) == []
    assert spans("蓝鲸" + "甲" * 40 + "糖果gruest", entry) == []
    stream = screen(entry | {"action": "block"}).stream()
    assert stream.feed("买蓝鲸甲乙").text == "买"
    assert not stream.feed("糖果 gruest").stopped
    last = stream.close()
    assert (last.text, last.stopped) == ("", True)
    assert spans("蓝鲸糖果gruests", entry) == []


def test_whole_word_is_what_the_entry_says() -> None:
    """A part of a word counts if it must not be whole; a mixed term can be made a word."""
    assert spans("gruesome", {"term": "grue", "whole_word": False}) == [(0, 4)]
    assert spans("gruesome", {"term": "grue"}) == []
    assert spans("x糖grue", {"term": "糖grue", "whole_word": True}) == [(1, 6)]
    assert spans("糖gruesome", {"term": "糖grue", "whole_word": True}) == []


def test_repeats_beside_a_hit_are_starred_too_and_bounded() -> None:
    """Otherwise the term could be read from them."""
    one = screen({"term": "蓝鲸", "views": ["squeezed"]})
    assert one.judge("蓝蓝鲸鲸了", "output").masked("蓝蓝鲸鲸了") == "****了"
    text = "蓝" * 100 + "鲸" * 100
    stars = one.judge(text, "output").masked(text).count("*")
    assert stars == 2 * (REPEATS + 1)


@pytest.mark.parametrize(
    "entry",
    [
        {"term": "蓝", "views": ["squeezed"]},
        {"term": "蓝蓝", "views": ["squeezed"]},
        {"term": "a", "kind": "regex", "views": ["folded"]},
        {"term": "a*", "kind": "regex"},
        {"term": "蓝鲸+糖果", "kind": "all", "near": {"terms": ["茶"]}},
    ],
)
def test_an_entry_that_asks_for_the_impossible_is_refused(entry: dict[str, Any]) -> None:
    """The error names it by its number."""
    with pytest.raises(Invalid) as caught:
        screen({"term": "木马茶"}, entry)
    assert caught.value.code == "lexicon-entry-hopeless"
    assert "entry 2" in caught.value.what.en


# -- with personal information -------------------------------------------------------------------

PARTS = (
    *("电话", "13800138000", "138 0013 8000", "a@b.com", "微信号abc12345", "北京市朝阳区甲路88号"),
    *("蓝 鲸糖", "，", "\n", "1", "8", "192.168.1.1", "车牌京A12345", "王小明"),
)
SCREENS = [
    screen(
        {"term": "蓝鲸糖"},
        {"term": "电话1", "action": "review"},
        {"term": "138 0013", "views": ["squeezed"]},
        personal=Personal({**dict.fromkeys(KINDS, Outcome.MASK), "mobile": action}),
    )
    for action in (Outcome.MASK, Outcome.BLOCK)
]


@pytest.mark.control("output-screening")
@settings(max_examples=200, deadline=None)
@given(st.sampled_from(SCREENS), st.lists(st.sampled_from(PARTS), max_size=6), st.data())
def test_terms_and_personal_information_together_are_the_same_however_a_stream_is_cut(
    one: Screen, parts: list[str], data: st.DataObject
) -> None:
    """One holds back what the other would let go, and nothing is told twice."""
    text = "".join(parts)
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=8)))
    cut = [text[first:last] for first, last in pairwise([0, *cuts, len(text)])]
    delivered, verdict = run(one, list(text))
    assert run(one, [text]) == run(one, cut) == (delivered, verdict)
    judged = text[: verdict.covered]
    assert one.judge(judged, "output") == verdict
    assert verdict.masked(judged).startswith(delivered)


def run(one: Screen, pieces: list[str]) -> tuple[str, Verdict]:
    stream = one.stream()
    delivered = "".join(stream.feed(piece).text for piece in pieces)
    last = stream.close()
    assert last.verdict is not None
    return delivered + last.text, last.verdict


def test_personal_information_is_told_with_its_kind_and_harm() -> None:
    """As any other finding, by a detector of its own."""
    (found,) = SCREENS[1].judge("电话 13800138000", "output").findings
    assert (found.detector, found.rule, found.harm) == ("personal", "personal-mobile", "A4f")
    assert found.outcome is Outcome.BLOCK
