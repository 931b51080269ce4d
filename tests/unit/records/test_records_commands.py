# SPDX-License-Identifier: Apache-2.0
"""`guiju records`: gaps, expiry and holds as an operator asks for them."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from click.testing import CliRunner
from tests.unit.records.test_records_coverage import gapped
from tests.unit.records.test_records_expiring import asked, record
from tests.unit.records.test_records_service import OFFICER, SECOND

from guiju.kernel import Actor, Event, FixedClock
from guiju.records.keeping_commands import group
from guiju.storage import Database


class Desk:
    """What the program would put into the click context."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def staff(self, name: str) -> Actor:
        return {"privacy": OFFICER, "safety": SECOND}[name]

    def publish(self, event: Event) -> None:
        """Nobody listens."""

    def usage_days(self) -> int | None:
        return 190


@pytest.fixture
def desk(db: Database) -> Desk:
    return Desk(db)


def run(desk: Desk, *line: str, code: int = 0) -> Any:
    result = CliRunner().invoke(group, [*line, "--json"], obj=desk)
    assert result.exit_code == code, result.output
    return msgspec.json.decode(result.stdout)


def test_an_open_gap_answers_with_one_until_it_is_closed(
    desk: Desk, db: Database, clock: FixedClock
) -> None:
    """So that a script can ask."""
    assert run(desk, "gaps") == {"gaps": []}
    record(db, gapped(clock, "req_1"))
    (gap,) = run(desk, "gaps", code=1)["gaps"]
    assert (gap["characters"], gap["covered"]) == (10, 7)
    line = CliRunner().invoke(group, ["gaps"], obj=desk).output
    assert "3 of 10 characters" in line
    closed = run(desk, "close-gap", gap["id"], "--reason", "a guard was down", "--as", "safety")
    assert closed["state"] == "closed"
    assert run(desk, "gaps")["gaps"][0]["reason"] == "a guard was down"


def test_what_is_due_goes_and_what_is_held_stays(
    desk: Desk, db: Database, clock: FixedClock
) -> None:
    """Told by class, as numbers."""
    day = clock.now().date().isoformat()
    record(db, asked(clock, 1))
    clock.advance(seconds=200 * 86_400)
    span = ("--from", day, "--until", day)
    held = run(desk, "hold", *span, "--reason", "case 12", "--as", "privacy")
    assert run(desk, "expire") == {"content": 0, "jobs": 0, "media": 0, "usage": 0}
    run(desk, "release", held["id"], "--reason", "closed", "--as", "safety")
    assert run(desk, "expire") == {"content": 1, "jobs": 0, "media": 0, "usage": 1}
    assert [one["state"] for one in run(desk, "holds")["holds"]] == ["released"]
