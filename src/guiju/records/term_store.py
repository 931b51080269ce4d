# SPDX-License-Identifier: Apache-2.0
"""The tables `record_term`, keyed digests of terms in sealed inputs, and `record_search`.

A term's row begins with the number of its record, so it goes with the record's content, by span.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Integer, Row, String, delete, func, select

from guiju.records.model import Exchange
from guiju.records.store import BODY
from guiju.storage import Instant, Tx, table

_DIGITS = 32
_PART, _AFTER = ".", "/"

TERM = table(
    "record_term",
    Column("id", String(60), primary_key=True),
    Column("mark", String(_DIGITS), nullable=False, index=True),
    Column("person", String(40), nullable=False, index=True),
    guard="coded",
    clustered=True,
)
SEARCH = table(
    "record_search",
    Column("id", String(40), primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("purpose", String(40), nullable=False),
    Column("reason", String(500), nullable=False),
    Column("reader", String(40), nullable=False),
    Column("at", Instant, nullable=False, index=True),
    Column("found", Integer, nullable=False),
)
_t, _s = TERM.c, SEARCH.c


def mark(tx: Tx, kind: str, term: str) -> str:
    """The keyed digest of a term, of 128 bits, with a domain for each kind."""
    return tx.keys.blind(f"record-term/{kind}", term)[:_DIGITS]


def add(tx: Tx, exchanges: Sequence[Exchange]) -> None:
    """Keep the terms of inputs that are kept."""
    rows = [
        {
            "id": f"{one.request}{_PART}{at:02}",
            "mark": mark(tx, kind, term),
            "person": one.person,
        }
        for one in exchanges
        if one.terms and one.retention_days > 0
        for at, (kind, term) in enumerate(one.terms)
    ]
    tx.insert_many(TERM, rows)


def drop_between(tx: Tx, first: str, last: str, *, beyond: bool) -> None:
    """Drop the terms of records from `first` up to, not including, `last`.

    `beyond`: those of `first` itself stay.
    """
    begin = first + _AFTER if beyond else first
    tx.execute(delete(TERM).where(_t.id >= begin, _t.id < last))


def drop_of(tx: Tx, request: str) -> None:
    """Drop the terms of one record."""
    tx.execute(delete(TERM).where(_t.id >= request + _PART, _t.id < request + _AFTER))


def drop_orphans(tx: Tx, after: str, most: int, person: str | None = None) -> tuple[str, int]:
    """Drop terms whose content is gone, of some rows after the id `after`, of one person or of all.

    The last id that was looked at, "" at the end, and how many were dropped.
    """
    wanted = select(_t.id).where(_t.id > after).order_by(_t.id).limit(most)
    rows = tx.rows(wanted if person is None else wanted.where(_t.person == person))
    requests = {row.id: row.id.partition(_PART)[0] for row in rows}
    there = select(BODY.c.request).where(BODY.c.request.in_(set(requests.values())))
    kept = {row.request for row in tx.rows(there)}
    gone = [one for one, request in requests.items() if request not in kept]
    if gone:
        tx.execute(delete(TERM).where(_t.id.in_(gone)))
    return (rows[-1].id if len(rows) == most else ""), len(gone)


def count_of(tx: Tx, person: str) -> int:
    """How many terms of a person's records are kept."""
    row = tx.row(select(func.count()).select_from(TERM).where(_t.person == person))
    return 0 if row is None else int(row[0])


def found(tx: Tx, marked: str, most: int) -> list[tuple[str, str]]:
    """The newest records with this term, each with its person."""
    wanted = select(_t.id, _t.person).where(_t.mark == marked).order_by(_t.id.desc())
    return [(row.id.partition(_PART)[0], row.person) for row in tx.rows(wanted.limit(most))]


def note(tx: Tx, values: dict[str, Any]) -> None:
    """Keep that somebody searched, and not for what."""
    tx.insert(SEARCH, values)


def searched(tx: Tx, since: datetime, reader: str | None = None) -> int:
    """How often somebody, or everybody, has searched after `since`."""
    wanted = select(func.count()).select_from(SEARCH).where(_s.at > since)
    row = tx.row(wanted if reader is None else wanted.where(_s.reader == reader))
    return 0 if row is None else int(row[0])


def newest(tx: Tx, most: int) -> Sequence[Row[Any]]:
    """The newest searches."""
    return tx.rows(select(SEARCH).order_by(_s.id.desc()).limit(most))
