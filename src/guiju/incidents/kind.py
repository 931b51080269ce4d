# SPDX-License-Identifier: Apache-2.0
"""The kind of case `incident`: its table and its clocks (Articles 13 and 14).

The clock of the first report starts when the incident comes to light and not when it is graded: it
stops when a named person has graded it below what is reported, or when the report was sent.
"""

from __future__ import annotations

from guiju.casework import (
    Case,
    Guard,
    Kind,
    LegalClock,
    Limit,
    Machine,
    Retention,
    Transition,
    cancels,
    meets,
    starts,
)
from guiju.incidents import breach_store, store
from guiju.incidents.grading import reportable
from guiju.incidents.model import Grade
from guiju.kernel import Text
from guiju.policies import stops
from guiju.reporting import reports
from guiju.storage import Tx

OFFICERS = ("safety-officer", "accountable-person")
HANDLERS = (*OFFICERS, "operator", "reviewer", "privacy-officer")
FIRST, FINAL = "first-report", "final-report"
ROOM = "incident"
INITIAL, SUPPLEMENT, LAST = "initial", "supplement", "final"

DETECTED, GRADED, NOTED, CONTAINED = "detected", "graded", "noted", "contained"
REPORTED, RECOVERED, REVIEWED = "reported", "recovered", "reviewed"
CLOSED, FALSE_ALARM = "closed", "false-alarm"

MOVED = "case-moved"
WAS_GRADED = "incident-graded"
WAS_REPORTED = "incident-reported"

_GRADE = Text(zh="定级", en="grade the incident")
_DOWN = Text(zh="降为不报告等级", en="grade it below what is reported")
_CONTAIN = Text(zh="登记已控制", en="say how it was contained")
_REPORT = Text(zh="登记已报告", en="note that it was reported")
_STATE = Text(zh="陈述事实", en="state the facts")
_RECOVER = Text(zh="登记已恢复", en="say how it was put right")
_RECONSIDER = Text(zh="依新情况重新定级", en="grade it anew on new facts")
_CONCLUDE = Text(zh="登记总结报告已报送", en="note that the final report was sent")


def _line(source: str, verb: str, target: str, text: Text, **more: object) -> Transition:
    values = {"roles": OFFICERS, "by_person": True, "evidence": MOVED, **more}
    return Transition(source, verb, target, text, **values)  # type: ignore[arg-type]


def _grade(source: str, target: str) -> Transition:
    return _line(source, "grade", target, _GRADE, evidence=WAS_GRADED, decides=True)


def _downgrade(source: str) -> Transition:
    """Once it counts as reportable, one person alone does not undo that."""
    return _line(
        source,
        "downgrade",
        NOTED,
        _DOWN,
        evidence=WAS_GRADED,
        decides=True,
        approved_by=OFFICERS,
        clocks=(cancels(FIRST),),
    )


def _contain(source: str, target: str) -> Transition:
    return _line(source, "contain", target, _CONTAIN, roles=HANDLERS, needs_reason=True)


def _report(source: str) -> Transition:
    return _line(
        source,
        "report",
        REPORTED,
        _REPORT,
        roles=(),
        evidence=WAS_REPORTED,
        guards=("first-sent",),
        clocks=(meets(FIRST),),
    )


def _state(state: str) -> Transition:
    return _line(state, "state", state, _STATE, roles=HANDLERS)


def _conclude(state: str) -> Transition:
    clocks = (meets(FINAL),)
    return _line(
        state, "conclude", state, _CONCLUDE, roles=(), evidence=WAS_REPORTED, clocks=clocks
    )


def _recover(source: str) -> Transition:
    return _line(
        source,
        "recover",
        RECOVERED,
        _RECOVER,
        roles=HANDLERS,
        needs_reason=True,
        clocks=(starts(FINAL),),
    )


