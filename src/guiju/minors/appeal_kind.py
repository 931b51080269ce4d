# SPDX-License-Identifier: Apache-2.0
"""The kind of case in which a person decides whether somebody was wrongly taken for a minor.

CAC Order 21 asks for the way (seen in its draft); software may only take somebody for a minor
provisionally. It is opened by who was wronged, or by an app or a document that says somebody is
grown up who is held for a minor (`hearing`). What is corrected is lifted in the transaction of the
decision.
"""

from __future__ import annotations

from guiju import accounts
from guiju.casework import (
    CASE_MOVED,
    PAGE,
    Case,
    Effect,
    Kind,
    LegalClock,
    Machine,
    Message,
    Transition,
    afterwards,
    cancels,
    decisions,
    get_case,
    meets,
    notify,
    starts,
)
from guiju.kernel import Actor, Text
from guiju.ledger import append
from guiju.measures import enforces
from guiju.minors import asserting, store
from guiju.minors.ages import Source, Stage
from guiju.storage import Tx

ANSWER = "answer"
APPELLANT = "appellant"
DECIDERS = ("appeals-officer",)
STANDING_CHANGED = "standing-changed"
"""The topic by which all processes are told to look at a person anew."""
_SAID = {
    "explain": Text(zh="说明理由", en="say why"),
    "withdraw": Text(zh="撤回申诉", en="withdraw the appeal"),
    "correct": Text(zh="更正为成年", en="correct it: grown up"),
    "keep": Text(zh="维持认定", en="keep it as it is"),
}


def _own(verb: str, target: str, *clocks: Effect) -> Transition:
    return Transition(
        "filed",
        verb,
        target,
        _SAID[verb],
        CASE_MOVED,
        roles=(APPELLANT,),
        by_person=True,
        needs_reason=verb == "explain",
        clocks=clocks,
    )


def _decision(verb: str, target: str) -> Transition:
    return Transition(
        "filed",
        verb,
        target,
        _SAID[verb],
        CASE_MOVED,
        roles=DECIDERS,
        by_person=True,
        decides=True,
        clocks=(meets(ANSWER),),
    )


MACHINE = Machine(
    "age-appeal",
    "filed",
    [
        _own("explain", "filed"),
        _own("withdraw", "withdrawn", cancels(ANSWER)),
        _decision("correct", "corrected"),
        _decision("keep", "kept"),
    ],
)


@enforces("age-appeals")
def followed(tx: Tx, actor: Actor, case: Case, line: Transition) -> None:
    """What follows from a step: a correct decision lifts the mode at once, and the person hears."""
    if line.verb == "explain" or case.subject is None:
        return
    store.close_appeal(tx, case.id, line.target)
    if line.verb == "correct":
        for source in (Source.SELF, Source.INFERRED, Source.DEVICE, Source.APP):
            store.withdraw_claims(tx, case.subject, source)
        asserting.assert_age(tx, actor, case.subject, Source.DECISION, stage=Stage.ADULT)
        afterwards(tx, STANDING_CHANGED, case.subject)
    if line.decides:
        _tell(tx, actor, case)
    _append_outcome(tx, actor, case, line.target)


def _append_outcome(tx: Tx, actor: Actor, case: Case, outcome: str) -> None:
    append(
        tx,
        "age-appeal-closed",
        controls=("age-appeals",),
        actor=actor,
        subject=case.subject,
        facts={"case": case.number, "outcome": outcome},
    )


def _tell(tx: Tx, actor: Actor, case: Case) -> None:
    said = case.kind.states[case.state]
    words = decisions(tx, case, opened=True)[-1].facts or ""
    text = Text(
        zh=f"年龄申诉 {case.number}：{said.zh}。理由：{words}",
        en=f"Appeal {case.number} about your age: {said.en}. Reason: {words}",
    )
    language = accounts.get_person(tx, case.subject or "").language
    message = Message("age-appeal@1", language, PAGE, text.to(language))
    notify(tx, actor, get_case(tx, case.kind, case.id), message)


AGE_APPEAL = Kind(
    name="age-appeal",
    prefix="AG",
    text=Text(zh="年龄认定申诉", en="appeal about an age"),
    machine=MACHINE,
    states={
        "filed": Text(zh="已收到", en="received"),
        "withdrawn": Text(zh="已撤回", en="withdrawn"),
        "corrected": Text(zh="已更正，未成年人模式已解除", en="corrected, the mode is lifted"),
        "kept": Text(zh="维持认定", en="kept as it is"),
    },
    queue="age-appeals",
    roles=(*DECIDERS, APPELLANT),
    controls=("age-appeals",),
    clocks=(LegalClock(ANSWER, Text(zh="答复期限", en="decide about the age")),),
    opens=(starts(ANSWER),),
    after=followed,
)
