# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import tomllib
from copy import deepcopy
from typing import Any

import pytest

from guiju.policies import checked, default_body
from guiju.policies.comparing import changes
from guiju.policies.saying import harms_said, rules_said
from guiju.policies.saying_asides import asides
from guiju.policies.showing import page_parts
from guiju.policies.words import ACTIONS, AUDIENCES, CLASSES, DETECTORS, KINDS, MODES, SCOPES
from guiju.policies.writing import as_toml
from guiju.screening import DIRECTIONS, Outcome, matrix, personal

REFUSING = {"name": "refusing", "harms": ["A2*", "A1f"], "action": "refuse", "note": "why"}
SURE = {"name": "sure", "score_from": 800, "action": "block", "audience": "general"}
GRAVE = {"name": "grave", "harms": ["A3*"], "at_least": "refuse", "action": "block"}
GUARD = {
    "name": "qwen",
    "family": "qwen3guard",
    "url": "http://127.0.0.1:8000/v1",
    "model": "Qwen/Qwen3Guard-Gen-0.6B",
    "timeout_ms": 900,
}
EVERYTHING: dict[str, Any] = {
    "personal": {"mobile": {"input": "review", "output": "mask"}, "email": {"output": "mask"}},
    "guard": [GUARD],
    "stream": {"mode": "strict"},
    "classifier": {
        "review_from": 600,
        "block_from": 900,
        "with_rule": ["refusing"],
        "artefact": "ab" * 32,
    },
    "rule": [REFUSING, GRAVE],
    "answer": [{"name": "kind", "harms": ["A2*"], "zh": "一\n二", "en": 'say "no"'}],
}


def whole(**parts: Any) -> dict[str, Any]:
    body = deepcopy(default_body())
    body["screening"].update(deepcopy(parts))
    read: dict[str, Any] = checked(body)
    return read


def said(before: dict[str, Any], after: dict[str, Any], language: str = "en") -> list[str]:
    return [f"{sign} {text}" for sign, text in changes(before, after, language)]


def test_everything_has_its_words() -> None:
    """In both languages; a new kind or detector without them would break a page."""
    assert set(KINDS) == set(personal.KINDS)
    assert set(DETECTORS) == set(matrix.DETECTORS)
    assert set(AUDIENCES) == {matrix.EVERYBODY, *matrix.AUDIENCES}
    assert set(CLASSES) == set(matrix.GROUPS)
    assert set(ACTIONS) == {one.value for one in Outcome}
    assert set(SCOPES) == set(DIRECTIONS)
    assert set(MODES) == {"strict", "balanced", "fast"}


def test_a_body_written_as_toml_reads_as_the_same() -> None:
    """So the form to propose the next version loses nothing of this one."""
    for body in (whole(**EVERYTHING), default_body()):
        assert checked(tomllib.loads(as_toml(body))) == body


@pytest.mark.parametrize("key", EVERYTHING)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_part_that_comes_or_goes_is_told(key: str, language: str) -> None:
    """Line by line, and the same lines back."""
    parts = {one: EVERYTHING[one] for one in {key, "rule"}}
    bare = whole(rule=EVERYTHING["rule"]) if key != "rule" else whole()
    come, gone = said(bare, whole(**parts), language), said(whole(**parts), bare, language)
    assert come
    assert all(one.startswith("+ ") for one in come)
    assert [one[2:] for one in gone] == [one[2:] for one in come]
    assert said(bare, bare) == []


