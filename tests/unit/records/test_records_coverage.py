# SPDX-License-Identifier: Apache-2.0
"""A character that left without a verdict is an incident until a person closes it."""

from __future__ import annotations

import json

import pytest
from msgspec.structs import replace
from tests.unit.records.test_records_service import SECOND, STRANGER, exchange, leaves

from guiju import ledger, records
from guiju.kernel import Conflict, FixedClock, Invalid, NotFound, Refused, software
from guiju.records import Exchange, GapState, Usage
from guiju.storage import Database

SPEECH = "/v1/completions"


def gapped(clock: FixedClock, request: str, route: str = "", covered: int = 7) -> Exchange:
    one = replace(exchange(clock, request), usage=Usage(1, 2, 10, covered))
    return replace(one, route=route) if route else one


def record(db: Database, *items: Exchange) -> None:
    with db.write() as tx:
        records.record(tx, list(items))


@pytest.mark.control("coverage-incidents")
def test_a_gap_opens_one_incident_a_route_with_its_evidence(
    db: Database, clock: FixedClock
) -> None:
    """What is covered opens none; more of the same adds to the one that is open."""
    record(db, exchange(clock, "req_0"))
    with db.read() as tx:
        assert records.gaps(tx) == []
    record(db, gapped(clock, "req_1"), gapped(clock, "req_2"), gapped(clock, "req_3", SPEECH))
    record(db, gapped(clock, "req_4", covered=0))
    with db.read() as tx:
        chat, speech = sorted(records.gaps(tx), key=lambda one: one.request)
        assert records.open_gaps(tx) == 2
    assert (chat.request, chat.exchanges, chat.characters, chat.missing) == ("req_1", 3, 30, 16)
    assert (speech.route, speech.exchanges, speech.missing) == (SPEECH, 1, 3)
    opened = [one for one in leaves(db) if one["kind"] == "coverage-gap-opened"]
    assert [one["facts"]["request"] for one in opened] == ["req_1", "req_3"]
    assert all(one["controls"] == ["coverage-incidents"] for one in opened)
    assert all(row[0] == "coverage_incident" for one in opened for row in one["rows"])
    assert ledger.verify(db, None).problems == ()


@pytest.mark.control("coverage-incidents")
def test_only_a_safety_officer_closes_it_with_a_reason(db: Database, clock: FixedClock) -> None:
    """The reason stands in the row that the evidence attests, not in the evidence."""
    record(db, gapped(clock, "req_1"))
    with db.read() as tx:
        (gap,) = records.gaps(tx)
    for actor, reason, error in (
        (software("gateway"), "by itself", Refused),
        (STRANGER, "not mine", Refused),
        (SECOND, " ", Invalid),
    ):
        with pytest.raises(error), db.write() as tx:
            records.close_gap(tx, actor, gap.id, reason)
    with db.write() as tx:
        closed = records.close_gap(tx, SECOND, gap.id, "王工：护栏模型重启")
    assert (closed.state, closed.closed_by) == (GapState.CLOSED, SECOND.id)
    with pytest.raises(Conflict), db.write() as tx:
        records.close_gap(tx, SECOND, gap.id, "again")
    with pytest.raises(NotFound), db.write() as tx:
        records.close_gap(tx, SECOND, "gap_none", "why")
    (leaf,) = [one for one in leaves(db) if one["kind"] == "coverage-gap-closed"]
    assert leaf["facts"]["closer"] == SECOND.id
    assert "王工" not in json.dumps(leaf, ensure_ascii=False)
    with db.read() as tx:
        assert records.open_gaps(tx) == 0


def test_a_gap_after_the_close_opens_anew(db: Database, clock: FixedClock) -> None:
    """What was closed stays closed, with the numbers it had."""
    record(db, gapped(clock, "req_1"))
    with db.write() as tx:
        (gap,) = records.gaps(tx)
        records.close_gap(tx, SECOND, gap.id, "found")
    clock.advance(seconds=1)
    record(db, gapped(clock, "req_2"))
    with db.read() as tx:
        first, last = records.gaps(tx)
    assert (first.state, first.request) == (GapState.OPEN, "req_2")
    assert (last.id, last.exchanges) == (gap.id, 1)
