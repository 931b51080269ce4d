# SPDX-License-Identifier: Apache-2.0
"""The kind of case `privacy-duty`: something fell due, and a privacy officer sees to it.

It ends by itself once it is no longer due, or when the officer says what was done.
"""

from __future__ import annotations

from guiju.casework import CASE_MOVED, Case, Kind, LegalClock, Machine, Transition, meets, starts
from guiju.kernel import Actor, Text
from guiju.privacy import duty_store as store
from guiju.privacy.model import HANDLER
from guiju.storage import Tx

DUE = "due"
OPEN, DONE = "open", "done"
POOL = "pool"
"""A pool for training that holds records of somebody who has withdrawn: seen to by hand only."""
TEXTS = {
    "unassessed": Text(
        zh="可能含敏感信息，尚无有效的影响评估",
        en="may hold sensitive information, and no assessment is in force",
    ),
    "stale": Text(
        zh="评估之后用途、依据或字段有变，须重做评估",
        en="purpose, ground or columns have changed since; assess anew",
    ),
    "old": Text(zh="影响评估满一年，须再看", en="assessed a year ago; look at it again"),
    "unreviewed": Text(zh="影响评估待另一人复核", en="an assessment waits for another's review"),
    "undecided": Text(zh="对外提供的申请待决定", en="a disclosure waits for a decision"),
    "unrecorded": Text(
        zh="对外提供已批准，尚未登记给了什么",
        en="a disclosure was approved, and nobody has put on record what was given",
    ),
    "kept": Text(
        zh="法定保存期已满，决定去留", en="the time of keeping is over; decide whether it goes"
    ),
    "audit": Text(zh="个人信息保护合规审计", en="a compliance audit"),
    POOL: Text(
        zh="训练数据中有已撤回同意者的记录，须重新选取",
        en="a pool for training holds records of somebody who has withdrawn; make it anew",
    ),
}


def _after(tx: Tx, _actor: Actor, case: Case, line: Transition) -> None:
    """What is over by itself, or by a new pool, may fall due again."""
    row = store.find(tx, case.id)
    if row is not None and (line.verb == "lapse" or row.kind == POOL):
        store.let_go(tx, case.id)


DUTY = Kind(
    name="privacy-duty",
    prefix="PD",
    text=Text(zh="个人信息保护事项", en="duty of the privacy officer"),
    machine=Machine(
        "privacy-duty",
        OPEN,
        [
            Transition(
                OPEN,
                "finish",
                DONE,
                Text(zh="登记已办", en="say what was done"),
                CASE_MOVED,
                roles=(HANDLER,),
                by_person=True,
                needs_reason=True,
                clocks=(meets(DUE),),
            ),
            Transition(
                OPEN,
                "lapse",
                DONE,
                Text(zh="不再到期，自动了结", en="end it, as it is no longer due"),
                CASE_MOVED,
                clocks=(meets(DUE),),
            ),
        ],
    ),
    states={OPEN: Text(zh="待办", en="to be done"), DONE: Text(zh="已了结", en="done")},
    queue="privacy-duties",
    roles=(HANDLER,),
    clocks=(LegalClock(DUE, Text(zh="办理", en="to be done by")),),
    opens=(starts(DUE),),
    after=_after,
)
