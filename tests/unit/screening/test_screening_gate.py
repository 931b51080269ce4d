# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guiju.screening import Release, Screen, Verdict, fold
from guiju.screening import lexicon as lexicon_module
from guiju.screening.gate import MOST_FORMS, Gate, _Signs, gate_of
from guiju.screening.views import beginning, keys

TERMS = ["青铜月亮会", "蓝鲸口令", "好明林", "guiju-sample", "Blue蓝鲸", "四七码头"]
# The terms, what sounds, looks or is spelt like them, parts of them, and what stands between.
PIECES = st.sampled_from(
    (
        *"青铜月亮会蓝鲸口令好明林清同越量汇兰京扣另女子日木4七7码头體",
        *"-· \n\u200b01@é🌙🐳✂⏰ｇＬgl𠮷\ud800",
        *("qing", "tong", "yue", "liang", "hui", "lan", "jing", "guiju", "sample", "blue", "qi"),
        "今天天气",
        *TERMS,
    )
)
TEXTS = st.lists(PIECES, max_size=14).map("".join)


@contextmanager
def without_gates() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lexicon_module, "gate_of", lambda _: None)
        yield


def entries() -> dict[str, Any]:
    return {"entry": [{"term": one, "harm": "A1f", "action": "mask"} for one in TERMS]}


@cache
def screens() -> tuple[Screen, Screen]:
    with without_gates():
        open_ = Screen.load(entries(), "0" * 64)
    return Screen.load(entries(), "0" * 64), open_


def streamed(screen: Screen, pieces: list[str]) -> list[Release]:
    stream = screen.stream()
    return [*(stream.feed(piece) for piece in pieces), stream.close()]


@settings(deadline=None)
@given(TEXTS)
def test_a_gate_hides_nothing(text):
    """With and without it the same is found."""
    gated, open_ = screens()
    assert gated.judge(text, "output") == open_.judge(text, "output")


@settings(deadline=None)
@given(st.lists(TEXTS, max_size=5))
def test_in_a_stream_a_gate_holds_no_more_and_no_less_back(pieces):
    """Piece by piece the same leaves."""
    gated, open_ = screens()
    assert streamed(gated, pieces) == streamed(open_, pieces)


@settings(deadline=None)
@given(TEXTS)
def test_where_a_gate_is_closed_nothing_is_found(text):
    """Certainly; and what is found opens it."""
    gated, _ = screens()
    (lexicon,) = gated._rules["output"]._lexicons
    assert lexicon._gate is not None
    found: Verdict = gated.judge(text, "output")
    assert lexicon._gate.opens(fold(text).text) or not found.findings


def test_a_gate_is_closed_to_most_ordinary_text():
    """Otherwise it would be of no use."""
    gated, _ = screens()
    (lexicon,) = gated._rules["output"]._lexicons
    gate = lexicon._gate
    assert gate is not None
    for text in (
        "今天天气晴朗，适合出门散步。",
        "也可以在家读一本好书",
        "一共三十五元，谢谢。" * 20,
    ):
        assert not gate.opens(text)
    assert gate.goes("适合散步，去公园玩") == 9
    assert gate.goes("请适合散步") == 5
    assert gate.goes("适合请") == 2
    assert gate.goes("请同") == gate.goes("适合g") == -1


@pytest.mark.parametrize("term", ["青铜月亮会", "好明林", "四七码头"])
def test_a_term_opens_the_gate_in_short_and_in_long_text(term):
    """A few characters are asked one by one, many in one go."""
    gate = Gate({"folded": TERMS, "squeezed": ["青铜月亮会"]})
    for text in (term, term + "今天" * 20, "今天" * 20 + term):
        assert gate.opens(text)
    assert not gate.opens(term[1:] + "今天" * 20)


