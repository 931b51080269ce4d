# SPDX-License-Identifier: Apache-2.0
"""Which closed cases have reached their limit, and the sealed words that casework holds of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import ColumnElement, and_, not_, or_, select

from guiju.casework import (
    contact_store,
    hold_store,
    look_store,
    paper_store,
    proof_store,
    reading_store,
    ruling_store,
)
from guiju.casework.case import Tie
from guiju.casework.store import CASE, EVENT
from guiju.casework.wiping import wiped
from guiju.storage import Tx

EXPIRE = "forget-words"
"""No table of a kind has such a verb; `expire` is what measures do."""
GONE = b""
"""What stands where sealed words stood that a column cannot be without."""
_c = CASE.c


def due(
    tx: Tx,
    kinds: Collection[str],
    until: datetime,
    held: Sequence[tuple[date, date]],
    most: int,
) -> list[str]:
    """Cases of these kinds that were closed by then and nothing keeps, the longest closed first."""
    wanted = select(_c.id).where(
        _c.kind.in_(list(kinds)),
        _c.closed_at <= until,
        not_(_has_expired()),
        not_(hold_store.holding(_c.id, tx.now)),
        not_(hold_store.standing_in(_c.id, tx.now)),
        not_(_hangs_on_an_open_one()),
        not_(_may_be_appealed(tx.now)),
        *(or_(_c.opened_at >= _after(last), _c.closed_at < _begin(first)) for first, last in held),
    )
    rows = tx.rows(wanted.order_by(_c.closed_at, _c.id).limit(most))
    return [str(row.id) for row in rows]


def has_expired(tx: Tx, case: str) -> bool:
    """Whether the last thing that happened to the case is that its words went."""
    return tx.row(select(_c.id).where(_c.id == case, _has_expired())) is not None


def forgotten(tx: Tx, case: str) -> Iterator[int]:
    """Delete what casework itself holds of a case in words; after each batch how many."""
    note, notice, event = paper_store.NOTE, paper_store.NOTICE, EVENT
    hold, decision, look = hold_store.HOLD, ruling_store.DECISION, look_store.LOOK
    yield from wiped(tx, note, note.c.case_id == case)
    yield from wiped(tx, notice, notice.c.case_id == case)
    # Nothing is left to read; that it was read stays in the ledger.
    reading = reading_store.READING
    yield from wiped(tx, reading, reading.c.case_id == case)
    # Of a person it stands under the person's name, and stays.
    yield from contact_store.forgotten(tx, case)
    yield from proof_store.forgotten(tx, case)
    spoken = and_(event.c.case_id == case, event.c.reason.is_not(None))
    yield from wiped(tx, event, spoken, {"reason": None})
    spoken = and_(look.c.case_id == case, look.c.reason.is_not(None))
    yield from wiped(tx, look, spoken, {"reason": None})
    spoken = and_(decision.c.case_id == case, decision.c.facts != GONE)
    yield from wiped(tx, decision, spoken, {"facts": GONE})
    spoken = and_(hold.c.case_id == case, hold.c.reason != GONE)
    yield from wiped(tx, hold, spoken, {"reason": GONE})


def _has_expired() -> ColumnElement[bool]:
    """Whatever is written afterwards makes another version, which expires in its turn."""
    e = EVENT.c
    last = select(e.seq).where(e.case_id == _c.id, e.seq == _c.version, e.verb == EXPIRE)
    return last.correlate(CASE).exists()


def _hangs_on_an_open_one() -> ColumnElement[bool]:
    other = CASE.alias("other")
    tied = [
        or_(other.c[tie.value] == _c.id, _c[tie.value] == other.c.id)
        for tie in (Tie.PARENT, Tie.CAUSED_BY, Tie.DUPLICATE_OF)
    ]
    # One look for each way, so that each goes by its own index.
    return or_(
        *(
            select(other.c.id).where(other.c.closed_at.is_(None), one).correlate(CASE).exists()
            for tie in tied
            for one in tie.clauses
        )
    )


def _may_be_appealed(now: datetime) -> ColumnElement[bool]:
    d = ruling_store.DECISION.c
    wanted = select(d.id).where(d.case_id == _c.id, d.appealable_until > now)
    return wanted.correlate(CASE).exists()


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _after(day: date) -> datetime:
    return _begin(day) + timedelta(days=1)
