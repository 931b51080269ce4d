# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
import tomllib
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guiju.kernel import Invalid, Unavailable, canonical, digest
from guiju.policies import Screens, checked, default_body, read_file
from guiju.policies.writing import as_toml
from guiju.screening.classifier import shipped
from guiju.screening.guards import read_guards
from guiju.screening.personal import KINDS
from guiju.storage import Database

GUARD = {
    "name": "qwen",
    "family": "qwen3guard",
    "url": "http://127.0.0.1:8000/v1",
    "model": "Qwen/Qwen3Guard-Gen-0.6B",
}
YOUNG = {"name": "young", "harms": ["A1f"], "audience": "minors", "action": "block"}
REFUSING = {"name": "refusing", "harms": ["A2*"], "action": "refuse"}


def screened(**parts: Any) -> dict[str, Any]:
    """The checked screening table of the default policy with these parts."""
    body = deepcopy(default_body())
    body["screening"].update(deepcopy(parts))
    whole: dict[str, Any] = checked(body)
    assert checked(whole) == whole
    assert json.loads(canonical(whole)) == whole
    return dict(whole["screening"])


def fault(**parts: Any) -> Invalid:
    with pytest.raises(Invalid) as caught:
        screened(**parts)
    assert caught.value.code == "policy-invalid"
    assert "\n" not in caught.value.what.en
    return caught.value


def words_only() -> dict[str, Any]:
    """The default as it was when nothing could be said of pictures, sound and complaints yet."""
    body = default_body()
    del body["screening"]["images"], body["labels"]["picture"], body["labels"]["audio"]
    del body["review"], body["complaints"], body["tiers"]
    body["records"] = {"retention_days": body["records"]["retention_days"]}
    return body


def test_a_body_from_before_keeps_its_digest() -> None:
    """What was approved then is what is screened by now; empty parts are as if left out."""
    approved = "553f1e9e42f9482cd427fd83dc507712a667056650fee7c14f3d97a7a9dac13e"
    body = words_only()
    assert digest(canonical(checked(body))) == approved
    body["screening"] |= {"personal": {}, "guard": [], "rule": [], "answer": [], "lexicon": []}
    assert digest(canonical(checked(body))) == approved


def test_personal_information_is_read_by_kind_and_direction() -> None:
    """What passes is not looked for, so it is as if not named."""
    read = screened(
        personal={
            "mobile": {"output": "mask", "input": "pass"},
            "resident-id": {"training": "block", "output": "refuse"},
            "name": {"input": "pass"},
        }
    )
    assert read["personal"] == {
        "resident-id": {"output": "refuse", "training": "block"},
        "mobile": {"output": "mask"},
    }
    every = screened(personal={kind: {"output": "review"} for kind in KINDS})
    assert list(every["personal"]) == list(KINDS)


def test_pictures_are_kept_as_their_room_writes_them() -> None:
    """Completed with what is strictest; and they read as the same again."""
    read = screened(images={"require": ["ocr", "codes"], "limits": {"pixels": 1000}})["images"]
    assert read["require"] == ["codes", "ocr"]
    assert (read["unscreened"], read["limits"]["pixels"]) == ("block", 1000)
    seeing = {**GUARD, "family": "judge"}
    assert screened(images={"vision": seeing})["images"]["vision"]["family"] == "judge"
    assert fault(images={"require": ["sight"]}).param == "screening.images.require[0]"
    assert fault(images=3).param == "screening.images"


def test_guards_are_kept_as_their_room_writes_them() -> None:
    """Without what stands at its default; and they read as the same guards again."""
    read = screened(guard=[{**GUARD, "url": GUARD["url"] + "/", "unsafe": "block"}])
    assert read["guard"] == [GUARD]
    assert read_guards(read) == read_guards({"guard": [GUARD]})


def test_a_stream_is_balanced_unless_it_is_said() -> None:
    """A table that is there is filled in."""
    assert screened(stream={})["stream"] == {"mode": "balanced", "window": 200, "whole": False}
    whole = {"mode": "strict", "window": 20, "whole": True}
    assert screened(stream=whole)["stream"] == whole


