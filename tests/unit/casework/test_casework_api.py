# SPDX-License-Identifier: Apache-2.0
"""Programs of staff: the same guards as on the pages, and 409 for who has not seen the case."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient
from tests.unit.casework.conftest import now
from tests.unit.casework.desk import Desk
from tests.unit.casework.sample import CLERK, OFFICER, OTHER, SECOND

from guiju.casework import Case, decisions, notes
from guiju.storage import Database

HERE = "/api/cases"


@pytest.fixture
def desk(db: Database) -> Desk:
    return Desk(db)


def post(client: TestClient, path: str, **body: Any) -> tuple[int, Any]:
    answer = client.post(f"{HERE}/{path}", json=body)
    return answer.status_code, answer.json()


def code(answer: tuple[int, Any]) -> tuple[int, str]:
    return answer[0], answer[1]["error"]["code"]


def step(desk: Desk, who: str, case: Case, verb: str, **body: Any) -> tuple[int, Any]:
    version = body.pop("version", None) or now(desk.database, case).version
    return post(desk.program(who), f"{case.number}/steps/{verb}", version=version, **body)


@pytest.mark.parametrize("path", ["", "/queues", "/OB-261124-GXB6-Z7NQ", "/next"])
def test_only_a_token_of_staff_opens_it(desk: Desk, path: str) -> None:
    """Not the cookie of whoever is signed in on the pages, and not another's token."""
    for headers in ({}, {"authorization": "Bearer nobody"}, {"authorization": "Basic x"}):
        client = desk.of(CLERK)
        client.headers = {"accept": "application/json", **headers}
        if path == "/next":
            answer = client.post(f"{HERE}{path}", json={"queue": "objections"})
        else:
            answer = client.get(f"{HERE}{path}?queue=objections")
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "sign-in-needed")


@pytest.mark.control("case-trail")
def test_a_case_goes_from_queue_to_decision(desk: Desk) -> None:
    """Taken in hand, stepped, decided by another person; each answer says what can be done next."""
    case, clerk = desk.opened(), desk.program(CLERK.id)
    assert clerk.get(f"{HERE}/queues").json() == {
        "queues": [{"queue": "objections", "cases": 1, "late": 0}]
    }
    listed = clerk.get(HERE, params={"queue": "objections"}).json()
    assert [one["number"] for one in listed["cases"]] == [case.number]
    status, taken = post(clerk, "next", queue="objections")
    assert (status, taken["case"]["claim"]["holder"]) == (200, CLERK.id)
    assert post(clerk, "next", queue="objections")[1] == {"case": None}
    assert code(step(desk, OTHER.id, case, "accept")) == (409, "case-claimed")
    status, moved = step(desk, CLERK.id, case, "accept")
    assert (status, moved["state"]) == (200, "handling")
    assert {one["verb"] for one in moved["steps"] if one["possible"]} >= {"ask", "propose", "drop"}
    assert code(step(desk, CLERK.id, case, "propose")) == (400, "reason-needed")
    assert step(desk, CLERK.id, case, "propose", reason="so")[0] == 200
    assert code(step(desk, CLERK.id, case, "decide", facts="x"))[1] == "second-person-needed"
    said = {"facts": "It rained.", "outcome": "unfounded"}
    assert code(step(desk, OFFICER.id, case, "decide", **said)) == (400, "ruling-needed")
    status, done = step(desk, OFFICER.id, case, "decide", grounds=["order15:15.1"], **said)
    assert (status, done["state"]) == (200, "decided")
    with desk.database.read() as tx:
        (made,) = decisions(tx, now(desk.database, case), opened=True)
    assert (made.outcome, made.facts, made.decider) == ("unfounded", "It rained.", OFFICER.id)


def test_who_has_not_seen_the_case_as_it_is_changes_nothing(desk: Desk) -> None:
    """Two programs at once: one is told."""
    case = desk.opened()
    assert step(desk, CLERK.id, case, "accept", version=1)[0] == 200
    assert code(step(desk, OTHER.id, case, "propose", version=1, reason="so")) == (
        409,
        "case-changed",
    )
    clerk = desk.program(CLERK.id)
    assert code(post(clerk, f"{case.number}/notes", version=1, words="x")) == (409, "case-changed")
    assert post(clerk, f"{case.number}/notes", version=2, words="seen")[0] == 200
    with desk.database.read() as tx:
        assert len(notes(tx, case)) == 1


@pytest.mark.control("named-decisions")
def test_four_eyes_hold_for_programs_too(desk: Desk) -> None:
    """Who asks does not answer; only then the step is possible."""
    case = desk.taken(desk.opened(), (CLERK, "accept"), (CLERK, "propose"))
    officer, second = desk.program(OFFICER.id), desk.program(SECOND.id)
    said = {"facts": "So.", "outcome": "end", "grounds": ["order15:15.1"]}
    assert code(step(desk, OFFICER.id, case, "end", **said)) == (403, "approval-needed")
    version = now(desk.database, case).version
    status, asked = post(officer, f"{case.number}/approvals", version=version, verb="end")
    assert status == 200
    one = f"{case.number}/approvals/{asked['approvals'][0]['id']}"
    own = post(officer, one, version=asked["version"], yes=True)
    assert code(own)[0] == 403
    status, answered = post(second, one, version=asked["version"], yes=True)
    assert (status, answered["approvals"][0]["approved"]) == (200, True)
    assert step(desk, OFFICER.id, case, "end", **said)[0] == 200


@pytest.mark.control("case-trail")
def test_words_are_read_for_a_reason_that_goes_on_record(desk: Desk) -> None:
    """Nothing else that is asked shows them."""
    case = desk.taken(desk.opened(), (CLERK, "accept"), (CLERK, "propose"))
    clerk = desk.program(CLERK.id)
    assert "because" not in clerk.get(f"{HERE}/{case.number}").text
    assert code(post(clerk, f"{case.number}/words", reason=" "))[1] == "reason-needed"
    status, seen = post(clerk, f"{case.number}/words", reason="to decide")
    assert status == 200
    assert [one["reason"] for one in seen["events"]] == [None, "because", "because"]
    assert desk.opened_words == [(CLERK.id, case.number, "to decide", "person_a")]
