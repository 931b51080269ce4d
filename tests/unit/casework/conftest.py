# SPDX-License-Identifier: Apache-2.0
"""What holds for cases holds on either database."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.unit.casework.sample import KINDS, OBJECTION, PERSON, RULING

from guiju.casework import Case, Origin, advance, get_case, open_case
from guiju.kernel import Actor
from guiju.storage import Database, Tx

Opened = Callable[..., Case]


@pytest.fixture(params=["db", "pg_db"])
def database(request: pytest.FixtureRequest) -> Database:
    """Both kinds of databases, one after the other."""
    found: Database = request.getfixturevalue(request.param)
    return found


def opened(tx: Tx, **more: Any) -> Case:
    """An objection of a person, just received."""
    values: dict[str, Any] = {"origin": Origin.USER, "subject": "person_a"}
    return open_case(tx, PERSON, OBJECTION, **(values | more))


def taken(database: Database, case: Case, *steps: tuple[Actor, str]) -> Case:
    """The case after these steps, each in a transaction of its own."""
    for actor, verb in steps:
        with database.write() as tx:
            line = next(one for one in OBJECTION.machine.transitions if one.verb == verb)
            ruling = RULING if line.decides else None
            case = advance(tx, actor, case, verb, reason="because", ruling=ruling)
    return case


def now(database: Database, case: Case) -> Case:
    """The case as it stands now."""
    with database.read() as tx:
        return get_case(tx, KINDS, case.id)