def test_the_classifier_calls_people() -> None:
    """And may block only beside a rule that something else has met."""
    assert screened(classifier={})["classifier"] == {"directions": ["input", "output"]}
    table = {"directions": ["output"], "review_from": 700, "artefact": "0" * 64}
    assert screened(classifier=table)["classifier"] == table
    blocking = {"directions": ["output"], "block_from": 950, "with_rule": ["refusing"]}
    assert screened(classifier=blocking, rule=[REFUSING])["classifier"] == blocking


def test_a_rule_is_completed_and_written_in_one_way() -> None:
    """Two ways to write the same rule are the same bytes."""
    short = {"name": "a", "action": "review", "note": "  "}
    assert screened(rule=[short])["rule"] == [
        {
            "name": "a",
            "action": "review",
            "harms": ["A1*", "A2*", "A3*", "A4*", "A5*"],
            "directions": ["input", "output"],
            "audience": "all",
            "detectors": ["lexicon", "personal", "classifier", "guard"],
        }
    ]
    one = {"name": "a", "action": "mask", "harms": ["A5b", "A5a", "A1h"], "at_least": "mask"}
    other = {**one, "harms": ["A1h", "A5*"], "detectors": ["personal", "lexicon"]}
    assert screened(rule=[one]) == screened(rule=[other])
    sure = {"name": "a", "action": "refuse", "score_from": 800, "note": "why"}
    read = screened(rule=[sure])["rule"][0]
    assert (read["detectors"], read["score_from"], read["note"]) == (["guard"], 800, "why")


def test_answers_name_what_they_are_for() -> None:
    """Harms as groups, rules that refuse, entries each once."""
    bank = [
        {
            "name": "one",
            "harms": ["A2c", "A1*"],
            "zh": " 换个话题吧。",
            "en": "Let us talk of else.",
        },
        {"name": "two", "rules": ["refusing"], "entries": ["b", "a", "b"], "zh": "答", "en": "No."},
    ]
    assert screened(answer=bank, rule=[REFUSING])["answer"] == [
        {**bank[0], "harms": ["A1*", "A2c"], "zh": "换个话题吧。"},
        {**bank[1], "entries": ["a", "b"]},
    ]


ANSWER = {"name": "a", "harms": ["A1a"], "zh": "答", "en": "No."}


