# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guiju.casework import Retention
from guiju.kernel import Invalid, canonical
from guiju.measures import law, rule
from guiju.policies import case_days, checked, default_body, read_file
from guiju.policies.body_entries import ACTIONS
from guiju.policies.body_records import least_days
from guiju.policies.writing import as_toml
from guiju.screening import read_entries, read_entry

Change = Callable[[dict[str, Any]], object]


def changed(change: Change) -> dict[str, Any]:
    body = deepcopy(default_body())
    change(body)
    return body


def fault(change: Change) -> Invalid:
    with pytest.raises(Invalid) as caught:
        checked(changed(change))
    assert caught.value.code == "policy-invalid"
    return caught.value


def entry(at: int, **values: Any) -> Change:
    return lambda body: body["screening"]["entry"][at].update(values)


def test_the_default_is_whole_mild_and_says_that_its_words_are_samples() -> None:
    """It shows every action, keeps records as the rules ask and labels in both languages."""
    body = default_body()
    assert body == checked(body)
    terms = {one["term"]: one for one in body["screening"]["entry"]}
    assert {"示例禁词甲", "guiju-blocked-sample"} <= set(terms)
    assert {one["action"] for one in terms.values()} == set(ACTIONS)
    assert len(terms) < 20
    assert not {"A1a", "A1b", "A1c"} & {one["harm"] for one in terms.values()}
    assert body["labels"]["text"] == {
        "place": "end",
        "zh": "本回答由人工智能生成",
        "en": "AI-generated (AI生成)",
    }
    assert body["records"]["retention_days"] == least_days()


def test_records_are_kept_for_the_months_of_the_rules() -> None:
    """Six months are 183 days; one day fewer is refused."""
    assert rule("labels.log-retention.months").number == 6
    assert least_days() == 183
    error = fault(lambda body: body["records"].update(retention_days=182))
    assert error.param == "records.retention_days"
    assert "183" in error.what.en


def test_usage_stays_at_least_as_long_as_content() -> None:
    """Left out it stays for good, and the body keeps the digest it had."""
    assert "usage_days" not in default_body()["records"]
    kept = checked(changed(lambda body: body["records"].update(usage_days=400)))
    assert kept["records"]["usage_days"] == 400
    error = fault(lambda body: body["records"].update(usage_days=182))
    assert error.param == "records.usage_days"


def test_what_is_left_out_is_filled_in() -> None:
    """Two ways of writing the same rules are the same bytes, so the same digest."""

    def spare(body: dict[str, Any]) -> None:
        del body["screening"]["reply"], body["labels"]["text"]["place"]
        del body["records"]["retention_days"]
        for one in body["screening"]["entry"]:
            one.pop("note")
            if len(one["scope"]) > 1:
                one["scope"] = ["output", "input", "output"]

    assert canonical(checked(changed(spare))) == canonical(default_body())


