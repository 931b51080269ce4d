# SPDX-License-Identifier: Apache-2.0
"""Staff of an invented provider, and an incident to work on."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from guiju import incidents, reporting
from guiju.casework import get_case
from guiju.incidents import Category, Cause, Incident, Statement, breaching
from guiju.incidents.breach_model import Choice
from guiju.kernel import Actor, ActorKind
from guiju.reporting import Report, Sending
from guiju.storage import Database


class Staff(NamedTuple):
    officer: Actor
    second: Actor
    operator: Actor
    clerk: Actor


class Desk:
    """Does one verb in one transaction, on the incident as it then stands."""

    def __init__(self, db: Database, staff: Staff) -> None:
        self.db = db
        self.staff = staff

    def open(self, category: Category = Category.COVERAGE, thing: str | None = None) -> Incident:
        with self.db.write() as tx:
            made = incidents.open_incident(tx, self.staff.operator, Cause(category, "why", thing))
        assert made is not None
        return made

    def do(self, one: Incident, verb: Any, *values: Any, by: Actor | None = None) -> Any:
        with self.db.write() as tx:
            case = incidents.find_case(tx, one.case.number)
            return verb(tx, by or self.staff.officer, case, *values)

    def state(self, one: Incident, **facts: int) -> Incident:
        named = {name.replace("_", "-"): number for name, number in facts.items()}
        statement = Statement.from_mapping({"facts": named, "words": {"summary": "what"}})
        found: Incident = self.do(one, incidents.state_facts, statement)
        return found

    def now(self, one: Incident) -> Incident:
        with self.db.read() as tx:
            return incidents.incident(tx, incidents.find_case(tx, one.case.number))

    def settle_breach(self, one: Incident) -> None:
        """Decide that nobody is told of what an incident leaked, and close that."""
        with self.db.write() as tx:
            (found,) = incidents.breaches_of(tx, incidents.find_case(tx, one.case.number))
            for whom in ("authority", "people"):
                case = incidents.find_breach(tx, found.case.number)
                choice = Choice(whom, incidents.Told.SPARED)
                breaching.decide(tx, self.staff.officer, case, choice, "a drill")
            case = incidents.find_breach(tx, found.case.number)
            breaching.close(tx, self.staff.officer, case)

    def sent(self, one: Incident, stage: str) -> Report:
        """Draft a report, let another sign it, say that it was sent."""
        made = self.do(one, incidents.draft_report, stage)
        with self.db.write() as tx:
            reporting.sign(tx, self.staff.second, get_case(tx, reporting.REPORT, made.case.id))
        with self.db.write() as tx:
            case = get_case(tx, reporting.REPORT, made.case.id)
            return reporting.mark_sent(tx, self.staff.officer, case, Sending(tx.now, "portal"))


@pytest.fixture
def staff() -> Staff:
    def member(name: str, *roles: str) -> Actor:
        return Actor(ActorKind.STAFF, name, frozenset(roles))

    return Staff(
        officer=member("staff_officer", "safety-officer"),
        second=member("staff_second", "accountable-person", "safety-officer"),
        operator=member("staff_operator", "operator"),
        clerk=member("staff_clerk", "auditor"),
    )


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def desk(request: pytest.FixtureRequest, staff: Staff) -> Desk:
    return Desk(request.getfixturevalue("db" if request.param == "sqlite" else "pg_db"), staff)
