# SPDX-License-Identifier: Apache-2.0
"""`guiju case` as staff and scripts use it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from click.testing import CliRunner
from tests.unit.casework.conftest import now, opened, taken
from tests.unit.casework.sample import CLERK, KEEPER, KINDS, OFFICER, OTHER

from guiju.casework import Kinds
from guiju.casework.commands import group
from guiju.kernel import Actor, ActorKind, Event, FixedClock, GuijuError
from guiju.storage import Database, Tx

AUDITOR = Actor(ActorKind.STAFF, "staff_auditor", frozenset({"auditor"}))


READS = ["--as", "officer", "--reason", "to decide"]


class Desk:
    """What the program would put into the click context."""

    kinds: Kinds = KINDS

    def __init__(self, database: Database) -> None:
        self.database = database
        self.readings: list[tuple[str, str, str]] = []

    def staff(self, name: str) -> Actor:
        return {"clerk": CLERK, "other": OTHER, "officer": OFFICER, "auditor": AUDITOR}[name]

    def publish(self, event: Event) -> None:
        """Nobody listens."""

    def note_reading(self, _tx: Tx, actor: Actor, thing: str, reason: str, subject: str) -> None:
        assert subject == "person_a"
        self.readings.append((actor.id, thing, reason))


@pytest.fixture
def desk(db: Database) -> Desk:
    return Desk(db)


def run(desk: Desk, *line: str, code: int = 0) -> Any:
    result = CliRunner().invoke(group, [*line, "--json"], obj=desk)
    assert result.exit_code == code, result.output
    return msgspec.json.decode(result.stdout)


def said(desk: Desk, *line: str) -> str:
    result = CliRunner().invoke(group, list(line), obj=desk)
    assert result.exit_code == 0, result.output
    return result.output


def test_what_waits_is_listed_queue_by_queue_and_page_by_page(desk: Desk, db: Database) -> None:
    """And the mark of the next page is said."""
    assert said(desk, "list") == "nothing waits\n"
    with db.write() as tx:
        numbers = [opened(tx).number for _ in range(3)]
    assert run(desk, "list")["queues"] == [{"queue": "objections", "cases": 3, "late": 0}]
    first = run(desk, "list", "--queue", "objections", "--size", "2")
    rest = run(desk, "list", "--queue", "objections", "--after", first["next"])
    assert [len(some["cases"]) for some in (first, rest)] == [2, 1]
    assert {one["number"] for one in first["cases"] + rest["cases"]} == set(numbers)
    assert rest["next"] is None
    assert "objection, received, normal, due 2026-12-08" in said(
        desk, "list", "--queue", "objections", "--worst", "--free"
    )


def test_a_case_is_taken_written_on_moved_and_given_back(desk: Desk, db: Database) -> None:
    """One after the other, as one works."""
    with db.write() as tx:
        number = opened(tx).number
    assert run(desk, "next", "objections", "--as", "clerk")["case"]["number"] == number
    assert run(desk, "next", "objections", "--as", "other", code=1) == {"case": None}
    assert run(desk, "claim", number, "--as", "clerk")["claim"]["holder"] == CLERK.id
    assert run(desk, "note", number, "asked by mail", "--as", "clerk")["version"] == 2
    moved = run(desk, "step", number, "accept", "--version", "2", "--as", "clerk")
    assert (moved["state"], moved["version"]) == ("handling", 3)
    assert run(desk, "release", number, "--as", "clerk")["released"]
    assert not run(desk, "release", number, "--as", "clerk", code=1)["released"]


def test_words_are_opened_for_those_who_may_work_on_it(desk: Desk, db: Database) -> None:
    """Without a name the case is shown and its words are not."""
    with db.write() as tx:
        case = opened(tx)
    case = taken(db, case, (CLERK, "accept"), (CLERK, "propose"))
    run(desk, "note", case.number, "asked by mail", "--as", "officer")
    shut, seen = (run(desk, "show", case.number, *more) for more in ([], READS))
    assert [one["words"] for one in (*shut["notes"], *seen["notes"])] == [None, "asked by mail"]
    assert [one["reason"] for one in seen["events"]] == [None, "because", "because", None]
    assert [one["reason"] for one in shut["events"]] == [None] * 4
    assert shut["clocks"][0]["rule"] == "objections@1"
    lines = said(desk, "show", case.number, *READS)
    assert desk.readings == [("staff_officer", case.number, "to decide")] * 2
    assert "clock answer: 10 working-days by objections@1, due 2026-12-08 16:00Z" in lines
    assert "propose -> proposed by staff_clerk: because" in lines
    for more, code in (
        (["--as", "auditor", "--reason", "to see"], "role-needed"),
        (["--as", "officer"], "reason-needed"),
    ):
        refused = CliRunner().invoke(group, ["show", case.number, *more], obj=desk)
        assert isinstance(refused.exception, GuijuError)
        assert refused.exception.code == code


def test_time_can_be_asked_to_do_its_work(desk: Desk, db: Database, clock: FixedClock) -> None:
    """As the service does once a second."""
    with db.write() as tx:
        case = opened(tx)
    case = taken(db, case, (KEEPER, "hold"))
    clock.advance(days=60)
    assert run(desk, "sweep") == {"late": 1, "stepped": 1, "recounted": 0}
    assert now(db, case).state == "handling"
    assert "LATE" in said(desk, "show", case.number)
