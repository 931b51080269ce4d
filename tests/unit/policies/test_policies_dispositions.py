# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import tomllib
from typing import Any

import pytest

from guiju.kernel import Invalid
from guiju.measures import rule
from guiju.policies import checked, default_body, disposition_rules
from guiju.policies.body_dispositions import dispositions_said
from guiju.policies.comparing import changes
from guiju.policies.writing import as_toml

LADDER = [
    {"strikes": 1, "measure": "warn", "days": 90, "clause": "10"},
    {"strikes": 2, "measure": "restrict", "days": 7, "functions": ["images"], "clause": "10"},
    {"strikes": 4, "measure": "terminate", "clause": "10"},
]


def with_part(**part: Any) -> dict[str, Any]:
    return checked(default_body() | {"dispositions": part})


def test_without_the_part_software_holds_nobody_and_people_can_appeal() -> None:
    """What nobody has reviewed has no consequences; the ways out of it exist all the same."""
    assert "dispositions" not in default_body()
    found = disposition_rules(default_body())
    assert not found.abuse
    assert found.appeal_days > 0
    assert dispositions_said(default_body()) == []


def test_an_empty_part_takes_its_numbers_from_the_law_data() -> None:
    """Three in a row and five in a day are rules with a source, not constants."""
    found = disposition_rules(with_part())
    assert found.abuse
    assert found.in_a_row == rule("abuse.consecutive.inputs").number == 3
    assert found.in_a_day == rule("abuse.same-day.inputs").number == 5
    assert "A1a" in found.harms
    assert "A5a" not in found.harms


def test_the_numbers_can_be_moved_both_ways() -> None:
    """A provider may be stricter or milder; the policy says so and two people approved it."""
    assert disposition_rules(with_part(in_a_row=1, in_a_day=50)).in_a_day == 50


def test_a_part_reads_back_from_what_is_written_of_it() -> None:
    """A version starts from the one before: writing and reading lose nothing."""
    body = with_part(ladder=LADDER, harms=["A1*"], hold_hours=12)
    assert checked(tomllib.loads(as_toml(body))) == body == checked(body)


@pytest.mark.parametrize(
    ("strikes", "measure"), [(1, "warn"), (2, "restrict"), (3, "restrict"), (9, "terminate")]
)
def test_a_ladder_holds_its_step_until_the_next_is_reached(strikes: int, measure: str) -> None:
    """Between two steps the lower one counts."""
    assert disposition_rules(with_part(ladder=LADDER)).step_at(strikes).measure == measure


@pytest.mark.parametrize(
    ("part", "place"),
    [
        ({"in_a_row": 0}, "dispositions.in_a_row"),
        ({"harms": ["A9z"]}, "dispositions.harms[0]"),
        ({"actions": ["mask"]}, "dispositions.actions[0]"),
        ({"ladder": LADDER[1:]}, "dispositions.ladder"),
        ({"ladder": [LADDER[0], LADDER[0]]}, "dispositions.ladder"),
        ({"ladder": [LADDER[0] | {"measure": "suspend"}, LADDER[1]]}, "dispositions.ladder"),
        ({"ladder": [LADDER[0] | {"functions": ["images"]}]}, "dispositions.ladder[0].functions"),
        ({"hold": 1}, "dispositions.hold"),
    ],
)
def test_a_part_that_makes_no_sense_is_refused_with_its_place(
    part: dict[str, Any], place: str
) -> None:
    """Each fault names exactly where it stands."""
    with pytest.raises(Invalid) as error:
        with_part(**part)
    assert error.value.code == "policy-invalid"
    assert error.value.param == place


def test_a_change_of_the_part_is_seen_by_who_approves() -> None:
    """The second person reads what is counted and what follows, in words."""
    lines = changes(with_part(), with_part(in_a_row=7, ladder=LADDER), "en")
    said = "\n".join(f"{sign} {text}" for sign, text in lines)
    assert "+ Abuse: 7 stopped inputs in a row" in said
    assert "+ Strike 2: restriction of functions for 7 days (agreement, clause 10)" in said
