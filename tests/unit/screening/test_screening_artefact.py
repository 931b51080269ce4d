# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from contextlib import suppress
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guiju.kernel import Invalid
from guiju.screening import (
    DIRECTIONS,
    Compiled,
    Entry,
    Outcome,
    Screen,
    artefact,
    compile_entries,
    laying,
    read_entry,
)

DIGEST = "0" * 64
TEXT = "买藍鯨糖，看 grue 和木马茶；兰京唐，甲乙在丙丁旁，编号ab12，大纸月亮灯、纸月亮。"
TABLES: tuple[dict[str, Any], ...] = (
    {"term": "蓝鲸糖", "action": "block", "scope": ["input"], "note": "甲"},
    {"term": "grue", "action": "mask"},
    {"term": "木马茶", "action": "review", "scope": ["training"], "source": "乙"},
    {"term": "丙丁+甲乙", "kind": "all", "action": "mask"},
    {"term": "[a-z]{2}[0-9]{1,3}", "kind": "regex", "action": "review"},
    {"term": "纸月亮", "action": "review", "except": ["大纸月亮灯"]},
    {"term": "编号", "action": "mask", "near": {"terms": ["ab12"], "window": 2}},
)


def entries(*tables: dict[str, Any]) -> list[Entry]:
    return [read_entry({"harm": "A1f"} | one, "here") for one in tables]


def verdicts(one: Compiled) -> list[Any]:
    screen = Screen.load({}, DIGEST, [one])
    return [screen.judge(TEXT, way) for way in DIRECTIONS]


def test_what_is_dumped_and_loaded_finds_the_same() -> None:
    """Terms, words, combinations, patterns, exceptions and neighbours, in each direction."""
    made = compile_entries(entries(*TABLES))
    loaded = Compiled.load(made.dump())
    assert verdicts(loaded) == verdicts(made)
    found = verdicts(loaded)
    assert [one.outcome for one in found] == [Outcome.BLOCK, Outcome.REVIEW, Outcome.REVIEW]
    assert [one.found for one in found] == [7, 5, 6]
    assert (loaded.entries, loaded.source) == (made.entries, made.source)
    assert loaded.dump() == made.dump()


def test_a_stream_holds_back_alike_after_loading() -> None:
    """The beginnings of terms travel with them."""
    loaded = Compiled.load(compile_entries(entries(*TABLES)).dump())
    stream = Screen.load({}, DIGEST, [loaded]).stream("input")
    assert [stream.feed(one).text for one in "买蓝鲸了"] == ["买", "", "", "蓝鲸了"]


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 255))
def test_damaged_bytes_are_refused_or_harmless(at: int, byte: int) -> None:
    """Whoever keeps an artefact checks its seal; even so nothing but a clear error comes of it."""
    data = bytearray(compiled_once())
    head = len(data) // 20
    data[at % head] = byte
    with suppress(Invalid):
        assert Compiled.load(bytes(data)).entries == 1


def compiled_once(made: dict[str, bytes] = {}) -> bytes:  # noqa: B006 - compiled once
    if not made:
        made[""] = compile_entries(entries({"term": "蓝鲸糖", "action": "block"})).dump()
    return made[""]


@pytest.mark.parametrize("data", [b"", b"x" * 100, b"guiju-lexicon/5\n", None])
def test_what_is_no_artefact_is_refused(data: bytes | None) -> None:
    """Empty, foreign, or cut off."""
    with pytest.raises(Invalid) as caught:
        Compiled.load(compiled_once()[:-1] if data is None else data)
    assert caught.value.code == "lexicon-artefact-unreadable"


def test_an_artefact_of_another_fold_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would miss what it was compiled to find."""
    data = compiled_once()
    monkeypatch.setattr(artefact, "version", lambda view: f"other {view}")
    with pytest.raises(Invalid) as caught:
        Compiled.load(data)
    assert caught.value.code == "lexicon-artefact-outdated"


def test_entries_are_compiled_for_a_day() -> None:
    """What has not begun or is over is not in it; an error still names an entry by its number."""
    tables = (
        {"term": "蓝鲸糖", "action": "block", "to": "2026-01-31"},
        {"term": "木马茶", "action": "block", "from": "2026-02-01"},
    )
    january = compile_entries(entries(*tables), on=date(2026, 1, 31))
    screen = Screen.load({}, DIGEST, [january])
    assert screen.judge("蓝鲸糖", "input").stops
    assert not screen.judge("木马茶", "input").stops
    broken = {"term": "糖", "action": "block"}
    with pytest.raises(Invalid) as caught:
        compile_entries(entries(*tables, broken), on=date(2026, 2, 1))
    assert "entry 3" in caught.value.what.en


def test_an_urgent_entry_is_added_to_what_is_compiled() -> None:
    """The old screen stays as it was; what is added counts in judgements and in streams."""
    old = Screen.load({"entry": [{"harm": "A1f", **TABLES[1]}]}, DIGEST)
    new = old.with_entries(entries({"term": "木马茶", "action": "block"}), "1" * 64)
    assert (old.policy, new.policy) == (DIGEST, "1" * 64)
    assert not old.judge("木马茶", "input").stops
    verdict = new.judge("grue和木馬茶", "output")
    assert [(one.start, one.outcome) for one in verdict.findings] == [
        (0, Outcome.MASK),
        (5, Outcome.BLOCK),
    ]
    stream = new.stream()
    assert stream.feed("grue和木马").text == "****和"
    assert stream.feed("茶").stopped


def test_several_lexicons_are_searched_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each finding is told by the entry of the lexicon it came from."""
    monkeypatch.setattr(laying, "MOST_SEEN_THROUGH", 1)
    first = compile_entries(entries(*TABLES[:3]))
    second = Compiled.load(compile_entries(entries(*TABLES[3:])).dump())
    screen = Screen.load(
        {"entry": [{"term": "编号", "harm": "A2f", "action": "mask"}]}, DIGEST, [first, second]
    )
    found = screen.judge(TEXT, "input").findings
    harms = {(TEXT[one.start : one.end], one.harm) for one in found}
    assert {("编号", "A2f"), ("编号", "A1f"), ("ab12", "A1f"), ("藍鯨糖", "A1f")} <= harms


def test_in_a_very_large_lexicon_terms_are_seen_through_separators_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Unless an entry names its views; short terms are not even squeezed."""
    monkeypatch.setattr(laying, "MOST_SEEN_THROUGH", 2)
    tables = (
        {"term": "蓝鲸糖", "action": "mask"},
        {"term": "木马茶", "action": "mask", "views": ["homophone"]},
        {"term": "grue", "action": "mask"},
        {"term": "甲甲", "action": "mask"},
    )
    screen = Screen.load({}, DIGEST, [compile_entries(entries(*tables))])

    def found(text: str) -> list[str]:
        return [one.view for one in screen.judge(text, "input").findings]

    assert [found(one) for one in ("蓝鲸糖", "蓝 鲸 糖", "兰京唐")] == [["raw"], ["squeezed"], []]
    assert [found(one) for one in ("木马茶", "木 马茶", "木麻查")] == [
        ["raw"],
        ["squeezed"],
        ["homophone"],
    ]
    assert [found(one) for one in ("grue", "g rue", "甲甲", "甲 甲", "甲")] == [
        ["raw"],
        [],
        ["raw"],
        [],
        [],
    ]
