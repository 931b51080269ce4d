# SPDX-License-Identifier: Apache-2.0
"""The table `label_waiver`: who accepted which terms for content without a visible label."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, String, bindparam, select

from guiju.accounts.model import Way
from guiju.storage import Instant, Question, Tx, table

LABEL_WAIVER = table(
    "label_waiver",
    Column("person", String(40), primary_key=True),
    Column("terms", String(64), primary_key=True),
    Column("way", String(4), nullable=False),
    Column("at", Instant, nullable=False),
)


_ACCEPTED = Question(select(LABEL_WAIVER).where(LABEL_WAIVER.c.person == bindparam("person")))


def add(tx: Tx, person: str, terms: str, way: Way) -> bool:
    """Keep an acceptance; False when this person had accepted these terms before."""
    row = {"person": person, "terms": terms, "way": way.value, "at": tx.now}
    return tx.insert_if_absent(LABEL_WAIVER, row)


def accepted(tx: Tx, person: str) -> dict[str, datetime]:
    """The digests of all terms that this person accepted, and when."""
    return {row.terms: row.at for row in tx.ask(_ACCEPTED, person=person)}
