# SPDX-License-Identifier: Apache-2.0
"""Appeals: brought by the person, decided by who had no part in the decision (Article 14)."""

from __future__ import annotations

from datetime import datetime

from guiju.casework import (
    Case,
    Limit,
    Origin,
    Ruling,
    advance,
    decisions,
    get_case,
    hold,
    open_case,
)
from guiju.dispositions import (
    appeal_store,
    content_store,
    finding_store,
    policy,
    reasons,
    refusing,
    varying,
)
from guiju.dispositions.appeal_kind import ANSWER, APPEAL, APPEALABLE
from guiju.dispositions.grounds import BY_LAW, require_clause
from guiju.dispositions.model import APPELLANT, Appeal, Proposal, Statement
from guiju.dispositions.service import check_proposal
from guiju.kernel import Actor, ActorKind, software
from guiju.measures import enforces
from guiju.storage import Tx

_SOFTWARE = software("dispositions")


@enforces("appeals")
def file_appeal(tx: Tx, person: str, statement: str, words: str) -> Case:
    """Bring an appeal against what a statement of reasons says, with one's own words, sealed.

    The records it is about are held until it is decided.

    Raises:
        NotFound: `statement-unknown`, also for another person's.
        Conflict: `appeal-window-over`, or `appealed-already`.
        Invalid: `reason-needed`.
    """
    made = reasons.get_statement(tx, statement, person)
    against = get_case(tx, APPEALABLE, made.case)
    _check_window(tx, made)
    _check_first(tx, made)
    actor = appellant(person)
    limit: Limit = policy.pinned(tx, against.policy).to_decide
    case = open_case(
        tx,
        actor,
        APPEAL,
        origin=Origin.USER,
        subject=person,
        about=made.id,
        policy=against.policy,
        caused_by=against,
        limits={ANSWER: limit},
        facts={"against": against.number, "statement": made.id},
    )
    # A form that is sent twice finds no appeal twice: of both one is brought.
    claim = appeal_store.claim(against.id, person)
    if not content_store.take(tx, claim, case.id):
        raise refusing.appealed_already(_number_of_holder(tx, claim))
    appeal_store.add(tx, Appeal(case.id, against.id, made.id, person, None))
    advance(tx, actor, case, "explain", reason=words)
    for request in _requests(tx, made):
        case = hold(tx, _SOFTWARE, _now(tx, case), request, reason=f"appeal {case.number}")
    return _now(tx, case)


def explain(tx: Tx, person: str, case: Case, words: str) -> Case:
    """Add to one's appeal what is to be considered."""
    advance(tx, appellant(person), _own(tx, person, case), "explain", reason=words)
    return _now(tx, case)


def withdraw(tx: Tx, person: str, case: Case) -> Case:
    """Take one's appeal back."""
    advance(tx, appellant(person), _own(tx, person, case), "withdraw")
    return _now(tx, case)


def admit(tx: Tx, actor: Actor, case: Case) -> Case:
    """Take an appeal up for review.

    Raises:
        Refused: `role-needed`, or `outsider-needed` for whoever acted in the case.
        Conflict: `wrong-state`.
    """
    advance(tx, actor, case, "admit")
    return _now(tx, case)


@enforces("appeals")
def decide_appeal(
    tx: Tx,
    actor: Actor,
    case: Case,
    verb: str,
    facts: str,
    *,
    lesser: Proposal | None = None,
) -> Case:
    """`reject`, `uphold`, `vary` or `overturn`; `facts` is the reason, which the person reads.

    `lesser`: the measure that takes the place of the first, where it is varied.

    Raises:
        Refused: `person-needed`, `role-needed`, or `outsider-needed` for whoever acted in the case.
        Invalid: `ruling-needed`, or `measure-invalid`, `measure-not-lesser`, `clause-unknown`.
        Conflict: `wrong-state`, or `guard-fails` where nothing is in force that could be varied.
    """
    against, more = _against(tx, case), {}
    if verb == "vary":
        more = _lesser(tx, lesser)
    ruling = Ruling(
        outcome=verb,
        grounds=decisions(tx, against)[-1].grounds or (BY_LAW,),
        facts=facts,
        found_by_software=False,
    )
    advance(tx, actor, case, verb, ruling=ruling, facts=more)
    if verb in {"overturn", "vary"}:
        advance(tx, _SOFTWARE, _now(tx, case), "undo")
    return _now(tx, case)


