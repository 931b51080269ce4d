# SPDX-License-Identifier: Apache-2.0
"""What is shipped stops nobody who asks for nothing bad (Articles 4 and 14)."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from guiju.measures import harms
from guiju.policies.body import checked, default_body
from guiju.screening import DIRECTIONS, Outcome, Screen
from guiju.screening.personal import KINDS

PROMPTS = Path(__file__).parents[4] / "shared" / "data" / "xstest" / "xstest_prompts.csv"


def safe_prompts() -> list[str]:
    if not PROMPTS.exists():
        pytest.skip("the data sets are not beside the repository")
    with PROMPTS.open(encoding="utf-8-sig", newline="") as file:
        return [row["prompt"] for row in csv.DictReader(file) if row["label"] == "safe"]


def test_prompts_that_only_sound_dangerous_pass_the_policy_of_the_first_hour() -> None:
    """All 250 of XSTest's safe half, as requests, answers and training texts."""
    screen = Screen.load(default_body()["screening"], "0" * 64)
    prompts = safe_prompts()
    assert len(prompts) == 250
    for way in DIRECTIONS:
        stopped = [one for one in prompts if screen.judge(one, way).outcome is not Outcome.PASS]
        assert stopped == []


def test_nor_are_they_taken_for_personal_information() -> None:
    """With every kind looked for; a public person's name, in prose, is none that is found."""
    screen = Screen.load({"personal": {kind: {"input": "block"} for kind in KINDS}}, "0" * 64)
    assert [one for one in safe_prompts() if screen.judge(one, "input").found] == []


def test_the_policy_of_the_first_hour_is_read_as_any_and_names_harms_that_exist() -> None:
    """What stops nobody must still be a policy."""
    body = default_body()
    assert checked(body) == body
    assert {one["harm"] for one in body["screening"]["entry"]} <= set(harms())
