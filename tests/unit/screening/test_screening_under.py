# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guiju.screening import Entry, Outcome, Screen, compile_entries
from guiju.screening.matrix import GENERAL, MINORS, Matrix

TERMS = {"青铜月亮": ("A1f", "review"), "蓝鲸口令": ("A2a", "mask"), "石榴暗号": ("A4g", "block")}
TEXT = "先说青铜月亮，再说蓝鲸口令，打13800138000，最后石榴暗号。"


def policy(*rules: dict[str, Any], **personal: dict[str, str]) -> dict[str, Any]:
    usual = {
        "directions": ["input", "output"],
        "audience": "all",
        "detectors": ["lexicon", "personal"],
    }
    return {
        "entry": [
            {"term": term, "harm": harm, "action": action} for term, (harm, action) in TERMS.items()
        ],
        "rule": [usual | one for one in rules],
        "personal": personal,
    }


def under(table: dict[str, Any], audience: Any = GENERAL) -> Screen:
    return Screen.load(table, "0" * 64).under(Matrix.load(table), audience)


def outcomes(screen: Screen, direction: Any = "output") -> dict[str, tuple[Outcome, str | None]]:
    found = screen.judge(TEXT, direction).findings
    return {TEXT[one.start : one.end]: (one.outcome, one.by) for one in found}


def test_without_rules_everything_is_as_the_entries_ask() -> None:
    """The named rules are the operator's to write."""
    table = policy(mobile={"output": "mask"})
    assert outcomes(under(table)) == outcomes(Screen.load(table, "0" * 64))
    assert outcomes(under(table))["13800138000"] == (Outcome.MASK, None)


def test_a_named_rule_decides_and_is_named() -> None:
    """In its directions and for its harms, and nowhere else."""
    rule = {"name": "soft", "harms": ["A4g"], "directions": ["output"], "action": "review"}
    screen = under(policy(rule))
    assert outcomes(screen)["石榴暗号"] == (Outcome.REVIEW, "soft")
    assert outcomes(screen, "input")["石榴暗号"] == (Outcome.BLOCK, None)
    assert outcomes(screen)["青铜月亮"] == (Outcome.REVIEW, None)


def test_what_a_rule_lets_pass_is_no_finding() -> None:
    """Nor a mask, nor a harm of the verdict."""
    screen = under(policy({"name": "let", "harms": ["A2*"], "action": "pass"}))
    verdict = screen.judge("蓝鲸口令", "output")
    assert verdict.outcome is Outcome.PASS
    assert (verdict.findings, verdict.harms) == ((), frozenset())
    assert not verdict.masks


def test_minors_have_a_screen_of_their_own() -> None:
    """Stricter where the operator says so."""
    table = policy({"name": "young", "harms": ["A1*"], "audience": "minors", "action": "block"})
    assert outcomes(under(table, GENERAL))["青铜月亮"] == (Outcome.REVIEW, None)
    assert outcomes(under(table, MINORS))["青铜月亮"] == (Outcome.BLOCK, "young")


def test_personal_information_is_looked_for_where_the_policy_says() -> None:
    """Each direction has its own kinds and actions."""
    table = policy(mobile={"input": "review"}, email={"output": "mask"})
    screen = Screen.load(table, "0" * 64)
    assert outcomes(screen, "input")["13800138000"][0] is Outcome.REVIEW
    assert "13800138000" not in outcomes(screen, "output")
    assert screen.judge("写信到abc@example.com吧", "output").masked("写信到abc@example.com吧") == (
        "写信到***************吧"
    )


@given(st.lists(st.integers(0, len(TEXT)), max_size=6), st.sampled_from([GENERAL, MINORS]))
def test_a_stream_obeys_the_named_rules_however_it_is_cut(places, audience):
    """What they make of a finding decides whether the stream ends, masks, or goes on."""
    table = policy(
        {"name": "soft", "harms": ["A4g"], "action": "mask"},
        {"name": "young", "harms": ["A1*"], "audience": "minors", "action": "block"},
        mobile={"output": "mask"},
    )
    stream = under(table, audience).stream()
    cuts = sorted({0, *places, len(TEXT)})
    pieces = [TEXT[low:high] for low, high in pairwise(cuts)]
    said = "".join(stream.feed(piece).text for piece in pieces) + stream.close().text
    if audience == GENERAL:
        assert said == "先说青铜月亮，再说****，打***********，最后****。"
    else:
        assert said == "先说"


@pytest.mark.parametrize("action", ["pass", "mask", "review", "refuse", "block"])
def test_every_action_can_be_decided(action: str) -> None:
    """From nothing to stopping."""
    screen = under(policy({"name": "so", "harms": ["A4*"], "action": action}))
    assert screen.judge("石榴暗号", "input").outcome.value == action


def test_a_finding_tells_the_id_that_the_operator_gave_its_entry() -> None:
    """In its public form too, beside who decided; where there is neither, nothing is told."""
    table = policy({"name": "soft", "harms": ["A4g"], "action": "review"})
    table["entry"][2]["id"] = "样-1"
    first, *_, last = under(table).judge(TEXT, "output").findings
    assert (last.entry, last.by) == ("样-1", "soft")
    assert {"by": "soft", "entry": "样-1"}.items() <= last.as_json().items()
    assert not {"by", "entry"} & first.as_json().keys()


def test_entries_that_hit_the_same_keep_their_own_ids() -> None:
    """One of the policy and one of a lexicon may be about the same word."""
    table = policy()
    more = compile_entries([Entry("石榴暗号", "A4g", Outcome.BLOCK, id="表-7")])
    found = Screen.load(table, "0" * 64, [more]).judge("石榴暗号", "input").findings
    assert {one.entry for one in found} == {"", "表-7"}
