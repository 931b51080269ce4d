# SPDX-License-Identifier: Apache-2.0
"""The parts `minors` and `companion` of a policy: read strictly, and written as read."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from guiju.kernel import Invalid
from guiju.policies import checked, companion_rules, default_body, minor_rules
from guiju.policies.writing import as_toml

PAGE = (Path(__file__).parents[3] / "docs" / "minors.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```toml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
COMPANION: dict[str, Any] = {
    "scene": [{"scene": "direct"}],
    "crisis": ["fall off the moon"],
    "comfort": {"zh": "请拨打求助电话。", "en": "Call the helpline."},
}


def with_part(**parts: Any) -> dict[str, Any]:
    return checked(default_body() | parts)


@pytest.mark.parametrize("text", EXAMPLES)
def test_each_example_of_the_page_is_a_part_of_a_policy(text: str) -> None:
    """Read strictly; and written as TOML it reads as the same again."""
    whole = with_part(**tomllib.loads(text))
    assert checked(tomllib.loads(as_toml(whole))) == whole
    assert checked(whole) == whole


def test_without_the_parts_minors_are_protected_and_nothing_is_a_companion() -> None:
    """And a body from before the parts existed keeps its digest."""
    body = default_body()
    assert "minors" not in body
    assert "companion" not in body
    assert companion_rules(body) is None
    usual = minor_rules(body)
    assert usual == minor_rules(with_part(minors={}))
    assert {"A1f", "A2a", "A4f"} <= usual.block


def test_a_companion_has_scenes_with_personas_and_usual_exits() -> None:
    """What is left out is as usual."""
    rules = companion_rules(with_part(companion=COMPANION))
    assert rules is not None
    assert rules.scenes == {"direct": "none"}
    assert "exit" in rules.exits
    assert rules.crisis_hours == 1


@pytest.mark.parametrize(
    ("parts", "place"),
    [
        ({"minors": {"gap_minutes": 0}}, "minors.gap_minutes"),
        ({"minors": {"ending": "never"}}, "minors.ending"),
        ({"minors": {"infer_from": 100}}, "minors.infer_from"),
        ({"minors": {"block": ["A9z"]}}, "minors.block"),
        ({"minors": {"hours": 1}}, "minors.hours"),
        ({"companion": COMPANION | {"scene": []}}, "companion.scene"),
        ({"companion": COMPANION | {"scene": [{"scene": "everywhere"}]}}, "companion.scene[0]"),
        (
            {"companion": COMPANION | {"scene": [{"scene": "direct"}, {"scene": "direct"}]}},
            "companion.scene[1].scene",
        ),
        ({"companion": COMPANION | {"crisis": []}}, "companion.crisis"),
        ({"companion": {**COMPANION, "comfort": {"zh": "好"}}}, "companion.comfort"),
        (
            {"companion": COMPANION | {"scene": [{"scene": "direct", "persona": "dragon"}]}},
            "companion.scene[0].persona",
        ),
    ],
)
def test_what_cannot_be_is_told_with_its_place(parts: dict[str, Any], place: str) -> None:
    """One clear error."""
    with pytest.raises(Invalid, match="policy-invalid") as error:
        with_part(**parts)
    assert (error.value.param or "").startswith(place)
