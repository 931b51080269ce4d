# SPDX-License-Identifier: Apache-2.0
"""The tables of decisions and of approvals that a second person gives or refuses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Boolean, Column, Integer, LargeBinary, Row, String, select

from guiju.casework.ruling import Decision
from guiju.casework.sealing import owned_with_case
from guiju.storage import CanonicalJson, Instant, Tx, sealed, table

DECISION = table(
    "casework_decision",
    Column("id", String(40), primary_key=True),
    Column("case_id", String(40), nullable=False, index=True),
    Column("seq", Integer, nullable=False),
    Column("verb", String(40), nullable=False),
    Column("outcome", String(40), nullable=False),
    Column("grounds", CanonicalJson, nullable=False),
    Column(
        "facts",
        LargeBinary,
        nullable=False,
        info=sealed("casework_decision/{id}", owned_with_case()),
    ),
    Column("found_by_software", Boolean, nullable=False),
    Column("decided_by_software", Boolean, nullable=False),
    Column("decider", String(80), nullable=False),
    Column("second", String(80)),
    Column("made_at", Instant, nullable=False),
    Column("appealable_until", Instant),
)

APPROVAL = table(
    "casework_approval",
    Column("id", String(40), primary_key=True),
    Column("case_id", String(40), nullable=False, index=True),
    Column("verb", String(40), nullable=False),
    Column("state", String(40), nullable=False),
    Column("asked_by", String(80), nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("decided_by", String(80)),
    Column("decided_at", Instant),
    Column("approved", Boolean),
    Column("used_at", Instant),
)


def add_decision(tx: Tx, one: Decision, sealed: bytes) -> None:
    """Keep a decision; `sealed` are its facts under their key."""
    tx.insert(
        DECISION,
        {
            "id": one.id,
            "case_id": one.case,
            "seq": one.seq,
            "verb": one.verb,
            "outcome": one.outcome,
            "grounds": [ground.written() for ground in one.grounds],
            "facts": sealed,
            "found_by_software": one.found_by_software,
            "decided_by_software": one.decided_by_software,
            "decider": one.decider,
            "second": one.second,
            "made_at": one.made_at,
            "appealable_until": one.appealable_until,
        },
    )


def decisions(tx: Tx, case: str) -> Sequence[Row[Any]]:
    """The decisions in a case, in the order in which they were made."""
    wanted = select(DECISION).where(DECISION.c.case_id == case)
    return tx.rows(wanted.order_by(DECISION.c.seq))


def add_approval(tx: Tx, values: Mapping[str, Any]) -> None:
    """Keep that somebody asks for a second pair of eyes."""
    tx.insert(APPROVAL, values)


def change_approval(tx: Tx, approval: str, changes: Mapping[str, Any], expect: str) -> bool:
    """Change an approval whose column `expect` is still empty; False when it is not."""
    return tx.update(APPROVAL, {"id": approval}, changes, expect={expect: None})


def find_approval(tx: Tx, approval: str) -> Row[Any] | None:
    """The approval with this id."""
    return tx.row(select(APPROVAL).where(APPROVAL.c.id == approval))


def approvals(tx: Tx, case: str) -> Sequence[Row[Any]]:
    """What was asked for in a case, in order."""
    wanted = select(APPROVAL).where(APPROVAL.c.case_id == case)
    return tx.rows(wanted.order_by(APPROVAL.c.asked_at, APPROVAL.c.id))
