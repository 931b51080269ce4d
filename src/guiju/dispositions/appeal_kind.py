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
    history,
    meets,
    pauses,
    release_holds,
    resumes,
    starts,
)
from guiju.dispositions import (
    acting,
    action_store,
    appeal_store,
    content_store,
    policy,
    telling,
    varying,
)
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
ANSWER, EXPLAIN, UNDO = "answer", "explain", "undo"
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
    "vary": Text(zh="变更为较轻处置", en="put a lesser measure in its place"),
    "ask": Text(zh="请申诉人补充", en="ask the person for more"),
    "go-on": Text(zh="逾期未补充，继续复核", en="go on without the answer"),
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
    source: str,
    verb: str,
    target: str,
    *clocks: Effect,
    decides: bool = True,
    guards: tuple[str, ...] = (),
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
        needs_reason=verb == "ask",
        decides=decides,
        clocks=clocks,
        guards=guards,
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
        # While the person is asked, the limit stands still; who does not answer is not waited for.
        _by_outsider(
            "admissible", "ask", "waiting", pauses(ANSWER), starts(EXPLAIN), decides=False
        ),
        _by_person("waiting", "explain", "admissible", resumes(ANSWER), cancels(EXPLAIN)),
        _by_person("waiting", "withdraw", "withdrawn", cancels(ANSWER), cancels(EXPLAIN)),
        Transition(
            "waiting", "go-on", "admissible", _SAID["go-on"], CASE_MOVED, clocks=(resumes(ANSWER),)
        ),
        _by_outsider("admissible", "uphold", "upheld", meets(ANSWER)),
        _by_outsider(
            "admissible", "vary", "varied", meets(ANSWER), starts(UNDO), guards=("in-force",)
        ),
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
        Transition(
            "varied",
            "undo",
            "changed",
            _SAID["undo"],
            CASE_MOVED,
            guards=("changed",),
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
    "waiting": Text(zh="等待申诉人补充", en="waiting for the person to add something"),
    "varied": Text(zh="改为较轻处置", en="a lesser measure decided"),
    "changed": Text(zh="已改为较轻处置", en="a lesser measure in its place"),
    "overturned": Text(zh="原决定已撤销", en="decision overturned"),
    "undone": Text(zh="原决定已撤销，限制已解除", en="decision overturned and undone"),
}
_ENDS = frozenset({"reject", "uphold", "vary", "overturn", "withdraw", "undo"})


@enforces("appeals")
def followed(tx: Tx, actor: Actor, case: Case, line: Transition) -> None:
    """What follows from a step: the person is told; what was overturned is undone at once."""
    if line.verb == "ask":
        telling.appeal_asks(tx, actor, case, history(tx, case, opened=True)[-1].reason or "")
    if line.verb not in _ENDS:
        return
    appeal_store.decide(tx, case.id, str(line.target))
    appeal = appeal_store.get(tx, case.id)
    content_store.let_go(tx, appeal_store.claim(appeal.against, appeal.person))
    _put_on_record(tx, actor, case)
    _let_expire(tx, actor, case)
    if line.verb == "overturn":
        _undo(tx, case)
    if line.verb == "vary":
        varying.vary(tx, actor, case)
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
    queues={"overturned": None, "varied": None, "waiting": None},
    roles=(APPEALS, APPELLANT),
    controls=("appeals",),
    clocks=(
        LegalClock(ANSWER, Text(zh="复核期限", en="decide on the appeal")),
        LegalClock(EXPLAIN, Text(zh="申诉人补充", en="answer of the person"), then="go-on"),
        LegalClock(UNDO, Text(zh="恢复期限", en="undo what was overturned"), _UNDONE_WITHIN),
    ),
    opens=(starts(ANSWER),),
    guards=(
        Guard(
            "undone",
            Text(zh="原决定的影响已全部消除", en="nothing of the decision takes effect"),
            _is_undone,
        ),
        Guard(
            "in-force",
            Text(
                zh="申诉针对的是正在生效的对使用者的处置",
                en="the appeal is against a measure in force against a person",
            ),
            varying.can_be_varied,
        ),
        Guard(
            "changed",
            Text(zh="较轻处置已生效", en="the lesser measure is in force"),
            varying.is_in_force,
        ),
    ),
    after=followed,
    limit_of=lambda tx, digest, clock: (
        policy.pinned(tx, digest).to_explain if clock == EXPLAIN else None
    ),
)
