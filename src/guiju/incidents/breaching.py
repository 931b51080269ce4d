# SPDX-License-Identifier: Apache-2.0
"""Deal with a breach of personal information: whom it concerns, who decides, who is told (PIPL 57).

Nothing is sent by software. A named person decides about the authority and about the persons, each
with reasons; the paper for the authority is signed and sent by people; the persons read theirs on
their own page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from guiju import accounts, records, reporting
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
    open_case,
)
from guiju.incidents import breach_store as store
from guiju.incidents.breach_kind import (
    BREACH,
    BREACH_DECIDED,
    CLOSED,
    CONTROLS,
    ROOM,
    all_told,
)
from guiju.incidents.breach_model import (
    BASIS,
    Breach,
    Choice,
    Nature,
    Span,
    Told,
    at_once,
    no_such_breach,
    nobody_concerned,
    not_decided,
    scope_invalid,
    scope_too_wide,
    under_way,
)
from guiju.incidents.kind import INCIDENT
from guiju.incidents.model import Category, Facts, Incident, Measure
from guiju.incidents.telling import tell_persons
from guiju.kernel import Actor, ActorKind, Text
from guiju.ledger import append
from guiju.measures import enforces
from guiju.reporting import Report
from guiju.storage import Database, Tx

MOST_PEOPLE = 100_000
MOST_NAMED = 2_000
_AT_A_TIME = 200
_TOLD_AT_A_TIME = 4
"""Notices in one transaction: each is a case of its own, and whoever serves waits for the lock."""
_MOST_LISTED = 200
_FIRST: dict[Category, tuple[Nature, ...]] = {
    Category.LEAK: (Nature.LEAK,),
    Category.BREACH: (Nature.TAMPERING,),
}


def first_natures(category: Category, facts: Facts) -> tuple[Nature, ...]:
    """What an incident of this sort did to personal information, as it looks at first; or nothing.

    An intrusion counts: whether anything got away, a person says.
    """
    leaked = (Nature.LEAK,) if facts.get(Measure.PERSONS) else ()
    return _FIRST.get(category, leaked)


@enforces("breach-notified")
def open_breach(
    tx: Tx, actor: Actor, incident: Incident, natures: Sequence[Nature], hours: Limit
) -> Breach:
    """Open it for an incident; its clocks count from when that came to light.

    `hours`: within which this class of operator sends a first report.

    Raises:
        Refused: `role-needed`, for staff that may not decide in it.
        Conflict: `breach-under-way`.
    """
    _check_role(actor, "scope")
    standing = [one for one in breaches_of(tx, incident.case) if one.closed_at is None]
    if standing:
        raise under_way(standing[0].case.number)
    case = open_case(
        tx,
        actor,
        BREACH,
        origin=Origin.STAFF if actor.kind is ActorKind.STAFF else Origin.AUTOMATION,
        severity=Severity.CRITICAL,
        parent=incident.case,
        policy=incident.case.policy,
        limits=dict.fromkeys(("authority", "people"), at_once(hours)),
        since=incident.found_at,
    )
    row = {
        "case_id": case.id,
        "incident": incident.case.id,
        "natures": [one.value for one in natures] or [Nature.LEAK.value],
    }
    store.add(tx, row)
    facts = {"case": case.number, "incident": incident.case.number, "officer": actor.id}
    append(tx, BREACH_DECIDED, controls=CONTROLS, actor=actor, subject=case.id, facts=facts)
    return breach(tx, case)


def open_for_grade(
    tx: Tx, actor: Actor, incident: Incident, facts: Facts, hours: Limit
) -> Breach | None:
    """Open it when an incident is graded that looks like one and has none yet; else None."""
    natures = first_natures(incident.category, facts)
    if not natures or breaches_of(tx, incident.case):
        return None
    return open_breach(tx, actor, incident, natures, hours)


@dataclass(frozen=True, slots=True)
class Scope:
    """Whom it concerns, said in any of these ways; `natures`: what happened to the information.

    `people` and `requests` by number; `span`: who made requests then; `everybody`: all accounts.
    """

    natures: tuple[Nature, ...]
    people: tuple[str, ...] = ()
    requests: tuple[str, ...] = ()
    span: Span | None = None
    everybody: bool = False


def concern(database: Database, actor: Actor, number: str, scope: Scope) -> Breach:
    """Say whom it concerns; who was named before stays. In short transactions, the step last.

    Raises:
        Refused: `person-needed` or `role-needed`.
        Invalid: `breach-scope-invalid`, `breach-scope-empty` or `breach-scope-too-wide`.
        NotFound: `breach-unknown` or `person-unknown`.
        Conflict: `wrong-state` or `case-changed`; `already-there`, while somebody else does so.
    """
    with database.read() as tx:
        case = find_breach(tx, number)
        BREACH.machine.step(case.state, "scope", actor)
        found = _found(tx, scope)
        new = sorted(found - store.people(tx, case.id))
    if not found:
        raise nobody_concerned()
    for at in range(0, len(new), _AT_A_TIME):
        # What is kept for good is kept by the step below, and all before it with it.
        with database.write(durable=False) as tx:
            store.add_people(tx, case.id, new[at : at + _AT_A_TIME])
    with database.write() as tx:
        case = find_breach(tx, number)
        natures = [one.value for one in scope.natures]
        if natures:
            store.change(tx, case.id, {"natures": natures})
        facts = {"met": len(found), "added": len(new), "natures": natures}
        advance(tx, actor, case, "scope", facts=facts)
        return breach(tx, get_case(tx, BREACH, case.id))


def _found(tx: Tx, scope: Scope) -> set[str]:
    if len(scope.people) + len(scope.requests) > MOST_NAMED:
        raise scope_invalid(
            "ids",
            f"一次最多写 {MOST_NAMED} 个编号。",
            f"Name {MOST_NAMED} numbers at most at a time.",
        )
    found = {accounts.get_person(tx, one).id for one in scope.people}
    of = records.persons_of(tx, scope.requests)
    if missing := [one for one in scope.requests if one not in of]:
        raise scope_invalid(
            "requests",
            f"没有这些请求的记录：{'、'.join(missing[:5])}。",
            f"There is no record of these requests: {', '.join(missing[:5])}.",
        )
    found |= set(of.values())
    if scope.span is not None:
        found |= set(records.persons_asking(tx, _asked(scope.span), MOST_PEOPLE + 1))
    if scope.everybody:
        found |= set(accounts.persons(tx, MOST_PEOPLE + 1))
    if len(found) > MOST_PEOPLE:
        raise scope_too_wide(MOST_PEOPLE)
    return found


def _asked(span: Span) -> records.Asked:
    if span.until <= span.since:
        raise scope_invalid("until", "结束早于开始。", "It ends before it begins.")
    return records.Asked(span.since, span.until, span.model)


@enforces("breach-notified")
def decide(tx: Tx, actor: Actor, case: Case, choice: Choice, why: str) -> Breach:
    """Decide whether the `authority` or the `people` are told, each once, with reasons.

    Raises:
        Refused: `person-needed` or `role-needed`.
        Invalid: `ruling-needed`.
        Conflict: `guard-fails` once it is decided; `wrong-state` or `case-changed`.
    """
    whom, told = choice
    verb = f"{'tell' if told is Told.TOLD else 'spare'}-{whom}"
    ruling = Ruling(
        outcome=f"{whom}-{told.value}",
        grounds=(Ground(GroundKind.LAW, BASIS),),
        facts=why,
        found_by_software=False,
    )
    advance(tx, actor, case, verb, ruling=ruling, facts={"officer": actor.id})
    return breach(tx, get_case(tx, BREACH, case.id))


@enforces("breach-notified")
def tell_some(database: Database, actor: Actor, number: str, words: Text, most: int) -> Breach:
    """Tell up to so many of those who were not told yet; once nobody waits, that is noted.

    Raises:
        Refused: `person-needed` or `role-needed`.
        Invalid: `words-missing`.
        NotFound: `breach-unknown`.
        Conflict: `breach-not-decided`, while nobody has decided that they are told; `case-changed`.
    """
    left = most
    while True:
        with database.write() as tx:
            case = find_breach(tx, number)
            BREACH.machine.step(case.state, "scope", actor)
            found = breach(tx, case)
            if found.people is not Told.TOLD:
                raise not_decided(
                    "尚未决定通知个人。", "Nobody has decided that the persons are told."
                )
            some = store.to_tell(tx, case.id, min(left, _TOLD_AT_A_TIME))
            if some:
                about = get_case(tx, INCIDENT, found.incident)
                tell_persons(tx, actor, about, some, words)
            elif all_told(tx, case):
                advance(tx, actor, case, "people-told", facts={"told": found.told})
        left -= len(some)
        if not some or not left:
            break
    with database.read() as tx:
        return breach(tx, find_breach(tx, number))


def close(tx: Tx, actor: Actor, case: Case) -> Breach:
    """Close it; raises Conflict `guard-fails` while anything of it is neither done nor decided."""
    advance(tx, actor, case, "close")
    return breach(tx, get_case(tx, BREACH, case.id))


@enforces("breach-notified")
def report_sent(tx: Tx, actor: Actor, report: Report) -> None:
    """What follows when a person has sent the notice to the authority: its clock ends."""
    if report.case.parent is None:
        return
    case = get_case(tx, BREACH, report.case.parent)
    if case.state != CLOSED:
        advance(tx, actor, case, "authority-told", facts={"report": report.case.number})


reporting.follow(ROOM, report_sent)


# -- reading ---------------------------------------------------------------------------------------


def find_breach(tx: Tx, name: str, version: int | None = None) -> Case:
    """The case of the breach with this number; raises NotFound `breach-unknown`."""
    return get_case(tx, BREACH, name, version, no_such_breach)


def breach(tx: Tx, case: Case) -> Breach:
    """The breach of a case as it was read."""
    row = store.find(tx, case.id)
    if row is None:
        raise no_such_breach(case.number)
    return _breach(tx, case, row)


def breaches_of(tx: Tx, incident: Case) -> list[Breach]:
    """Those that an incident led to, the oldest first."""
    return [_read(tx, row) for row in store.of_incident(tx, incident.id)]


def breaches(tx: Tx) -> list[Breach]:
    """The newest of all."""
    return [_read(tx, row) for row in store.newest(tx, _MOST_LISTED)]


def _read(tx: Tx, row: Row[Any]) -> Breach:
    return _breach(tx, get_case(tx, BREACH, row.case_id), row)


def _breach(tx: Tx, case: Case, row: Row[Any]) -> Breach:
    concerned, told = store.counts(tx, case.id)
    return Breach(
        case=case,
        incident=row.incident,
        natures=tuple(Nature(one) for one in row.natures),
        authority=None if row.authority is None else Told(row.authority),
        people=None if row.people is None else Told(row.people),
        concerned=concerned,
        told=told,
        closed_at=row.closed_at,
    )


def _check_role(actor: Actor, verb: str) -> None:
    if actor.kind is ActorKind.STAFF:
        BREACH.machine.step(BREACH.machine.start, verb, actor)
