# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.unit.casework.conftest import opened, taken
from tests.unit.casework.sample import (
    ANSWER,
    CLERK,
    KEEPER,
    KINDS,
    OBJECTION,
    OFFICER,
    OTHER,
    PERSON,
    RULING,
    SECOND,
)
from tests.unit.conftest import About

from guiju.casework import (
    Case,
    Severity,
    advance,
    approve,
    ask_approval,
    claim,
    decisions,
    get_case,
    history,
)
from guiju.casework.clock_store import of_case
from guiju.kernel import Actor, FixedClock, GuijuError
from guiju.storage import Database


def refusal(database: Database, case: Case, actor: Actor, verb: str, **more: Any) -> str:
    with pytest.raises(GuijuError) as caught, database.write() as tx:
        advance(tx, actor, case, verb, **more)
    return caught.value.code


@pytest.mark.control("case-trail")
def test_a_case_is_opened_with_number_clock_event_and_evidence(
    database: Database, about: About
) -> None:
    """All of it is there, or nothing would be."""
    with database.write() as tx:
        case = opened(tx, severity=Severity.HIGH, policy="a" * 64, about="req_1")
    with database.read() as tx:
        found = get_case(tx, KINDS, case.number)
        clocks = of_case(tx, case.id, running=True)
        (event,) = history(tx, found)
        (leaf,) = about(tx, case.id)
    assert found == case
    assert case.number.startswith("OB-261124-")
    assert (found.state, found.version, found.queue) == ("received", 1, "objections")
    assert [(one.name, one.due) for one in clocks] == [("answer", found.due)]
    assert (event.verb, event.seq, event.source, event.target) == ("open", 1, None, "received")
    assert leaf["kind"] == "case-opened"
    assert leaf["facts"]["clocks"][0]["effect"] == "start"
    assert leaf["facts"]["policy"] == "a" * 64
    assert "person_a" not in str({**leaf, "actor": None})


@pytest.mark.control("case-trail")
def test_a_step_moves_the_case_with_event_and_evidence(database: Database, about: About) -> None:
    """From where to where, by whom; the reason stays sealed and out of the evidence."""
    with database.write() as tx:
        case = opened(tx)
    case = taken(database, case, (CLERK, "accept"), (CLERK, "propose"))
    with database.read() as tx:
        events = history(tx, case, opened=True)
        leaf = about(tx, case.id)[0]
    assert (case.state, case.version, case.queue) == ("proposed", 3, "decisions")
    assert [(one.seq, one.verb, one.reason) for one in events][1:] == [
        (2, "accept", "because"),
        (3, "propose", "because"),
    ]
    assert (leaf["facts"]["source"], leaf["facts"]["target"]) == ("handling", "proposed")
    assert "because" not in str(leaf)


def test_who_has_not_seen_the_last_version_changes_nothing(database: Database) -> None:
    """The second of two who looked at the same moment is told so."""
    with database.write() as tx:
        case = opened(tx)
    taken(database, case, (CLERK, "accept"))
    assert refusal(database, case, OTHER, "accept") == "case-changed"
    with pytest.raises(GuijuError, match="case-changed"), database.read() as tx:
        get_case(tx, KINDS, case.number, version=1)


def test_a_clock_stands_still_and_runs_on(database: Database, clock: FixedClock) -> None:
    """While the person has to answer nothing is due; then it is due by as many days later."""
    with database.write() as tx:
        case = opened(tx)
    before = case.due
    case = taken(database, case, (CLERK, "accept"), (CLERK, "ask"))
    assert case.due is None
    assert case.queue is None
    clock.advance(days=7)
    case = taken(database, case, (PERSON, "hear"))
    # It stood still at the end of seven days, the first of which would not have counted anyway.
    assert before is not None
    assert case.due == before + timedelta(days=6)
    assert case.queue == "objections"


@pytest.mark.control("deadlines-kept")
def test_a_deadline_is_met_or_late_for_ever(
    database: Database, clock: FixedClock, about: About
) -> None:
    """Also when nobody noticed before the duty was done."""
    with database.write() as tx:
        case, late = opened(tx), opened(tx)
    steps = ((CLERK, "accept"), (CLERK, "propose"), (OFFICER, "decide"))
    case = taken(database, case, *steps)
    clock.advance(days=60)
    late = taken(database, late, *steps)
    with database.read() as tx:
        (met,), (missed,) = (of_case(tx, one.id, running=False) for one in (case, late))
        leaves = [
            next(one for one in about(tx, each.id) if one["kind"] == "deadline-met")
            for each in (case, late)
        ]
    assert (met.late_at, missed.late_at) == (None, missed.due)
    assert [one["facts"]["missed"] for one in leaves] == [0, 1]


@pytest.mark.control("named-decisions")
def test_a_decision_has_grounds_facts_and_a_name(database: Database, about: About) -> None:
    """What was found stays sealed; whether software decided is never what somebody claims."""
    with database.write() as tx:
        case = opened(tx)
    case = taken(database, case, (CLERK, "accept"), (CLERK, "propose"))
    assert refusal(database, case, OFFICER, "decide") == "ruling-needed"
    bare = replace(RULING, grounds=())
    assert refusal(database, case, OFFICER, "decide", ruling=bare) == "ruling-needed"
    case = taken(database, case, (OFFICER, "decide"))
    with database.read() as tx:
        (made,) = decisions(tx, case, opened=True)
        leaf = next(one for one in about(tx, case.id) if one["kind"] == "decision-made")
    assert (made.decider, made.decided_by_software, made.facts) == (OFFICER.id, False, RULING.facts)
    assert made.appealable_until is not None
    assert leaf["facts"]["grounds"] == [["law", "order15:15.1"]]
    assert RULING.facts not in str(leaf)
    assert not case.is_open