@pytest.mark.parametrize(
    ("change", "place", "said"),
    [
        (entry(3, harm="99"), "screening.entry[3].harm", "Expected: A1a, A1b"),
        (entry(0, harm="A9a"), "screening.entry[0].harm", "A5a? (A1a, A1b"),
        (entry(1, action="blok"), "screening.entry[1].action", "Expected: block? (mask"),
        (entry(1, action="pass"), "screening.entry[1].action", "Expected: mask, review"),
        (entry(1, scope=[]), "screening.entry[1].scope", "Expected: input / output"),
        (entry(1, scope=["inptu"]), "screening.entry[1].scope", "input? (input, output"),
        (entry(1, views=["sqeezed"]), "screening.entry[1].views", "squeezed? (folded"),
        (entry(1, near="x"), "screening.entry[1].near", "cannot be read"),
        (entry(1, near={"terms": []}), "screening.entry[1].near.terms", "cannot be read"),
        (entry(1, near={"terms": ["y"], "window": 0}), "screening.entry[1].near.window", "1 ..."),
        (entry(1, whole_word="yes"), "screening.entry[1].whole_word", "true / false"),
        (entry(1, **{"from": "May"}), "screening.entry[1].from", "YYYY-MM-DD"),
        (
            entry(1, **{"from": "2026-02-01", "to": "2026-01-31"}),
            "screening.entry[1].term",
            "ends before it begins",
        ),
        (entry(1, **{"except": ["nothing"]}), "screening.entry[1].term", "does not hold it"),
        (entry(1, kind="regex", term="a*"), "screening.entry[1].term", "bound it by"),
        (entry(1, id="a\x00b"), "screening.entry[1].id", "U+0000"),
        (entry(1, term="  "), "screening.entry[1].term", "is empty"),
        (entry(1, term="字" * 201), "screening.entry[1].term", "longer than 200"),
        (entry(1, term="a\x00b"), "screening.entry[1].term", "U+0000"),
        (entry(1, term=" 示例禁词甲 "), "screening.entry[1].term", "screening.entry[0]"),
        (entry(2, hram="A1a"), "screening.entry[2].hram", "Expected: harm? (action,"),
        (lambda body: body["screening"].update(reply="silence"), "screening.reply", "only answer"),
        (lambda body: body["screening"].pop("refusal"), "screening.refusal", "missing"),
        (
            lambda body: body["screening"]["refusal"].update(zh=" "),
            "screening.refusal.zh",
            "is empty",
        ),
        (lambda body: body["screening"].update(entry={}), "screening.entry", "must be a list"),
        (lambda body: body["labels"]["text"].update(place="ende"), "labels.text.place", "end?"),
        (lambda body: body.update(record={}), "record", "did you mean records?"),
        (lambda body: body.update(labels=[]), "labels", "must be a table"),
        (lambda body: body.pop("screening"), "screening", "is missing"),
        (
            lambda body: body["records"].update(retention_days=10**30),
            "records.retention_days",
            "between",
        ),
        (
            lambda body: body["records"].update(retention_days=200.0),
            "records.retention_days",
            "whole number",
        ),
    ],
)
def test_each_fault_names_its_exact_place(change: Change, place: str, said: str) -> None:
    """A misspelt key or word is refused with the nearest known one."""
    error = fault(change)
    assert error.param == place
    assert f"{place}: " in error.what.en
    assert f"{place}：" in error.what.zh
    assert said in error.message("en")
    assert "\n" not in error.message("en")


@pytest.mark.parametrize(
    ("language", "label", "fits"),
    [
        ("zh", "本回答由人工智能生成", True),
        ("zh", "AI合成", True),
        ("zh", "由AI生成的内容", True),
        ("zh", "本回答由机器生成", False),
        ("zh", "人工智能回答", False),
        ("zh", "MAIL生成", False),
        ("en", "AI-generated", True),
        ("en", "Synthesised by artificial intelligence", True),
        ("en", "Synthetic content made by AI", True),
        ("en", "Generated by a model", False),
        ("en", "Said by AI", False),
        ("en", "generated by email", False),
    ],
)
def test_a_label_names_ai_and_that_it_generated(language: str, label: str, fits: bool) -> None:
    """Both elements that the standard asks for must stand in each language."""

    def change(body: dict[str, Any]) -> None:
        body["labels"]["text"][language] = label

    if fits:
        assert checked(changed(change))["labels"]["text"][language] == label
    else:
        assert fault(change).param == f"labels.text.{language}"


def test_a_term_may_stand_once_for_each_direction() -> None:
    """One action on the way in and another on the way out is no contradiction."""

    def both_ways(body: dict[str, Any]) -> None:
        body["screening"]["entry"] = [
            {"term": "样词戊", "harm": "A1h", "action": "refuse", "scope": ["input"]},
            {"term": "样词戊", "harm": "A1h", "action": "mask", "scope": ["output"]},
        ]

    assert len(checked(changed(both_ways))["screening"]["entry"]) == 2


WHOLE_ENTRY: dict[str, Any] = {
    "term": "样词+暗号",
    "harm": "A1h",
    "action": "refuse",
    "scope": ["training"],
    "kind": "all",
    "level": 3,
    "views": ["squeezed"],
    "except": ["样词典"],
    "from": "2026-01-01",
    "to": "2026-12-31",
    "source": "自编",
    "licence": "CC0-1.0",
    "id": "样-1",
    "note": "invented",
}


