# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from typing import Any

import pytest

from guiju.measures.checks import all_of, look, question
from guiju.measures.model import Condition, Op

LEAF: dict[str, Any] = {
    "index": 4,
    "id": "ev_1",
    "kind": "exchange-recorded",
    "subject": "person_1",
    "controls": ["input-screening"],
    "actor": {"kind": "software", "id": "gateway", "roles": []},
    "facts": {
        "usage": {"characters": 12, "covered": 12},
        "label": None,
        "stream": True,
        "zero": 0,
        "one": 1,
        "no": False,
        "void": "",
        "finish": "stop",
        "empty": {},
        "proposer": "ada",
        "approver": "bo",
    },
}


@pytest.mark.parametrize(
    ("fact", "found"),
    [
        ("finish", "stop"),
        ("usage.characters", 12),
        ("label.produce_id", None),
        ("nowhere.at.all", None),
        ("finish.more", None),
        ("@subject", "person_1"),
        ("@actor.id", "gateway"),
    ],
)
def test_a_path_finds_its_fact_or_nothing(fact: str, found: object) -> None:
    """A path that leads nowhere is absent and never an error."""
    assert look(fact)(LEAF) == found


@pytest.mark.parametrize(
    ("fact", "op", "value", "answer"),
    [
        ("finish", Op.PRESENT, None, True),
        ("zero", Op.PRESENT, None, True),
        ("no", Op.PRESENT, None, True),
        ("label", Op.PRESENT, None, False),
        ("void", Op.PRESENT, None, False),
        ("empty", Op.PRESENT, None, False),
        ("gone", Op.PRESENT, None, False),
        ("@controls", Op.INCLUDES, "input-screening", True),
        ("@controls", Op.INCLUDES, "input", False),
        ("finish", Op.INCLUDES, "stop", False),
        ("gone", Op.INCLUDES, "stop", False),
        ("gone", Op.ABSENT, None, True),
        ("label", Op.ABSENT, None, True),
        ("finish", Op.ABSENT, None, False),
        ("finish", Op.EQUALS, "stop", True),
        ("finish", Op.EQUALS, "length", False),
        ("stream", Op.EQUALS, True, True),
        ("one", Op.EQUALS, True, False),
        ("zero", Op.EQUALS, False, False),
        ("gone", Op.EQUALS, "stop", False),
        ("finish", Op.IN, ("stop", "length"), True),
        ("finish", Op.IN, ("length",), False),
        ("usage.characters", Op.AT_LEAST, 12, True),
        ("usage.characters", Op.AT_LEAST, 13, False),
        ("gone", Op.AT_LEAST, 0, False),
        ("usage.characters", Op.SAME_AS, "usage.covered", True),
        ("usage.characters", Op.SAME_AS, "one", False),
        ("gone", Op.SAME_AS, "missing", False),
        ("proposer", Op.DIFFERS_FROM, "approver", True),
        ("proposer", Op.DIFFERS_FROM, "proposer", False),
        ("proposer", Op.DIFFERS_FROM, "gone", False),
        ("gone", Op.DIFFERS_FROM, "proposer", False),
    ],
)
def test_a_condition_answers_yes_or_no(fact: str, op: Op, value: object, answer: bool) -> None:
    """Absent facts never satisfy a condition that asks for something."""
    assert question(Condition(fact, op, value))(LEAF) is answer


@pytest.mark.parametrize("fact", ["finish", "stream"])
def test_a_word_cannot_be_at_least_a_number(fact: str) -> None:
    """A check that meets the wrong kind of fact fails aloud; it does not say no."""
    with pytest.raises(TypeError, match="not a whole number"):
        question(Condition(fact, Op.AT_LEAST, 1))(LEAF)


def test_no_conditions_are_always_met() -> None:
    """Without `when`, every leaf of the kind belongs to the population."""
    assert all_of(())(LEAF)
