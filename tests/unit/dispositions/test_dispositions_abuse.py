# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import sqlite3
from typing import Any

import pytest
from tests.unit.dispositions.scene import END, OFFICER, REVIEWER, Scene, exchange

from guiju.accounts import PersonState
from guiju.casework import notices
from guiju.dispositions import action_store, finding_store, service
from guiju.kernel import Conflict, Text, Unavailable


@pytest.mark.control("provisional-holds")
def test_three_stopped_inputs_in_a_row_hold_the_person(scene: Scene) -> None:
    """The third one is the one; whoever records is told whose standing changed."""
    scene.rule()
    assert scene.say("block", "block") == []
    assert scene.stands() is PersonState.ACTIVE
    assert scene.say("refuse") == [scene.id]
    assert scene.stands() is PersonState.SUSPENDED


def test_an_input_that_passed_breaks_the_row(scene: Scene) -> None:
    """In a row means one after the other, without anything between."""
    scene.rule()
    scene.say("block", "block", "pass", "block", "block")
    assert scene.stands() is PersonState.ACTIVE


def test_five_within_a_day_hold_the_person_whatever_was_between(scene: Scene) -> None:
    """The day is that of Beijing."""
    scene.rule()
    scene.say(*("block", "pass") * 4)
    assert scene.stands() is PersonState.ACTIVE
    scene.say("block")
    assert scene.stands() is PersonState.SUSPENDED


def test_a_new_day_counts_anew(scene: Scene) -> None:
    """Four yesterday and four today are not five in a day."""
    scene.rule()
    scene.say(*("block", "pass") * 4)
    scene.clock.advance(hours=12)
    scene.say(*("block", "pass") * 4)
    assert scene.stands() is PersonState.ACTIVE


@pytest.mark.parametrize(
    ("part", "verdicts", "held"),
    [
        ({"in_a_row": 2}, ("block", "block"), True),
        ({"in_a_row": 9, "in_a_day": 9}, ("block",) * 8, False),
        ({"in_a_day": 1}, ("pass", "block"), True),
        ({"abuse": False}, ("block",) * 8, False),
        ({"actions": ["block"]}, ("refuse",) * 8, False),
        ({"harms": ["A2*"]}, ("block",) * 8, False),
        ({}, ("mask",) * 8, False),
        ({}, ("review",) * 8, False),
    ],
)
def test_the_policy_says_what_counts_and_how_often(
    scene: Scene, part: Any, verdicts: Any, *, held: bool
) -> None:
    """Downward, upward, off, by action and by harm."""
    scene.rule(**part)
    scene.say(*verdicts)
    assert scene.stands() is (PersonState.SUSPENDED if held else PersonState.ACTIVE)


@pytest.mark.control("provisional-holds", "scope-determined")
def test_a_graver_service_has_less_patience_and_a_steeper_ladder(scene: Scene) -> None:
    """By the tier of the public statement, from the next input on; and the hold names it."""
    scene.rule({"high": {"in_a_row": 2, "steps_up": 2, "strike_days": 400}})
    scene.tier("low")
    assert scene.read(service.suggested, scene.id).days == 1
    scene.say("block", "block", "pass")
    assert scene.stands() is PersonState.ACTIVE
    scene.tier("high")
    assert scene.read(service.suggested, scene.id).days == 30
    assert scene.say("block", "block") == [scene.id]
    assert scene.stands() is PersonState.SUSPENDED
    assert scene.read(action_store.of_person, scene.id)[0].days == 30
    (held,) = scene.leaves("hold-placed")
    assert held["facts"]["tier"] == "high"
    scene.do(service.approve, OFFICER, scene.case(), "Seen.")
    (strike,) = scene.read(service.strikes_of, scene.id)
    assert (strike.expires_at - strike.at).days in {399, 400}


