# SPDX-License-Identifier: Apache-2.0
"""The kind of case in which something is done about content (Article 14, first paragraph).

Software has stopped what it stops while it was said. Here a named person keeps from being handed
out what was delivered: for some hours at once and alone, for good only together with another one.
"""

from __future__ import annotations

from guiju.casework import (
    CASE_MOVED,
    Case,
    Effect,
    Guard,
    Kind,
    LegalClock,
    Machine,
    Transition,
    cancels,
    is_held,
    meets,
    starts,
)
from guiju.dispositions import appeal_store, content_acting, content_store
from guiju.dispositions.model import OFFICER, REVIEWERS
from guiju.dispositions.stepping import APPEAL_WON, forgotten
from guiju.kernel import Text
from guiju.storage import Tx

CONFIRM, APPEAL = "confirm", "appeal"
_SAID = {
    "propose": Text(zh="提出消除", en="propose to remove"),
    "withhold": Text(zh="停止传输，待人工确认", en="withhold until another person confirms"),
    "remove": Text(zh="决定消除", en="decide to remove"),
    "withdraw": Text(
        zh="决定消除，并从其他回答中撤下",
        en="decide to remove it and withdraw it from other answers",
    ),
    "dismiss": Text(zh="不予处置", en="take no measure"),
    "lapse": Text(zh="停止传输到期失效", en="let the withholding lapse"),
    "restore": Text(zh="恢复", en="restore"),
    "overturn": Text(zh="经申诉撤销", en="overturn on appeal"),
    "destroy": Text(zh="销毁可供获取的副本", en="destroy the copy kept for handing out"),
}


def _by_people(
    source: str, verb: str, target: str, *clocks: Effect, roles: tuple[str, ...] = REVIEWERS
) -> Transition:
    return Transition(
        source,
        verb,
        target,
        _SAID[verb],
        CASE_MOVED,
        roles=roles,
        by_person=True,
        needs_reason=True,
        clocks=clocks,
    )


def _removes(source: str, verb: str, target: str, *clocks: Effect) -> Transition:
    """A named person decides who has not acted before, and says why."""
    return Transition(
        source,
        verb,
        target,
        _SAID[verb],
        CASE_MOVED,
        roles=(OFFICER,),
        by_person=True,
        needs_other_person=True,
        decides=True,
        clocks=(*clocks, starts(APPEAL)),
    )


def _overturns(source: str, clock: str) -> Transition:
    """What a person has decided in the case of the appeal takes effect in this one."""
    return Transition(
        source,
        "overturn",
        "overturned",
        _SAID["overturn"],
        CASE_MOVED,
        guards=("appeal-won",),
        clocks=(cancels(clock),),
    )


def _undone_or_over(source: str) -> tuple[Transition, ...]:
    """What was decided is undone by a person or an appeal, or the time to appeal is over."""
    return (
        _by_people(source, "restore", "restored", cancels(APPEAL), roles=(OFFICER,)),
        _overturns(source, APPEAL),
        Transition(
            source,
            "destroy",
            "gone",
            _SAID["destroy"],
            CASE_MOVED,
            guards=("no-appeal-waits", "held-by-no-other"),
        ),
    )


MACHINE = Machine(
    "content-action",
    "found",
    [
        _by_people("found", "propose", "proposed"),
        Transition(
            "found",
            "withhold",
            "withheld",
            _SAID["withhold"],
            CASE_MOVED,
            roles=REVIEWERS,
            by_person=True,
            decides=True,
            clocks=(starts(CONFIRM),),
        ),
        _removes("proposed", "remove", "removed"),
        _removes("proposed", "withdraw", "withdrawn"),
        _by_people("proposed", "dismiss", "dismissed"),
        _removes("withheld", "remove", "removed", meets(CONFIRM)),
        _removes("withheld", "withdraw", "withdrawn", meets(CONFIRM)),
        _by_people("withheld", "restore", "restored", cancels(CONFIRM)),
        Transition("withheld", "lapse", "lapsed", _SAID["lapse"], CASE_MOVED),
        _overturns("withheld", CONFIRM),
        *_undone_or_over("removed"),
        *_undone_or_over("withdrawn"),
    ],
)
STATES = {
    "found": Text(zh="已发现", en="found"),
    "proposed": Text(zh="已提出消除", en="removal proposed"),
    "withheld": Text(zh="停止传输", en="withheld"),
    "removed": Text(zh="已消除", en="removed"),
    "withdrawn": Text(zh="已消除，并从各处撤下", en="removed, and withdrawn everywhere"),
    "dismissed": Text(zh="不予处置", en="no measure taken"),
    "lapsed": Text(zh="到期失效", en="lapsed"),
    "restored": Text(zh="已恢复", en="restored"),
    "overturned": Text(zh="经申诉撤销", en="overturned on appeal"),
    "gone": Text(zh="已消除，副本已销毁", en="removed, and the copy destroyed"),
}


def _no_appeal_waits(tx: Tx, case: Case) -> bool:
    return all(one.outcome is not None for one in appeal_store.against(tx, case.id))


def _held_by_no_other(tx: Tx, case: Case) -> bool:
    """The person may appeal against a measure about themselves for the same request."""
    content = content_store.get(tx, case.id)
    named = [one for one in (content.request, content.produce_id) if one is not None]
    return not any(is_held(tx, one, besides=case) for one in named)


CONTENT_ACTION = Kind(
    name="content-action",
    prefix="CA",
    text=Text(zh="对内容的处置", en="measure about content"),
    machine=MACHINE,
    states=STATES,
    queue="content",
    queues={"removed": None, "withdrawn": None},
    roles=REVIEWERS,
    clocks=(
        LegalClock(CONFIRM, Text(zh="确认停止传输", en="confirm the withholding"), then="lapse"),
        LegalClock(APPEAL, Text(zh="申诉期限", en="time to appeal"), then="destroy"),
    ),
    guards=(
        APPEAL_WON,
        Guard(
            "no-appeal-waits",
            Text(zh="没有待复核的申诉", en="no appeal waits to be decided"),
            _no_appeal_waits,
        ),
        Guard(
            "held-by-no-other",
            Text(zh="没有其他案件需要保全该内容", en="no other case holds the content"),
            _held_by_no_other,
        ),
    ),
    forget=forgotten,
    after=content_acting.carried_out,
)
