# SPDX-License-Identifier: Apache-2.0
"""The policy as a guard beside somebody else's gateway: which rules, and what may go on."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from tests.unit.gateway.scene import BLOCKED, MASKED, REVIEWED, rules

from guiju.gateway.moderation import moderated
from guiju.gateway.rules import Rules
from guiju.kernel import Invalid
from guiju.screening import Screen

WORD = "赤陶风铃"


def guarded(body: dict[str, Any], used: Rules | None = None) -> list[dict[str, Any]]:
    """What is said of each input."""
    answer = moderated(json.dumps(body).encode(), used or rules(), "req_1")
    return [one["guiju"] for one in answer["results"]]


@pytest.mark.parametrize(
    ("text", "verdict", "masked"),
    [
        ("今天天气很好", "pass", None),
        (f"念一遍{MASKED}吧", "mask", "念一遍****吧"),
        (f"{REVIEWED}在此", "review", None),
        (f"{BLOCKED}与{MASKED}", "block", None),
    ],
)
def test_a_caller_learns_what_may_go_on(text: str, verdict: str, masked: str | None) -> None:
    """Starred out where that is enough; of what is blocked nothing is given back."""
    (said,) = guarded({"input": text})
    assert (said["verdict"], said["masked"], said["screened"]) == (verdict, masked, "full")


def test_a_direction_and_readers_have_rules_of_their_own() -> None:
    """An answer is judged as one, and minors are answered by their own screen."""
    both = rules()
    stricter = Screen.load({"entry": [{"term": WORD, "harm": "A1g", "action": "block"}]}, "d" * 64)
    only_output = Screen.load(
        {"entry": [{"term": WORD, "harm": "A1g", "action": "block", "scope": ["output"]}]}, "d" * 64
    )
    used = replace(both, screen=only_output, stricter=stricter)
    assert guarded({"input": WORD}, used)[0]["verdict"] == "pass"
    assert guarded({"input": WORD, "direction": "output"}, used)[0]["verdict"] == "block"
    assert guarded({"input": WORD, "audience": "minors"}, used)[0]["verdict"] == "block"


@pytest.mark.parametrize("wrong", [{"direction": "both"}, {"direction": None}, {"audience": ["x"]}])
def test_a_rule_that_is_none_is_refused(wrong: dict[str, Any]) -> None:
    """Not taken for the default: the caller would trust a verdict by other rules."""
    with pytest.raises(Invalid) as caught:
        guarded({"input": "你好", **wrong})
    assert caught.value.param in wrong
