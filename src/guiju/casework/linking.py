# SPDX-License-Identifier: Apache-2.0
"""Where a case belongs: its queue, its severity, the case it hangs on, the policy it goes by."""

from __future__ import annotations

from guiju.casework import claim_store, refusing, store
from guiju.casework.case import Case, Severity, Tie
from guiju.casework.kind import Kind, Kinds
from guiju.casework.model import says_something
from guiju.casework.trail import happened
from guiju.kernel import Actor, ActorKind, Text
from guiju.measures import enforces
from guiju.storage import Tx

_MOST = 200


@enforces("case-trail")
def route(
    tx: Tx,
    actor: Actor,
    case: Case,
    *,
    queue: str | None = None,
    severity: Severity | None = None,
    reason: str,
) -> Case:
    """Send a case to another queue, or grade it anew; whoever had it in hand has it no more.

    Raises:
        Refused: `role-needed`.
        Invalid: `reason-needed`.
        Conflict: `case-changed`, or `case-not-waiting` for a queue where it waits for nobody.
    """
    _check_role(actor, case, refusing.ROUTE)
    _check_reason(reason)
    if queue is not None and case.queue is None:
        raise refusing.not_waiting(case.number)
    to, grade = queue or case.queue, severity or case.severity
    claim_store.drop(tx, case.id)
    return happened(
        tx,
        actor,
        case,
        "route",
        changes={"queue": to, "severity": int(grade)},
        facts={"queue": to, "severity": int(grade)},
        reason=reason,
    )


@enforces("case-trail")
def link(tx: Tx, actor: Actor, case: Case, tie: Tie, other: Case) -> Case:
    """Say on which other case this one hangs, and how; the case one version on.

    Raises:
        Refused: `role-needed`.
        Invalid: `case-tied-to-itself`.
        Conflict: `case-changed`.
    """
    _check_role(actor, case, refusing.LINK)
    if case.id in {other.id, other.duplicate_of, *store.origins(tx, other)}:
        raise refusing.tied_to_itself(case.number)
    facts = {"tie": tie.value, "other": other.number}
    return happened(tx, actor, case, "link", changes={tie.value: other.id}, facts=facts)


def linked(tx: Tx, kind: Kind | Kinds, tie: Tie, case: Case) -> list[Case]:
    """The newest cases that hang on this one in this manner, 200 at most."""
    return store.cases_where(tx, store.kind_only(kind), tie.value, case.id, _MOST)


def cases_of(tx: Tx, kind: Kind | Kinds, subject: str) -> list[Case]:
    """The newest cases about a person, 200 at most."""
    return store.cases_where(tx, store.kind_only(kind), "subject", subject, _MOST)


def cases_about(tx: Tx, kind: Kind | Kinds, about: str) -> list[Case]:
    """The newest cases about the thing with this id, 200 at most."""
    return store.cases_where(tx, store.kind_only(kind), "about", about, _MOST)


@enforces("case-trail")
def repin(tx: Tx, actor: Actor, case: Case, policy: str, *, reason: str) -> Case:
    """Put a case under another version of the rules than that of its opening.

    Raises:
        Refused: `role-needed`.
        Invalid: `reason-needed`.
        Conflict: `case-changed`.
    """
    _check_role(actor, case, refusing.ROUTE)
    _check_reason(reason)
    facts = {"policy_before": case.policy}
    return happened(
        tx, actor, case, "repin", changes={"policy": policy}, facts=facts, reason=reason
    )


def _check_role(actor: Actor, case: Case, verb: Text) -> None:
    if actor.kind is ActorKind.STAFF and not actor.has(*case.kind.roles):
        raise refusing.role_needed(verb, case.kind.roles)
    if actor.kind is ActorKind.PERSON:
        raise refusing.not_yours(case.number)


def _check_reason(reason: str) -> None:
    if not says_something(reason):
        raise refusing.reason_needed(refusing.ROUTE)
