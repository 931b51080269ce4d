# SPDX-License-Identifier: Apache-2.0
"""What a named person takes out of service, at once, and what an officer lets run again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guiju.kernel import Actor, Conflict, Invalid, NotFound, Refused, software
from guiju.ledger import integrate
from guiju.ledger import leaves as leaves_of
from guiju.policies import (
    DIRECT,
    Stop,
    StopKind,
    Stopped,
    Target,
    resume_part,
    stop_part,
    stops,
    stops_in_force,
    take_up_stops,
)
from guiju.storage import Database

ROUTE = Target(StopKind.ROUTE, "/v1/embeddings")
WHY = "answers leave without a verdict"
START = datetime(2026, 11, 24, 2, tzinfo=UTC)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def house(request: pytest.FixtureRequest) -> Database:
    db: Database = request.getfixturevalue("db" if request.param == "sqlite" else "pg_db")
    return db


def stop(db: Database, actor: Actor, target: Target = ROUTE, case: str | None = None) -> Stop:
    with db.write() as tx:
        return stop_part(tx, actor, target, WHY, case=case)


@pytest.mark.control("parts-stopped")
def test_a_stop_counts_with_its_commit_and_ends_with_that_of_its_end(
    house: Database, staff: Any
) -> None:
    """Both are on record with who did it, and what was read in memory follows."""
    known = Stopped()
    made = stop(house, staff.officer, case="IN-1")
    with house.read() as tx:
        assert take_up_stops(tx, known)
        assert not take_up_stops(tx, known)
        assert stops_in_force(tx) == [made]
    error = known.why(ROUTE.name, "m", None)
    assert error is not None
    assert (error.code, error.article, error.status) == ("route-stopped", 14, 503)
    with house.write() as tx:
        lifted = resume_part(tx, staff.officer, made.id, "the cause is gone")
    assert not lifted.in_force
    with house.read() as tx:
        assert take_up_stops(tx, known)
        assert stops_in_force(tx) == []
        assert stops(tx, "IN-1") == [lifted]
        assert stops(tx, "IN-2") == []
    assert not known
    integrate(house)
    with house.read() as tx:
        found = [one for one in leaves_of(tx) if one["kind"].startswith("part-")]
    assert [one["kind"] for one in found] == ["part-stopped", "part-resumed"]
    assert {one["facts"]["by"] for one in found} == {staff.officer.id}
    assert WHY not in str(found)


@pytest.mark.control("parts-stopped")
def test_only_a_named_person_with_the_role_and_a_reason_stops_or_resumes(
    house: Database, staff: Any
) -> None:
    """Software never; an operator may stop and not resume."""
    operator = Actor(staff.officer.kind, "staff_operator", frozenset({"operator"}))
    with pytest.raises(Refused, match="person-needed"):
        stop(house, software("x"))
    with pytest.raises(Refused, match="role-needed"):
        stop(house, staff.clerk)
    with pytest.raises(Invalid, match="reason-needed"), house.write() as tx:
        stop_part(tx, staff.officer, ROUTE, " ")
    made = stop(house, operator)
    with pytest.raises(Conflict, match="stop-stands"):
        stop(house, staff.officer)
    for actor, reason, code in (
        (operator, "why", "role-needed"),
        (software("x"), "why", "person-needed"),
        (staff.officer, "", "reason-needed"),
    ):
        with pytest.raises((Refused, Invalid), match=code), house.write() as tx:
            resume_part(tx, actor, made.id, reason)
    with house.write() as tx:
        resume_part(tx, staff.officer, made.id, "why")
    with pytest.raises(Conflict, match="wrong-state"), house.write() as tx:
        resume_part(tx, staff.officer, made.id, "why")
    with pytest.raises(NotFound, match="stop-unknown"), house.write() as tx:
        resume_part(tx, staff.officer, "stop_none", "why")
    assert stop(house, operator).in_force


def known_to_stop(*targets: Target) -> Stopped:
    found = Stopped()
    found.become(targets, START)
    return found


@pytest.mark.parametrize(
    ("target", "route", "model", "app", "code"),
    [
        (ROUTE, "/v1/embeddings", "m", None, "route-stopped"),
        (ROUTE, "/v1/embeddings-2", "m", None, None),
        (ROUTE, "/v1", "m", None, None),
        (Target(StopKind.ROUTE, "/v1/videos"), "/v1/videos/content", "", None, "route-stopped"),
        (Target(StopKind.MODEL, "m"), "/v1/responses", "m", "ap_1", "model-stopped"),
        (Target(StopKind.MODEL, "m"), "/v1/responses", "m2", "ap_1", None),
        (Target(StopKind.SCENE, "ap_1"), "/v1/responses", "m", "ap_1", "scene-stopped"),
        (Target(StopKind.SCENE, "ap_1"), "/v1/responses", "m", None, None),
        (Target(StopKind.SCENE, DIRECT), "/v1/responses", "m", None, "scene-stopped"),
        (Target(StopKind.SCENE, DIRECT), "/v1/responses", "m", "ap_1", None),
    ],
)
def test_a_stop_stops_its_part_and_no_other(
    target: Target, route: str, model: str, app: str | None, code: str | None
) -> None:
    """What lies below a route is a part of it; a longer name is not."""
    error = known_to_stop(target).why(route, model, app)
    assert (None if error is None else error.code) == code


NAMES = ("/a", "/b", "/c")
TARGETS = st.frozensets(
    st.builds(Target, st.sampled_from(list(StopKind)), st.sampled_from(NAMES)), max_size=4
)


@given(st.lists(st.tuples(TARGETS, st.integers(0, 9)), min_size=1, max_size=8))
def test_what_was_read_last_counts_in_whatever_order_it_comes(
    read: list[tuple[frozenset[Target], int]],
) -> None:
    """Two threads that look at once never bring an older state back."""
    found, newest = Stopped(), -1
    for targets, second in read:
        found.become(targets, START + timedelta(seconds=second))
        if second >= newest:
            newest, expected = second, targets
    for one in (Target(kind, name) for kind in StopKind for name in NAMES):
        asked = {StopKind.ROUTE: "", StopKind.MODEL: "", StopKind.SCENE: ""} | {one.kind: one.name}
        why = found.why(asked[StopKind.ROUTE], asked[StopKind.MODEL], asked[StopKind.SCENE] or "-")
        assert (why is not None) == (one in expected)
