# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from typing import Any

import msgspec
import pytest
from click.testing import CliRunner
from tests.unit.dispositions.scene import APPEALS, OFFICER, REVIEWER, SECOND, Scene

from guiju.accounts import PersonState
from guiju.dispositions.commands import group
from guiju.kernel import Actor, Event, GuijuError, StandingChanged
from guiju.storage import Database

STAFF = {"alice": REVIEWER, "bao": OFFICER, "chen": SECOND, "dora": APPEALS}


class Desk:
    """What the program would put into the click context."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.heard: list[Event] = []

    def staff(self, name: str) -> Actor:
        return STAFF[name]

    def publish(self, event: Event) -> None:
        self.heard.append(event)


def run(scene: Scene, *line: str) -> Any:
    """A command; its JSON, or the error it raises."""
    desk = Desk(scene.db)
    result = CliRunner().invoke(group, [*line, "--json"], obj=desk)
    if isinstance(result.exception, GuijuError):
        raise result.exception
    assert result.exit_code == 0, result.output
    found = msgspec.json.decode(result.stdout)
    plain = CliRunner().invoke(group, ["person", scene.id], obj=desk)
    assert plain.exit_code == 0
    if line[0] in {"hold", "approve", "lift"} or line[:2] == ("appeal", "decide"):
        assert StandingChanged(scene.id) in desk.heard
    return found


MEASURE = ("--measure", "suspend", "--days", "7", "--clause", "10")


def test_a_case_from_proposal_to_appeal(scene: Scene) -> None:
    """Proposed, changed, decided, appealed, overturned: each by another, from a shell."""
    made = run(scene, "propose", scene.id, *MEASURE, "--reason", "seen", "--as", "alice")
    number = made["number"]
    assert made["state"] == "proposed"
    less = ("--measure", "suspend", "--days", "3", "--clause", "10")
    run(scene, "revise", number, *less, "--reason", "milder", "--as", "alice")
    with pytest.raises(GuijuError) as error:
        run(scene, "approve", number, "--facts", "Seen.", "--as", "alice")
    assert error.value.code == "second-person-needed"
    decided = run(scene, "approve", number, "--facts", "Seen.", "--as", "bao")
    assert (decided["state"], decided["days"]) == ("in-force", 3)
    assert scene.stands() is PersonState.SUSPENDED
    shown = run(scene, "person", scene.id)
    assert len(shown["strikes"]) == 1
    assert shown["suggested"] == {"measure": "suspend", "days": 7}
    appeal = scene.appeal()
    run(scene, "appeal", "admit", appeal.number, "--as", "dora")
    done = run(
        scene, "appeal", "decide", appeal.number, "overturn", "--facts", "So.", "--as", "dora"
    )
    assert done["outcome"] == "undone"
    assert scene.stands() is PersonState.ACTIVE


def test_a_hold_by_hand_and_its_end(scene: Scene) -> None:
    """Held at once with what the ladder or the reviewer says; let go with a reason."""
    held = run(scene, "hold", scene.id, *MEASURE, "--reason", "goes on", "--as", "alice")
    assert (held["state"], held["held"]) == ("provisional", True)
    gone = run(scene, "lift", held["number"], "--reason", "a mistake", "--as", "bao")
    assert (gone["state"], gone["held"]) == ("lifted", False)


def test_findings_are_listed_brought_and_decided(scene: Scene) -> None:
    """Where they are and never what they say."""
    scene.say("block")
    (found,) = run(scene, "finding", "list")
    assert (found["harm"], found["state"]) == ("A1g", "raised")
    made = run(
        scene,
        *("finding", "add", "--harm", "A2f", "--person", scene.id),
        *("--source", "authority", "--as", "alice"),
    )
    gone = run(scene, "finding", "dismiss", made["finding"], "--reason", "none", "--as", "alice")
    assert gone["state"] == "dismissed"
    kept = run(scene, "finding", "confirm", found["finding"], "--reason", "yes", "--as", "bao")
    assert kept["decided_by"] == OFFICER.id
    because = ("--finding", found["finding"], "--source", "screening")
    case = run(scene, "propose", scene.id, *MEASURE, *because, "--reason", "it", "--as", "alice")
    assert case["trigger"] == "screening"
    run(scene, "dismiss", case["number"], "--reason", "once only", "--as", "bao")
    assert [one["state"] for one in run(scene, "finding", "list")] == ["dismissed", "dismissed"]
