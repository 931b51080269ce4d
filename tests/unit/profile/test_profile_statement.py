# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guiju.kernel import Invalid, canonical
from guiju.labelling import check_producer_code, check_uscc
from guiju.profile import Statement, demo_statement, producer_code, read_file

Change = Callable[[dict[str, Any]], object]


def changed(change: Change) -> dict[str, Any]:
    mapping = deepcopy(full().to_mapping())
    change(mapping)
    return mapping


def full() -> Statement:
    """A statement with every list filled."""
    mapping = demo_statement().to_mapping()
    mapping["models"].append({"name": "Sample 7B", "origin": "third-party", "filing": "S-0001"})
    mapping["filings"] = [
        {"kind": "genai-registration", "number": "S-0002", "link": "https://example.org/s?id=2"},
        {"kind": "icp", "number": "S-0003"},
    ]
    mapping["complaint_ways"] = [
        {"kind": "web", "address": "/complaints"},
        {"kind": "phone", "address": "+86 10 0000 0000"},
        {"kind": "email", "address": "complaints@example.org"},
        {"kind": "post", "address": "示例路 1 号\n示例市"},
    ]
    return Statement.from_mapping(mapping)


def fault(change: Change) -> Invalid:
    with pytest.raises(Invalid) as caught:
        Statement.from_mapping(changed(change))
    assert caught.value.code == "statement-invalid"
    return caught.value


def test_the_demo_says_that_it_is_one() -> None:
    """Its credit code has a true check digit, an impossible division and the word EXAMPLE."""
    demo = demo_statement()
    assert check_uscc(demo.uscc) == demo.uscc
    assert demo.uscc[2:8] == "000000"
    assert "EXAMPLE" in demo.uscc
    assert "演示" in demo.provider.zh
    assert "demonstration" in demo.provider.en
    assert demo.filings == ()
    assert [one.name for one in demo.models] == ["guiju-demo"]


def test_the_label_code_is_made_of_credit_code_and_model_code() -> None:
    """27 characters for a provider that generates."""
    code = producer_code(demo_statement())
    assert len(code) == 27
    parts = check_producer_code(code, "1")
    assert (parts.uscc, parts.service, parts.model) == ("91000000EXAMPLE03X", "1", "DEMO")


def test_a_statement_comes_back_from_its_mapping() -> None:
    """Nothing is lost on the way to JSON and back, and the bytes are canonical."""
    mapping = full().to_mapping()
    assert Statement.from_mapping(json.loads(canonical(mapping))) == full()
    assert "filing" not in mapping["models"][0]
    assert "link" not in mapping["filings"][1]


