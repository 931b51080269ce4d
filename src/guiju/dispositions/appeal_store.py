# SPDX-License-Identifier: Apache-2.0
"""The table `disposition_appeal`: what an appeal is against, and how it ended."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Row, String, bindparam, select

from guiju.dispositions.model import Appeal
from guiju.storage import Question, Tx, table

APPEAL = table(
    "disposition_appeal",
    Column("case", String(40), primary_key=True),
    Column("against", String(40), nullable=False, index=True),
    Column("statement", String(40), nullable=False),
    Column("person", String(40), nullable=False, index=True),
    Column("outcome", String(12), index=True),
)
_UNDOING = ("overturned", "varied")
_ENDED = Question(select(APPEAL.c.case).where(APPEAL.c.outcome == bindparam("outcome")).limit(1))


def add(tx: Tx, appeal: Appeal) -> None:
    """Keep a new appeal."""
    tx.insert(APPEAL, {one.name: getattr(appeal, one.name) for one in APPEAL.columns})


def claim(against: str, person: str) -> str:
    """Under which word a person's open appeal against a case is known: one each."""
    return f"{against}/{person}"


def decide(tx: Tx, case: str, outcome: str) -> None:
    """Say how an appeal ended, whose case the caller has just moved on."""
    tx.update(APPEAL, {"case": case}, {"outcome": outcome})


def find(tx: Tx, case: str) -> Appeal | None:
    """The appeal that is dealt with in this case."""
    row = tx.row(select(APPEAL).where(APPEAL.c.case == case))
    return None if row is None else _appeal(row)


def get(tx: Tx, case: str) -> Appeal:
    """The same, of a case that is an appeal."""
    found = find(tx, case)
    if found is None:
        raise LookupError(case)
    return found


def any_overturned(tx: Tx) -> bool:
    """Whether an appeal has overturned or varied a decision, and that is yet to be noted."""
    return any(tx.ask(_ENDED, outcome=one) for one in _UNDOING)


def overturned(tx: Tx, most: int) -> list[Appeal]:
    """The newest appeals that overturned or varied a decision, where that is yet to be noted."""
    wanted = select(APPEAL).where(APPEAL.c.outcome.in_(_UNDOING)).order_by(APPEAL.c.case.desc())
    return [_appeal(row) for row in tx.rows(wanted.limit(most))]


def against(tx: Tx, action: str) -> list[Appeal]:
    """The appeals against what is done in this case, in order."""
    wanted = select(APPEAL).where(APPEAL.c.against == action).order_by(APPEAL.c.case)
    return [_appeal(row) for row in tx.rows(wanted)]


def of_person(tx: Tx, person: str, most: int = 100) -> list[Appeal]:
    """The appeals of a person, the newest first."""
    wanted = select(APPEAL).where(APPEAL.c.person == person).order_by(APPEAL.c.case.desc())
    return [_appeal(row) for row in tx.rows(wanted.limit(most))]


def _appeal(row: Row[Any]) -> Appeal:
    return Appeal(**dict(row._mapping))  # noqa: SLF001 - SQLAlchemy's documented accessor
