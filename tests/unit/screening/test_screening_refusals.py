# SPDX-License-Identifier: Apache-2.0
"""What is told of the views that entries are not given is what they are compiled by."""

from __future__ import annotations

from typing import Any

import pytest

from guiju.screening import Entry, Outcome, laying
from guiju.screening.laying import lay, refusals
from guiju.screening.register import HOMOPHONE, SQUEEZED
from guiju.screening.views import VIEWS

BY_SOUND = ("homophone", "pinyin")


def entry(term: str, **more: Any) -> Entry:
    return Entry(term, "A1f", Outcome.REVIEW, **more)


def why(view: str, *terms: str) -> list[str]:
    return [each[view].en if view in each else "" for each in refusals([*map(entry, terms)])]


def given(entries: list[Entry]) -> list[set[str]]:
    """The views above the plain one in which each entry was laid."""
    laid = lay(entries, range(len(entries)))
    views = [
        {view for view in VIEWS[1:] if at in laid.seen(view).numbers} for at in range(len(entries))
    ]
    for seen, flags in zip(views, laid.flags, strict=True):
        seen.update({"homophone", "squeezed"} if flags & HOMOPHONE else set())
        seen.update({"squeezed"} if flags & SQUEEZED else set())
    return views


@pytest.mark.parametrize(
    ("term", "view", "reason"),
    [
        ("是的", "homophone", "so common"),
        ("石椅里", "homophone", "so common"),
        ("蓝蓝糖", "homophone", "without its repeats"),
        ("恶鹅", "pinyin", "fewer than 3 letters"),
        ("bad", "pinyin", "fewer than 5 letters"),
        ("bad", "homophone", "fewer than 2 syllables"),
        ("bad", "split", "nothing that can be split"),
        ("哈哈", "squeezed", "one character"),
        ("蓝糖", "homophone", ""),
        ("示例词", "homophone", ""),
        ("示例禁词", "homophone", ""),
    ],
)
def test_a_view_that_is_not_given_has_a_reason(term: str, view: str, reason: str) -> None:
    """Too short, too usual, or nothing in it for the view; in both languages."""
    (told,) = refusals([entry(term)])
    assert (view in told) == bool(reason)
    assert reason in (told[view].en if reason else "")
    assert all(one.zh and one.en for one in told.values())


ENTRIES = [
    *map(entry, ("是的", "示例词", "蓝蓝糖", "蓝糖", "哈哈", "bad", "badword", "恶鹅", "示" * 33)),
    entry("是的", views=("folded", "homophone")),
    entry("蓝糖+是的", kind="all"),
    entry("蓝糖+纸月亮", kind="all"),
    entry("蓝.糖", kind="regex"),
]


@pytest.mark.parametrize(
    ("limit", "most"),
    [("", 0), ("MOST_OF_TWO", 1), ("MOST_OF_THREE", 1), ("MOST_SEEN_THROUGH", 1)],
)
def test_entries_are_laid_in_all_other_views(
    monkeypatch: pytest.MonkeyPatch, limit: str, most: int
) -> None:
    """However large the lexicon is: the compiler asks the same."""
    if limit:
        monkeypatch.setattr(laying, limit, most)
    unnamed = [one for one in ENTRIES if not one.views and one.kind != "regex"]
    told, views = refusals(ENTRIES), given(ENTRIES)
    for one, refused, laid in zip(ENTRIES, told, views, strict=True):
        if one in unnamed:
            assert laid == set(VIEWS[1:]) - refused.keys(), one
        else:
            assert not refused


def test_of_many_short_terms_none_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of two characters; of each its own reason comes first."""
    monkeypatch.setattr(laying, "MOST_OF_TWO", 1)
    told = why("homophone", "蓝糖", "冰箱", "是的", "蓝鲸糖")
    assert ["terms of two characters" in one for one in told] == [True, True, False, False]
    assert not told[-1]
    assert why("pinyin", "蓝糖", "冰箱") == ["", ""]


def test_of_many_terms_of_three_the_common_ones_are_not_heard(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Those whose syllables ordinary text says often; those that it says everywhere never are."""
    assert why("homophone", "示例词", "蓝鲸糖") == ["", ""]
    monkeypatch.setattr(laying, "MOST_OF_THREE", 1)
    told = why("homophone", "示例词", "蓝鲸糖", "石椅里", "蓝糖")
    assert ["terms of three characters" in one for one in told] == [True, False, False, False]
    assert "everywhere" in told[2]
    assert told[1] == told[3] == ""
    assert why("pinyin", "示例词", "蓝鲸糖") == ["", ""]


def test_of_very_many_entries_none_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are seen through separators only."""
    monkeypatch.setattr(laying, "MOST_SEEN_THROUGH", 1)
    for view in (*BY_SOUND, "split"):
        assert all("entries" in one for one in why(view, "蓝鲸糖", "示例禁词"))
    assert why("squeezed", "蓝鲸糖", "示例禁词") == ["", ""]