def test_an_entry_of_the_policy_takes_every_key_of_a_lexicon() -> None:
    """The same table means the same entry in both, whether a day is written as text or as a day."""
    near = {"term": "样词戊", "harm": "A1h", "action": "mask", "near": {"terms": ["出售"]}}
    word = {"term": "yangci", "harm": "A1h", "action": "mask", "whole_word": False}
    given = [WHOLE_ENTRY, near, word, {**near, "near": None}]

    def change(body: dict[str, Any]) -> None:
        body["screening"]["entry"] = [dict(one) for one in given]
        body["screening"]["entry"][0]["from"] = date(2026, 1, 1)

    body = checked(changed(change))
    first, second, *_ = body["screening"]["entry"]
    assert first == WHOLE_ENTRY
    assert second["near"] == {"terms": ["出售"], "window": 30}
    usual = {"scope": ["input", "output"]}
    wanted = [read_entry(usual | one, "") for one in given]
    assert list(read_entries(body["screening"])) == wanted
    assert checked(body) == body
    assert checked(tomllib.loads(as_toml(body))) == body


def test_an_entry_that_says_nothing_more_is_written_as_ever() -> None:
    """Five keys: the digest of a policy from before an entry could say more stays the same."""
    for one in default_body()["screening"]["entry"]:
        assert set(one) == {"term", "harm", "action", "scope", "note"}


_words = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=12)
_entries = st.lists(
    st.fixed_dictionaries(
        {
            "term": _words,
            "harm": st.sampled_from(["A1a", "A2f", "A5b", "A9x"]),
            "action": st.sampled_from([*ACTIONS, "pass"]),
        },
        optional={"scope": st.lists(st.sampled_from(["input", "output"])), "note": _words},
    ),
    max_size=4,
)


@given(_entries, st.integers(0, 40_000))
def test_a_checked_body_stays_as_it_is(entries: list[dict[str, Any]], days: int) -> None:
    """`checked` is idempotent, and what it gives has canonical bytes."""

    def change(body: dict[str, Any]) -> None:
        body["screening"]["entry"] = entries
        body["records"]["retention_days"] = days

    try:
        whole = checked(changed(change))
    except Invalid:
        return
    assert checked(whole) == whole
    assert json.loads(canonical(whole)) == whole


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["screening", "entry", "labels", "text", "records", "term"]),
                inner,
                max_size=4,
            )
        ),
    )
)
def test_no_body_breaks_the_reader(body: Any) -> None:
    """Whatever arrives as a body is refused as a policy, never a crash."""
    with pytest.raises(Invalid) as caught:
        checked(body)
    assert caught.value.code == "policy-invalid"


def test_every_harm_of_the_law_can_be_named() -> None:
    """The 31 risks are the key, and nothing else is."""
    for harm in law().harms:
        assert checked(changed(entry(0, harm=harm)))["screening"]["entry"][0]["harm"] == harm


def test_a_bad_file_is_one_line_with_file_place_and_remedy(tmp_path: Path) -> None:
    """Syntax by line, content by place; the remedy follows."""
    path = tmp_path / "rules.toml"
    path.write_text("[screening]\nreply = answer\n", encoding="utf-8")
    with pytest.raises(Invalid) as caught:
        read_file(path)
    assert "line 2" in caught.value.message("en")
    whole = default_body()
    whole["screening"]["entry"][2]["harm"] = "A9a"
    bad = tmp_path / "rules.json"
    bad.write_text(json.dumps(whole), encoding="utf-8")
    with pytest.raises(Invalid) as caught:
        read_file(bad)
    line = caught.value.message("en")
    assert line.startswith("rules.json: screening.entry[2].harm: cannot be read. Expected: A5a?")
    assert "\n" not in line


