# SPDX-License-Identifier: Apache-2.0
"""The kind of case `complaint`: its table, its clocks, who may do what (Articles 15 and 18)."""

from __future__ import annotations

from guiju.casework import (
    CASE_MOVED,
    Case,
    Guard,
    Kind,
    LegalClock,
    Machine,
    Retention,
    Transition,
    announce,
    cancels,
    history,
    meets,
    pauses,
    resumes,
    starts,
)
from guiju.complaints import pace, store
from guiju.complaints.model import HANDLERS
from guiju.kernel import Actor, Text
from guiju.storage import Tx

ACCEPTANCE, FEEDBACK, FORWARDED = "acceptance", "feedback", "forwarded"
ANSWERING, SETTLING = "answering", "settling"
COMPLAINT_RECEIVED = "complaint-received"
COMPLAINT_CLOSED = "complaint-closed"

RECEIVED, RECEIPTED, ACCEPTED = "received", "receipted", "accepted"
HANDLING, WAITING, REOPENED = "handling", "waiting", "reopened"
DECIDED, DECLINED, TRANSFERRED = "decided", "declined", "transferred"
TOLD, CLOSED, SETTLED = "told", "closed", "settled"
# Where the complainant may read what was decided.
AFTER_TELLING = frozenset({TOLD, CLOSED, SETTLED})

_ACCEPT = Text(zh="受理", en="accept the complaint")
_DECLINE = Text(zh="不予受理", en="not accept the complaint")
_TRANSFER = Text(zh="转交有权处理的单位", en="transfer it to whom it concerns")
_HANDLE = Text(zh="开始核查处理", en="begin to look into it")
_ASK = Text(zh="请投诉人补充", en="ask the complainant")
_ANSWER = Text(zh="投诉人补充", en="answer")
_GO_ON = Text(zh="逾期未补充，继续处理", en="go on without the answer")
_DECIDE = Text(zh="作出处理结论", en="decide the complaint")
_TELL = Text(zh="反馈结果", en="tell the complainant the outcome")
_CLOSE = Text(zh="投诉人评价并结束", en="rate the outcome and close")
_REOPEN = Text(zh="投诉人申请复核", en="ask for another look")
_SETTLE = Text(zh="归档", en="settle")


def _by_staff(source: str, verb: str, target: str, text: Text, **more: object) -> Transition:
    values = {"roles": HANDLERS, "by_person": True, "evidence": CASE_MOVED, **more}
    return Transition(source, verb, target, text, **values)  # type: ignore[arg-type]


def _tell(source: str) -> Transition:
    done = (meets(FEEDBACK), meets(FORWARDED), starts(SETTLING))
    return _by_staff(source, "tell", TOLD, _TELL, evidence=COMPLAINT_CLOSED, clocks=done)


def _transfer(source: str) -> Transition:
    done = (meets(ACCEPTANCE),)
    return _by_staff(source, "transfer", TRANSFERRED, _TRANSFER, needs_reason=True, clocks=done)


def _reopen(source: str) -> Transition:
    return Transition(
        source,
        "reopen",
        REOPENED,
        _REOPEN,
        CASE_MOVED,
        by_person=True,
        needs_reason=True,
        clocks=(cancels(SETTLING), starts(FEEDBACK)),
        guards=("first-time",),
    )