def test_who_cannot_read_the_statement_takes_the_gravest_tier(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Records go on while it is away, and nobody gains by altering it."""
    scene.rule({"high": {"in_a_row": 2}})

    def altered(_: object) -> None:
        raise Unavailable("statement-altered", Text(zh="字", en="word"), Text(zh="字", en="word"))

    monkeypatch.setattr("guiju.profile.current", altered)
    assert scene.say("block", "block") == [scene.id]


def test_without_a_reviewed_rule_findings_are_kept_and_nobody_is_held(scene: Scene) -> None:
    """What was stopped is on record for people to look at; no words of it are."""
    scene.say(*("block",) * 8)
    assert scene.stands() is PersonState.ACTIVE
    found = scene.read(finding_store.newest_of, scene.id, 100)
    assert len(found) == 8
    assert {one.harm for one in found} == {"A1g"}
    assert "words" not in str(scene.leaves("finding-opened"))


def test_what_was_not_stopped_costs_no_question_and_no_row(scene: Scene) -> None:
    """A request that passed is recorded by exactly the statements that recording takes."""
    scene.rule()
    seen: list[str] = []
    for verdict in ("pass", "block"):
        with scene.db.write() as tx:
            driver = tx.connection.connection.driver_connection
            assert isinstance(driver, sqlite3.Connection)
            driver.set_trace_callback(seen.append if verdict == "pass" else None)
            scene.watch.record(tx, [exchange(scene.id, scene.clock, verdict)])
    assert any(one.startswith("INSERT INTO exchange ") for one in seen)
    assert not [one for one in seen if "disposition" in one or "policy " in one]


def test_a_hold_that_nobody_confirms_lapses_and_gives_access_back(scene: Scene) -> None:
    """After the published hours software ends what software began; the person is told."""
    scene.rule(hold_hours=6)
    scene.say("block", "block", "block")
    scene.pass_time(hours=5, minutes=59)
    assert scene.stands() is PersonState.SUSPENDED
    scene.pass_time(minutes=2)
    assert scene.stands() is PersonState.ACTIVE
    assert scene.case().state == "lapsed"
    assert len(scene.leaves("hold-lapsed")) == 1
    told = scene.read(notices, scene.case(), opened=True)
    assert [one.template for one in told] == ["statement@1", "ended@1"]


def test_after_a_lapse_the_same_inputs_do_not_count_again(scene: Scene) -> None:
    """What has had its consequence is spent; the next row begins at nought."""
    scene.rule(hold_hours=1)
    scene.say("block", "block", "block")
    scene.pass_time(hours=2)
    scene.say("block", "block")
    assert scene.stands() is PersonState.ACTIVE
    scene.say("block")
    assert scene.stands() is PersonState.SUSPENDED


def test_whoever_is_held_is_not_held_twice(scene: Scene) -> None:
    """What was under way when the hold came makes no second case."""
    scene.rule()
    assert scene.say(*("block",) * 9) == [scene.id]
    assert len(scene.read(action_store.of_person, scene.id)) == 1


def test_a_hold_says_why_and_until_when(scene: Scene) -> None:
    """Axes of a statement of reasons: found and decided by software, provisional, appealable."""
    scene.rule()
    scene.say("block", "block", "block")
    said = scene.statement().said
    assert (said["provision"], said["account"]) == ("total-suspension", "suspended")
    assert (said["automated_detection"], said["automated_decision"]) == (True, True)
    assert said["provisional"] is True
    assert said["grounds"] == [["law", "order15:14.2"], ["agreement", "service-agreement@1:10"]]
    assert said["facts"]["count"] == 3
    assert len(said["facts"]["requests"]) == 3
    assert said["until"] < said["appeal_until"]


def test_a_hold_whose_clause_was_agreed_by_nobody_stands_on_the_law_alone(scene: Scene) -> None:
    """A clause that the agreement does not have is never named as a ground."""
    scene.rule(ladder=[{"strikes": 1, "measure": "suspend", "days": 1, "clause": "99"}])
    scene.say("block", "block", "block")
    assert scene.statement().said["grounds"] == [["law", "order15:14.2"]]


def test_software_never_ends_the_service_by_itself(scene: Scene) -> None:
    """Where the ladder says so, one person must propose it and another decide."""
    scene.rule(ladder=[{"strikes": 1, "measure": "terminate", "clause": "10"}])
    scene.say("block", "block", "block")
    with pytest.raises(Conflict) as error:
        scene.do(service.approve, OFFICER, scene.case(), "Seen.")
    assert error.value.code == "guard-fails"
    scene.do(service.revise, REVIEWER, scene.case(), END, "grave")
    assert scene.do(service.approve, OFFICER, scene.case(), "By two.").state == "in-force"
    assert scene.stands() is PersonState.TERMINATED
