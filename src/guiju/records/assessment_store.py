# SPDX-License-Identifier: Apache-2.0
"""The tables `impact_assessment` and `privacy_audit`: what was weighed, by whom, and until when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Boolean, Column, Row, String, Text, select

from guiju.storage import CanonicalJson, Instant, Tx, table

ASSESSMENT = table(
    "impact_assessment",
    Column("id", String(40), primary_key=True),
    Column("state", String(12), nullable=False, index=True),
    Column("title", String(200), nullable=False),
    Column("triggers", CanonicalJson, nullable=False),
    # The classes, purposes and disclosures it is about, and the digest of what they said then.
    Column("about", CanonicalJson, nullable=False),
    Column("register", String(64), nullable=False),
    # The three contents of the law.
    Column("lawfulness", Text, nullable=False),
    Column("effects", Text, nullable=False),
    Column("safeguards", Text, nullable=False),
    Column("replaces", String(40)),
    Column("author", String(80), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("reviewer", String(80)),
    Column("reviewed_at", Instant),
    Column("review", Text),
    Column("keep_until", Instant),
    Column("due_at", Instant),
)

AUDIT = table(
    "privacy_audit",
    Column("id", String(40), primary_key=True),
    Column("auditor", String(200), nullable=False),
    Column("outside", Boolean, nullable=False),
    Column("scope", Text, nullable=False),
    Column("findings", Text, nullable=False),
    Column("report", String(64), nullable=False),
    Column("ended_on", String(10), nullable=False),
    Column("noted_by", String(80), nullable=False),
    Column("noted_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
)


def add(tx: Tx, values: Mapping[str, Any]) -> None:
    """Keep a new assessment."""
    tx.insert(ASSESSMENT, values)


def change(tx: Tx, id_: str, state: str, changes: Mapping[str, Any]) -> bool:
    """Change one that is still in this state; False when it is not."""
    return tx.update(ASSESSMENT, {"id": id_}, changes, expect={"state": state})


def find(tx: Tx, id_: str) -> Row[Any] | None:
    """The assessment with this id."""
    return tx.row(select(ASSESSMENT).where(ASSESSMENT.c.id == id_))


def newest(tx: Tx, most: int) -> Sequence[Row[Any]]:
    """The newest assessments."""
    return tx.rows(select(ASSESSMENT).order_by(ASSESSMENT.c.id.desc()).limit(most))


def in_state(tx: Tx, state: str) -> Sequence[Row[Any]]:
    """All in one state, the oldest first."""
    wanted = select(ASSESSMENT).where(ASSESSMENT.c.state == state)
    return tx.rows(wanted.order_by(ASSESSMENT.c.id))


def add_audit(tx: Tx, values: Mapping[str, Any]) -> None:
    """Keep a new audit."""
    tx.insert(AUDIT, values)


def audits(tx: Tx, most: int) -> Sequence[Row[Any]]:
    """The newest audits by the day they ended."""
    order = (AUDIT.c.ended_on.desc(), AUDIT.c.id.desc())
    return tx.rows(select(AUDIT).order_by(*order).limit(most))