MACHINE = Machine(
    "complaint",
    RECEIVED,
    [
        Transition(
            RECEIVED, "receipt", RECEIPTED, Text(zh="出具回执", en="issue the receipt"), CASE_MOVED
        ),
        _by_staff(RECEIPTED, "accept", ACCEPTED, _ACCEPT, clocks=(meets(ACCEPTANCE),)),
        _by_staff(
            RECEIPTED, "decline", DECLINED, _DECLINE, decides=True, clocks=(meets(ACCEPTANCE),)
        ),
        _transfer(RECEIPTED),
        _by_staff(ACCEPTED, "handle", HANDLING, _HANDLE),
        _transfer(ACCEPTED),
        _by_staff(
            HANDLING,
            "ask",
            WAITING,
            _ASK,
            needs_reason=True,
            clocks=(pauses(FEEDBACK), starts(ANSWERING)),
        ),
        Transition(
            WAITING,
            "answer",
            HANDLING,
            _ANSWER,
            CASE_MOVED,
            by_person=True,
            needs_reason=True,
            clocks=(resumes(FEEDBACK), cancels(ANSWERING)),
        ),
        Transition(WAITING, "go-on", HANDLING, _GO_ON, CASE_MOVED, clocks=(resumes(FEEDBACK),)),
        _transfer(HANDLING),
        _by_staff(HANDLING, "decide", DECIDED, _DECIDE, decides=True),
        _tell(DECIDED),
        _tell(DECLINED),
        _tell(TRANSFERRED),
        Transition(TOLD, "close", CLOSED, _CLOSE, CASE_MOVED, by_person=True),
        _reopen(TOLD),
        _reopen(CLOSED),
        _by_staff(REOPENED, "decide", DECIDED, _DECIDE, decides=True, needs_other_person=True),
        Transition(TOLD, "settle", SETTLED, _SETTLE, CASE_MOVED),
        Transition(CLOSED, "settle", SETTLED, _SETTLE, CASE_MOVED),
    ],
)
_TO_BE_READ = frozenset({"accept", "ask", "tell"})
STATES = {
    RECEIVED: Text(zh="已收到", en="received"),
    RECEIPTED: Text(zh="已出回执，待受理", en="receipt issued, waiting to be accepted"),
    ACCEPTED: Text(zh="已受理", en="accepted"),
    HANDLING: Text(zh="核查处理中", en="being looked into"),
    WAITING: Text(zh="等待投诉人补充", en="waiting for an answer of the complainant"),
    DECLINED: Text(zh="不予受理，待反馈", en="not accepted, to be told"),
    TRANSFERRED: Text(zh="已转交，待反馈", en="transferred, to be told"),
    DECIDED: Text(zh="已有结论，待反馈", en="decided, to be told"),
    TOLD: Text(zh="已反馈结果", en="outcome told"),
    CLOSED: Text(zh="已结束", en="closed"),
    REOPENED: Text(zh="复核中", en="being looked at once more"),
    SETTLED: Text(zh="已归档", en="settled"),
}


def _never_reopened(tx: Tx, case: Case) -> bool:
    return all(one.verb != "reopen" for one in history(tx, case))


def _followed(tx: Tx, actor: Actor, case: Case, line: Transition) -> None:
    """What is counted for the public, and that there is something for the complainant to read."""
    pace.keep(tx, actor, case, line)
    if line.verb in _TO_BE_READ:
        announce(tx, actor, case)


COMPLAINT = Kind(
    name="complaint",
    prefix="CP",
    text=Text(zh="投诉举报", en="complaint"),
    machine=MACHINE,
    states=STATES,
    queue="complaints",
    queues={WAITING: None, TOLD: None, CLOSED: None},
    roles=HANDLERS,
    controls=("complaint-entry", "complaints-answered"),
    clocks=(
        LegalClock(ACCEPTANCE, Text(zh="受理", en="acceptance")),
        LegalClock(FEEDBACK, Text(zh="反馈", en="feedback")),
        LegalClock(FORWARDED, Text(zh="主管部门要求的期限", en="limit set by the authority")),
        LegalClock(ANSWERING, Text(zh="补充", en="answer of the complainant"), then="go-on"),
        LegalClock(SETTLING, Text(zh="申请复核", en="another look"), then="settle"),
    ),
    opens=(starts(ACCEPTANCE), starts(FEEDBACK), starts(FORWARDED)),
    opened=COMPLAINT_RECEIVED,
    guards=(
        Guard(
            "first-time",
            Text(zh="此前没有复核过", en="it was not looked at once more before"),
            _never_reopened,
        ),
    ),
    after=_followed,
    retention=Retention.COMPLAINTS,
    read_at="/complaints/follow",
    forget=lambda tx, case: store.forgotten(tx, case.id),
)