@enforces("appeals")
def ask_appellant(tx: Tx, actor: Actor, case: Case, words: str) -> Case:
    """Ask the person for more; the limit of the appeal stands still meanwhile.

    Raises:
        Refused: `person-needed`, `role-needed`, or `outsider-needed` for whoever acted in the case.
        Invalid: `reason-needed`.
        Conflict: `wrong-state`.
    """
    advance(tx, actor, case, "ask", reason=words)
    return _now(tx, case)


def settle_overturned(tx: Tx, most: int = 100) -> int:
    """Note of decisions that were overturned elsewhere that they are undone; how many."""
    waiting = appeal_store.overturned(tx, most)
    for one in waiting:
        advance(tx, _SOFTWARE, get_case(tx, APPEAL, one.case), "undo")
    return len(waiting)


def appeal_of(tx: Tx, case: Case) -> Appeal:
    """What this appeal is against."""
    return appeal_store.get(tx, case.id)


def appeals_of(tx: Tx, person: str) -> list[Appeal]:
    """The appeals of a person, the newest first."""
    return appeal_store.of_person(tx, person)


def current(tx: Tx, person: str, statement: str) -> Case:
    """The appeal against a statement to this person that is not decided yet.

    Raises:
        NotFound: `statement-unknown`, or `appeal-unknown`.
    """
    made = reasons.get_statement(tx, statement, person)
    for one in appeal_store.against(tx, made.case):
        if one.statement == made.id and one.outcome is None:
            return get_case(tx, APPEAL, one.case)
    raise refusing.no_such_appeal()


def appealable(tx: Tx, made: Statement) -> datetime | None:
    """Until when an appeal can be brought now; None: it cannot."""
    until = _until(made)
    if until is None or until <= tx.now:
        return None
    return until if _standing(tx, made) is None else None


def appellant(person: str) -> Actor:
    """The person, in a case of their own."""
    return Actor(ActorKind.PERSON, person, frozenset({APPELLANT}))


def _lesser(tx: Tx, lesser: Proposal | None) -> dict[str, object]:
    if lesser is None:
        raise refusing.bad_measure("没有写明新的处置", "no other measure is named")
    check_proposal(lesser)
    require_clause(tx, lesser.clause)
    return varying.as_facts(lesser)


def _requests(tx: Tx, made: Statement) -> list[str]:
    """What the decision rests on, also what was too much to be listed in the statement."""
    found = [one.request for one in finding_store.of_case(tx, made.case) if one.request]
    return list(dict.fromkeys([*made.said["facts"]["requests"], *found]))


def _check_window(tx: Tx, made: Statement) -> None:
    until = _until(made)
    if until is None or until <= tx.now:
        raise refusing.window_over(until)


def _check_first(tx: Tx, made: Statement) -> None:
    found = _standing(tx, made)
    if found is not None:
        raise refusing.appealed_already(get_case(tx, APPEAL, found.case).number)


def _number_of_holder(tx: Tx, claim: str) -> str:
    holder = content_store.holder(tx, claim)
    # Whoever had it may have let it go since.
    return "" if holder is None else get_case(tx, APPEAL, holder).number


def _standing(tx: Tx, made: Statement) -> Appeal | None:
    """An appeal of this person that waits in the same case, or was decided about the statement.

    Several persons may have been told of one decision: each has an appeal of their own.
    """
    for one in appeal_store.against(tx, made.case):
        if one.person != made.person:
            continue
        decided = one.statement == made.id and one.outcome != "withdrawn"
        if one.outcome is None or decided:
            return one
    return None


def _until(made: Statement) -> datetime | None:
    written = made.said["appeal_until"]
    return None if written is None else datetime.fromisoformat(written)


def _own(tx: Tx, person: str, case: Case) -> Case:
    if case.subject != person:
        raise refusing.no_such_statement(case.number)
    return _now(tx, case)


def _against(tx: Tx, case: Case) -> Case:
    return get_case(tx, APPEALABLE, appeal_store.get(tx, case.id).against)


def _now(tx: Tx, case: Case) -> Case:
    return get_case(tx, APPEAL, case.id)