@pytest.mark.parametrize(
    ("parts", "place", "said"),
    [
        ({"personal": []}, "personal", "must be a table"),
        ({"personal": {"moblie": {"input": "mask"}}}, "personal.moblie", "did you mean mobile?"),
        ({"personal": {"mobile": "mask"}}, "personal.mobile", "must be a table"),
        ({"personal": {"mobile": {}}}, "personal.mobile", "names no direction"),
        ({"personal": {"mobile": {"inptu": "mask"}}}, "personal.mobile.inptu", "mean input?"),
        ({"personal": {"mobile": {"input": "star"}}}, "personal.mobile.input", "only pass, mask"),
        ({"guard": {}}, "guard", "must be a list"),
        ({"guard": [{**GUARD, "url": "ftp://x"}]}, "guard[0].url", ""),
        ({"guard": [GUARD, {**GUARD, "urll": 1}]}, "guard[1].urll", "did you mean url?"),
        ({"guard": [GUARD, GUARD]}, "guard[1].name", "repeats qwen"),
        ({"stream": {"mode": "slow"}}, "stream.mode", "only strict, balanced, fast"),
        ({"stream": {"window": 19}}, "stream.window", "between 20 and 2000"),
        ({"stream": {"window": 2001}}, "stream.window", "between 20 and 2000"),
        ({"stream": {"whole": 1}}, "stream.whole", "must be true or false"),
        ({"stream": {"hole": True}}, "stream.hole", "did you mean whole?"),
        ({"classifier": {"review_from": 0}}, "classifier.review_from", "between 1 and 1000"),
        ({"classifier": {"block_from": 900}}, "classifier.block_from", "is triage"),
        (
            {"classifier": {"block_from": 900, "with_rule": ["none"]}},
            "classifier.with_rule[0]",
            "cannot be 'none'",
        ),
        (
            {"classifier": {"with_rule": ["refusing"]}, "rule": [REFUSING]},
            "classifier.block_from",
            "is missing",
        ),
        (
            {
                "classifier": {"review_from": 800, "block_from": 700, "with_rule": ["refusing"]},
                "rule": [REFUSING],
            },
            "classifier.block_from",
            "between 800 and 1000",
        ),
        (
            {
                "classifier": {"block_from": 700, "with_rule": ["own"]},
                "rule": [{"name": "own", "detectors": ["classifier"], "action": "review"}],
            },
            "classifier.with_rule",
            "words or personal information",
        ),
        (
            {
                "classifier": {"block_from": 700, "with_rule": ["guarded"]},
                "rule": [{"name": "guarded", "detectors": ["guard"], "action": "block"}],
            },
            "classifier.with_rule",
            "words or personal information",
        ),
        (
            {
                "classifier": {"block_from": 700, "with_rule": ["mild"]},
                "rule": [{"name": "mild", "action": "pass"}],
            },
            "classifier.with_rule",
            "not let them pass",
        ),
        ({"classifier": {"artefact": "xyz"}}, "classifier.artefact", "no digest"),
        ({"rule": [{**YOUNG, "name": "a b"}]}, "rule[0].name", "letters, digits"),
        ({"rule": [YOUNG, YOUNG]}, "rule[1].name", "stands already at screening.rule[0]"),
        ({"rule": [{**YOUNG, "harms": ["A6*"]}]}, "rule[0].harms[0]", "cannot be 'A6*'"),
        ({"rule": [{**YOUNG, "harms": []}]}, "rule[0].harms", "not empty"),
        ({"rule": [{**YOUNG, "audience": "adults"}]}, "rule[0].audience", "only all, general"),
        ({"rule": [{**YOUNG, "action": "star"}]}, "rule[0].action", "only pass, mask"),
        ({"rule": [{**YOUNG, "at_least": "pass"}]}, "rule[0].at_least", "only mask, review"),
        (
            {"rule": [{**YOUNG, "at_least": "mask", "score_from": 3}]},
            "rule[0].at_least",
            "cannot stand beside score_from",
        ),
        ({"rule": [{**YOUNG, "score_from": 0}]}, "rule[0].score_from", "between 1 and 1000"),
        (
            {"rule": [{**REFUSING, "action": "mask", "score_from": 5}]},
            "rule[0].score_from",
            "does nothing",
        ),
        (
            {"rule": [{**REFUSING, "detectors": ["classifier"]}]},
            "rule[0].detectors",
            "is triage and cannot refuse",
        ),
        (
            {"rule": [{**REFUSING, "detectors": ["lexicon"], "score_from": 5}]},
            "rule[0].detectors",
            "lexicon has no score",
        ),
        (
            {"rule": [{**REFUSING, "action": "mask", "detectors": ["guard"]}]},
            "rule[0].detectors",
            "no place to mask",
        ),
        (
            {"rule": [REFUSING, {**REFUSING, "name": "late", "harms": ["A2c"], "action": "block"}]},
            "rule[1].name",
            "never decides, because refusing",
        ),
        ({"answer": [{**ANSWER, "zh": " "}]}, "answer[0].zh", "is empty"),
        ({"answer": [{**ANSWER, "en": "x" * 2_001}]}, "answer[0].en", "longer than 2000"),
        ({"answer": [ANSWER, ANSWER]}, "answer[1].name", "stands already"),
        ({"answer": [{"name": "a", "zh": "答", "en": "No."}]}, "answer[0]", "names no harms"),
        ({"answer": [{**ANSWER, "rules": ["gone"]}]}, "answer[0].rules[0]", "cannot be 'gone'"),
        (
            {
                "answer": [{**ANSWER, "rules": ["mild"]}],
                "rule": [{"name": "mild", "action": "pass"}],
            },
            "answer[0].rules",
            "refuses nothing",
        ),
        ({"answer": [{**ANSWER, "entries": []}]}, "answer[0].entries", "list of 1 to"),
        ({"answer": [{**ANSWER, "entries": ["x", ""]}]}, "answer[0].entries[1]", "is empty"),
    ],
)
def test_each_fault_of_a_part_names_its_exact_place(
    parts: dict[str, Any], place: str, said: str
) -> None:
    """A setting that would do nothing is refused like a misspelt one."""
    error = fault(**parts)
    assert error.param == f"screening.{place}"
    assert f"screening.{place}: " in error.what.en
    assert f"screening.{place}：" in error.what.zh
    assert said in error.what.en


