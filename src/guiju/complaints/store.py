# SPDX-License-Identifier: Apache-2.0
"""Tables of complaints: what was given (sealed), attachments, pace, what was promised."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    Row,
    String,
    and_,
    func,
    or_,
    select,
)

from guiju.casework import owned_with_case, wiped
from guiju.complaints.model import Category, Channel, FileHead, Head
from guiju.storage import CanonicalJson, Instant, Tallies, Tx, sealed, table

PER_PAGE = 50

COMPLAINT = table(
    "complaint",
    Column("case_id", String(40), primary_key=True),
    Column("number", String(24), nullable=False),
    Column("category", String(12), nullable=False),
    Column("channel", String(12), nullable=False),
    Column("language", String(2), nullable=False),
    # Keyed or slow digests: nothing of what somebody wrote can be guessed from them.
    Column("receipt", String(64), nullable=False, unique=True),
    Column("same_about", String(64), index=True),
    Column("same_text", String(64), index=True),
    Column("cluster", String(40), nullable=False, index=True),
    Column(
        "words",
        LargeBinary,
        nullable=False,
        info=sealed("complaint/{case_id}", owned_with_case()),
    ),
    Column("received_at", Instant, nullable=False, index=True),
)

FILE = table(
    "complaint_file",
    Column("id", String(40), primary_key=True),
    Column("case_id", String(40), nullable=False, index=True),
    Column("ordinal", Integer, nullable=False),
    Column("kind", String(8), nullable=False),
    Column("size", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    Column(
        "content",
        LargeBinary,
        nullable=False,
        info=sealed("complaint/{id}", owned_with_case()),
    ),
)

# Drawn from the steps, which are evidence already; so it carries a code and needs no leaf.
PACE = table(
    "complaint_pace",
    Column("case_id", String(40), primary_key=True),
    Column("received_at", Instant, nullable=False),
    Column("category", String(12), nullable=False),
    Column("channel", String(12), nullable=False),
    Column("acceptance_limit", Integer),
    Column("feedback_limit", Integer),
    Column("access_days", Integer, nullable=False),
    Column("acceptance", Integer),
    Column("feedback", Integer),
    Column("paused", Integer, nullable=False),
    Column("asked_at", Instant),
    Column("outcome", String(16)),
    Column("reopened", Boolean, nullable=False),
    Column("access_until", Instant),
    guard="coded",
)
Index("ix_complaint_pace_received_at", PACE.c.received_at)

PROCESS = table(
    "complaint_process",
    Column("policy", String(64), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("body", CanonicalJson),
    Column("published_at", Instant, nullable=False),
)

TALLY = table(
    "complaint_tally",
    Column("name", String(80), primary_key=True),
    Column("amount", Integer, nullable=False),
    Column("until", Instant, nullable=False, index=True),
    guard="coded",
)
TALLIES = Tallies(TALLY)


# -- what was given --------------------------------------------------------------------------------


def add(tx: Tx, values: Mapping[str, Any]) -> None:
    """Keep a complaint."""
    tx.insert(COMPLAINT, values)


def find(tx: Tx, case: str) -> Row[Any] | None:
    """The complaint of a case, its words sealed."""
    return tx.row(select(COMPLAINT).where(COMPLAINT.c.case_id == case))


def case_by_receipt(tx: Tx, fingerprint: str) -> str | None:
    """Which case has this receipt."""
    row = tx.row(select(COMPLAINT.c.case_id).where(COMPLAINT.c.receipt == fingerprint))
    return None if row is None else str(row.case_id)


def alike(tx: Tx, about: str | None, text: str | None) -> str | None:
    """The cluster of complaints about the same thing, or in the same words; None: the first."""
    c = COMPLAINT.c
    same = [
        column == value
        for column, value in ((c.same_about, about), (c.same_text, text))
        if value is not None
    ]
    if not same:
        return None
    row = tx.row(select(c.cluster).where(or_(*same)).order_by(c.received_at, c.case_id).limit(1))
    return None if row is None else str(row.cluster)


def heads(
    tx: Tx, *, before: str | None = None, cluster: str | None = None, most: int = PER_PAGE
) -> list[Head]:
    """Complaints without their words, the newest first."""
    c = COMPLAINT.c
    wanted = select(
        c.case_id, c.number, c.category, c.channel, c.language, c.cluster, c.received_at
    )
    if before is not None:
        wanted = wanted.where(c.case_id < before)
    if cluster is not None:
        wanted = wanted.where(c.cluster == cluster)
    return [head_of(row) for row in tx.rows(wanted.order_by(c.case_id.desc()).limit(most))]


def cluster_size(tx: Tx, cluster: str) -> int:
    """How many complaints say the same."""
    wanted = select(func.count()).select_from(COMPLAINT).where(COMPLAINT.c.cluster == cluster)
    row = tx.row(wanted)
    return 0 if row is None else int(row[0])


def head_of(row: Row[Any]) -> Head:
    """A row of the table without its words."""
    return Head(
        row.case_id,
        row.number,
        Category(row.category),
        Channel(row.channel),
        row.language,
        row.cluster,
        row.received_at,
    )


# -- attachments -----------------------------------------------------------------------------------


def add_files(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep attachments, sealed."""
    tx.insert_many(FILE, rows)


