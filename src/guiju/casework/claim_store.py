# SPDX-License-Identifier: Apache-2.0
"""The table of claims: who has which case in hand, and until when. They lapse by themselves."""

from __future__ import annotations

from sqlalchemy import Column, String, bindparam, delete, select

from guiju.casework.case import Claim
from guiju.storage import Instant, Question, Tx, table

CLAIM = table(
    "casework_claim",
    Column("case_id", String(40), primary_key=True),
    Column("holder", String(80), nullable=False, index=True),
    Column("since", Instant, nullable=False),
    Column("until", Instant, nullable=False, index=True),
    guard="coded",
)
_LAPSED = Question(select(CLAIM.c.case_id).where(CLAIM.c.until <= bindparam("now")).limit(1))


def find(tx: Tx, case: str) -> Claim | None:
    """Who has the case in hand now; None when nobody has, or their time is over."""
    row = tx.row(select(CLAIM).where(CLAIM.c.case_id == case, CLAIM.c.until > tx.now))
    return None if row is None else Claim(row.case_id, row.holder, row.since, row.until)


def take(tx: Tx, claim: Claim) -> bool:
    """Keep a claim, unless somebody else's still counts; of two at once one is kept."""
    values = {"holder": claim.holder, "since": claim.since, "until": claim.until}
    key = {"case_id": claim.case}
    if tx.insert_if_absent(CLAIM, {**key, **values}):
        return True
    stands = tx.row(select(CLAIM).where(CLAIM.c.case_id == claim.case))
    if stands is None or (stands.holder != claim.holder and stands.until > tx.now):
        return False
    if stands.holder == claim.holder and stands.until > tx.now:
        values["since"] = stands.since
    expect = {"holder": stands.holder, "until": stands.until}
    return tx.update(CLAIM, key, values, expect=expect)


def any_lapsed(tx: Tx) -> bool:
    """Whether a claim is over; it counts no more, but its row is still there."""
    return bool(tx.ask(_LAPSED, now=tx.now))


def drop_lapsed(tx: Tx) -> None:
    """Clear away claims that are over."""
    tx.execute(delete(CLAIM).where(CLAIM.c.until <= tx.now))


def drop(tx: Tx, case: str) -> bool:
    """End a claim; False when there was none."""
    return tx.delete(CLAIM, {"case_id": case})