CHANGED = [
    (
        "personal",
        {"mobile": {"output": "mask"}, "email": {"output": "mask"}},
        "mobile number: mask in output",
    ),
    ("guard", [{**GUARD, "timeout_ms": 901}], "timeout_ms = 901"),
    ("guard", [{**GUARD, "on_error": "pass"}], "no answer: let pass"),
    ("guard", [{**GUARD, "harms": ["A1f"]}], "[A1f]"),
    ("stream", {"mode": "strict", "window": 201}, "201 characters"),
    ("stream", {"mode": "strict", "whole": True}, "is judged again"),
    ("classifier", {**EVERYTHING["classifier"], "artefact": "cd" * 32}, "cdcd"),
    ("classifier", {**EVERYTHING["classifier"], "review_from": 601}, "601 ‰"),
    ("rule", [REFUSING, {**GRAVE, "at_least": "review"}], "asked to review or worse"),
    ("rule", [{**REFUSING, "note": "because"}, GRAVE], "# because"),
    ("rule", [{**REFUSING, "directions": ["output"]}, GRAVE], "(everybody; output;"),
    ("answer", [{**EVERYTHING["answer"][0], "zh": "三"}], "三 / say"),
    ("answer", [{**EVERYTHING["answer"][0], "harms": ["A2a"]}], "A2a"),
]


@pytest.mark.parametrize(("key", "part", "told"), CHANGED)
def test_every_setting_that_changes_is_told(key: str, part: Any, told: str) -> None:
    """One line goes and one comes; nothing is changed unseen."""
    lines = said(whole(**EVERYTHING), whole(**{**EVERYTHING, key: part}))
    assert [one[0] for one in lines] == ["-", "+"]
    assert told in lines[1]
    assert told not in lines[0]


ENTRY = {"term": "样词戊", "harm": "A1h", "action": "block"}


@pytest.mark.parametrize(
    ("more", "zh", "en"),
    [
        ({"level": 2}, "级别 2", "level 2"),
        ({"views": ["folded", "split"]}, "视图 folded split", "views folded split"),
        ({"whole_word": True}, "只算整词", "whole words only"),
        ({"near": {"terms": ["出售"]}}, "30 字内须有 “出售”", 'within 30 characters of "出售"'),
        ({"except": ["样词戊烷"]}, "不算 “样词戊烷”", 'not inside "样词戊烷"'),
        ({"from": "2026-01-01"}, "自 2026-01-01 起", "from 2026-01-01"),
        ({"to": "2026-12-31"}, "至 2026-12-31 止", "until 2026-12-31"),
        ({"id": "样-1"}, "编号 样-1", "id 样-1"),
        ({"source": "自编"}, "来源 自编", "source 自编"),
        ({"licence": "CC0"}, "许可 CC0", "licence CC0"),
        ({"term": "样词+暗号", "kind": "all"}, "组合词", "a combination"),
        ({"term": "样词[0-9]", "kind": "regex"}, "正则", "a pattern"),
    ],
)
def test_every_condition_of_an_entry_is_told(more: dict[str, Any], zh: str, en: str) -> None:
    """Whoever approves a policy sees under which conditions a word counts."""
    for language, words in (("zh", zh), ("en", en)):
        come, gone = sorted(said(whole(entry=[ENTRY]), whole(entry=[ENTRY | more]), language))
        assert come.endswith(f" · {words}")
        assert gone == "- [A1h] 样词戊 → block (input, output)"


def test_rules_that_only_change_places_are_told() -> None:
    """The first that is met decides, so order is meaning."""
    lines = said(whole(rule=[REFUSING, GRAVE]), whole(rule=[GRAVE, REFUSING]))
    assert len(lines) == 2
    assert lines[0][2:] == lines[1][2:]


def test_a_rule_is_said_in_words() -> None:
    """Ids with their words, all harms as such, and the condition."""
    rule = rules_said(whole(rule=[REFUSING])["screening"])[0]
    assert rule.line.en == (
        "Rule refusing: A1f Violence and obscenity, A2* discrimination (everybody; input, "
        "output; lexicon, personal information, guard models) → refuse  # why"
    )
    assert rule.line.zh.startswith("处置规则 refusing：A1f 暴力、淫秽色情、A2* 歧视（所有人；")
    assert harms_said(list(matrix.GROUPS))[0].en == "all harms"


def test_what_is_not_said_is_not_shown() -> None:
    """A policy of words only has no empty tables."""
    body = default_body()
    del body["screening"]["images"]
    assert asides(body["screening"]) == []
    assert not any(page_parts(body).values())
