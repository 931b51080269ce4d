# SPDX-License-Identifier: Apache-2.0
"""What a complainant sees of a complaint: its state in plain words, what was said and can be done.

Internal reasons, names and queues are never part of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from guiju.casework import Case, RunningClock, clocks, decisions, history, mail_standing
from guiju.complaints import kind as kinds
from guiju.complaints import store
from guiju.complaints.model import Category, FileHead, Outcome
from guiju.kernel import Text
from guiju.storage import Tx

# Reasons that were written for the complainant, and those that the complainant wrote.
_OURS = frozenset({"ask", "transfer"})
_THEIRS = frozenset({"answer", "reopen", "close"})
_PLAIN = {
    kinds.RECEIVED: Text(zh="已收到。", en="We have received it."),
    kinds.RECEIPTED: Text(
        zh="已收到，正在决定是否受理。",
        en="We have received it and are deciding whether to take it up.",
    ),
    kinds.ACCEPTED: Text(zh="已受理，即将核查。", en="It is accepted and will be looked into."),
    kinds.HANDLING: Text(zh="正在核查处理。", en="It is being looked into."),
    kinds.WAITING: Text(
        zh="需要你补充情况，反馈时限已暂停。请在下方回复。",
        en="We need to know more from you; the limit stands still until then. Please answer below.",
    ),
    kinds.DECLINED: Text(
        zh="已有决定，即将告知。", en="There is a decision; you will be told soon."
    ),
    kinds.TRANSFERRED: Text(
        zh="已转交有权处理的单位。", en="It was transferred to whom it concerns."
    ),
    kinds.DECIDED: Text(
        zh="已有结论，即将告知。", en="There is a decision; you will be told soon."
    ),
    kinds.TOLD: Text(
        zh="结果如下。你可以评价，或申请复核一次。",
        en="The outcome stands below. You may rate it, or ask once for another look.",
    ),
    kinds.CLOSED: Text(zh="已结束。", en="It is closed."),
    kinds.REOPENED: Text(zh="正由另一人复核。", en="Somebody else is looking at it once more."),
    kinds.SETTLED: Text(zh="已归档。", en="It is settled."),
}


_ONLY_RATED = Text(
    zh="复核结果如下。你可以评价。",
    en="The outcome of the other look stands below. You may rate it.",
)


@dataclass(frozen=True, slots=True)
class Said:
    """Something that was said: by us, or by the complainant."""

    at: datetime
    ours: bool
    words: str


@dataclass(frozen=True, slots=True)
class Followed:
    """A complaint as its complainant sees it; `may` are the verbs that wait for them.

    `mail`: how they are told by mail: `none`, `asked`, `over`, `refused` or `confirmed`.
    """

    case: Case
    category: Category
    state: Text
    outcome: Outcome | None
    said: tuple[Said, ...]
    files: tuple[FileHead, ...]
    acceptance: RunningClock | None
    feedback: RunningClock | None
    answer_by: datetime | None
    reopen_by: datetime | None
    may: frozenset[str]
    mail: str


def last_day(due: datetime) -> datetime:
    """A moment of the last day before a limit is over: days end at midnight."""
    return due - timedelta(seconds=1)


def follow(tx: Tx, case: Case) -> Followed:
    """What the holder of the receipt may see; raises NotFound `key-destroyed`."""
    row, pace = store.find(tx, case.id), store.find_pace(tx, case.id)
    if row is None or pace is None:
        raise RuntimeError(f"the case {case.id} has no complaint")
    stand = {one.name: one for one in clocks(tx, case)}
    told = case.state in kinds.AFTER_TELLING
    outcome = pace.outcome if told or case.state == kinds.REOPENED else None
    said = (*_steps(tx, case), *(_found(tx, case) if outcome else ()))
    answering, settling = stand.get(kinds.ANSWERING), stand.get(kinds.SETTLING)
    return Followed(
        case=case,
        category=Category(row.category),
        state=_ONLY_RATED if case.state == kinds.TOLD and pace.reopened else _PLAIN[case.state],
        outcome=Outcome(outcome) if outcome else None,
        said=tuple(sorted(said, key=lambda one: one.at)),
        files=tuple(store.files(tx, case.id)),
        acceptance=stand.get(kinds.ACCEPTANCE),
        feedback=stand.get(kinds.FEEDBACK),
        answer_by=answering.due if answering and case.state == kinds.WAITING else None,
        reopen_by=settling.due if settling and _may_reopen(pace.reopened, case) else None,
        may=_may(pace.reopened, case),
        mail=_mail(tx, case),
    )


def _mail(tx: Tx, case: Case) -> str:
    standing = mail_standing(tx, case.id)
    if standing.contact is not None:
        return "confirmed"
    if standing.refused_at is not None:
        return "refused"
    if standing.asked is None:
        return "none" if standing.kept is None else "over"
    return "over" if standing.asked.until <= tx.now else "asked"


def _steps(tx: Tx, case: Case) -> list[Said]:
    return [
        Said(one.at, one.verb in _OURS, one.reason)
        for one in history(tx, case, opened=True)
        if one.reason and one.verb in _OURS | _THEIRS
    ]


def _found(tx: Tx, case: Case) -> list[Said]:
    """What was decided, as far as it has been told: the last one of a second look may not be."""
    made = decisions(tx, case, opened=True)
    shown = made if case.state in kinds.AFTER_TELLING else made[:1]
    return [Said(one.made_at, True, one.facts or "") for one in shown]  # noqa: FBT003 - a field


def _may_reopen(reopened: bool, case: Case) -> bool:  # noqa: FBT001 - a column
    return not reopened and case.state in {kinds.TOLD, kinds.CLOSED}


def _may(reopened: bool, case: Case) -> frozenset[str]:  # noqa: FBT001 - a column
    found = {"answer"} if case.state == kinds.WAITING else set()
    if case.state == kinds.TOLD:
        found.add("close")
    if _may_reopen(reopened, case):
        found.add("reopen")
    return frozenset(found)