def files(tx: Tx, case: str) -> list[FileHead]:
    """What is attached, in order."""
    c = FILE.c
    wanted = select(c.id, c.ordinal, c.kind, c.size, c.digest).where(c.case_id == case)
    return [FileHead(*tuple(row)) for row in tx.rows(wanted.order_by(c.ordinal))]


def file(tx: Tx, case: str, name: str) -> Row[Any] | None:
    """One attachment with its sealed bytes."""
    return tx.row(select(FILE).where(FILE.c.case_id == case, FILE.c.id == name))


# -- pace ------------------------------------------------------------------------------------------


def add_pace(tx: Tx, values: Mapping[str, Any]) -> None:
    """Begin to keep how long it takes."""
    tx.insert(PACE, {"paused": 0, "reopened": False, **values})


def find_pace(tx: Tx, case: str) -> Row[Any] | None:
    """How long it has taken so far."""
    return tx.row(select(PACE).where(PACE.c.case_id == case))


def hold_pace(tx: Tx, case: str) -> Row[Any] | None:
    """The same, and nobody else changes or holds it before this transaction is over."""
    return tx.row(select(PACE).where(PACE.c.case_id == case).with_for_update())


def change_pace(tx: Tx, case: str, changes: Mapping[str, Any]) -> None:
    """Write down what a step adds."""
    tx.update(PACE, {"case_id": case}, changes)


def paces(tx: Tx, since: datetime, *columns: str) -> list[tuple[Any, ...]]:
    """How many complaints received since then share the values of these columns, and the values."""
    wanted = [PACE.c[one] for one in columns]
    query = select(*wanted, func.count()).where(PACE.c.received_at >= since)
    return [tuple(row) for row in tx.rows(query.group_by(*wanted))]


# -- what was promised -----------------------------------------------------------------------------


def add_process(tx: Tx, values: Mapping[str, Any]) -> None:
    """Keep what a policy promises."""
    tx.insert(PROCESS, values)


def find_process(tx: Tx, policy: str) -> Row[Any] | None:
    """What the policy of this digest promises, if that was published."""
    return tx.row(select(PROCESS).where(PROCESS.c.policy == policy))


def last_process(tx: Tx) -> Row[Any] | None:
    """What was published last."""
    wanted = select(PROCESS).where(PROCESS.c.version > 0)
    return tx.row(wanted.order_by(PROCESS.c.version.desc(), PROCESS.c.published_at.desc()))


# -- forgetting ------------------------------------------------------------------------------------


def forgotten(tx: Tx, case: str) -> Iterator[int]:
    """Delete the words and files of a complaint; what is counted for the public stays."""
    spoken = and_(COMPLAINT.c.case_id == case, COMPLAINT.c.words != b"")
    yield from wiped(tx, FILE, FILE.c.case_id == case)
    yield from wiped(tx, COMPLAINT, spoken, {"words": b"", "same_about": None, "same_text": None})