def test_a_form_may_begin_in_all_that_is_seen_as_its_beginning_or_as_more():
    """In a part of it, in itself, and where more is seen than the form."""
    assert set("里林临l") <= beginning("pinyin", ["linhai"])
    assert "林" in beginning("pinyin", ["li"])
    assert not set("海人") & beginning("pinyin", ["linhai"])
    assert set("日明") <= beginning("split", ["日月生"])
    assert not set("月生") & beginning("split", ["日月生"])
    assert beginning("folded", ["林"]) == {"林"}


def test_what_cannot_be_asked_shortly_opens_the_gate():
    """What is beyond the first plane."""
    gate = Gate({"pinyin": ["qingtong"], "split": ["女子"], "folded": ["青铜"]})
    for text in ("🌙", "𠮷"):
        assert gate.opens(text)
        assert gate.opens(text * 30)


def test_what_is_written_in_letters_needs_some_and_all_of_a_form():
    """Of ideographs, signs and letters together, folded or not."""
    gate = Gate({"pinyin": ["qingtong"], "folded": []})
    for text in ("qingtong", "ＱＩＮＧ同", "请to n9g", "青tong", "青t0ng", "⒬ing同"):
        assert gate.opens(text)
        assert gate.opens(text * 10)
    for text in ("青铜", "请同", "qing", "tong今", "q", "t ong in", "今天abc"):
        assert not gate.opens(text)


def test_a_large_lexicon_has_no_gate():
    """Nor has one whose forms are not known any more, as after loading it, if they are many."""
    many = tuple(f"青{at}" for at in range(MOST_FORMS + 1))
    assert gate_of({"folded": many}) is None
    assert gate_of({"folded": None}) is None
    assert gate_of({"folded": many[:-1]}) is not None


def test_a_gate_sees_texts_that_are_not_folded():
    """Width, traditional forms, what folds to several characters, and pictures."""
    gate = Gate({"squeezed": ["体重kg"], "split": keys("split", "剪明")})
    for text in ("體重㎏", "体重ＫＧ", "✂明", "✂日月"):
        assert gate.opens(text)
        assert gate.opens(text * 10)
    for text in ("體重", "㎏", "✂", "明"):
        assert not gate.opens(text)
    for text in ("㎏", "✂", "\u200b", "𠮷", "体重", "體-", "前刀", "体體"):
        assert gate.goes(text) == -1
    assert gate.goes("體") == gate.goes("前") == 0
    assert gate.goes("体今天") == 3
    for text in ("重", "kg", "明", "今天"):
        assert gate.goes(text) == len(text)


@settings(deadline=None)
@given(st.lists(TEXTS, max_size=5))
def test_where_no_form_begins_nothing_is_held(pieces):
    """Nor is anything found there, or folded to other than one character for one."""
    gated, _ = screens()
    (lexicon,) = gated._rules["output"]._lexicons
    assert lexicon.gate is not None
    for piece in pieces:
        goes = lexicon.gate.goes(piece)
        if goes >= 0:
            stream = gated.stream()
            assert stream.feed(piece).text == piece[:goes]
            assert stream.held == len(piece) - goes <= 1
            verdict = stream.close().verdict
            assert verdict is not None
            assert not verdict.findings
            assert fold(piece).even


@settings(deadline=None)
@given(st.lists(st.text("今天青请同铜t体-- \u200b", max_size=3), max_size=12))
def test_short_pieces_leave_as_with_no_gate(pieces):
    """Also where a form begins at the end of one and goes on, or does not, in the next."""
    gated, open_ = screens()
    assert streamed(gated, pieces) == streamed(open_, pieces)


def test_a_text_is_asked_first_for_what_ordinary_text_seldom_has():
    """So one search is enough for most of it."""
    tells = _Signs({"folded": ["的鲸", "一鲸口"]}, "a").tells
    assert tells.search("一口的") is None
    for text in ("一口鲸", "一口🌙", "一口Ａ"):
        found = tells.search(text)
        assert found is not None
        assert found.start() == len(text) - 1
