# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guiju.kernel import Invalid
from guiju.measures import law
from guiju.screening import DIRECTIONS, Entry, Near, Outcome, hopeless, read_entry, write_entry
from guiju.screening.entry import KINDS, LONGEST_WINDOW, VIEW_NAMES

PLAIN = {"term": "蓝鲸糖", "harm": "A1f", "action": "block"}

words = st.text(min_size=1, max_size=5)
phrases = st.lists(words, max_size=2, unique=True).map(tuple)
days = st.none() | st.dates()
nears = st.builds(
    Near,
    st.lists(words, min_size=1, max_size=2, unique=True).map(tuple),
    st.integers(1, LONGEST_WINDOW),
)
entries = st.builds(
    Entry,
    term=words,
    harm=st.sampled_from(sorted(law().harms)),
    action=st.sampled_from([one for one in Outcome if one is not Outcome.PASS]),
    scope=st.sets(st.sampled_from(DIRECTIONS), min_size=1).map(frozenset),
    level=st.integers(0, 9),
    note=st.text(max_size=3),
    kind=st.sampled_from(list(KINDS.values())),
    views=st.sets(st.sampled_from(VIEW_NAMES)).map(
        lambda named: tuple(one for one in VIEW_NAMES if one in named)
    ),
    whole_word=st.none() | st.booleans(),
    near=st.none() | nears,
    except_=phrases,
    from_=days,
    to=days,
    source=st.text(max_size=3),
    licence=st.text(max_size=3),
    id=st.text(max_size=3),
)


def entry(**more: Any) -> Entry:
    return read_entry(PLAIN | more, "words.jsonl:7")


@given(entries)
def test_what_is_written_is_read_back(one: Entry) -> None:
    """Every field survives, and the shortest form has one spelling only."""
    written = write_entry(one)
    assert read_entry(written, "here") == one
    assert write_entry(read_entry(written, "here")) == written


def test_what_is_usual_is_not_written() -> None:
    """An entry that says no more than it must is three keys long."""
    assert write_entry(entry()) == PLAIN
    assert write_entry(entry(scope=list(DIRECTIONS), level=1, near=None)) == PLAIN


@pytest.mark.parametrize(
    ("key", "value", "named"),
    [
        ("kind", "pattern", "kind"),
        ("views", ["raw"], "views"),
        ("views", "folded", "views"),
        ("whole_word", 1, "whole_word"),
        ("near", [], "near"),
        ("near", {"terms": []}, "near.terms"),
        ("near", {"terms": ["甲"], "window": LONGEST_WINDOW + 1}, "near.window"),
        ("near", {"terms": ["甲"], "wnidow": 3}, "near.wnidow"),
        ("except", ["甲", 1], "except"),
        ("from", "2026-02-30", "from"),
        ("to", 2026, "to"),
        ("licence", 1, "licence"),
        ("excpet", [], "excpet"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(key: str, value: Any, named: str) -> None:
    """The error names the place and the key, inner ones too."""
    with pytest.raises(Invalid) as caught:
        entry(**{key: value})
    assert caught.value.code == "lexicon-entry-broken"
    assert caught.value.what.en == f"words.jsonl:7: its {named} cannot be read."


def test_an_entry_counts_from_its_first_to_its_last_day() -> None:
    """Both days are in; without a day, dates are not asked."""
    one = entry(**{"from": "2026-03-01", "to": date(2026, 3, 2)})
    assert [one.counts_on(date(2026, 3, day)) for day in (1, 2, 3)] == [True, True, False]
    assert not one.counts_on(date(2026, 2, 28))
    assert one.counts_on(None)
    assert entry().counts_on(date(1, 1, 1))


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"from": "2026-03-02", "to": "2026-03-01"}, "ends before"),
        ({"kind": "all"}, "joins 2 to 8"),
        ({"kind": "all", "term": "甲乙+丙"}, "single character"),
        ({"term": "甲" * 201}, "longer than 200"),
        ({"near": {"terms": ["\u200b"]}}, "must be near"),
        ({"near": {"terms": ["甲" * 33]}}, "longer than 32"),
        ({"except": ["木马"]}, "does not hold it"),
        ({"except": ["藍鯨糖"]}, "does not hold it"),
        ({"except": ["蓝鲸糖\n"]}, "does not hold it"),
        ({"except": ["甲" * 30 + "蓝鲸糖"]}, "longer than 32"),
        ({"kind": "regex", "term": "a{3}", "views": ["folded"]}, "a pattern takes no"),
    ],
)
def test_an_entry_that_cannot_work_says_why(more: dict[str, Any], reason: str) -> None:
    """Each part, each phrase and the dates are asked."""
    why = hopeless(entry(**more))
    assert why is not None
    assert reason in why.en


def test_an_entry_that_may_work_is_not_refused() -> None:
    """Exceptions, near terms and parts included."""
    assert hopeless(entry(near={"terms": ["甲"]}, **{"except": ["大藍鯨糖"]})) is None
    assert hopeless(entry(kind="all", term="甲乙 + abc")) is None
    assert entry(kind="all", term="甲乙 + abc").parts == ("甲乙", "abc")
    assert entry(term="甲乙+abc").parts == ("甲乙+abc",)