@pytest.mark.parametrize(
    ("rules", "at"),
    [
        ([REFUSING, {**YOUNG, "action": "pass"}], 1),
        ([{"name": "forgets", "harms": ["A1f"], "audience": "general", "action": "block"}], 0),
        ([{**YOUNG, "harms": ["A1f"], "action": "review"}, {**REFUSING, "harms": ["A1*"]}], 0),
    ],
)
def test_nothing_may_be_milder_for_minors(rules: list[dict[str, Any]], at: int) -> None:
    """The rule that makes it so is named, and where it shows."""
    error = fault(rule=rules)
    assert error.param == f"screening.rule[{at}].action"
    assert "milder for minors: what lexicon finds of A1f in input" in error.what.en
    assert "未成年人" in error.what.zh


def test_stricter_for_minors_is_what_rules_are_for() -> None:
    """Also when it stands before the rule for everybody."""
    both = [YOUNG, {**REFUSING, "harms": ["A1f"]}]
    assert [one["name"] for one in screened(rule=both)["rule"]] == ["young", "refusing"]


_nested = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["name", "action", "harms", "mobile", "input", "mode", "rules", "url"]),
            inner,
            max_size=4,
        )
    ),
)


@given(
    st.dictionaries(
        st.sampled_from(["personal", "guard", "stream", "classifier", "rule", "answer"]),
        _nested,
        min_size=1,
    )
)
def test_no_part_breaks_the_reader(parts: dict[str, Any]) -> None:
    """Whatever arrives is refused as a policy or read; never a crash."""
    try:
        screened(**parts)
    except Invalid as error:
        refused = error.code
    else:
        refused = "policy-invalid"
    assert refused == "policy-invalid"


def naming(artefact: str) -> dict[str, Any]:
    body = default_body()
    body["screening"]["classifier"] = {"artefact": artefact}
    read: dict[str, Any] = checked(body)
    return read


def test_a_policy_holds_for_the_classifier_it_names(db: Database, tmp_path: Path) -> None:
    """With another one it is neither proposed nor screened by."""
    screens = Screens(None, db.keys)
    with db.read() as tx:
        screens.of(tx, naming(shipped().digest), "mark")
        with pytest.raises(Unavailable, match="classifier-other"):
            screens.of(tx, naming("0" * 64), "mark")
    path = tmp_path / "rules.json"
    path.write_text(json.dumps(naming("0" * 64)), encoding="utf-8")
    with pytest.raises(Invalid) as caught:
        read_file(path)
    assert caught.value.param == "screening.classifier.artefact"


def test_labels_of_media_are_read_and_written() -> None:
    """Words with both elements in both languages; sound has its label at one end."""
    body = default_body()
    assert checked(tomllib.loads(as_toml(body))) == body
    for part, place in (
        ({"picture": {"zh": "人工智能生成", "en": "made by us"}}, "labels.picture.en"),
        ({"picture": {"zh": "作者自绘", "en": "AI生成"}}, "labels.picture.zh"),
        ({"audio": {"place": "interface"}}, "labels.audio.place"),
        ({"film": {}}, "labels.film"),
    ):
        with pytest.raises(Invalid) as caught:
            checked({**body, "labels": {**body["labels"], **part}})
        assert place in caught.value.what.en
