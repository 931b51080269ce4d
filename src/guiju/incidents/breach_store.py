# SPDX-License-Identifier: Apache-2.0
"""The tables of breaches: what was decided of each, and whom it concerns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Row, String, func, select

from guiju.storage import CanonicalJson, Instant, Tx, table

BREACH = table(
    "breach",
    Column("case_id", String(40), primary_key=True),
    Column("incident", String(40), nullable=False, index=True),
    Column("natures", CanonicalJson, nullable=False),
    # What a named person has decided: `told` or `spared`; nothing while nobody has.
    Column("authority", String(8)),
    Column("people", String(8)),
    Column("closed_at", Instant),
)
# Whom it concerns, by pseudonym. Many at a time, so each row proves itself by its own code.
CONCERNED = table(
    "breach_person",
    Column("breach", String(40), primary_key=True),
    Column("person", String(40), primary_key=True, index=True),
    Column("told_at", Instant),
    guard="coded",
)
_B, _P = BREACH.c, CONCERNED.c


def add(tx: Tx, values: Mapping[str, Any]) -> None:
    """Keep a new breach."""
    tx.insert(BREACH, values)


def change(tx: Tx, case: str, changes: Mapping[str, Any]) -> None:
    """Write down how it now stands; the case's version keeps two writers apart."""
    tx.update(BREACH, {"case_id": case}, changes)


def find(tx: Tx, case: str) -> Row[Any] | None:
    """The breach of this case."""
    return tx.row(select(BREACH).where(_B.case_id == case))


def of_incident(tx: Tx, incident: str) -> Sequence[Row[Any]]:
    """The breaches that an incident led to, the oldest first."""
    return tx.rows(select(BREACH).where(_B.incident == incident).order_by(_B.case_id))


def newest(tx: Tx, most: int) -> Sequence[Row[Any]]:
    """The newest of all."""
    return tx.rows(select(BREACH).order_by(_B.case_id.desc()).limit(most))


def add_people(tx: Tx, case: str, people: Iterable[str]) -> None:
    """Keep whom it concerns, who were not there before; raises Conflict `already-there`."""
    rows = [{"breach": case, "person": one, "told_at": None} for one in people]
    tx.insert_many(CONCERNED, rows)


def people(tx: Tx, case: str) -> set[str]:
    """Whom it concerns, all of them."""
    return {str(row.person) for row in tx.rows(select(_P.person).where(_P.breach == case))}


def note_told(tx: Tx, case: str, person: str) -> None:
    """That this person was told, now; somebody who was not counted before is from now on."""
    row = {"breach": case, "person": person, "told_at": tx.now}
    if not tx.insert_if_absent(CONCERNED, row):
        tx.update(CONCERNED, {"breach": case, "person": person}, {"told_at": tx.now})


def to_tell(tx: Tx, case: str, most: int) -> list[str]:
    """Who was not told yet, at most so many."""
    wanted = select(_P.person).where(_P.breach == case, _P.told_at.is_(None))
    return [str(row.person) for row in tx.rows(wanted.order_by(_P.person).limit(most))]


def some(tx: Tx, case: str, most: int) -> list[str]:
    """Some of those whom it concerns."""
    wanted = select(_P.person).where(_P.breach == case).order_by(_P.person).limit(most)
    return [str(row.person) for row in tx.rows(wanted)]


def counts(tx: Tx, case: str) -> tuple[int, int]:
    """How many persons it concerns, and how many of them were told."""
    every, told = func.count().label("every"), func.count(_P.told_at).label("told")
    row = tx.row(select(every, told).where(_P.breach == case))
    return (0, 0) if row is None else (int(row.every), int(row.told))


def of_person(tx: Tx, person: str) -> Sequence[Row[Any]]:
    """The breaches that concern a person, with the case of each."""
    wanted = select(CONCERNED).where(_P.person == person)
    return tx.rows(wanted.order_by(_P.breach))


def forget_person(tx: Tx, person: str, most: int) -> int:
    """Remove this person from what concerned them; how many rows went."""
    rows = of_person(tx, person)[:most]
    return sum(tx.delete(CONCERNED, {"breach": one.breach, "person": person}) for one in rows)
