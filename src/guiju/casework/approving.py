# SPDX-License-Identifier: Apache-2.0
"""Four eyes before a step: one person asks, another with the role says yes or no, for a while.

An approval counts for one step from the state in which it was asked for, once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row

from guiju.casework import refusing, ruling_store
from guiju.casework.case import Case
from guiju.casework.model import PEOPLE, Transition
from guiju.casework.trail import happened
from guiju.kernel import Actor, new_id
from guiju.measures import enforces
from guiju.storage import Tx

APPROVAL_ASKED = "approval-asked"
APPROVAL_DECIDED = "approval-decided"
_LASTS = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Approval:
    """What one person asked for and another answered; `approved` None: nobody has yet."""

    id: str
    case: str
    verb: str
    state: str
    asked_by: str
    asked_at: datetime
    expires_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    approved: bool | None
    used_at: datetime | None


def ask_approval(tx: Tx, actor: Actor, case: Case, verb: str) -> Approval:
    """Ask that another person approve the step `verb`, which the table must allow here.

    Raises:
        Conflict: `wrong-state`.
        Refused: `person-needed` or `role-needed`, as for the step itself.
        ValueError: the step takes no approval.
    """
    # Whoever may not take the step may not ask for it; its reason is given when it is taken.
    line = case.kind.machine.step(case.state, verb, actor, reason="asked").transition
    if not line.approved_by:
        raise ValueError(f"{verb!r} takes no approval")
    name = new_id("apr")
    made = {
        "id": name,
        "case_id": case.id,
        "verb": verb,
        "state": case.state,
        "asked_by": actor.id,
        "asked_at": tx.now,
        "expires_at": tx.now + _LASTS,
    }
    ruling_store.add_approval(tx, made)
    facts = {"approval": name, "asked_for": verb}
    happened(tx, actor, case, "ask-approval", evidence=APPROVAL_ASKED, facts=facts)
    return get_approval(tx, case, name)


@enforces("named-decisions")
def approve(tx: Tx, actor: Actor, case: Case, approval: str, *, yes: bool) -> Approval:
    """Say yes or no to what somebody else asked for.

    Raises:
        NotFound: `approval-unknown`.
        Refused: `person-needed`, `second-person-needed` or `role-needed`.
        Conflict: `approval-over`.
    """
    asked = get_approval(tx, case, approval)
    line = next(
        (one for one in case.kind.machine.possible(case.state) if one.verb == asked.verb), None
    )
    if asked.decided_at or asked.expires_at <= tx.now or asked.state != case.state or line is None:
        raise refusing.approval_over()
    _check_approver(actor, line, asked)
    changes = {"decided_by": actor.id, "decided_at": tx.now, "approved": yes}
    if not ruling_store.change_approval(tx, approval, changes, "decided_at"):
        raise refusing.approval_over()
    facts = {
        "approval": approval,
        "asked_for": asked.verb,
        "approved": yes,
        "asked_by": asked.asked_by,
        "approver": actor.id,
    }
    happened(tx, actor, case, "approve", evidence=APPROVAL_DECIDED, facts=facts)
    return get_approval(tx, case, approval)


def use_approval(tx: Tx, actor: Actor, case: Case, line: Transition) -> str | None:
    """Who approved this step from this state; None where it takes no approval.

    Raises:
        Refused: `approval-needed`.
    """
    if not line.approved_by:
        return None
    for one in approvals(tx, case):
        fits = one.approved and one.verb == line.verb and one.state == line.source
        if fits and one.used_at is None and one.expires_at > tx.now and one.decided_by != actor.id:
            if not ruling_store.change_approval(tx, one.id, {"used_at": tx.now}, "used_at"):
                raise refusing.overtaken(case.number)
            return one.decided_by
    raise refusing.approval_needed(line.text, line.approved_by)


def approvals(tx: Tx, case: Case) -> list[Approval]:
    """What was asked for in a case, and the answers, in order."""
    return [_approval(row) for row in ruling_store.approvals(tx, case.id)]


def get_approval(tx: Tx, case: Case, approval: str) -> Approval:
    """One of them; raises NotFound `approval-unknown`."""
    row = ruling_store.find_approval(tx, approval)
    if row is None or row.case_id != case.id:
        raise refusing.no_such_approval(approval)
    return _approval(row)


def _check_approver(actor: Actor, line: Transition, asked: Approval) -> None:
    if actor.kind not in PEOPLE:
        raise refusing.person_needed(line.text, line.approved_by)
    if actor.id == asked.asked_by:
        raise refusing.second_person_needed(line.text, line.approved_by)
    if not actor.has(*line.approved_by):
        raise refusing.role_needed(line.text, line.approved_by)


def _approval(row: Row[Any]) -> Approval:
    values = {name: getattr(row, name) for name in Approval.__slots__ if name != "case"}
    return Approval(case=row.case_id, **values)
