# SPDX-License-Identifier: Apache-2.0
"""The tables of incidents: how each stands, what is stated of it, what the public was told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Boolean, Column, Integer, LargeBinary, Row, String, Text, and_, select

from guiju.casework import owned_with_case, wiped
from guiju.storage import CanonicalJson, Instant, Tx, sealed, table

INCIDENT = table(
    "incident",
    Column("case_id", String(40), primary_key=True),
    Column("category", String(12), nullable=False),
    Column("operator", String(32), nullable=False),
    Column("thing", String(200)),
    # The same as the thing while that opens no other case, whoever sees it at the same moment.
    Column("held", String(200), unique=True),
    Column("lasting", Boolean, nullable=False),
    Column("found_at", Instant, nullable=False),
    Column("grade", String(12)),
    Column("version", Integer, nullable=False),
)
_I = INCIDENT.c
STATEMENT = table(
    "incident_statement",
    Column("case_id", String(40), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("facts", CanonicalJson, nullable=False),
    Column(
        "words",
        LargeBinary,
        nullable=False,
        info=sealed("incident_statement/{case_id}/{version}", owned_with_case()),
    ),
    Column("author", String(80), nullable=False),
    Column("at", Instant, nullable=False),
)
ENTRY = table(
    "incident_entry",
    Column("id", String(40), primary_key=True),
    Column("case_id", String(40), nullable=False, index=True),
    Column("zh", Text, nullable=False),
    Column("en", Text, nullable=False),
    Column("at", Instant, nullable=False, index=True),
    Column("by", String(80), nullable=False),
    Column("withdrawn_at", Instant),
    Column("withdrawn_by", String(80)),
)
EPISODE = table(
    "incident_episode",
    Column("sign", String(40), primary_key=True),
    Column("loud_at", Instant, nullable=False),
    guard="coded",
)


def add(tx: Tx, values: Mapping[str, Any]) -> None:
    """Keep a new incident; raises Conflict `already-there` when its thing has opened one."""
    tx.insert(INCIDENT, values)


def change(tx: Tx, case: str, changes: Mapping[str, Any]) -> None:
    """Write down how it now stands; the case's version keeps two writers apart."""
    tx.update(INCIDENT, {"case_id": case}, changes)


def find(tx: Tx, case: str) -> Row[Any] | None:
    """The incident of this case."""
    return tx.row(select(INCIDENT).where(_I.case_id == case))


def held(tx: Tx, thing: str) -> str | None:
    """The case that this thing has opened and that keeps it from opening another one."""
    row = tx.row(select(_I.case_id).where(_I.held == thing))
    return None if row is None else str(row.case_id)


def newest(tx: Tx, limit: int) -> Sequence[Row[Any]]:
    """The newest incidents."""
    return tx.rows(select(INCIDENT).order_by(_I.case_id.desc()).limit(limit))


def add_statement(tx: Tx, values: Mapping[str, Any]) -> None:
    """Keep a version of what is stated."""
    tx.insert(STATEMENT, values)


def statement(tx: Tx, case: str, version: int) -> Row[Any] | None:
    """One version of what is stated."""
    s = STATEMENT.c
    return tx.row(select(STATEMENT).where(s.case_id == case, s.version == version))


def forgotten(tx: Tx, case: str) -> Iterator[int]:
    """Delete what was stated in words; the numbers stay."""
    spoken = and_(STATEMENT.c.case_id == case, STATEMENT.c.words != b"")
    yield from wiped(tx, STATEMENT, spoken, {"words": b""})


def add_entry(tx: Tx, values: Mapping[str, Any]) -> None:
    """Keep what is said in public."""
    tx.insert(ENTRY, values)


def withdraw_entry(tx: Tx, entry: str, by: str) -> bool:
    """Take it back; False when it was."""
    changes = {"withdrawn_at": tx.now, "withdrawn_by": by}
    return tx.update(ENTRY, {"id": entry}, changes, expect={"withdrawn_at": None})


def find_entry(tx: Tx, entry: str) -> Row[Any] | None:
    """What was said, by its id."""
    return tx.row(select(ENTRY).where(ENTRY.c.id == entry))


def entries(tx: Tx, case: str | None, limit: int) -> Sequence[Row[Any]]:
    """What was said in public, newest first; all of one case, or what stands of all."""
    wanted = select(ENTRY).order_by(ENTRY.c.at.desc(), ENTRY.c.id).limit(limit)
    if case is None:
        return tx.rows(wanted.where(ENTRY.c.withdrawn_at.is_(None)))
    return tx.rows(wanted.where(ENTRY.c.case_id == case))
