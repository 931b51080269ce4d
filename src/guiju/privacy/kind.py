# SPDX-License-Identifier: Apache-2.0
"""The kind of case `privacy-request`: its table, its clocks, who may do what (Article 11).

Refusing takes a privacy officer with reasons. Destroying a key takes two people: the one who takes
the step, and another who approved it.
"""

from __future__ import annotations

from guiju import accounts
from guiju.casework import (
    CASE_MOVED,
    Case,
    Effect,
    Guard,
    Kind,
    LegalClock,
    Limit,
    Machine,
    Transition,
    cancels,
    meets,
    pauses,
    resumes,
    starts,
)
from guiju.kernel import Actor, Text
from guiju.ledger import append
from guiju.privacy import store
from guiju.privacy.model import HANDLER, SECONDS, Does, Outcome, Wish
from guiju.storage import Tx, destroy_key

ANSWER, CAP, ANSWERING, SETTLING = "answer", "cap", "answering", "settling"
REQUEST_RECEIVED = "privacy-request-received"
REQUEST_CLOSED = "privacy-request-closed"

RECEIVED, WAITING, WORKING, EXTENDED = "received", "waiting", "working", "extended"
PREPARING, ERASING, DEFERRED = "preparing", "erasing", "deferred"
TOLD, TAKEN_BACK, SETTLED = "told", "taken-back", "settled"
OVER = frozenset({TOLD, TAKEN_BACK, SETTLED})

_ASK = Text(zh="请本人补充或证明身份", en="ask for more, or for proof of who they are")
_CONFIRM = Text(zh="确认身份", en="confirm who it is")
_ACCEPT = Text(zh="受理", en="take the request up")
_EXTEND = Text(zh="延长答复期限", en="take longer")
_DECIDE = Text(zh="作出答复", en="answer the request")
_REFUSE = Text(zh="不予办理", en="refuse the request")
_PREPARE = Text(zh="准备副本", en="prepare the copy")
_ERASE = Text(zh="执行删除", en="carry out the erasure")
_DEFER = Text(zh="因保全或案件暂缓", en="wait for a hold or a case to end")
_GO_ON = Text(zh="障碍解除，继续删除", en="go on with the erasure")
_FINISH = Text(zh="删除完成", en="the erasure is finished")
_DELIVER = Text(zh="副本可下载", en="the copy can be fetched")
_TAKE_BACK = Text(zh="本人撤回请求", en="take the request back")
_ANSWER = Text(zh="本人补充", en="answer")
_WITHOUT = Text(zh="逾期未补充，继续办理", en="go on without the answer")
_WITHDRAW = Text(zh="同意已撤回", en="the consent is withdrawn")
_SETTLE = Text(zh="归档", en="settle")
_DONE: tuple[Effect, ...] = (meets(ANSWER), meets(CAP), starts(SETTLING))


def _by_officer(source: str, verb: str, target: str, text: Text, **more: object) -> Transition:
    values = {"roles": (HANDLER,), "by_person": True, "evidence": CASE_MOVED, **more}
    return Transition(source, verb, target, text, **values)  # type: ignore[arg-type]


def _by_software(
    source: str, verb: str, target: str, text: Text, evidence: str = CASE_MOVED, **more: object
) -> Transition:
    return Transition(source, verb, target, text, evidence, **more)  # type: ignore[arg-type]


def _decide(source: str, *clocks: Effect) -> Transition:
    return _by_officer(
        source, "decide", TOLD, _DECIDE, evidence=REQUEST_CLOSED, decides=True, clocks=clocks
    )


def _prepare(source: str) -> Transition:
    return _by_software(source, "prepare", PREPARING, _PREPARE, guards=("proved", "wants-copy"))


def _erase(source: str) -> Transition:
    return _by_officer(
        source,
        "erase",
        ERASING,
        _ERASE,
        decides=True,
        approved_by=SECONDS,
        guards=("proved", "wants-erasure"),
    )


def _take_back(source: str, *running: str) -> Transition:
    return Transition(
        source,
        "take-back",
        TAKEN_BACK,
        _TAKE_BACK,
        REQUEST_CLOSED,
        by_person=True,
        clocks=tuple(cancels(one) for one in running),
    )


