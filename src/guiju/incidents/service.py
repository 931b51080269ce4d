# SPDX-License-Identifier: Apache-2.0
"""Open an incident, state its facts, grade it, and take it to its end (Articles 13 and 14).

A named person grades, also where nothing is to be reported; facts that reach a threshold are never
graded below it, and what counts as reportable is not made less by one person alone.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row

from guiju import policies, reporting
from guiju.casework import (
    Case,
    Ground,
    GroundKind,
    Limit,
    Origin,
    Ruling,
    Severity,
    advance,
    get_case,
    note,
    open_case,
    words_gone,
)
from guiju.incidents import kind, store
from guiju.incidents.breaching import open_for_grade
from guiju.incidents.grading import assess, reportable
from guiju.incidents.kind import FINAL, FIRST, INCIDENT, INITIAL, LAST, SUPPLEMENT
from guiju.incidents.model import (
    SEVERITIES,
    Category,
    Cause,
    Grade,
    Incident,
    Measure,
    Statement,
    no_such_incident,
    nothing_stated,
    too_low,
)
from guiju.incidents.refusing import discovery_after, discovery_invalid, handler_needed
from guiju.kernel import Actor, ActorKind, canonical, isoformat, parse
from guiju.ledger import append
from guiju.measures import enforces
from guiju.policies import Operator, operator_of
from guiju.reporting import Report
from guiju.storage import Tx

_MOST_LISTED = 200
_BASIS = "incident-2025"
_FIRST_VERSION = 1
WAS_DETECTED = "incident-detected"
DETECTED_BY = ("incident-detected",)


@enforces("incident-detected")
def open_incident(tx: Tx, actor: Actor, cause: Cause) -> Incident | None:
    """Open an incident; None when its thing has opened one already.

    The clock of the first report counts from when it came to light, by the class of operator that
    the policy names: the law counts from there, and not from when somebody filled in a form.

    Raises:
        Invalid: `discovery-invalid`, later than now or than the evidence that it came from, or
            without a word on how that is known.
        Conflict: `already-there`, when another process was quicker by less than a transaction.
    """
    if cause.thing is not None and store.held(tx, cause.thing) is not None:
        return None
    found_at = _discovered(tx, cause)
    policy = policies.active(tx)
    operator = operator_of(None if policy is None else policy.body)
    case = open_case(
        tx,
        actor,
        INCIDENT,
        origin=Origin.STAFF if actor.kind is ActorKind.STAFF else Origin.AUTOMATION,
        severity=SEVERITIES.get(cause.category, Severity.NORMAL),
        about=None if cause.thing is None else cause.thing[:80],
        policy=None if policy is None else policy.digest,
        caused_by=cause.found_in,
        limits={FIRST: first_limit(operator)},
        since=found_at,
    )
    store.add(
        tx,
        {
            "case_id": case.id,
            "category": cause.category.value,
            "operator": operator.value,
            "thing": cause.thing,
            "held": cause.thing,
            "lasting": cause.lasting,
            "found_at": found_at,
            "version": _FIRST_VERSION,
        },
    )
    _keep(tx, actor, case, _FIRST_VERSION, Statement(words={"summary": cause.summary}))
    facts = {
        "case": case.number,
        "category": cause.category.value,
        "operator": operator.value,
        "discovered": isoformat(found_at),
        "found_in": None if cause.found_in is None else cause.found_in.number,
    }
    append(tx, WAS_DETECTED, controls=DETECTED_BY, actor=actor, subject=case.id, facts=facts)
    if cause.discovered is not None:
        note(tx, actor, case, cause.why)
    return read(tx, case)


def _discovered(tx: Tx, cause: Cause) -> datetime:
    """When it came to light: now, or before, with a word on how that is known.

    What was on record could be seen from then on, so nobody can say that it was seen only later.
    """
    moments = (cause.shown, None if cause.found_in is None else cause.found_in.opened_at)
    shown = min((one for one in moments if one is not None), default=tx.now)
    if cause.discovered is None:
        return min(shown, tx.now)
    if cause.discovered > tx.now or not any(one.isalnum() for one in cause.why):
        raise discovery_invalid()
    if cause.discovered > shown:
        raise discovery_after(shown)
    return cause.discovered


def open_by_staff(tx: Tx, actor: Actor, cause: Cause) -> Incident:
    """Open an incident by hand, which no other one keeps from being opened.

    Raises:
        Refused: `role-needed`.
    """
    if not actor.has(*kind.HANDLERS):
        raise handler_needed()
    made = open_incident(tx, actor, cause._replace(thing=None))
    if made is None:
        raise RuntimeError("an incident without a thing was kept from being opened")
    return made


def first_limit(operator: Operator) -> Limit:
    """Within how many hours such an operator reports, by the law data."""
    return Limit.by_law(f"incidents.report-{operator.value}.hours")


def state_facts(tx: Tx, actor: Actor, case: Case, statement: Statement) -> Incident:
    """State anew what is known; earlier statements stay on record.

    Raises:
        Refused: `person-needed` or `role-needed`.
        Conflict: `wrong-state` or `case-changed`.
    """
    version = incident(tx, case).version + 1
    _keep(tx, actor, case, version, statement)
    store.change(tx, case.id, {"version": version})
    numbers = {one.value: number for one, number in statement.facts.items()}
    advance(tx, actor, case, "state", facts={"statement": version, "stated": numbers})
    return read(tx, case)


def state_more(tx: Tx, actor: Actor, case: Case, newer: Statement) -> Incident:
    """State more, or correct it: what `newer` leaves out stays as it was stated.

    Raises as `state_facts`, and Conflict `case-expired`.
    """
    return state_facts(tx, actor, case, stated(tx, case).over(newer))


@enforces("incident-reported")
def grade(tx: Tx, actor: Actor, case: Case, wanted: Grade, why: str) -> Incident:
    """Sign a grade, or that it is not reportable; facts bound it from below.

    From reportable to not takes the approval of another officer (`approval-needed`). What looks
    like a breach of personal information opens the case of one, whatever the grade.

    Raises:
        Refused: `person-needed`, `role-needed`, `grade-below-threshold` or `approval-needed`.
        Invalid: `ruling-needed`.
        Conflict: `wrong-state`, `incident-facts-missing` or `case-changed`.
    """
    found = assess(stated(tx, case).facts)
    if wanted.rank < found.grade.rank:
        raise too_low(wanted, found.grade)
    clauses = sorted({one.rule.clause for one in found.reached}) or ["clock"]
    ruling = Ruling(
        outcome=wanted.value,
        grounds=tuple(Ground(GroundKind.LAW, f"{_BASIS}:{one}") for one in clauses),
        facts=why,
        found_by_software=case.origin is not Origin.STAFF,
    )
    facts = {
        "grade": wanted.value,
        "least": found.grade.value,
        "reached": [one.rule.id for one in found.reached],
        "statement": incident(tx, case).version,
        "officer": actor.id,
    }
    store.change(tx, case.id, {"grade": wanted.value})
    advance(tx, actor, case, grading_verb(case, wanted), ruling=ruling, facts=facts)
    graded = read(tx, case)
    open_for_grade(tx, actor, graded, stated(tx, case).facts, first_limit(graded.operator))
    return graded


def grading_verb(case: Case, wanted: Grade) -> str:
    """The verb of the table that a grade is signed by, from where the incident stands."""
    if reportable(wanted):
        return "grade"
    return "decline" if case.state == kind.DETECTED else "downgrade"


def dismiss(tx: Tx, actor: Actor, case: Case, reason: str) -> Incident:
    """Close it as a false alarm; raises as the table says."""
    return _ended(tx, actor, case, "dismiss", reason)


def contain(tx: Tx, actor: Actor, case: Case, reason: str) -> Incident:
    """Say how it was contained; switches are taken apart from this."""
    advance(tx, actor, case, "contain", reason=reason)
    return read(tx, case)


def recover(tx: Tx, actor: Actor, case: Case, reason: str) -> Incident:
    """Say how it was put right; where it was reported, the days of the final report begin."""
    final = Limit.by_law("incidents.final-summary.days")
    limit = final if reportable(incident(tx, case).grade) else None
    advance(tx, actor, case, "recover", reason=reason, limits={FINAL: limit})
    return read(tx, case)


def reconsider(tx: Tx, actor: Actor, case: Case, reason: str) -> Incident:
    """Grade it anew on new facts: the clock of the first report starts again."""
    limit = first_limit(incident(tx, case).operator)
    store.change(tx, case.id, {"grade": None})
    advance(tx, actor, case, "reconsider", reason=reason, limits={FIRST: limit})
    return read(tx, case)


def review(tx: Tx, actor: Actor, case: Case, reason: str) -> Incident:
    """Finish the review: what it came from, and what keeps it from coming back."""
    advance(tx, actor, case, "review", reason=reason)
    return read(tx, case)


def close(tx: Tx, actor: Actor, case: Case) -> Incident:
    """Close it; raises Conflict `guard-fails` while a report or a stop is open."""
    return _ended(tx, actor, case, "close", None)


@enforces("incident-reported")
def report_sent(tx: Tx, actor: Actor, report: Report) -> None:
    """What follows when a person has sent one of its reports: the clock that waited for it ends."""
    if report.case.parent is None:
        return
    case = get_case(tx, INCIDENT, report.case.parent)
    verb = _FOLLOWS.get((report.occasion.stage, case.state))
    if verb is not None:
        facts = {"report": report.case.number, "stage": report.occasion.stage}
        advance(tx, actor, case, verb, facts=facts)


_FOLLOWS = {
    (INITIAL, kind.GRADED): "report",
    (INITIAL, kind.CONTAINED): "report",
    (SUPPLEMENT, kind.REPORTED): "supplement",
    (LAST, kind.RECOVERED): "conclude",
    (LAST, kind.REVIEWED): "conclude",
}
reporting.follow(kind.ROOM, report_sent)


# -- reading ---------------------------------------------------------------------------------------


def find_case(tx: Tx, name: str, version: int | None = None) -> Case:
    """The case of the incident with this number; raises NotFound `incident-unknown`."""
    return get_case(tx, INCIDENT, name, version, no_such_incident)


def incident(tx: Tx, case: Case) -> Incident:
    """The incident of a case as it was read."""
    row = store.find(tx, case.id)
    if row is None:
        raise no_such_incident(case.number)
    return _incident(case, row)


def read(tx: Tx, case: Case) -> Incident:
    """The incident as it stands now."""
    return incident(tx, get_case(tx, INCIDENT, case.id))


def incidents(tx: Tx) -> list[Incident]:
    """The newest incidents, 200 at most."""
    rows = store.newest(tx, _MOST_LISTED)
    return [_incident(get_case(tx, INCIDENT, row.case_id), row) for row in rows]


def stated(tx: Tx, case: Case) -> Statement:
    """What is stated now; raises Conflict `incident-facts-missing` or `case-expired`."""
    version = incident(tx, case).version
    row = store.statement(tx, case.id, version)
    if row is None:
        raise nothing_stated()
    if not row.words:
        raise words_gone(case.number)
    words = parse(tx.unseal(case.sealed_for, row.words, _place(case, version)))
    return Statement({Measure(name): number for name, number in row.facts.items()}, words)


def _ended(tx: Tx, actor: Actor, case: Case, verb: str, reason: str | None) -> Incident:
    row = store.find(tx, case.id)
    if row is not None and not row.lasting:
        store.change(tx, case.id, {"held": None})
    advance(tx, actor, case, verb, reason=reason)
    return read(tx, case)


def _keep(tx: Tx, actor: Actor, case: Case, version: int, statement: Statement) -> None:
    sealed = tx.seal(case.sealed_for, canonical(dict(statement.words)), _place(case, version))
    store.add_statement(
        tx,
        {
            "case_id": case.id,
            "version": version,
            "facts": statement.to_mapping()["facts"],
            "words": sealed,
            "author": actor.id,
            "at": tx.now,
        },
    )


def _incident(case: Case, row: Row[Any]) -> Incident:
    return Incident(
        case=case,
        category=Category(row.category),
        operator=Operator(row.operator),
        thing=row.thing,
        found_at=row.found_at,
        grade=None if row.grade is None else Grade(row.grade),
        version=row.version,
    )


def _place(case: Case, version: int) -> str:
    return f"incident_statement/{case.id}/{version}"
