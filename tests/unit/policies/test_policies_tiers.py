# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import tomllib
from typing import Any

import pytest

from guiju import policies, profile
from guiju.app.review import rules as review_rules
from guiju.gateway import RulesHolder
from guiju.kernel import Actor, ActorKind, Invalid
from guiju.policies import (
    TierRules,
    checked,
    default_body,
    disposition_rules,
    dispositions_at,
    tier_rules,
)
from guiju.policies.body_tiers import tiers_said
from guiju.policies.comparing import changes
from guiju.policies.writing import as_toml
from guiju.profile import Statement, demo_statement
from guiju.storage import Database

OFFICER = Actor(ActorKind.STAFF, "st_officer", frozenset({"safety-officer"}))
SECOND = Actor(ActorKind.STAFF, "st_second", frozenset({"safety-officer"}))
MINORS_ONLY = {
    "name": "minors-block",
    "harms": ["A4g"],
    "audience": "minors",
    "action": "block",
}


def body(**tiers: Any) -> dict[str, Any]:
    return checked({**default_body(), "tiers": tiers})


def of_tier(tier: str) -> Statement:
    mapping = demo_statement().to_mapping()
    mapping["scope"]["tier"] = tier
    return Statement.from_mapping(mapping)


def enact(db: Database, wanted: dict[str, Any]) -> None:
    with db.write() as tx:
        policies.approve(tx, SECOND, policies.propose(tx, OFFICER, wanted).id)


def say(db: Database, tier: str) -> None:
    with db.write() as tx:
        profile.approve(tx, SECOND, profile.propose(tx, OFFICER, of_tier(tier)).id)


def test_a_tier_says_what_it_changes() -> None:
    """What is not named changes nothing; what is written reads back the same."""
    whole = body(high={"sampled_permille": 200, "strict": True}, medium={"sampled_permille": 80})
    assert tier_rules(whole, "high") == TierRules(200, strict=True)
    assert tier_rules(whole, "medium") == TierRules(80)
    assert tier_rules(whole, "low") == TierRules()
    assert tier_rules({}, "high") == TierRules()
    assert checked(tomllib.loads(as_toml(whole))) == whole
    assert [head.en for head, _ in tiers_said(whole)] == ["Tier medium", "Tier high"]


def test_the_policy_of_the_first_hour_says_what_a_graver_tier_changes() -> None:
    """More second looks from tier to tier; and a low one changes nothing."""
    said = [tier_rules(default_body(), one) for one in ("low", "medium", "high")]
    assert [one.sampled for one in said] == [0, 100, 200]
    assert said[0] == TierRules()
    assert said[2].strict


def test_a_tier_makes_the_rule_about_abuse_and_the_ladder_stricter_and_never_milder() -> None:
    """Fewer inputs, longer strikes, a later step; a tier that says more changes nothing."""
    grave = {"in_a_row": 2, "in_a_day": 4, "strike_days": 400, "steps_up": 2}
    mild = {"in_a_row": 9, "in_a_day": 9, "strike_days": 1}
    whole = checked({**body(high=grave, medium=mild), "dispositions": {}})
    usual, high = dispositions_at(whole, "low"), dispositions_at(whole, "high")
    assert usual == dispositions_at(whole, "medium") == disposition_rules(whole)
    assert (high.in_a_row, high.in_a_day, high.strike_days) == (2, 4, 400)
    assert [one.step_at(1).days for one in (usual, high)] == [1, 30]
    assert high.step_at(9).measure == "terminate"
    assert checked(tomllib.loads(as_toml(whole))) == whole


def test_who_approves_reads_of_a_tier_in_words() -> None:
    """In both languages, and no bare key."""
    after = body(high={"in_a_row": 2, "steps_up": 1})
    for language, words in (("en", "the ladder begins 1 strikes further up"), ("zh", "提前 1 次")):
        lines = changes(body(high={"strict": True}), after, language)
        assert [sign for sign, _ in lines] == ["-", "+"]
        assert words in lines[1][1]
        assert "tiers." not in str(lines)


@pytest.mark.parametrize(
    ("tiers", "place"),
    [
        ({}, "tiers"),
        ({"grave": {"strict": True}}, "grave"),
        ({"high": {}}, "tiers.high"),
        ({"high": {"strict": "yes"}}, "tiers.high.strict"),
        ({"high": {"sampled_permille": 1001}}, "tiers.high.sampled_permille"),
        ({"high": {"in_a_row": 0}}, "tiers.high.in_a_row"),
        ({"high": {"steps_up": 0}}, "tiers.high.steps_up"),
    ],
)
def test_a_tier_that_is_none_is_refused(tiers: dict[str, Any], place: str) -> None:
    """With its place."""
    with pytest.raises(Invalid) as caught:
        checked({**default_body(), "tiers": tiers})
    assert place in caught.value.what.en


@pytest.mark.control("scope-determined")
def test_the_tier_of_the_service_raises_how_much_is_looked_at_again(db: Database) -> None:
    """By policy and statement together, as soon as either is another; never to less."""
    enact(db, body(high={"sampled_permille": 200}, medium={"sampled_permille": 1}))
    for tier, sampled in (("low", 50), ("medium", 50), ("high", 200), ("low", 50)):
        say(db, tier)
        with db.read() as tx:
            assert review_rules(tx).sampled == sampled


@pytest.mark.control("scope-determined")
def test_a_grave_service_screens_everybody_by_the_stricter_column(db: Database) -> None:
    """The same words pass in a low tier and are blocked in a high one, once it is published."""
    wanted = default_body()
    wanted["screening"]["rule"] = [MINORS_ONLY]
    wanted["tiers"] = {"high": {"strict": True}}
    enact(db, checked(wanted))
    holder = RulesHolder(db, policies.Screens(None, db.keys))
    for tier, outcome in (("low", "review"), ("high", "block"), ("medium", "review")):
        say(db, tier)
        holder.refresh()
        found = holder.now().screen.judge("这里有示例待审词丙", "input")
        assert found.outcome.name.lower() == outcome
        assert holder.now().for_minors.judge("示例待审词丙", "input").outcome.name == "BLOCK"