@pytest.mark.parametrize(
    ("change", "place", "said"),
    [
        (lambda one: one.pop("scenes"), "scenes", "is missing"),
        (lambda one: one["audience"].pop("en"), "audience.en", "is missing"),
        (lambda one: one["uses"].update(zh="\u3000"), "uses.zh", "is empty"),
        (lambda one: one["provider"].update(en="x" * 201), "provider.en", "longer than 200"),
        (lambda one: one.update(limit=one.pop("limits")), "limits", "is missing"),
        (lambda one: one.update(audiance="x"), "audiance", "did you mean audience?"),
        (lambda one: one.update(uscc="91000000EXAMPLE03Y"), "uscc", "check character"),
        (lambda one: one.update(uscc="91000000EXAMPLE03x"), "uscc", "cannot be"),
        (lambda one: one.update(uscc="91"), "uscc", "18 characters"),
        (lambda one: one.update(model_code="demo"), "model_code", "4 characters"),
        (lambda one: one.update(model_code="DEMO\n"), "model_code", "4 characters"),
        (lambda one: one.update(model_code="ＤＥＭＯ"), "model_code", "4 characters"),
        (lambda one: one.update(model_code="0001２"), "model_code", "4 characters"),
        (lambda one: one.update(audience_kind="everyone"), "audience_kind", "only public"),
        (lambda one: one.update(models=[]), "models", "at least one model"),
        (lambda one: one["models"][0].update(origin="theirs"), "models[0].origin", "only own"),
        (lambda one: one["models"][1].update(filing=" "), "models[1].filing", "is empty"),
        (lambda one: one["models"][0].update(nmae="x"), "models[0].nmae", "did you mean name?"),
        (lambda one: one["filings"][0].update(kind="icq"), "filings[0].kind", "did you mean icp?"),
        (
            lambda one: one["filings"][0].update(link="javascript:alert(1)"),
            "filings[0].link",
            "http(s) address",
        ),
        (
            lambda one: one["filings"][0].update(link='https://a.example/"><script>'),
            "filings[0].link",
            "http(s) address",
        ),
        (lambda one: one.update(complaint_ways=[]), "complaint_ways", "at least one way"),
        (
            lambda one: one["complaint_ways"][0].update(address="//evil.example"),
            "complaint_ways[0].address",
            "way by web",
        ),
        (
            lambda one: one["complaint_ways"][0].update(address="javascript:alert(1)"),
            "complaint_ways[0].address",
            "way by web",
        ),
        (
            lambda one: one["complaint_ways"][0].update(address="/\\evil.example"),
            "complaint_ways[0].address",
            "way by web",
        ),
        (
            lambda one: one["complaint_ways"][1].update(address="call us"),
            "complaint_ways[1].address",
            "way by phone",
        ),
        (
            lambda one: one["complaint_ways"][2].update(address="complaints"),
            "complaint_ways[2].address",
            "way by email",
        ),
        (lambda one: one.update(languages=["fr"]), "languages[0]", "only zh, en"),
        (lambda one: one.update(contact=None), "contact", "is missing"),
        (lambda one: one.update(filings=[{}] * 51), "filings", "more than 50"),
    ],
)
def test_each_fault_names_its_exact_place(change: Change, place: str, said: str) -> None:
    """What the public would read wrong, or a page would carry into a link, is refused."""
    error = fault(change)
    assert error.param == place
    assert said in error.what.en
    assert place in error.what.zh
    assert "\n" not in error.what.en


@pytest.mark.parametrize("path", ["/", "/complaints", "https://example.org", "http://a.example/b"])
def test_a_way_by_web_is_a_path_of_ours_or_a_link(path: str) -> None:
    """Both forms pass."""
    given = changed(lambda one: one["complaint_ways"][0].update(address=path))
    assert Statement.from_mapping(given).complaint_ways[0].address == path


@given(
    st.sampled_from(sorted(demo_statement().to_mapping())),
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.lists(st.text(max_size=2), min_size=1, max_size=2)
    | st.dictionaries(st.text(max_size=2), st.text(max_size=2), min_size=1, max_size=2),
)
def test_no_value_in_a_wrong_place_breaks_the_reader(key: str, value: Any) -> None:
    """Each field takes what fits it or refuses by name."""
    try:
        read = Statement.from_mapping(changed(lambda one: one.update({key: value})))
    except Invalid as error:
        place = str(error.param)
    else:
        place = key
        assert Statement.from_mapping(read.to_mapping()) == read
    assert place.startswith(key)


def test_a_bad_file_is_one_line_with_file_and_place(tmp_path: Path) -> None:
    """Syntax by line, content by place."""
    path = tmp_path / "statement.toml"
    path.write_text('uscc = "91000000EXAMPLE03X"\nmodel_code = DEMO\n', encoding="utf-8")
    with pytest.raises(Invalid) as caught:
        read_file(path)
    assert "line 2" in caught.value.message("en")
    bad = tmp_path / "statement.json"
    bad.write_text(json.dumps({**full().to_mapping(), "uscc": "1"}), encoding="utf-8")
    with pytest.raises(Invalid) as caught:
        read_file(bad)
    assert caught.value.what.en.startswith("statement.json: uscc: ")


def test_json_reads_as_toml_does(tmp_path: Path) -> None:
    """The way it is written leaves no trace."""
    path = tmp_path / "statement.json"
    path.write_text(json.dumps(full().to_mapping()), encoding="utf-8")
    assert read_file(path) == full()
