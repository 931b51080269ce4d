# SPDX-License-Identifier: Apache-2.0
"""The tables of the ledger and their SQL: entries, checkpoints, signing keys, stamps.

An entry's leaf stands in the tree; its `code` binds leaf and arrival before that. A checkpoint is a
signed note, a key carries a keyed code, a stamp is attested by a leaf of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    Row,
    String,
    Text,
    null,
    select,
    text,
)

from guiju.ledger.model import Checkpoint
from guiju.storage import Instant, Question, Tx, table

ENTRY = table(
    "ledger_entry",
    # SQLite numbers rows by itself only in a column called INTEGER.
    Column("arrival", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("id", String(40), nullable=False, unique=True),
    Column("position", BigInteger, nullable=True, unique=True),
    Column("subject", String(80), nullable=True),
    Column("leaf", LargeBinary, nullable=False),
    Column("code", LargeBinary(16), nullable=False),
    guard="self",
)

# Persons are most subjects, and nobody asks by them: only the few leaves about cases are indexed.
_IS_CASE = text("substr(subject, 1, 5) = 'case_'")
Index("ix_ledger_entry_case", ENTRY.c.subject, sqlite_where=_IS_CASE, postgresql_where=_IS_CASE)

CHECKPOINT = table(
    "ledger_checkpoint",
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("root", LargeBinary(32), nullable=False),
    Column("at", Instant, nullable=False),
    Column("note", Text, nullable=False),
    Column("peaks", LargeBinary, nullable=False),
    guard="self",
)

KEY = table(
    "ledger_key",
    Column("id", String(8), primary_key=True),
    Column("name", String(80), nullable=False),
    Column("algorithm", String(20), nullable=False),
    Column("public", LargeBinary, nullable=False),
    Column("private", LargeBinary, nullable=False),
    Column("made_at", Instant, nullable=False),
    guard="coded",
)

STAMP = table(
    "ledger_stamp",
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("tsa", String(300), primary_key=True),
    Column("at", Instant, nullable=False),
    Column("token", LargeBinary, nullable=False),
)

# One number for "somebody integrates": PostgreSQL's advisory lock.
_INTEGRATION_LOCK = 71_0019
_PAGE = 2_000

_LAST_ARRIVAL = "SELECT max(arrival) FROM ledger_entry"
# Plain text, so that values come as the database holds them, and thousands without conversion.
_PENDING = text(
    "SELECT arrival, leaf, code FROM ledger_entry WHERE position IS NULL ORDER BY arrival"
    " LIMIT :limit"
)
_LEAVES = select(ENTRY.c.position, ENTRY.c.leaf)
_WAITING = Question(select(ENTRY.c.arrival).where(ENTRY.c.position.is_(null())).limit(1))
_NEWEST = Question(select(CHECKPOINT).order_by(CHECKPOINT.c.size.desc()).limit(1))


def new_arrivals(tx: Tx, count: int) -> list[int]:
    """`count` arrival numbers, rising; on PostgreSQL from the sequence, without a lock."""
    if tx.dialect == "postgresql":
        drawn = text("SELECT nextval('ledger_entry_arrival_seq') FROM generate_series(1, :n)")
        return [row[0] for row in tx.execute(drawn, {"n": count})]
    first = int(tx.one_value(_LAST_ARRIVAL) or 0) + 1
    return list(range(first, first + count))


# The five columns of a new entry: arrival, id, subject, leaf, code.
NewEntry = tuple[int, str, str | None, bytes, bytes]
_ADD = "INSERT INTO ledger_entry (arrival, id, subject, leaf, code)"


def add_entries(tx: Tx, rows: list[NewEntry]) -> None:
    """Insert pending entries, many with one statement.

    Handed to the driver as it is: the hottest path of the house, and five plain columns need no
    conversion, which would cost as much as the insertion.
    """
    tx.insert_plain(_ADD, rows)


def lock_integration(tx: Tx) -> None:
    """Be the only one who gives positions; on SQLite a writing transaction is alone anyway."""
    if tx.dialect == "postgresql":
        tx.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _INTEGRATION_LOCK})


def anything_pending(tx: Tx) -> bool:
    """Whether an entry waits for its position."""
    return bool(tx.ask(_WAITING))


def pending(tx: Tx, limit: int) -> Sequence[Row[Any]]:
    """Arrival, leaf and code of entries without a position, by arrival."""
    return tx.execute(_PENDING, {"limit": limit}).all()


def set_positions(tx: Tx, arrivals: Sequence[int], first: int) -> None:
    """Give consecutive positions from `first`; neighbouring arrivals are one update."""
    runs = [
        {"low": low, "high": high, "shift": first + seen - low}
        for low, high, seen in _runs(arrivals)
    ]
    tx.execute(
        text(
            "UPDATE ledger_entry SET position = arrival + :shift"
            " WHERE arrival BETWEEN :low AND :high"
        ),
        runs,
    )


def _runs(arrivals: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    """Stretches without a gap: first, last, and how many came before."""
    if arrivals[-1] - arrivals[0] == len(arrivals) - 1:
        yield arrivals[0], arrivals[-1], 0
        return
    begin = 0
    for place in range(1, len(arrivals) + 1):
        if place == len(arrivals) or arrivals[place] != arrivals[place - 1] + 1:
            yield arrivals[begin], arrivals[place - 1], begin
            begin = place


def add_checkpoint(tx: Tx, made: Checkpoint, peaks: bytes) -> None:
    """Keep a signed checkpoint and the peaks from which the tree grows on."""
    values = {"size": made.size, "root": made.root, "at": made.at, "note": made.note}
    tx.insert(CHECKPOINT, {**values, "peaks": peaks})


def newest_checkpoint(tx: Tx) -> Any | None:
    """The checkpoint over the most leaves."""
    rows = tx.ask(_NEWEST)
    return rows[0] if rows else None


def checkpoint_at(tx: Tx, size: int) -> Row[Any] | None:
    """The checkpoint over exactly `size` leaves."""
    return tx.row(select(CHECKPOINT).where(CHECKPOINT.c.size == size))


def keys(tx: Tx) -> Sequence[Row[Any]]:
    """Every signing key, oldest first."""
    return tx.rows(select(KEY).order_by(KEY.c.made_at, KEY.c.id))


def add_key(tx: Tx, values: dict[str, Any]) -> None:
    """Keep a signing key."""
    tx.insert(KEY, values)


def leaves(tx: Tx, since: int, limit: int) -> Sequence[Row[Any]]:
    """Position and leaf from `since` on, in order."""
    wanted = _LEAVES.where(ENTRY.c.position >= since).order_by(ENTRY.c.position)
    return tx.rows(wanted.limit(limit))


def stream_leaves(tx: Tx, begin: int, end: int) -> Iterator[bytes]:
    """The leaves of positions [begin, end), a page at a time."""
    for start in range(begin, end, _PAGE):
        for row in leaves(tx, start, min(_PAGE, end - start)):
            yield row.leaf


def stream_entries(tx: Tx, begin: int, end: int) -> Iterator[Row[Any]]:
    """Arrival, position, leaf and code of positions [begin, end), a page at a time."""
    for start in range(begin, end, _PAGE):
        wanted = select(ENTRY.c.arrival, ENTRY.c.position, ENTRY.c.leaf, ENTRY.c.code)
        page = wanted.where(ENTRY.c.position.between(start, min(start + _PAGE, end) - 1))
        yield from tx.rows(page.order_by(ENTRY.c.position))


def entry(tx: Tx, evidence_id: str) -> Row[Any] | None:
    """Position and leaf of one entry by its id."""
    return tx.row(_LEAVES.where(ENTRY.c.id == evidence_id))


def about_case(tx: Tx, case: str) -> Sequence[Row[Any]]:
    """Position and leaf of what is on record about a case, by arrival."""
    wanted = _LEAVES.where(ENTRY.c.subject == case, _IS_CASE)
    return tx.rows(wanted.order_by(ENTRY.c.arrival))


def positions(tx: Tx, ids: Iterable[str]) -> dict[str, int | None]:
    """The position of each of these ids that exists."""
    wanted = select(ENTRY.c.id, ENTRY.c.position).where(ENTRY.c.id.in_(list(ids)))
    return {row.id: row.position for row in tx.rows(wanted)}


def arrivals(tx: Tx, ids: Iterable[str]) -> dict[str, int]:
    """The arrival of each of these ids that exists, whether it has a position or not."""
    wanted = select(ENTRY.c.id, ENTRY.c.arrival).where(ENTRY.c.id.in_(list(ids)))
    return {row.id: row.arrival for row in tx.rows(wanted)}


def add_stamp(tx: Tx, values: dict[str, Any]) -> bool:
    """Keep a stamp; False when this authority has stamped this checkpoint already."""
    return tx.insert_if_absent(STAMP, values)


def newest_stamp(tx: Tx, size: int) -> Row[Any] | None:
    """The newest stamp on a checkpoint of at most `size` leaves."""
    wanted = select(STAMP).where(STAMP.c.size <= size)
    return tx.row(wanted.order_by(STAMP.c.size.desc(), STAMP.c.at.desc()).limit(1))
