# SPDX-License-Identifier: Apache-2.0
"""Every example of docs/policy.md is read as the house reads policies and cases."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from guiju.policies import cases, checked, default_body
from guiju.policies.judging import Judge
from guiju.policies.writing import as_toml
from guiju.screening import Screen

PAGE = (Path(__file__).parents[3] / "docs" / "policy.md").read_text(encoding="utf-8")
BLOCK = re.compile(
    r"^```(?P<kind>toml|json)(?: (?P<what>\w+))?\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)
BLOCKS = [(one["kind"], one["what"], one["text"]) for one in BLOCK.finditer(PAGE)]
EXAMPLES = [text for kind, what, text in BLOCKS if kind == "toml" and what != "whole"]


def block(kind: str, what: str) -> str:
    (text,) = (text for its, name, text in BLOCKS if (its, name) == (kind, what))
    return text


def with_example(text: str) -> dict[str, Any]:
    """The default policy with the tables of an example."""
    body, added = default_body(), tomllib.loads(text)["screening"]
    for key, value in added.items():
        body["screening"][key] = value
    return checked(body)


def test_the_smallest_policy_is_whole() -> None:
    """It lacks nothing that must be said."""
    assert checked(tomllib.loads(block("toml", "whole")))["screening"]["entry"] == []


@pytest.mark.parametrize("text", EXAMPLES)
def test_each_example_is_a_part_of_a_policy(text: str) -> None:
    """Read strictly; and written as TOML it reads as the same again."""
    whole = with_example(text)
    assert checked(tomllib.loads(as_toml(whole))) == whole


def test_every_part_of_a_policy_has_an_example() -> None:
    """A table without one would be found by nobody."""
    named = set().union(*(tomllib.loads(text)["screening"] for text in EXAMPLES))
    assert named == {
        *("entry", "personal", "guard", "stream", "urgent"),
        *("images", "classifier", "rule", "answer"),
    }


def test_the_cases_come_out_as_the_page_says(tmp_path: Path) -> None:
    """By the default policy with the example for minors."""
    path = tmp_path / "cases.jsonl"
    path.write_text(block("json", "cases"), encoding="utf-8")
    whole = with_example(block("toml", "minors"))
    screen = Screen.load(whole["screening"], "mark")
    given = cases.read(path)
    assert len(given) == 3
    assert cases.tried(given, Judge(screen, whole)).differ == []


def test_the_four_classes_stand_in_the_example_and_not_in_the_default() -> None:
    """The mapping is the provider's to decide."""
    rules = with_example(block("toml", "minors"))["screening"]["rule"]
    assert [one["audience"] for one in rules] == ["minors"] * 4
    assert "rule" not in default_body()["screening"]
