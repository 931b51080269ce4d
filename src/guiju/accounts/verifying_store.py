# SPDX-License-Identifier: Apache-2.0
"""The attested table `identity_verification`: assertions, levels, times; nobody's number."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Column, Integer, Row, String, bindparam, func, select

from guiju.accounts.verifying_model import Proof, Verification
from guiju.storage import Instant, Question, Tx, table

VERIFICATION = table(
    "identity_verification",
    Column("id", String(40), primary_key=True),
    Column("person", String(40), nullable=False, index=True),
    Column("proof", String(12), nullable=False),
    Column("level", Integer, nullable=False),
    Column("provider", String(80), nullable=False),
    Column("assertion", String(200), nullable=False),
    Column("development", Boolean, nullable=False),
    Column("verified_at", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    Column("withdrawn_at", Instant),
)

_MOST_SHOWN = 200


def add(tx: Tx, one: Verification) -> None:
    """Keep a new one."""
    row = {name: getattr(one, name) for name in Verification.__dataclass_fields__}
    tx.insert(VERIFICATION, {**row, "proof": one.proof.value})


def withdraw(tx: Tx, verification: str) -> bool:
    """Let it count no more; False when it was withdrawn before."""
    changes = {"withdrawn_at": tx.now}
    return tx.update(VERIFICATION, {"id": verification}, changes, expect={"withdrawn_at": None})


def find(tx: Tx, verification: str) -> Verification | None:
    """The one with this id."""
    row = tx.row(select(VERIFICATION).where(VERIFICATION.c.id == verification))
    return None if row is None else _made(row)


def of_person(tx: Tx, person: str) -> list[Verification]:
    """All of one person, the newest first."""
    wanted = select(VERIFICATION).where(VERIFICATION.c.person == person)
    newest = wanted.order_by(VERIFICATION.c.verified_at.desc()).limit(_MOST_SHOWN)
    return [_made(row) for row in tx.rows(newest)]


# Built once, for the hot path.
_LEVEL = Question(
    select(func.max(VERIFICATION.c.level).label("level")).where(
        VERIFICATION.c.person == bindparam("person"),
        VERIFICATION.c.withdrawn_at.is_(None),
        VERIFICATION.c.until > bindparam("now", type_=Instant),
    )
)


def level_of(tx: Tx, person: str, now: datetime) -> int:
    """How well the person is known now."""
    row = tx.ask_first(_LEVEL, person=person, now=now)
    return 0 if row is None or row.level is None else int(row.level)


def _made(row: Row[Any]) -> Verification:
    values = dict(row._mapping)  # noqa: SLF001 - the documented accessor of SQLAlchemy rows
    return Verification(**{**values, "proof": Proof(values["proof"])})
