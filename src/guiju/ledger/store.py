# SPDX-License-Identifier: Apache-2.0
"""The tables of the ledger and their SQL: entries, checkpoints, signing keys, stamps.

An entry's leaf stands in the tree; its `code` binds leaf and arrival before that. A checkpoint is a
signed note, a key carries a keyed code, a stamp is attested by a leaf of its own.

An entry is pending while it has no position, or one that no checkpoint covers yet: on SQLite, which
has one writer at a time, most get theirs when they are appended.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    Row,
    Select,
    String,
    Text,
    bindparam,
    case,
    exists,
    func,
    literal_column,
    null,
    or_,
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

_NEWEST_SIZE = "SELECT max(size) FROM ledger_checkpoint"
_FAR = 1 << 62  # leaves as much room again for positions that go on from a forged one
_BY_ARRIVAL = attrgetter("arrival")
# With an upper end too, so that no database thinks it a third of all rows, and reads them all.
_FROM = "position BETWEEN :first AND (SELECT max(position) FROM ledger_entry)"
_TAKE_BACK = text(f"UPDATE ledger_entry SET position = NULL WHERE {_FROM}")
_AFTER = text(
    "SELECT arrival, leaf FROM ledger_entry WHERE position IS NULL"
    f" UNION ALL SELECT arrival, leaf FROM ledger_entry WHERE {_FROM} ORDER BY arrival"
)
_NEWEST = Question(select(CHECKPOINT).order_by(CHECKPOINT.c.size.desc()).limit(1))

# How many leaves are in the tree, and the highest position. Each is the end of an index; asked for
# together in one SELECT, or as "some position is at least", they would be looked for in all rows.
_SIZE = select(func.coalesce(func.max(CHECKPOINT.c.size), 0)).scalar_subquery()
_HIGHEST = select(func.max(ENTRY.alias("every").c.position)).scalar_subquery()
_UNPLACED_ONE = exists().where(ENTRY.c.position.is_(null()))
# Without types: values come as the database holds them, whatever somebody has put there.
_COLUMNS: list[Any] = [literal_column(one) for one in ("arrival", "position", "leaf", "code")]
_WHOLE: Select[Any] = select(*_COLUMNS).select_from(ENTRY)
_UNPLACED = Question(
    _WHOLE.where(ENTRY.c.position.is_(null()))
    .order_by(ENTRY.c.arrival)
    .limit(bindparam("limit", type_=Integer))
)
_PLACED = Question(
    _WHOLE.where(ENTRY.c.position >= _SIZE)
    .order_by(ENTRY.c.position)
    .limit(bindparam("limit", type_=Integer))
)
_KEYS = Question(select(KEY).order_by(KEY.c.made_at, KEY.c.id))
_WAITING = Question(select(or_(_UNPLACED_ONE, _HIGHEST >= _SIZE).label("waits")))
_LAST = Question(
    select(ENTRY.c.arrival, ENTRY.c.position, _HIGHEST.label("highest"), _SIZE.label("size"))
    .order_by(ENTRY.c.arrival.desc())
    .limit(1)
)

_INDEX = case((ENTRY.c.position < _SIZE, ENTRY.c.position)).label("position")
_INTEGRATED = select(ENTRY.c.position, ENTRY.c.leaf).where(ENTRY.c.position < _SIZE)
_LEAVES = select(_INDEX, ENTRY.c.leaf)


class Places(NamedTuple):
    """Where new entries go: their arrivals, and the position of the first, or None for none yet."""

    arrivals: Sequence[int]
    first: int | None


def new_places(tx: Tx, count: int) -> Places:
    """`count` arrival numbers, rising, and positions where they are plain.

    On PostgreSQL the numbers come from a sequence, without a lock, and who commits first is not
    known. On SQLite nobody else writes meanwhile, so what comes next is known.
    """
    if tx.dialect == "postgresql":
        drawn = text("SELECT nextval('ledger_entry_arrival_seq') FROM generate_series(1, :n)")
        return Places([row[0] for row in tx.execute(drawn, {"n": count})], None)
    last = tx.ask_first(_LAST)
    if last is None:
        return Places(range(1, count + 1), 0 if tx.one_value(_NEWEST_SIZE) is None else None)
    first = last.arrival + 1
    return Places(range(first, first + count), last.position + 1 if _goes_on(last) else None)


def _goes_on(last: Any) -> bool:
    """Whether the positions may go on after the last row: nothing above it, no gap below it.

    They do unless somebody altered the table or rows of an older version wait. An entry without a
    position is given one by `integrate`, so that appending never fails for what was altered.
    """
    place = last.position
    return (
        type(place) is int
        and place == last.highest
        and 0 <= place < _FAR
        and type(last.size) is int
        and place + 1 >= last.size
    )


# The five columns of a new entry beside its position: arrival, id, subject, leaf, code.
NewEntry = tuple[int, str, str | None, bytes, bytes]
_ADD = "INSERT INTO ledger_entry (arrival, id, subject, leaf, code)"
_ADD_PLACED = "INSERT INTO ledger_entry (arrival, id, subject, leaf, code, position)"


def add_entries(tx: Tx, rows: list[NewEntry], first: int | None) -> None:
    """Insert pending entries, many with one statement, in positions from `first` on.

    Handed to the driver as it is: the hottest path of the house, and plain columns need no
    conversion, which would cost as much as the insertion.
    """
    if first is None:
        tx.insert_plain(_ADD, rows)
    else:
        tx.insert_plain(_ADD_PLACED, [(*row, place) for place, row in enumerate(rows, first)])


def lock_integration(tx: Tx) -> None:
    """Be the only one who gives positions; on SQLite a writing transaction is alone anyway."""
    if tx.dialect == "postgresql":
        tx.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _INTEGRATION_LOCK})


def anything_pending(tx: Tx) -> bool:
    """Whether an entry waits to be covered by a checkpoint."""
    ((waits,),) = tx.ask(_WAITING)
    return bool(waits)


def pending(tx: Tx, limit: int) -> list[Any]:
    """Arrival, position, leaf and code of so many pending entries, by arrival.

    Two questions, as each is answered by an index and both in one are not.
    """
    both = [*tx.ask(_UNPLACED, limit=limit), *tx.ask(_PLACED, limit=limit)]
    return sorted(both, key=_BY_ARRIVAL)[:limit]


def pending_after(tx: Tx, size: int) -> Iterator[bytes]:
    """The leaves that no checkpoint over `size` leaves covers, by arrival."""
    for row in tx.execute(_AFTER, {"first": size}):
        yield row.leaf


def take_back(tx: Tx, first: int) -> bool:
    """Leave all entries without their position that have `first` or a higher one; were there any?

    Before others get these: no two may have the same, not even while a statement runs.
    """
    return tx.connection.execute(_TAKE_BACK, {"first": first}).rowcount > 0


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
    return tx.ask_first(_NEWEST)


def checkpoint_at(tx: Tx, size: int) -> Row[Any] | None:
    """The checkpoint over exactly `size` leaves."""
    return tx.row(select(CHECKPOINT).where(CHECKPOINT.c.size == size))


def keys(tx: Tx) -> Sequence[Any]:
    """Every signing key, oldest first."""
    return tx.ask(_KEYS)


def add_key(tx: Tx, values: dict[str, Any]) -> None:
    """Keep a signing key."""
    tx.insert(KEY, values)


def leaves(tx: Tx, since: int, limit: int) -> Sequence[Row[Any]]:
    """Position and leaf of what is in the tree from `since` on, in order."""
    wanted = _INTEGRATED.where(ENTRY.c.position >= since).order_by(ENTRY.c.position)
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
    """Position, None while it is pending, and leaf of one entry by its id."""
    return tx.row(_LEAVES.where(ENTRY.c.id == evidence_id))


def about_case(tx: Tx, case: str) -> Sequence[Row[Any]]:
    """Position, None while pending, and leaf of what is on record about a case, by arrival."""
    wanted = _LEAVES.where(ENTRY.c.subject == case, _IS_CASE)
    return tx.rows(wanted.order_by(ENTRY.c.arrival))


def positions(tx: Tx, ids: Iterable[str]) -> dict[str, int | None]:
    """The position of each of these ids that exists, None while it is pending."""
    wanted = select(ENTRY.c.id, _INDEX).where(ENTRY.c.id.in_(list(ids)))
    return {row.id: row.position for row in tx.rows(wanted)}


def arrivals(tx: Tx, ids: Iterable[str]) -> dict[str, int]:
    """The arrival of each of these ids that exists, whether it is pending or not."""
    wanted = select(ENTRY.c.id, ENTRY.c.arrival).where(ENTRY.c.id.in_(list(ids)))
    return {row.id: row.arrival for row in tx.rows(wanted)}


def add_stamp(tx: Tx, values: dict[str, Any]) -> bool:
    """Keep a stamp; False when this authority has stamped this checkpoint already."""
    return tx.insert_if_absent(STAMP, values)


def newest_stamp(tx: Tx, size: int) -> Row[Any] | None:
    """The newest stamp on a checkpoint of at most `size` leaves."""
    wanted = select(STAMP).where(STAMP.c.size <= size)
    return tx.row(wanted.order_by(STAMP.c.size.desc(), STAMP.c.at.desc()).limit(1))