def test_a_term_that_screening_cannot_use_is_refused_with_the_file(tmp_path: Path) -> None:
    """A term of one letter would hit everything; the screening room says so."""
    whole = default_body()
    whole["screening"]["entry"][0]["term"] = "a"
    path = tmp_path / "rules.json"
    path.write_text(json.dumps(whole), encoding="utf-8")
    with pytest.raises(Invalid) as caught:
        read_file(path)
    assert caught.value.code == "policy-invalid"
    assert caught.value.what.en.startswith("rules.json: screening.entry[0].term: it is")


def test_json_and_toml_of_the_same_rules_are_equal(tmp_path: Path) -> None:
    """The way a policy is written leaves no trace in its digest."""
    path = tmp_path / "rules.json"
    path.write_text(json.dumps(default_body()), encoding="utf-8")
    assert canonical(read_file(path)) == canonical(default_body())


def test_a_policy_may_name_the_key_that_signs_labels() -> None:
    """Left out, nothing is signed and the body stays as it was; former keys must be keys."""
    key = "3059301306072A8648CE3D020106082A811CCF5501822D034200" + "04" + "00" * 64
    body = default_body()
    assert "signing" not in checked(body)["labels"]
    body["labels"]["signing"] = {"key": "LABEL_KEY"}
    assert checked(body)["labels"]["signing"] == {"key": "LABEL_KEY", "text": True}
    body["labels"]["signing"] = {"key": "LABEL_KEY", "former": [key]}
    with pytest.raises(Invalid, match=r"labels\.signing\.former\[0\]"):
        checked(body)
    body["labels"]["signing"] = {"key": "-----BEGIN PRIVATE KEY-----"}
    with pytest.raises(Invalid, match=r"labels\.signing\.key") as caught:
        checked(body)
    assert "BEGIN" not in str(caught.value)


def test_a_policy_may_want_marks_in_pictures() -> None:
    """Left out, there are none and the body stays as it was."""
    body = default_body()
    assert "watermark" not in checked(body)["labels"]
    body["labels"]["watermark"] = {}
    assert checked(body)["labels"]["watermark"] == {"pictures": True}
    body["labels"]["watermark"] = {"films": True}
    with pytest.raises(Invalid, match=r"labels\.watermark\.films"):
        checked(body)


def test_a_policy_may_want_content_credentials() -> None:
    """Left out, there are none; the Chinese profile needs no key, the others name one."""
    body = default_body()
    assert "credentials" not in checked(body)["labels"]
    body["labels"]["credentials"] = {"profile": "cn"}
    assert checked(body)["labels"]["credentials"] == {"profile": "cn"}
    body["labels"]["credentials"] = {"profile": "both", "key": "C2PA_KEY"}
    wanted = {"profile": "both", "key": "C2PA_KEY", "required": True}
    assert checked(body)["labels"]["credentials"] == wanted
    for wrong, where in (
        ({"profile": "us", "key": "C2PA_KEY"}, "profile"),
        ({"profile": "eu"}, "key"),
        ({"profile": "cn", "key": "C2PA_KEY"}, "key"),
    ):
        body["labels"]["credentials"] = wrong
        with pytest.raises(Invalid, match=rf"labels\.credentials\.{where}"):
            checked(body)


@pytest.mark.control("case-retention")
def test_words_of_cases_stay_as_long_as_other_parts_need_them() -> None:
    """What somebody may still read or appeal against must not have gone; left out, it stays."""
    body = default_body()
    assert set(case_days(body)) == set(Retention)
    assert case_days(checked(body | {"records": {}})) == {}
    kept = checked(body | {"records": {"complaints_days": 200, "measures_days": 1096}})
    assert case_days(kept) == {Retention.COMPLAINTS: 200, Retention.MEASURES: 1096}
    assert checked(kept) == kept
    for part, days in {"complaints_days": 199, "measures_days": 299}.items():
        longer = {
            "records": {part: days},
            "complaints": {**body["complaints"], "access_days": 200},
            "dispositions": {"strike_days": 300},
        }
        with pytest.raises(Invalid, match=f"records.{part}"):
            checked(body | longer)
