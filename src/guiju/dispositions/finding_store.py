# SPDX-License-Identifier: Apache-2.0
"""The table `disposition_finding`: where something was found, and what became of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Column, Index, LargeBinary, Row, String, and_, select, text

from guiju.casework import wiped
from guiju.dispositions.model import Finding, FindingState, Source
from guiju.storage import Instant, Tx, owned_by, sealed, table

FINDING = table(
    "disposition_finding",
    Column("id", String(40), primary_key=True),
    Column("person", String(40)),
    Column("source", String(12), nullable=False),
    Column("request", String(40), index=True),
    Column("direction", String(8)),
    Column("harm", String(3), nullable=False),
    Column("rule", String(80), nullable=False),
    Column("detector", String(80), nullable=False),
    Column("action", String(8), nullable=False),
    Column("policy", String(64)),
    Column("state", String(12), nullable=False),
    Column("case", String(40), index=True),
    Column("raised_by", String(80), nullable=False),
    Column("raised_at", Instant, nullable=False),
    Column("decided_by", String(80)),
    Column("decided_at", Instant),
    Column("reason", LargeBinary, info=sealed("disposition_finding/{id}", owned_by("person"))),
)
# Ids rise with time, so this order is that of raising.
Index("ix_disposition_finding_of_person", FINDING.c.person, FINDING.c.id)
Index("ix_disposition_finding_by_state", FINDING.c.state, FINDING.c.id)
# A number of our own among the advisory locks of the database.
_FAMILY = 71_0049
_HEAD = [one for one in FINDING.columns if one.name != "reason"]
_NAMES = tuple(one.name for one in _HEAD)


def add(tx: Tx, findings: Sequence[Finding]) -> None:
    """Keep new findings."""
    tx.insert_many(FINDING, [_row(one) for one in findings])


def change(tx: Tx, finding: Finding, changes: dict[str, Any]) -> bool:
    """Change a finding that still stands as it was read; False otherwise."""
    expect = {"state": finding.state.value}
    return tx.update(FINDING, {"id": finding.id}, changes, expect=expect)


def find(tx: Tx, finding: str) -> Finding | None:
    """The finding with this id; what cannot be an id is not even asked for."""
    if not (finding.isascii() and finding.isprintable()):
        return None
    row = tx.row(select(*_HEAD).where(FINDING.c.id == finding))
    return None if row is None else _finding(row)


def wait_for_turn(tx: Tx, person: str) -> None:
    """Let nobody else count the findings about this person before this transaction ends.

    On PostgreSQL, where transactions run side by side: of two that record an input each, the second
    then sees both. SQLite has one writer at a time.
    """
    if tx.dialect == "postgresql":
        lock = text("SELECT pg_advisory_xact_lock(:family, hashtext(:person))")
        tx.execute(lock, {"family": _FAMILY, "person": person})


def newest_of(tx: Tx, person: str, most: int) -> list[Finding]:
    """The newest findings about a person, the newest first."""
    c = FINDING.c
    wanted = select(*_HEAD).where(c.person == person).order_by(c.id.desc()).limit(most)
    return [_finding(row) for row in tx.rows(wanted)]


def of_case(tx: Tx, case: str) -> list[Finding]:
    """The findings on which a case rests, in order."""
    wanted = select(*_HEAD).where(FINDING.c.case == case).order_by(FINDING.c.id)
    return [_finding(row) for row in tx.rows(wanted)]


def forgotten(tx: Tx, case: str) -> Iterator[int]:
    """Delete why the findings of a case were decided as they were."""
    spoken = and_(FINDING.c.case == case, FINDING.c.reason.is_not(None))
    yield from wiped(tx, FINDING, spoken, {"reason": None})


def of_request(tx: Tx, request: str) -> list[Finding]:
    """The findings in one record, in order."""
    wanted = select(*_HEAD).where(FINDING.c.request == request).order_by(FINDING.c.id)
    return [_finding(row) for row in tx.rows(wanted)]


def listed(tx: Tx, state: FindingState | None, most: int) -> list[Finding]:
    """The newest findings, of one state or of all."""
    wanted = select(*_HEAD).order_by(FINDING.c.id.desc()).limit(most)
    if state is not None:
        wanted = wanted.where(FINDING.c.state == state.value)
    return [_finding(row) for row in tx.rows(wanted)]


def _row(one: Finding) -> dict[str, Any]:
    values = {name: getattr(one, name) for name in _NAMES}
    return {**values, "source": one.source.value, "state": one.state.value}


def _finding(row: Row[Any]) -> Finding:
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's documented accessor
    return Finding(
        **{**values, "source": Source(values["source"]), "state": FindingState(values["state"])}
    )
