# SPDX-License-Identifier: Apache-2.0
"""The kind of case in which somebody who had no part in a decision reviews it (Article 14).

The person brings it within a published time and is told why it was decided as it was. Overturned
decisions are undone in the same transaction; the clock of one working day shows that they were.
"""

from __future__ import annotations

from guiju.casework import (
    CASE_MOVED,
    Case,
    Effect,
    Guard,
    Kind,
    Kinds,
    LegalClock,
    Limit,
    Machine,
    Transition,
    Unit,
    advance,
    cancels,
    decisions,
    get_case,
    meets,
    release_holds,
    starts,
)
from guiju.dispositions import acting, action_store, appeal_store, content_store, telling
from guiju.dispositions.action_kind import USER_ACTION
from guiju.dispositions.content_kind import CONTENT_ACTION
from guiju.dispositions.content_model import CLOSED
from guiju.dispositions.model import APPEALS, APPELLANT
from guiju.kernel import Actor, Text, software
from guiju.ledger import append
from guiju.measures import enforces
from guiju.storage import Tx

APPEALABLE = Kinds((USER_ACTION, CONTENT_ACTION))
"""What one can appeal against."""
ANSWER, UNDO = "answer", "undo"
APPEAL_DECIDED = "appeal-decided"
_SOFTWARE = software("dispositions")
_UNDONE_WITHIN = Limit.internal(1, Unit.WORKING_DAYS, "appeals.undo")
_SAID = {
    "explain": Text(zh="说明理由", en="say why"),
    "withdraw": Text(zh="撤回申诉", en="withdraw the appeal"),
    "admit": Text(zh="受理申诉", en="admit the appeal"),
    "reject": Text(zh="不予受理", en="reject as inadmissible"),
    "uphold": Text(zh="维持原决定", en="uphold the decision"),
    "overturn": Text(zh="撤销原决定", en="overturn the decision"),
    "undo": Text(zh="恢复完毕", en="note that it is undone"),
}


def _by_person(source: str, verb: str, target: str, *clocks: Effect) -> Transition:
    return Transition(
        source,
        verb,
        target,
        _SAID[verb],
        CASE_MOVED,
        roles=(APPELLANT,),
        by_person=True,
        needs_reason=verb == "explain",
        clocks=clocks,
    )


def _by_outsider(
    source: str, verb: str, target: str, *clocks: Effect, decides: bool = True
) -> Transition:
    return Transition(
        source,
        verb,
        target,
        _SAID[verb],
        CASE_MOVED,
        roles=(APPEALS,),
        by_person=True,
        needs_outsider=True,
        decides=decides,
        clocks=clocks,
    )


MACHINE = Machine(
    "appeal",
    "filed",
    [
        _by_person("filed", "explain", "filed"),
        _by_person("filed", "withdraw", "withdrawn", cancels(ANSWER)),
        _by_outsider("filed", "admit", "admissible", decides=False),
        _by_outsider("filed", "reject", "inadmissible", meets(ANSWER)),
        _by_person("admissible", "explain", "admissible"),
        _by_person("admissible", "withdraw", "withdrawn", cancels(ANSWER)),
        _by_outsider("admissible", "uphold", "upheld", meets(ANSWER)),
        _by_outsider("admissible", "overturn", "overturned", meets(ANSWER), starts(UNDO)),
        Transition(
            "overturned",
            "undo",
            "undone",
            _SAID["undo"],
            CASE_MOVED,
            guards=("undone",),
            clocks=(meets(UNDO),),
        ),
    ],
)
STATES = {
    "filed": Text(zh="已收到", en="received"),
    "admissible": Text(zh="复核中", en="under review"),
    "inadmissible": Text(zh="不予受理", en="not admissible"),
    "withdrawn": Text(zh="已撤回", en="withdrawn"),
    "upheld": Text(zh="维持原决定", en="decision upheld"),
    "overturned": Text(zh="原决定已撤销", en="decision overturned"),
    "undone": Text(zh="原决定已撤销，限制已解除", en="decision overturned and undone"),
}
_OUTCOMES = {
    "reject": "inadmissible",
    "uphold": "upheld",
    "overturn": "overturned",
    "withdraw": "withdrawn",
    "undo": "undone",
}


@enforces("appeals")
def followed(tx: Tx, actor: Actor, case: Case, line: Transition) -> None:
    """What follows from a step: the person is told; what was overturned is undone at once."""
    outcome = _OUTCOMES.get(line.verb)
    if outcome is None:
        return
    appeal_store.decide(tx, case.id, outcome)
    content_store.let_go(tx, appeal_store.get(tx, case.id).against)
    _put_on_record(tx, actor, case)
    _let_expire(tx, actor, case)
    if line.verb == "overturn":
        _undo(tx, case)
    if line.decides:
        made = decisions(tx, case, opened=True)[-1]
        telling.appeal_decided(tx, actor, case, made.facts or "")


def _let_expire(tx: Tx, actor: Actor, case: Case) -> None:
    """What was kept for the review may go when its time comes."""
    release_holds(tx, actor, case, reason=f"{case.number}: {case.state}")


def _put_on_record(tx: Tx, actor: Actor, case: Case) -> None:
    against = appeal_store.get(tx, case.id)
    facts = {"case": case.number, "against": against.against, "outcome": against.outcome}
    append(tx, APPEAL_DECIDED, controls=("appeals",), actor=actor, subject=case.id, facts=facts)


def _undo(tx: Tx, case: Case) -> None:
    """End what still takes effect; of what is over already the strikes go."""
    against = get_case(tx, APPEALABLE, appeal_store.get(tx, case.id).against)
    possible = {one.verb for one in against.kind.machine.possible(against.state)}
    action = action_store.find(tx, against.id)
    if "overturn" in possible:
        advance(tx, _SOFTWARE, against, "overturn")
    elif action is not None:
        acting.take_back_strikes(tx, _SOFTWARE, action)


def _is_undone(tx: Tx, case: Case) -> bool:
    """Nothing of the case that was overturned takes effect, and no strike of it counts."""
    against = appeal_store.get(tx, case.id).against
    content = content_store.find(tx, against)
    if content is not None:
        return content.reach not in CLOSED
    action = action_store.get(tx, against)
    standing = {one.case for one in action_store.taking_effect(tx, action.person)}
    return against not in standing and not action_store.strikes_of_case(tx, against)


APPEAL = Kind(
    name="appeal",
    prefix="AP",
    text=Text(zh="申诉", en="appeal"),
    machine=MACHINE,
    states=STATES,
    queue="appeals",
    queues={"overturned": None},
    roles=(APPEALS, APPELLANT),
    controls=("appeals",),
    clocks=(
        LegalClock(ANSWER, Text(zh="复核期限", en="decide on the appeal")),
        LegalClock(UNDO, Text(zh="恢复期限", en="undo what was overturned"), _UNDONE_WITHIN),
    ),
    opens=(starts(ANSWER),),
    guards=(
        Guard(
            "undone",
            Text(zh="原决定的影响已全部消除", en="nothing of the decision takes effect"),
            _is_undone,
        ),
    ),
    after=followed,
)
