# SPDX-License-Identifier: Apache-2.0
"""What a person may see of what was done about them, and of their appeals; only reading."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from guiju.accounts import News
from guiju.casework import Case, Notice, get_case, history, notices
from guiju.dispositions import appeal_store, appeals, reasons, statement_store
from guiju.dispositions.appeal_kind import APPEAL, APPEALABLE
from guiju.dispositions.content_kind import CONTENT_ACTION
from guiju.dispositions.model import Statement
from guiju.kernel import NotFound, Text, isoformat
from guiju.storage import Tx

_NEWS = timedelta(days=30)
_FEW = 10
_BACK = frozenset({"restored", "overturned"})
_RESTORED = Text(
    zh="之前撤下的一项内容已恢复，可以再看。",
    en="Something that had been taken down is restored: you can have it again.",
)


class MyAppeal(NamedTuple):
    """An appeal with what the person wrote and what they were told."""

    case: Case
    words: list[str]
    told: list[Notice]

    @property
    def is_open(self) -> bool:
        """Whether the person can add to it or take it back."""
        return self.case.state in {"filed", "admissible", "waiting"}


class Mine(NamedTuple):
    """A statement, where its case stands now, until when one can appeal, and the appeal if any."""

    statement: Statement
    case: Case
    until: datetime | None
    appeal: MyAppeal | None


def mine(tx: Tx, person: str) -> list[Mine]:
    """Everything about this person, the newest first; nothing of somebody who was erased."""
    try:
        return [_of(tx, one) for one in reasons.statements_to(tx, person)]
    except NotFound:
        return []


def one_of_mine(tx: Tx, person: str, statement: str) -> Mine:
    """One of them; raises NotFound `statement-unknown`."""
    return _of(tx, reasons.get_statement(tx, statement, person))


def restored_to(tx: Tx, person: str) -> list[News]:
    """What was withheld or withdrawn and lately restored, whoever's content it was.

    Of the newest statements to the person only: each says why something was taken down.
    """
    found: dict[str, News] = {}
    for row in statement_store.of_person(tx, person, _FEW):
        case = get_case(tx, APPEALABLE, row.case)
        lately = case.closed_at is not None and case.closed_at > tx.now - _NEWS
        if case.kind is CONTENT_ACTION and case.state in _BACK and lately:
            found.setdefault(case.id, News(_RESTORED, f"/appeals/{row.id}"))
    return list(found.values())


def plain(one: Mine) -> dict[str, Any]:
    """For programs."""
    appeal = one.appeal
    return {
        "statement": one.statement.said,
        "digest": one.statement.digest,
        "state": one.case.state,
        "appeal_until": None if one.until is None else isoformat(one.until),
        "appeal": None
        if appeal is None
        else {
            "number": appeal.case.number,
            "state": appeal.case.state,
            "due": None if appeal.case.due is None else isoformat(appeal.case.due),
            "told": [told.words for told in appeal.told],
        },
    }


def _of(tx: Tx, statement: Statement) -> Mine:
    case = get_case(tx, APPEALABLE, statement.case)
    found = list(_appeals(tx, statement))
    until = appeals.appealable(tx, statement)
    return Mine(statement, case, until, found[-1] if found else None)


def _appeals(tx: Tx, statement: Statement) -> Iterator[MyAppeal]:
    for one in appeal_store.against(tx, statement.case):
        if one.statement == statement.id:
            case = get_case(tx, APPEAL, one.case)
            said = [
                each.reason
                for each in history(tx, case, opened=True)
                if each.reason and each.verb == "explain"
            ]
            words = said if case.is_open else said[:1]
            yield MyAppeal(case, words, notices(tx, case, opened=True))
