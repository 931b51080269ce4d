# SPDX-License-Identifier: Apache-2.0
"""A provider with a policy in force, staff, and complaints to be taken in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from guiju import policies
from guiju.casework import Case, advance, get_case
from guiju.casework import receipts as casework_receipts
from guiju.complaints import reading, receipts, service
from guiju.complaints.service import COMPLAINANT
from guiju.kernel import Actor, ActorKind
from guiju.storage import Database

OFFICER = Actor(ActorKind.STAFF, "staff_officer", frozenset({"safety-officer"}))
SECOND = Actor(ActorKind.STAFF, "staff_second", frozenset({"safety-officer"}))
CLERK = Actor(ActorKind.STAFF, "staff_clerk", frozenset({"reviewer"}))
AUDITOR = Actor(ActorKind.STAFF, "staff_auditor", frozenset({"auditor"}))
SECRET = "quetzal lamplighter"
CONTACT = "zorbl@example.org"


@pytest.fixture(scope="session", autouse=True)
def _cheap_receipts() -> Iterator[None]:
    """The same algorithm with the least of memory and time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(casework_receipts, "_MEMORY", 8)
        patch.setattr(casework_receipts, "_PASSES", 1)
        yield


@pytest.fixture(params=["db", "pg_db"])
def database(request: pytest.FixtureRequest) -> Database:
    """A policy with a complaints part is in force."""
    found: Database = request.getfixturevalue(request.param)
    _install(found)
    return found


@pytest.fixture
def lite(db: Database) -> Database:
    """The same on SQLite alone, where the database makes no difference."""
    _install(db)
    return db


def _install(database: Database) -> None:
    with database.write() as tx:
        policies.install_default(tx, OFFICER, SECOND)


def filed(database: Database, code: str = "", **more: Any) -> Case:
    """A complaint that somebody handed in on the page."""
    values = {"category": "A4", "text": f"The answer said {SECRET} about me.", "contact": CONTACT}
    receipt = receipts.fingerprint(database.keys, code or receipts.draw())
    filing = reading.filing(**(values | more))
    with database.write() as tx:
        return service.file_complaint(tx, COMPLAINANT, filing, receipt)


def stepped(database: Database, case: Case, *verbs: tuple[Actor, str]) -> Case:
    """The complaint after these plain steps, each in a transaction of its own."""
    for actor, verb in verbs:
        with database.write() as tx:
            advance(tx, actor, case, verb, reason="because")
            case = get_case(tx, case.kind, case.id)
    return case
