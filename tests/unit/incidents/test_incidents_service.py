# SPDX-License-Identifier: Apache-2.0
"""An incident from first sign to end: who may do what, which clock runs, what is reported."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.incidents.conftest import Desk, Staff

from guiju import incidents, policies, reporting
from guiju.casework import (
    Kinds,
    advance,
    approve,
    ask_approval,
    decisions,
    history,
    notes,
    sweep,
)
from guiju.casework.clock_store import of_case
from guiju.incidents import Category, Cause, Grade, Incident
from guiju.incidents.jobs import WATCH, detect
from guiju.incidents.kind import FINAL, FIRST, INCIDENT, MACHINE
from guiju.incidents.service import open_by_staff
from guiju.kernel import Conflict, FixedClock, GuijuError, Invalid, Refused, Text, software
from guiju.ledger import integrate
from guiju.ledger import leaves as leaves_of
from guiju.policies import Operator, StopKind, Target
from guiju.storage import Database

ROUTE = Target(StopKind.ROUTE, "/v1/embeddings")


def clocks(desk: Desk, one: Incident) -> dict[str, str]:
    """How each clock of an incident ended last, or that it runs."""
    with desk.db.read() as tx:
        found = of_case(tx, one.case.id, running=False)
    return {one.name: one.outcome.value if one.outcome else "runs" for one in found}


@pytest.mark.control("incident-reported")
def test_an_incident_goes_from_its_first_sign_to_its_end(desk: Desk, clock: FixedClock) -> None:
    """Graded, stopped, reported, put right, reviewed, closed; each step by name and on record."""
    one = desk.open(thing="gap_1")
    with desk.db.read() as tx:
        (first,) = of_case(tx, one.case.id, running=True)
    assert (first.name, first.rule) == (FIRST, "incidents.report-other.hours")
    assert first.due == one.found_at + timedelta(hours=4)
    desk.state(one, persons=1_000_000)
    assert desk.do(one, incidents.grade, Grade.LARGER, "a million persons").case.state == "graded"
    with desk.db.write() as tx:
        case = incidents.find_case(tx, one.case.number)
        stopped = incidents.stop(
            tx, desk.staff.operator, ROUTE, "it leaks", routes=[ROUTE.name], case=case
        )
    assert desk.do(one, incidents.contain, "the route is off").case.state == "contained"
    with pytest.raises(Conflict, match="wrong-state"):
        desk.do(one, incidents.recover, "too early")
    clock.advance(hours=1)
    sent = desk.sent(one, "initial")
    assert sent.case.state == "sent"
    assert desk.now(one).case.state == "reported"
    assert clocks(desk, one) == {FIRST: "met"}
    desk.sent(one, "supplement")
    assert desk.now(one).case.state == "reported"
    assert desk.do(one, incidents.recover, "patched").case.state == "recovered"
    assert clocks(desk, one)[FINAL] == "runs"
    desk.do(one, incidents.review, "an old library; it is watched from now on")
    with pytest.raises(Conflict, match="guard-fails"):
        desk.do(one, incidents.close)
    desk.sent(one, "final")
    assert clocks(desk, one) == {FIRST: "met", FINAL: "met"}
    with pytest.raises(Conflict, match="guard-fails"):
        desk.do(one, incidents.close)
    with desk.db.write() as tx:
        policies.resume_part(tx, desk.staff.officer, stopped.id, "patched")
    with pytest.raises(Conflict, match="guard-fails"):
        desk.do(one, incidents.close)
    desk.settle_breach(one)
    assert not desk.do(one, incidents.close).case.is_open
    integrate(desk.db)
    with desk.db.read() as tx:
        kinds = [one["kind"] for one in leaves_of(tx)]
        (ruling,) = decisions(tx, desk.now(one).case)
    assert kinds.count("incident-graded") == 1
    assert kinds.count("incident-reported") == 3
    assert (ruling.outcome, ruling.decider) == ("larger", desk.staff.officer.id)


@pytest.mark.control("incident-reported")
def test_facts_bound_the_grade_from_below_and_only_an_officer_signs(desk: Desk) -> None:
    """Also that nothing is to be reported is signed by name, with what it stands on."""
    one = desk.open()
    desk.state(one, views=100_000)
    for grade in (Grade.GENERAL, Grade.LARGER):
        with pytest.raises(Refused, match="grade-below-threshold"):
            desk.do(one, incidents.grade, grade, "why")
    for actor, code in ((desk.staff.operator, "role-needed"), (software("x"), "person-needed")):
        with pytest.raises(Refused, match=code):
            desk.do(one, incidents.grade, Grade.MAJOR, "why", by=actor)
    with pytest.raises(Invalid, match="ruling-needed"):
        desk.do(one, incidents.grade, Grade.MAJOR, " ")
    assert desk.do(one, incidents.grade, Grade.EXTRA_MAJOR, "more than numbers").grade is (
        Grade.EXTRA_MAJOR
    )
    desk.state(one, views=10)
    other = desk.open()
    assert desk.do(other, incidents.grade, Grade.GENERAL, "nobody saw it").case.state == "noted"
    assert clocks(desk, other) == {FIRST: "cancelled"}


@pytest.mark.control("incident-reported")
def test_what_counts_as_reportable_is_not_made_less_by_one_person(desk: Desk) -> None:
    """Another officer approves it before; new facts start the clock again."""
    one = desk.open()
    desk.do(one, incidents.grade, Grade.LARGER, "as it looked")
    with pytest.raises(Refused, match="approval-needed"):
        desk.do(one, incidents.grade, Grade.GENERAL, "it was a test")
    asked = desk.do(one, ask_approval, "downgrade")
    with pytest.raises(Refused, match="second-person-needed"):
        desk.do(one, lambda tx, by, case: approve(tx, by, case, asked.id, yes=True))
    desk.do(
        one, lambda tx, by, case: approve(tx, by, case, asked.id, yes=True), by=desk.staff.second
    )
    assert desk.do(one, incidents.grade, Grade.GENERAL, "it was a test").case.state == "noted"
    again = desk.do(one, incidents.reconsider, "somebody had copied it")
    assert (again.case.state, again.grade) == ("detected", None)
    with desk.db.read() as tx:
        (first,) = of_case(tx, one.case.id, running=True)
    assert first.name == FIRST


def test_a_false_alarm_ends_with_a_reason_and_what_is_not_reportable_needs_no_report(
    desk: Desk,
) -> None:
    """The other two ends."""
    one = desk.open()
    with pytest.raises(Invalid, match="reason-needed"):
        desk.do(one, incidents.dismiss, "")
    assert desk.do(one, incidents.dismiss, "the probe was ours").case.state == "false-alarm"
    other = desk.open()
    desk.do(other, incidents.grade, Grade.GENERAL, "nobody saw it")
    desk.do(other, incidents.contain, "switched off")
    desk.do(other, incidents.recover, "mended")
    desk.do(other, incidents.review, "a typing error; two read it now")
    assert desk.do(other, incidents.close).case.state == "closed"


@pytest.mark.control("incident-detected")
def test_one_thing_opens_one_case_however_often_it_is_seen(desk: Desk) -> None:
    """A lasting thing for ever; another one again once its first case has ended."""
    gap = Cause(Category.COVERAGE, "a gap", "gap_1", lasting=True)
    away = Cause(Category.OUTAGE, "away", "upstream:a")
    one, two = detect(desk.db, [gap, away])
    assert detect(desk.db, [gap, away, gap]) == []
    for incident in (one, two):
        desk.do(incident, incidents.dismiss, "a drill")
    (three,) = detect(desk.db, [gap, away])
    assert three.category is Category.OUTAGE
    with desk.db.read() as tx:
        assert len(incidents.incidents(tx)) == 3
        assert three.case.opened_by == "incidents"


@pytest.mark.parametrize("operator", Operator)
def test_the_hours_are_those_of_the_class_of_operator(
    db: Database, staff: Staff, operator: Operator
) -> None:
    """By the policy in force, which two people have put there."""
    body = {**policies.default_body(), "incidents": {"operator": operator.value}}
    with db.write() as tx:
        made = policies.propose(tx, staff.officer, policies.checked(body), "operator")
    with db.write() as tx:
        policies.approve(tx, staff.second, made.id)
    one = Desk(db, staff).open()
    hours = {"critical-infrastructure": 1, "central-organ": 2, "other": 4}[operator.value]
    assert one.case.due == one.found_at + timedelta(hours=hours)
    assert one.operator is operator


def test_only_what_there_is_can_be_stopped(desk: Desk) -> None:
    """A misspelt route would stop nothing, and nobody would notice."""
    for target in (Target(StopKind.ROUTE, "/v1/embedings"), Target(StopKind.SCENE, "ap_none")):
        with pytest.raises(Invalid, match="part-unknown"), desk.db.write() as tx:
            incidents.stop(tx, desk.staff.officer, target, "why", routes=[ROUTE.name])
    with desk.db.write() as tx:
        scene = Target(StopKind.SCENE, policies.DIRECT)
        assert incidents.stop(tx, desk.staff.officer, scene, "why", routes=[]).in_force


@pytest.mark.control("status-published")
def test_what_the_public_is_told_is_said_by_an_officer_in_both_languages(desk: Desk) -> None:
    """And taken back on record."""
    one = desk.open()
    said = Text(zh="部分服务暂停。", en="A part of the service is stopped.")
    with pytest.raises(Refused, match="officer-needed"):
        desk.do(one, incidents.publish_entry, said, by=desk.staff.operator)
    with pytest.raises(Invalid, match="status-words-needed"):
        desk.do(one, incidents.publish_entry, Text(zh="暂停", en=" "))
    entry = desk.do(one, incidents.publish_entry, said)
    with desk.db.read() as tx:
        assert incidents.entries(tx) == [entry]
    desk.do(one, incidents.withdraw_entry, entry.id)
    with desk.db.read() as tx:
        assert incidents.entries(tx) == []
        assert len(incidents.entries(tx, one.case)) == 1


@pytest.mark.parametrize("stage", ["initial", "supplement", "final"])
def test_a_draft_holds_what_is_on_record_and_names_what_is_not_known(
    desk: Desk, stage: str
) -> None:
    """Grade, thresholds with their rules, stops, words; software signs and sends nothing."""
    one = desk.open()
    desk.state(one, persons=2_000_000)
    desk.do(one, incidents.grade, Grade.LARGER, "why")
    made = desk.do(one, incidents.draft_report, stage)
    assert (made.case.state, made.signer, made.sent_at) == ("draft", None, None)
    with desk.db.read() as tx:
        paper = reporting.paper_of(tx, made.case)
    text = str(paper.to_mapping())
    for words in ("较大", "incidents.grade-larger.persons", "2,000,000", one.case.number):
        assert words in text
    assert "尚不掌握" in text
    with pytest.raises(Invalid, match="report-stage-unknown"):
        desk.do(one, incidents.draft_report, "last")


def test_a_bare_step_of_the_table_keeps_the_shortest_clock(desk: Desk) -> None:
    """As on the console of all cases, which knows nothing of operators."""
    one = desk.open()
    desk.do(one, incidents.grade, Grade.GENERAL, "nobody saw it")
    with desk.db.write() as tx:
        case = incidents.find_case(tx, one.case.number)
        again = advance(tx, desk.staff.officer, case, "reconsider", reason="somebody did")
        assert again.due == tx.now + timedelta(hours=1)


VERBS: dict[str, tuple[Any, ...]] = {
    "larger": (incidents.grade, Grade.LARGER, "w"),
    "general": (incidents.grade, Grade.GENERAL, "w"),
    "dismiss": (incidents.dismiss, "w"),
    "contain": (incidents.contain, "w"),
    "recover": (incidents.recover, "w"),
    "reconsider": (incidents.reconsider, "w"),
    "review": (incidents.review, "w"),
    "close": (incidents.close,),
}


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from([*VERBS, "initial", "final"]), max_size=12))
def test_whatever_is_tried_no_step_is_without_its_guard_and_no_clock_goes_astray(
    db: Database, staff: Staff, tried: list[str]
) -> None:
    """The first clock ends only by a report or a named person; the end needs what it needs."""
    desk = Desk(db, staff)
    one = desk.open()
    for name in tried:
        before = desk.now(one)
        try:
            if name in VERBS:
                verb, *values = VERBS[name]
                desk.do(one, verb, *values)
            else:
                desk.sent(one, name)
        except GuijuError:
            assert desk.now(one) == before
    now = desk.now(one)
    with db.read() as tx:
        events = history(tx, now.case)
        sent = {one.occasion.stage for one in reporting.reports(tx, now.case)}
    walked = [event.target for event in events]
    for source, event in zip(["", *walked], events, strict=False):
        if event.verb != "open":
            assert any(
                (line.source, line.verb, line.target) == (source, event.verb, event.target)
                for line in MACHINE.transitions
            )
    ended = clocks(desk, one)
    if now.case.state in {"detected", "graded", "contained"}:
        assert ended[FIRST] == "runs"
    if "reported" in walked:
        assert "initial" in sent
    if now.case.state == "closed" and now.grade is not Grade.GENERAL:
        assert "final" in sent
    if not now.case.is_open:
        assert "runs" not in ended.values()
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert INCIDENT.machine is MACHINE


@pytest.mark.control("incident-reported")
def test_the_clock_counts_from_when_it_came_to_light(desk: Desk, clock: FixedClock) -> None:
    """Whoever writes it down three hours later has one left, and five hours later none."""
    for hours, due in ((3, 1), (5, -1)):
        found = clock.now() - timedelta(hours=hours)
        cause = Cause(Category.BREACH, "a list lay open", discovered=found, why="the log says so")
        with desk.db.write() as tx:
            one = open_by_staff(tx, desk.staff.operator, cause)
        with desk.db.read() as tx:
            (first,) = of_case(tx, one.case.id, running=True)
            (written,) = notes(tx, one.case, opened=True)
        assert one.found_at == found
        assert first.due == clock.now() + timedelta(hours=due)
        assert written.words == "the log says so"
    sweep(desk.db, Kinds([INCIDENT]))
    with desk.db.read() as tx:
        (late,) = of_case(tx, one.case.id, running=True)
    assert late.late_at is not None


@pytest.mark.parametrize(("ahead", "why"), [(1, "the log says so"), (-3600, " ")])
def test_a_time_of_discovery_is_not_ahead_and_not_without_a_word(
    desk: Desk, clock: FixedClock, ahead: int, why: str
) -> None:
    """Nothing is opened then."""
    when = clock.now() + timedelta(seconds=ahead)
    cause = Cause(Category.BREACH, "a list lay open", discovered=when, why=why)
    with desk.db.write() as tx, pytest.raises(Invalid, match="discovery-invalid"):
        open_by_staff(tx, desk.staff.operator, cause)
    with desk.db.read() as tx:
        assert incidents.incidents(tx) == []


@pytest.mark.control("incident-reported")
def test_nothing_comes_to_light_after_there_is_evidence_of_it(
    desk: Desk, clock: FixedClock
) -> None:
    """Out of a case it counts from when that was opened; a later time is refused."""
    source = desk.open(thing="gap_1").case
    clock.advance(hours=3)
    later = clock.now() - timedelta(hours=1)
    cause = Cause(Category.BREACH, "a list lay open", found_in=source)
    with desk.db.write() as tx, pytest.raises(Invalid, match="discovery-invalid") as refused:
        open_by_staff(tx, desk.staff.operator, cause._replace(discovered=later, why="said so"))
    assert "2026" in refused.value.what.en
    with desk.db.read() as tx:
        assert [one.case.id for one in incidents.incidents(tx)] == [source.id]
    with desk.db.write() as tx:
        one = open_by_staff(tx, desk.staff.operator, cause)
    assert one.found_at == source.opened_at
    with desk.db.read() as tx:
        (first,) = of_case(tx, one.case.id, running=True)
    assert first.due == source.opened_at + timedelta(hours=4)
    before = source.opened_at - timedelta(hours=1)
    with desk.db.write() as tx:
        other = open_by_staff(
            tx, desk.staff.operator, cause._replace(discovered=before, why="the log says so")
        )
    assert other.found_at == before


@pytest.mark.control("incident-reported")
def test_what_software_notices_counts_from_its_evidence(desk: Desk, clock: FixedClock) -> None:
    """A gap that was on record while nobody watched is not younger; none is of tomorrow."""
    seen, ahead = clock.now() - timedelta(hours=2), clock.now() + timedelta(hours=2)
    with desk.db.write() as tx:
        old = incidents.open_incident(
            tx, WATCH, Cause(Category.COVERAGE, "why", "gap_1", shown=seen)
        )
        new = incidents.open_incident(
            tx, WATCH, Cause(Category.COVERAGE, "why", "gap_2", shown=ahead)
        )
    assert old is not None
    assert new is not None
    assert (old.found_at, new.found_at) == (seen, clock.now())