MACHINE = Machine(
    "privacy-request",
    RECEIVED,
    [
        _by_officer(
            RECEIVED,
            "ask",
            WAITING,
            _ASK,
            needs_reason=True,
            clocks=(pauses(ANSWER), pauses(CAP), starts(ANSWERING)),
        ),
        _by_officer(RECEIVED, "confirm", RECEIVED, _CONFIRM, needs_reason=True),
        _by_officer(RECEIVED, "accept", WORKING, _ACCEPT, guards=("proved",)),
        _by_officer(
            RECEIVED,
            "refuse",
            TOLD,
            _REFUSE,
            evidence=REQUEST_CLOSED,
            decides=True,
            clocks=_DONE,
        ),
        _prepare(RECEIVED),
        _by_software(
            RECEIVED,
            "withdraw",
            TOLD,
            _WITHDRAW,
            REQUEST_CLOSED,
            guards=("withdrawn",),
            clocks=_DONE,
        ),
        _take_back(RECEIVED, ANSWER, CAP),
        Transition(
            WAITING,
            "answer",
            RECEIVED,
            _ANSWER,
            CASE_MOVED,
            by_person=True,
            needs_reason=True,
            clocks=(resumes(ANSWER), resumes(CAP), cancels(ANSWERING)),
        ),
        _by_software(
            WAITING, "without", RECEIVED, _WITHOUT, clocks=(resumes(ANSWER), resumes(CAP))
        ),
        _take_back(WAITING, ANSWER, CAP, ANSWERING),
        _by_officer(
            WORKING, "extend", EXTENDED, _EXTEND, needs_reason=True, clocks=(cancels(ANSWER),)
        ),
        _decide(WORKING, *_DONE),
        _prepare(WORKING),
        _erase(WORKING),
        _take_back(WORKING, ANSWER, CAP),
        _decide(EXTENDED, meets(CAP), starts(SETTLING)),
        _prepare(EXTENDED),
        _erase(EXTENDED),
        _take_back(EXTENDED, CAP),
        _by_software(
            PREPARING, "deliver", TOLD, _DELIVER, REQUEST_CLOSED, guards=("packed",), clocks=_DONE
        ),
        _by_software(ERASING, "defer", DEFERRED, _DEFER, clocks=(meets(ANSWER), meets(CAP))),
        _by_software(DEFERRED, "go-on", ERASING, _GO_ON),
        _by_software(
            ERASING, "finish", TOLD, _FINISH, REQUEST_CLOSED, guards=("certified",), clocks=_DONE
        ),
        _by_software(TOLD, "settle", SETTLED, _SETTLE),
    ],
)
STATES = {
    RECEIVED: Text(zh="已收到", en="received"),
    WAITING: Text(zh="等待本人补充", en="waiting for the person"),
    WORKING: Text(zh="办理中", en="being handled"),
    EXTENDED: Text(zh="延期办理中", en="being handled, extended"),
    PREPARING: Text(zh="正在准备副本", en="the copy is being made"),
    ERASING: Text(zh="正在删除", en="being erased"),
    DEFERRED: Text(zh="删除暂缓", en="the erasure waits"),
    TOLD: Text(zh="已答复", en="answered"),
    TAKEN_BACK: Text(zh="本人已撤回", en="taken back"),
    SETTLED: Text(zh="已归档", en="settled"),
}


def _is_proved(tx: Tx, case: Case) -> bool:
    return store.head(tx, case.id).is_proved


def _wants_copy(tx: Tx, case: Case) -> bool:
    return Does.COPY in store.head(tx, case.id).wish.terms.does


def _wants_erasure(tx: Tx, case: Case) -> bool:
    return Does.ERASE in store.head(tx, case.id).wish.terms.does


def _is_withdrawn(tx: Tx, case: Case) -> bool:
    """What closes such a request is an answer of the person that stands at no."""
    head = store.head(tx, case.id)
    if head.wish is not Wish.WITHDRAW or head.person is None:
        return False
    answers = accounts.consents_of(tx, head.person).values()
    stands = any(one is not None and not one.given for one in answers)
    return stands and head.outcome is Outcome.FULFILLED


def _is_packed(tx: Tx, case: Case) -> bool:
    package = store.package(tx, case.id)
    return package is not None and package.is_ready


def _is_certified(tx: Tx, case: Case) -> bool:
    return store.certificate(tx, case.id) is not None


def _forget_words(tx: Tx, actor: Actor, case: Case, line: Transition) -> None:
    """Nobody needs the words of a request that is settled: their key goes."""
    if line.target in {SETTLED, TAKEN_BACK} and destroy_key(tx, case.id):
        append(
            tx,
            "key-destroyed",
            controls=("erasure-proved",),
            actor=actor,
            subject=case.id,
            facts={"case": case.number, "first": "settled", "second": "settled"},
        )


REQUEST = Kind(
    name="privacy-request",
    prefix="PR",
    text=Text(zh="个人信息请求", en="privacy request"),
    machine=MACHINE,
    states=STATES,
    queue="privacy",
    queues={WAITING: None, PREPARING: None, TOLD: None},
    roles=(HANDLER,),
    controls=("privacy-requests", "erasure-proved"),
    clocks=(
        LegalClock(
            ANSWER,
            Text(zh="答复", en="answer"),
            Limit.by_law("privacy.request-working-days.app-rules"),
        ),
        LegalClock(
            CAP,
            Text(zh="最长期限", en="at the latest"),
            Limit.by_law("privacy.request-days.gbt35273"),
        ),
        LegalClock(ANSWERING, Text(zh="本人补充", en="the person's answer"), then="without"),
        LegalClock(SETTLING, Text(zh="归档", en="settling"), then="settle"),
    ),
    opens=(starts(ANSWER), starts(CAP)),
    guards=(
        Guard(
            "proved",
            Text(zh="身份已证明到所需程度", en="it is known well enough who asks"),
            _is_proved,
        ),
        Guard("wants-copy", Text(zh="请求的是副本", en="a copy is asked for"), _wants_copy),
        Guard(
            "wants-erasure", Text(zh="请求的是删除", en="an erasure is asked for"), _wants_erasure
        ),
        Guard(
            "withdrawn",
            Text(zh="本人的同意已撤回", en="the person's consent is withdrawn"),
            _is_withdrawn,
        ),
        Guard("packed", Text(zh="副本已备好", en="the copy is ready"), _is_packed),
        Guard(
            "certified",
            Text(zh="复查无剩余且已出证明", en="nothing is found any more, and it is certified"),
            _is_certified,
        ),
    ),
    after=_forget_words,
)