MACHINE = Machine(
    "incident",
    DETECTED,
    [
        _grade(DETECTED, GRADED),
        _line(
            DETECTED,
            "decline",
            NOTED,
            Text(zh="定为无须报告", en="declare it not reportable"),
            evidence=WAS_GRADED,
            decides=True,
            clocks=(cancels(FIRST),),
        ),
        _line(
            DETECTED,
            "dismiss",
            FALSE_ALARM,
            Text(zh="认定为误报", en="close it as a false alarm"),
            guards=("let-go",),
            needs_reason=True,
            clocks=(cancels(FIRST),),
        ),
        _grade(GRADED, GRADED),
        _downgrade(GRADED),
        _contain(GRADED, CONTAINED),
        _report(GRADED),
        _grade(CONTAINED, CONTAINED),
        _downgrade(CONTAINED),
        _report(CONTAINED),
        _contain(NOTED, NOTED),
        _line(
            NOTED,
            "reconsider",
            DETECTED,
            _RECONSIDER,
            needs_reason=True,
            clocks=(starts(FIRST),),
        ),
        _recover(NOTED),
        _grade(REPORTED, REPORTED),
        _contain(REPORTED, REPORTED),
        _line(
            REPORTED,
            "supplement",
            REPORTED,
            Text(zh="登记补充报告已报送", en="note that a supplement was sent"),
            roles=(),
            evidence=WAS_REPORTED,
        ),
        _recover(REPORTED),
        _line(
            RECOVERED,
            "reconsider",
            DETECTED,
            _RECONSIDER,
            needs_reason=True,
            clocks=(cancels(FINAL), starts(FIRST)),
        ),
        _conclude(RECOVERED),
        _line(
            RECOVERED,
            "review",
            REVIEWED,
            Text(zh="完成复盘", en="finish the review"),
            needs_reason=True,
        ),
        _conclude(REVIEWED),
        _line(
            REVIEWED,
            "close",
            CLOSED,
            Text(zh="结案", en="close the incident"),
            guards=("final-sent", "nothing-stopped", "breach-settled", "let-go"),
            clocks=(cancels(FINAL),),
        ),
        *(_state(one) for one in (DETECTED, GRADED, NOTED, CONTAINED, REPORTED, RECOVERED)),
    ],
)


def sent(tx: Tx, case: Case, stage: str) -> bool:
    """Whether a report of this stage was sent."""
    found = reports(tx, case)
    return any(one.occasion.stage == stage and one.sent_at is not None for one in found)


def _final_is_sent(tx: Tx, case: Case) -> bool:
    row = store.find(tx, case.id)
    grade = None if row is None or row.grade is None else Grade(row.grade)
    return not reportable(grade) or sent(tx, case, LAST)


def _is_let_go(tx: Tx, case: Case) -> bool:
    row = store.find(tx, case.id)
    return row is not None and (row.lasting or row.held is None)


GUARDS = (
    Guard(
        "let-go",
        Text(zh="同一事物可再次立案", en="its thing may open another one"),
        _is_let_go,
    ),
    Guard(
        "first-sent",
        Text(zh="首次报告已由人报送", en="the first report was sent by a person"),
        lambda tx, case: sent(tx, case, INITIAL),
    ),
    Guard(
        "final-sent",
        Text(zh="须报告的事件已报送总结报告", en="the final report of what is reportable was sent"),
        _final_is_sent,
    ),
    Guard(
        "breach-settled",
        Text(zh="个人信息泄露处置均已办结", en="what followed from a breach of it is closed"),
        lambda tx, case: all(one.closed_at for one in breach_store.of_incident(tx, case.id)),
    ),
    Guard(
        "nothing-stopped",
        Text(zh="为本事件停用的部分均已恢复", en="nothing is stopped for this incident any more"),
        lambda tx, case: not any(one.in_force for one in stops(tx, case.number)),
    ),
)

INCIDENT = Kind(
    name="incident",
    prefix="IN",
    text=Text(zh="安全事件", en="incident"),
    machine=MACHINE,
    states={
        DETECTED: Text(zh="已发现，待定级", en="detected, to be graded"),
        GRADED: Text(zh="已定级，须报告", en="graded, to be reported"),
        NOTED: Text(zh="已定级，无须报告", en="graded, not reportable"),
        CONTAINED: Text(zh="已控制，待报告", en="contained, to be reported"),
        REPORTED: Text(zh="已报告", en="reported"),
        RECOVERED: Text(zh="已恢复", en="put right"),
        REVIEWED: Text(zh="已复盘", en="reviewed"),
        CLOSED: Text(zh="已结案", en="closed"),
        FALSE_ALARM: Text(zh="误报", en="false alarm"),
    },
    queue="incidents",
    roles=HANDLERS,
    controls=("incident-reported",),
    clocks=(
        # Whoever takes a bare step of the table, as any case can be stepped, gets the shortest.
        LegalClock(
            FIRST,
            Text(zh="首次报告", en="first report"),
            Limit.by_law("incidents.report-critical-infrastructure.hours"),
        ),
        LegalClock(
            FINAL,
            Text(zh="总结报告", en="final report"),
            Limit.by_law("incidents.final-summary.days"),
        ),
    ),
    opens=(starts(FIRST),),
    guards=GUARDS,
    retention=Retention.INCIDENTS,
    forget=lambda tx, case: store.forgotten(tx, case.id),
)
