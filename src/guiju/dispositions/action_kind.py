# SPDX-License-Identifier: Apache-2.0
"""The kind of case in which something is done about a person (Article 14, second paragraph).

Software holds, for a published number of hours, and what it holds lapses. All else is decided by a
named person, who has not acted before; the end of service takes two.
"""

from __future__ import annotations

from guiju.casework import (
    CASE_MOVED,
    Case,
    Guard,
    Kind,
    LegalClock,
    Machine,
    Transition,
    cancels,
    meets,
    starts,
)
from guiju.dispositions import acting, action_store
from guiju.dispositions.model import ABUSE_RULE, OFFICER, REVIEWERS, Measure
from guiju.dispositions.stepping import APPEAL_VARIED, APPEAL_WON, forgotten
from guiju.kernel import Text
from guiju.storage import Tx

CONFIRM, END = "confirm", "end"
DECIDED = "disposition-decided"
HOLD_PLACED = "hold-placed"
HOLD_LAPSED = "hold-lapsed"
_SAID = {
    "propose": Text(zh="提出处置", en="propose a measure"),
    "hold": Text(zh="临时暂停", en="hold provisionally"),
    "revise": Text(zh="变更处置建议", en="change the measure"),
    "approve": Text(zh="决定处置", en="decide on the measure"),
    "dismiss": Text(zh="不予处置", en="take no measure"),
    "enforce": Text(zh="处置生效", en="put the measure in force"),
    "lapse": Text(zh="临时暂停到期失效", en="let a hold lapse"),
    "lift": Text(zh="解除处置", en="lift the measure"),
    "expire": Text(zh="处置期满", en="let the measure expire"),
    "overturn": Text(zh="经申诉撤销", en="overturn on appeal"),
    "vary": Text(zh="经申诉变更", en="vary on appeal"),
}


def _decides(source: str, *clocks: str) -> Transition:
    """A named person decides, whoever else has acted before, and says why."""
    return Transition(
        source,
        "approve",
        "approved",
        _SAID["approve"],
        DECIDED,
        roles=(OFFICER,),
        by_person=True,
        needs_other_person=True,
        decides=True,
        guards=("two-people",),
        clocks=tuple(meets(one) for one in clocks),
    )


def _by_people(
    source: str, verb: str, target: str, *clocks: str, roles: tuple[str, ...] = REVIEWERS
) -> Transition:
    return Transition(
        source,
        verb,
        target,
        _SAID[verb],
        CASE_MOVED if verb == "revise" else DECIDED,
        roles=roles,
        by_person=True,
        needs_reason=True,
        clocks=tuple(cancels(one) for one in clocks),
    )


def _overturns(source: str, *clocks: str) -> Transition:
    """What a person has decided in the case of the appeal takes effect in this one."""
    return Transition(
        source,
        "overturn",
        "overturned",
        _SAID["overturn"],
        DECIDED,
        guards=("appeal-won",),
        clocks=tuple(cancels(one) for one in clocks),
    )


def _by_time(source: str, verb: str, target: str, evidence: str = CASE_MOVED) -> Transition:
    return Transition(source, verb, target, _SAID[verb], evidence)


MACHINE = Machine(
    "user-action",
    "found",
    [
        Transition(
            "found",
            "propose",
            "proposed",
            _SAID["propose"],
            CASE_MOVED,
            roles=REVIEWERS,
            by_person=True,
            needs_reason=True,
        ),
        Transition(
            "found",
            "hold",
            "provisional",
            _SAID["hold"],
            HOLD_PLACED,
            roles=(ABUSE_RULE, *REVIEWERS),
            decides=True,
            clocks=(starts(CONFIRM),),
        ),
        _by_people("proposed", "revise", "proposed"),
        _decides("proposed"),
        _by_people("proposed", "dismiss", "dismissed"),
        _by_people("provisional", "revise", "provisional"),
        _decides("provisional", CONFIRM),
        _by_time("provisional", "lapse", "lapsed", HOLD_LAPSED),
        _by_people("provisional", "lift", "lifted", CONFIRM),
        _overturns("provisional", CONFIRM),
        Transition(
            "approved",
            "enforce",
            "in-force",
            _SAID["enforce"],
            CASE_MOVED,
            clocks=(starts(END),),
        ),
        _by_time("in-force", "expire", "expired"),
        _by_people("in-force", "lift", "lifted", END, roles=(OFFICER,)),
        _overturns("in-force", END),
        # An appeal was right in part: another measure is decided, and put in force at once.
        Transition(
            "in-force",
            "vary",
            "approved",
            _SAID["vary"],
            DECIDED,
            guards=("appeal-varied",),
            clocks=(cancels(END),),
        ),
    ],
)
STATES = {
    "found": Text(zh="已发现", en="found"),
    "proposed": Text(zh="已提出处置", en="proposed"),
    "provisional": Text(zh="临时暂停", en="held provisionally"),
    "approved": Text(zh="已决定", en="decided"),
    "in-force": Text(zh="生效中", en="in force"),
    "dismissed": Text(zh="不予处置", en="no measure taken"),
    "lapsed": Text(zh="到期失效", en="lapsed"),
    "lifted": Text(zh="已解除", en="lifted"),
    "expired": Text(zh="已期满", en="expired"),
    "overturned": Text(zh="经申诉撤销", en="overturned on appeal"),
}


def _two_people(tx: Tx, case: Case) -> bool:
    """The end of service was proposed by a person; whoever decides is another one."""
    action = action_store.find(tx, case.id)
    return action is not None and (
        action.measure is not Measure.TERMINATE or action.measure_by != ABUSE_RULE
    )


USER_ACTION = Kind(
    name="user-action",
    prefix="UA",
    text=Text(zh="对使用者的处置", en="measure against a user"),
    machine=MACHINE,
    states=STATES,
    queue="users",
    queues={"in-force": None, "approved": None},
    roles=REVIEWERS,
    controls=("user-dispositions", "provisional-holds"),
    clocks=(
        LegalClock(CONFIRM, Text(zh="确认临时暂停", en="confirm the hold"), then="lapse"),
        LegalClock(END, Text(zh="处置期限", en="end of the measure"), then="expire"),
    ),
    guards=(
        Guard(
            "two-people",
            Text(
                zh="终止服务已由一名工作人员提出",
                en="a member of staff has proposed the end of service",
            ),
            _two_people,
        ),
        APPEAL_WON,
        APPEAL_VARIED,
    ),
    forget=forgotten,
    after=acting.carried_out,
)
