# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import cycle

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from guiju.screening import Outcome, Screen, Verdict, fold, views_split, views_spoken
from guiju.screening import glimpse as glimpse_module
from guiju.screening import lexicon as lexicon_module
from guiju.screening.glimpse import SHORT, Glimpse
from guiju.screening.views import VIEWS, seen
from guiju.screening.views_spelling import Spelling
from guiju.screening.views_squeezed import is_speaking

TERMS = ["青铜月亮会", "蓝鲸口令", "好明林", "guiju-sample", "Blue蓝鲸", "四七码头", "的的的"]
PIECES = st.sampled_from(
    (
        *"青铜月亮会蓝鲸口令好明林清同越量汇兰京扣另女子日木4七7码头體①的的",
        *"-· \n，\u200b01@é✂⏰ｇＬ⒬gl𠮷\ud800\uffff\0",
        *("qing", "tong", "blue", "guiju", "sample", "今天天气", "哈哈哈"),
        *TERMS,
    )
)
TEXTS = st.lists(PIECES, min_size=12, max_size=60).map("".join)


@contextmanager
def without(name: str, value: object) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lexicon_module if name == "gate_of" else Glimpse, name, value)
        yield


@cache
def screen() -> Screen:
    """As a large lexicon is: without a gate of its own."""
    entries = [{"term": one, "harm": "A1f", "action": "mask"} for one in TERMS]
    with without("gate_of", lambda _: None):
        return Screen.load({"entry": entries}, "0" * 64)


def looked(text: str) -> Verdict:
    """The verdict of who sees nothing at once."""
    with without("texts", lambda _: {}):
        return screen().judge(text, "output")


@settings(deadline=None)
@given(TEXTS)
@example("今天，" * 20 + "青，铜月\u200b亮亮会")
@example("青 铜月亮会" + "今，天" * 20)
def test_a_glimpse_hides_nothing(text):
    """The same is found, at the same places, as when each view looks for itself."""
    assert screen().judge(text, "output") == looked(text)


@settings(deadline=None)
@given(TEXTS)
def test_what_is_seen_at_once_is_what_the_views_see(text):
    """In each view it names; the folded text is the fold."""
    glimpse = Glimpse(text)
    assert glimpse.folded.text == fold(text).text
    assert glimpse.folded.offsets() == fold(text).offsets()
    for view, found in glimpse.texts().items():
        assert found == seen(view, fold(text).text).text


def test_every_character_of_the_first_plane_is_seen_as_it_is():
    """All that fold to one at most and are no pictures; the others are left to the views."""
    hard: list[str] = []
    easy: list[str] = []
    for one in map(chr, range(0x10000)):
        folded = fold(one).text
        plain = len(folded) < 2 and "\uffff" != folded < "\U00010000"
        picture = is_speaking(folded) and not folded.isascii()
        (easy if plain and not picture else hard).append(one)
    for at in range(0, len(easy), 200):
        # Many fold to the same, and too many repeats are left to the views.
        text = "".join(map("".join, zip(easy[at : at + 200], cycle("今天")))) + "今天" * SHORT
        texts = Glimpse(text).texts()
        assert {"folded", "squeezed", "homophone"} <= texts.keys() <= set(VIEWS)
        assert all(found == seen(view, fold(text).text).text for view, found in texts.items())
    assert hard
    assert not any(Glimpse(one + "今天" * SHORT).texts() for one in hard)


def test_texts_that_hold_nothing_share_one_verdict():
    """It says how many characters were judged."""
    one, other, longer = "今" * 40, "天，" * 20, "今天" * 40
    assert screen().judge(one, "output") is screen().judge(other, "output")
    assert screen().judge(longer, "output").covered == len(longer)


def test_who_looks_in_no_view_above_the_folded_text_makes_none():
    """A large lexicon of plain terms folds a text and searches it, and no more."""

    def made(_: Glimpse) -> dict[str, str]:
        raise AssertionError("a view was made")

    entries = [{"term": one, "harm": "A1f", "action": "mask", "views": ["folded"]} for one in TERMS]
    with without("gate_of", lambda _: None):
        plain = Screen.load({"entry": entries}, "0" * 64)
    with without("texts", made):
        assert not plain.judge("今，天" * 20, "output").findings
        assert plain.judge("今，天" * 20 + "蓝鲸口令", "output").findings


def test_a_prepared_screen_has_nothing_left_to_make(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the first request of a worker would stop all others while the tables are made."""
    glimpse_module._table.cache_clear()
    views_spoken._spelling.cache_clear()
    views_split._parts.cache_clear()
    screen().prepare()
    monkeypatch.setattr(glimpse_module, "_folding", lambda: pytest.fail("a table was made"))
    monkeypatch.setattr(Spelling, "__init__", lambda *_: pytest.fail("a table was made"))
    assert screen().judge("今天天气很好，" * 6, "input").outcome is Outcome.PASS
    stream = screen().stream()
    assert [stream.feed(one).stopped for one in "示例天气很好，" * 6] == [False] * 42
