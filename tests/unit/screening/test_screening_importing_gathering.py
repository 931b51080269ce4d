# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guiju.kernel import Invalid
from guiju.screening.importing import (
    Duplicate,
    Form,
    Gathered,
    Options,
    Rejected,
    Source,
    digest_of,
    entries_of,
    gather,
    gathering,
    read_list,
    unpack,
)

Reports = list[Rejected | Duplicate]


def gathered(*lines: dict[str, Any] | str, harm: str = "A2f") -> tuple[Gathered, Reports]:
    text = "\n".join(json.dumps(one) if isinstance(one, dict) else one for one in lines)
    reports: Reports = []
    source = Source("list.jsonl", io.BytesIO(text.encode()))
    form: Form = "jsonl" if lines and isinstance(lines[0], dict) else "lines"
    found = gather(read_list(source, Options(harm=harm, form=form)), reports.append)
    return found, reports


def terms(found: Gathered) -> list[str]:
    return [one.term for one in found.entries()]


def test_what_folds_alike_stands_once_and_the_other_is_reported() -> None:
    """Width, case and traditional form make no second entry; the report says where the first is."""
    found, reports = gathered("示例禁词甲", "ＳＡＭＰＬＥ", "sample", "示例禁詞甲")
    assert sorted(terms(found)) == ["示例禁词甲", "ＳＡＭＰＬＥ"]
    assert reports == [
        Duplicate("list.jsonl", 3, "list.jsonl", 2, differs=False),
        Duplicate("list.jsonl", 4, "list.jsonl", 1, differs=False),
    ]
    assert (found.counts["taken"], found.counts["duplicates"]) == (2, 2)


def test_of_two_that_hit_the_same_the_stronger_stays() -> None:
    """Whichever comes first; that they differ is said."""
    weak, strong = ({"term": "示例禁词甲", "action": one} for one in ("mask", "block"))
    for pair, dropped in (((weak, strong), 1), ((strong, weak), 2)):
        found, reports = gathered(*pair)
        assert [one.action.value for one in found.entries()] == ["block"]
        assert reports == [
            Duplicate("list.jsonl", dropped, "list.jsonl", 3 - dropped, differs=True)
        ]


def test_conditions_make_another_entry() -> None:
    """Other directions, days, neighbours or exceptions hit other texts; a new order does not."""
    base = {"term": "示例禁词甲"}
    others: list[dict[str, Any]] = [
        {"scope": ["input"]},
        {"from": "2026-01-01"},
        {"near": {"terms": ["邻词"]}},
        {"except": ["非示例禁词甲"]},
        {"whole_word": False},
    ]
    found, reports = gathered(base, *({**base, **one} for one in others))
    assert (len(found.lines), reports) == (6, [])
    both = [{"term": term, "kind": "all"} for term in ("示例甲+示例乙", "示例乙+示例甲")]
    assert len(gathered(*both)[0].lines) == 1


@settings(deadline=None)
@given(st.data(), st.lists(st.text("示例词甲乙丙", min_size=2, max_size=4), max_size=12))
def test_the_digest_means_the_entries_and_not_their_order(
    data: st.DataObject, words: list[str]
) -> None:
    """The same words in any order, and twice, are the same bytes."""
    mixed = data.draw(st.permutations(words))
    one, other = gathered(*words)[0], gathered(*mixed, *mixed)[0]
    assert one.digest == other.digest
    assert one.packed() == other.packed()


def test_what_is_packed_is_read_back() -> None:
    """Lines, entries and digest survive; the digest is that of the lines."""
    found, _ = gathered({"term": "示例禁词甲", "note": "一"}, {"term": "示例禁词乙", "level": 3})
    lines = list(unpack(found.packed()))
    assert lines == list(found.lines)
    assert digest_of(lines) == found.digest
    assert list(entries_of(lines)) == list(found.entries())


def test_more_entries_than_a_lexicon_takes_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the limit and what to do."""
    monkeypatch.setattr(gathering, "MOST_ENTRIES", 2)
    with pytest.raises(Invalid, match="lexicon-too-large"):
        gathered("示例禁词甲", "示例禁词乙", "示例禁词丙")


def test_no_report_holds_a_word_that_was_read() -> None:
    """Whatever is turned down or left out, the report names places and reasons only."""
    lines = ["密词甲乙", "密词甲乙", "re:密词(", "密词丙&密词丁&!某某", "密\u200b", "密词" * 150]
    _, reports = gathered(*lines)
    assert len(reports) == 5
    assert not any("密" in repr(one) for one in reports)
    _, reports = gathered({"term": "密词甲乙", "scope": ["密词"]}, {"term": ["密词"]})
    assert len(reports) == 2
    assert not any("密" in repr(one) for one in reports)
