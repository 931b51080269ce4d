# SPDX-License-Identifier: Apache-2.0
"""What follows from each step of a case about content, in the transaction of the step.

So it follows whoever takes the step: a reviewer, a page of another room, or software when a time is
over. Each process asks the tables before it hands something out, so it counts everywhere at once.
"""

from __future__ import annotations

from collections.abc import Mapping

from guiju import records
from guiju.casework import Case, Transition, get_case, release_holds
from guiju.dispositions import (
    content_store,
    finding_store,
    findings,
    reasons,
    refusing,
    telling,
    withdrawing,
)
from guiju.dispositions.content_model import Content, Reach
from guiju.dispositions.model import FindingState
from guiju.kernel import Actor, software
from guiju.ledger import append
from guiju.measures import enforces
from guiju.storage import Tx

CONTENT_REMOVED = "content-removed"
_CONTROLS = ("content-removed",)
_REACHES: Mapping[str, Reach] = {
    "withhold": Reach.WITHHELD,
    "remove": Reach.REMOVED,
    "withdraw": Reach.WITHDRAWN,
    "dismiss": Reach.FREE,
    "lapse": Reach.FREE,
    "restore": Reach.FREE,
    "overturn": Reach.FREE,
    "destroy": Reach.GONE,
}
_SETTLES = {
    "remove": FindingState.CONFIRMED,
    "withdraw": FindingState.CONFIRMED,
    "dismiss": FindingState.DISMISSED,
    "overturn": FindingState.DISMISSED,
}
_DECISIONS = ("withhold", "remove", "withdraw")
_SOFTWARE = software("dispositions")


@enforces("content-removed")
def carried_out(tx: Tx, actor: Actor, case: Case, line: Transition) -> None:
    """Do what follows from the step that was just taken."""
    reach = _REACHES.get(line.verb)
    before = content_store.find(tx, case.id)
    if reach is None or before is None:
        return
    closed = None if reach is Reach.FREE else before.closed_at or tx.now
    content_store.change(tx, case.id, {"reach": reach.value, "closed_at": closed})
    if case.closed_at is not None:
        content_store.let_go(tx, about(before.request, before.produce_id))
    if reach is Reach.GONE and before.produce_id is not None:
        records.drop_kept(tx, before.produce_id)
    if reach is Reach.WITHDRAWN:
        withdrawing.begin(tx, before)
    elif before.reach is Reach.WITHDRAWN and reach is Reach.FREE:
        withdrawing.end(tx, before.case)
    facts = {"case": case.number, **before.as_facts(), "reach": reach.value}
    append(tx, CONTENT_REMOVED, controls=_CONTROLS, actor=actor, subject=case.id, facts=facts)
    _settle_finding(tx, actor, before, line.verb)
    _tell(tx, actor, case, line.verb, before)
    if case.closed_at is not None:
        now = get_case(tx, case.kind, case.id)
        # By itself, whoever may take the step: also one that takes no role.
        release_holds(tx, _SOFTWARE, now, reason=f"{case.number}: {case.state}")


def check_served(tx: Tx, produce_id: str, digest: str) -> None:
    """Refuse to hand out what a case keeps back: by this number, these bytes, or withdrawn as same.

    Raises:
        Refused: `content-removed`, with the case, which whoever it concerns can appeal.
    """
    found = content_store.closing(tx, produce_id, digest)
    if found is not None:
        raise refusing.removed(found.number)
    withdrawing.check_not_withdrawn(tx, produce_id, digest)


def about(request: str, produce_id: str | None) -> str:
    """What a case is about, in one word: a number, or the request that a text answers."""
    return produce_id or request


def _settle_finding(tx: Tx, actor: Actor, content: Content, verb: str) -> None:
    state = _SETTLES.get(verb)
    found = content.finding and finding_store.find(tx, content.finding)
    if state is not None and found:
        findings.settle(tx, actor, [found], state)


def _tell(tx: Tx, actor: Actor, case: Case, verb: str, before: Content) -> None:
    if verb in _DECISIONS:
        reasons.state_content(tx, actor, case, content_store.get(tx, case.id))
    elif before.reach is not Reach.FREE and verb != "destroy":
        telling.content_free(tx, actor, case)
