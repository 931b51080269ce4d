# SPDX-License-Identifier: Apache-2.0
"""The tables of notes and notices; their words are sealed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, Row, String, or_, select

from guiju.casework.paper import NoticeState
from guiju.casework.sealing import owned_with_case
from guiju.storage import Instant, Tx, sealed, table

NOTE = table(
    "casework_note",
    Column("id", String(40), primary_key=True),
    Column("case_id", String(40), nullable=False, index=True),
    Column("seq", Integer, nullable=False),
    Column("outward", Boolean, nullable=False),
    Column("author", String(80), nullable=False),
    Column("at", Instant, nullable=False),
    Column(
        "words",
        LargeBinary,
        nullable=False,
        info=sealed("casework_note/{id}", owned_with_case()),
    ),
)

NOTICE = table(
    "casework_notice",
    Column("id", String(40), primary_key=True),
    Column("case_id", String(40), nullable=False, index=True),
    Column("seq", Integer, nullable=False),
    Column("template", String(80), nullable=False),
    Column("language", String(8), nullable=False),
    Column("channel", String(20), nullable=False),
    Column("decision", String(40)),
    Column("state", String(12), nullable=False),
    Column("written_at", Instant, nullable=False),
    Column("settled_at", Instant),
    Column(
        "words",
        LargeBinary,
        nullable=False,
        info=sealed("casework_notice/{id}", owned_with_case()),
    ),
)
# Of all notices only few wait, and few came back.
_OPEN = NOTICE.c.state.in_(["pending", "bounced"])
Index(
    "ix_casework_notice_undelivered",
    NOTICE.c.written_at,
    sqlite_where=_OPEN,
    postgresql_where=_OPEN,
)


def add_note(tx: Tx, values: Mapping[str, Any]) -> None:
    """Keep a note."""
    tx.insert(NOTE, values)


def notes(tx: Tx, case: str) -> Sequence[Row[Any]]:
    """The notes on a case, in order."""
    return tx.rows(select(NOTE).where(NOTE.c.case_id == case).order_by(NOTE.c.seq))


def add_notice(tx: Tx, values: Mapping[str, Any]) -> None:
    """Keep a notice."""
    tx.insert(NOTICE, values)


def notices(tx: Tx, case: str) -> Sequence[Row[Any]]:
    """The notices in a case, in order."""
    return tx.rows(select(NOTICE).where(NOTICE.c.case_id == case).order_by(NOTICE.c.seq))


def find_notice(tx: Tx, notice: str) -> Row[Any] | None:
    """The notice with this id."""
    return tx.row(select(NOTICE).where(NOTICE.c.id == notice))


def undelivered(
    tx: Tx, channel: str, since: datetime, before: datetime, most: int
) -> Sequence[Row[Any]]:
    """Notices by this way that came back since, or have waited since before; the newest first."""
    c = NOTICE.c
    back = (c.state == NoticeState.BOUNCED.value) & (c.written_at >= since)
    waits = (c.state == NoticeState.PENDING.value) & (c.written_at < before)
    wanted = select(NOTICE).where(c.channel == channel, or_(back, waits))
    return tx.rows(wanted.order_by(c.written_at.desc()).limit(most))


def settle_notice(tx: Tx, notice: str, source: str, target: str) -> bool:
    """Bring a notice into another state, unless it has left its own; False then."""
    changes = {"state": target, "settled_at": tx.now}
    return tx.update(NOTICE, {"id": notice}, changes, expect={"state": source})
