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
from guiju.policies.comparing import changes
from guiju.policies.saying_minors import minors_lines, minors_said
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
        ({"companion": COMPANION | {"without_consent": "sold"}}, "companion.without_consent"),
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


def test_who_approves_reads_of_minors_and_companions_in_words() -> None:
    """Each word of the operator by itself, in both languages, and no bare key."""
    before = with_part(minors={}, companion=COMPANION)
    changed = COMPANION | {
        "scene": [{"scene": "direct", "persona": "partner"}],
        "crisis": ["fall off the moon", "walk into the sea"],
        "without_consent": "kept",
    }
    after = with_part(minors={"ending": "at-once", "block": ["A1f"]}, companion=changed)
    english = changes(before, after, "en")
    said = "\n".join(f"{sign} {text}" for sign, text in english)
    assert "- Companion scene: people with their own key (no persona)" in said
    assert "+ Companion scene: people with their own key (a partner)" in said
    assert "+ Words of danger: walk into the sea" in said
    assert "fall off the moon" not in said, "what stays is no change"
    assert "- An answer at a minor's limit: ends with its sentence, within 20 seconds" in said
    assert "+ An answer at a minor's limit: ends at once" in said
    assert "+ Kept from minors: A1f" in said
    assert "it trains nothing" in said
    for line in (*english, *changes(before, after, "zh")):
        assert "minors." not in line[1]
        assert "companion." not in line[1]
    assert ("+", "危机用语：walk into the sea") in changes(before, after, "zh")


def test_the_page_of_a_version_counts_the_words_and_shows_the_first() -> None:
    """So many that nobody reads them there are all in the comparison."""
    words = [f"moon {one:03}" for one in range(40)]
    body = with_part(companion=COMPANION | {"crisis": words})
    page = {head.en: said.en for head, said in minors_said(body)}
    assert page["Words of danger"].startswith("40: moon 000, moon 001")
    assert page["Words of danger"].endswith("moon 011 …")
    assert len([one for one in minors_lines(body) if one.en.startswith("Words of danger")]) == 40
    assert minors_said(default_body()) == []


def test_what_is_not_consented_to_is_not_kept_unless_the_policy_says_so() -> None:
    """Least data is the default, also of a body from before that says nothing of it."""
    rules = companion_rules(with_part(companion=COMPANION))
    assert rules is not None
    assert not rules.keeps
    assert "without_consent" not in with_part(companion=COMPANION)["companion"]
    kept = companion_rules(with_part(companion=COMPANION | {"without_consent": "kept"}))
    assert kept is not None
    assert kept.keeps