def test_who_proposed_does_not_decide(db: Database) -> None:
    """Even with both roles."""
    with db.write() as tx:
        case = opened(tx)
    case = taken(db, case, (SECOND, "accept"), (SECOND, "propose"))
    assert refusal(db, case, SECOND, "decide", ruling=RULING) == "second-person-needed"


def test_who_had_a_part_in_the_first_case_decides_nothing_in_the_second(
    db: Database,
) -> None:
    """However far back it is; others may act in the second one more than once."""
    with db.write() as tx:
        first = opened(tx)
    first = taken(db, first, (CLERK, "accept"), (CLERK, "propose"), (OFFICER, "decide"))
    with db.write() as tx:
        middle = opened(tx, caused_by=first)
        case = opened(tx, parent=middle)
    case = taken(db, case, (SECOND, "accept"), (SECOND, "propose"))
    assert refusal(db, case, OFFICER, "end", ruling=RULING) == "outsider-needed"
    with db.write() as tx:
        asked = ask_approval(tx, SECOND, case, "end")
        case = get_case(tx, OBJECTION, case.id)
        approve(tx, replace(OFFICER, id="staff_third"), case, asked.id, yes=True)
        case = get_case(tx, OBJECTION, case.id)
        case = advance(tx, SECOND, case, "end", ruling=RULING)
    with db.read() as tx:
        assert decisions(tx, case)[0].second == "staff_third"


@pytest.mark.control("named-decisions")
def test_an_approval_is_another_persons_for_one_step_once(db: Database, clock: FixedClock) -> None:
    """Not one's own, not without the role, not after three days, and not for the next state."""
    with db.write() as tx:
        case = opened(tx)
    case = taken(db, case, (CLERK, "accept"), (CLERK, "propose"))
    assert refusal(db, case, OFFICER, "end", ruling=RULING) == "approval-needed"
    with db.write() as tx:
        asked = ask_approval(tx, OFFICER, case, "end")
        case = get_case(tx, OBJECTION, case.id)
    for actor, code in ((OFFICER, "second-person-needed"), (CLERK, "role-needed")):
        with pytest.raises(GuijuError, match=code), db.write() as tx:
            approve(tx, actor, case, asked.id, yes=True)
    clock.advance(days=4)
    with pytest.raises(GuijuError, match="approval-over"), db.write() as tx:
        approve(tx, SECOND, case, asked.id, yes=True)
    with db.write() as tx:
        asked = ask_approval(tx, OFFICER, case, "end")
        case = get_case(tx, OBJECTION, case.id)
        approve(tx, SECOND, case, asked.id, yes=False)
        case = get_case(tx, OBJECTION, case.id)
    assert refusal(db, case, OFFICER, "end", ruling=RULING) == "approval-needed"


def test_a_guard_says_what_it_asks_for(db: Database) -> None:
    """And nothing has changed."""
    with db.write() as tx:
        case = opened(tx, severity=Severity.CRITICAL)
    case = taken(db, case, (CLERK, "accept"))
    assert refusal(db, case, CLERK, "propose", reason="why") == "guard-fails"
    with db.read() as tx:
        assert get_case(tx, KINDS, case.id) == case


def test_a_timer_is_over_when_it_is_over(database: Database, clock: FixedClock) -> None:
    """Software takes its verb then and not before; a person may confirm until then."""
    with database.write() as tx:
        case = opened(tx)
    case = taken(database, case, (KEEPER, "hold"))
    assert refusal(database, case, KEEPER, "lapse") == "too-early"
    clock.advance(hours=24)
    case = taken(database, case, (KEEPER, "lapse"))
    assert case.state == "handling"
    with database.read() as tx:
        clocks = {one.name: one for one in of_case(tx, case.id, running=False)}
        (held,) = decisions(tx, case)
    assert clocks["confirm"].outcome == "elapsed"
    assert clocks["confirm"].late_at is None
    assert held.decided_by_software


def test_who_has_a_case_in_hand_has_it_alone(database: Database, clock: FixedClock) -> None:
    """Others are refused until the time is over; software is not, for time does not wait."""
    with database.write() as tx:
        case = opened(tx)
        claim(tx, CLERK, case)
    with pytest.raises(GuijuError, match="case-claimed"), database.write() as tx:
        claim(tx, OTHER, case)
    assert refusal(database, case, OTHER, "accept") == "case-claimed"
    clock.advance(minutes=31)
    with database.write() as tx:
        assert claim(tx, OTHER, case).holder == OTHER.id
    assert taken(database, case, (OTHER, "accept")).state == "handling"


def test_limits_and_facts_that_do_not_fit_are_faults(db: Database) -> None:
    """They are of the code that calls, and tell it so."""
    with db.write() as tx:
        case = opened(tx, limits={"answer": ANSWER})
        with pytest.raises(ValueError, match="does not start answer"):
            advance(tx, CLERK, case, "accept", limits={"answer": ANSWER})
    with pytest.raises(ValueError, match="called verb"), db.write() as tx:
        opened(tx, facts={"verb": "x"})
