# SPDX-License-Identifier: Apache-2.0
"""The table `consent`: every answer ever given, in order; the last of each purpose counts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Column, Integer, Row, Select, String, bindparam, func, select

from guiju.accounts.consent_model import Consent, Purpose
from guiju.storage import Instant, Question, Tx, table

CONSENT = table(
    "consent",
    Column("person", String(40), primary_key=True),
    Column("purpose", String(12), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("given", Boolean, nullable=False),
    Column("asked", String(64), nullable=False),
    Column("language", String(2), nullable=False),
    Column("way", String(8), nullable=False),
    Column("by", String(80), nullable=False),
    Column("at", Instant, nullable=False),
)


def add(tx: Tx, one: Consent) -> bool:
    """Keep an answer; False when somebody answered at the same moment."""
    row = {name.name: getattr(one, name.name) for name in CONSENT.columns}
    return tx.insert_if_absent(CONSENT, {**row, "purpose": one.purpose.value})


def history(tx: Tx, person: str) -> list[Consent]:
    """All answers of a person, the newest first."""
    mine = select(CONSENT).where(CONSENT.c.person == person)
    rows = tx.rows(mine.order_by(CONSENT.c.at.desc(), CONSENT.c.number.desc()))
    return [_consent(row) for row in rows]


def last(tx: Tx, person: str, purpose: Purpose) -> Consent | None:
    """The answer that counts for this purpose."""
    mine = (CONSENT.c.person == person) & (CONSENT.c.purpose == purpose.value)
    wanted = select(CONSENT).where(mine).order_by(CONSENT.c.number.desc()).limit(1)
    row = tx.row(wanted)
    return None if row is None else _consent(row)


def _standing() -> Select[Any]:
    """The last answer of `person` to each purpose."""
    whose = CONSENT.c.person == bindparam("person")
    best = (
        select(CONSENT.c.purpose, func.max(CONSENT.c.number).label("number"))
        .where(whose)
        .group_by(CONSENT.c.purpose)
        .subquery()
    )
    return (
        select(CONSENT.c.purpose, CONSENT.c.number, CONSENT.c.given)
        .join(best, (CONSENT.c.purpose == best.c.purpose) & (CONSENT.c.number == best.c.number))
        .where(whose)
    )


_STANDING = Question(_standing())


def standing(tx: Tx, person: str) -> dict[str, int]:
    """The last answers of a person by purpose: the number where it was yes, minus it where no.

    One query that was built once, for the hot path.
    """
    rows = tx.ask(_STANDING, person=person)
    return {row.purpose: row.number if row.given else -row.number for row in rows}


def withdrawn_since(tx: Tx, purpose: Purpose, since: datetime) -> list[str]:
    """Who has said no to this purpose since a moment, also those who said yes again."""
    no = (CONSENT.c.purpose == purpose.value) & CONSENT.c.given.is_(False)
    wanted = select(CONSENT.c.person).where(no, CONSENT.c.at >= since).distinct()
    return [str(row.person) for row in tx.rows(wanted.order_by(CONSENT.c.person))]


def counted(tx: Tx) -> dict[tuple[str, bool], int]:
    """How many people stand at yes or no, by purpose."""
    best = (
        select(CONSENT.c.person, CONSENT.c.purpose, func.max(CONSENT.c.number).label("number"))
        .group_by(CONSENT.c.person, CONSENT.c.purpose)
        .subquery()
    )
    same = (
        (CONSENT.c.person == best.c.person)
        & (CONSENT.c.purpose == best.c.purpose)
        & (CONSENT.c.number == best.c.number)
    )
    grouped = select(CONSENT.c.purpose, CONSENT.c.given, func.count().label("people")).join(
        best, same
    )
    rows = tx.rows(grouped.group_by(CONSENT.c.purpose, CONSENT.c.given))
    return {(row.purpose, bool(row.given)): int(row.people) for row in rows}


def _consent(row: Row[Any]) -> Consent:
    return Consent(
        person=row.person,
        purpose=Purpose(row.purpose),
        number=row.number,
        given=bool(row.given),
        asked=row.asked,
        language=row.language,
        way=row.way,
        by=row.by,
        at=row.at,
    )
