# SPDX-License-Identifier: Apache-2.0
"""What is due, by day and by number; and the table `record_hold`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import Column, ColumnElement, Row, String, Table, Text, false, func, not_, select

from guiju.casework import held
from guiju.records import jobs_store, media_store
from guiju.records import store as records
from guiju.records.expiry_model import Hold, HoldState, begins, ends
from guiju.storage import Instant, Tx, table

HOLD = table(
    "record_hold",
    Column("id", String(40), primary_key=True),
    Column("state", String(8), nullable=False, index=True),
    Column("first", String(10), nullable=False),
    Column("last", String(10), nullable=False),
    Column("reason", Text, nullable=False),
    Column("held_by", String(80), nullable=False),
    Column("held_at", Instant, nullable=False),
    Column("released_by", String(80)),
    Column("released_at", Instant),
    Column("release", Text),
)
HEADS, BODIES, JOBS = records.EXCHANGE, records.BODY, jobs_store.JOB
_MEDIUM, _BYTES = media_store.MEDIUM, media_store.BODY


def next_request(tx: Tx, subject: Table, first: str) -> str | None:
    """The first number in a table from here on."""
    key = subject.c.request
    row = tx.row(select(key).where(key >= first).order_by(key).limit(1))
    return None if row is None else str(row.request)


def last_expiry(tx: Tx, first: str, last: str, now: datetime) -> datetime | None:
    """When the content of this span that stays longest expires, if that is yet to come.

    Looks at the youngest first, so that one look tells what is far from due.
    """
    c = BODIES.c
    within = select(c.request, c.expires_at).where(c.request >= first, c.request < last)
    youngest = tx.row(within.order_by(c.request.desc()).limit(1))
    if youngest is None or youngest.expires_at > now:
        return None if youngest is None else youngest.expires_at
    row = tx.row(within.where(c.expires_at > now).limit(1))
    return None if row is None else row.expires_at


def first_free(tx: Tx, subject: Table, first: str, last: str) -> str | None:
    """The first number of a table in this span that no case holds."""
    key = subject.c.request
    wanted = select(key).where(key >= first, key < last, not_(kept(tx, subject)))
    row = tx.row(wanted.order_by(key).limit(1))
    return None if row is None else str(row.request)


def kept_in(tx: Tx, subject: Table, first: str, last: str, most: int) -> list[str]:
    """The numbers of a table in this span that cases hold, in order, at most so many."""
    key = subject.c.request
    wanted = select(key).where(key >= first, key < last, kept(tx, subject))
    return [str(row.request) for row in tx.rows(wanted.order_by(key).limit(most))]


def count(tx: Tx, subject: Table, first: str, last: str) -> int:
    """How many rows of a table this span has."""
    key = subject.c.request
    row = tx.row(select(func.count()).select_from(subject).where(key >= first, key < last))
    return 0 if row is None else int(row[0])


def any_body(tx: Tx, first: str, last: str) -> bool:
    """Whether any content of this span is still there that no case holds."""
    return first_free(tx, BODIES, first, last) is not None


def any_film(tx: Tx, first: str, last: str) -> bool:
    """Whether any film whose job was begun in this span is still kept, though no case holds it."""
    c = JOBS.c
    wanted = (
        select(c.request)
        .join(_BYTES, _BYTES.c.produce_id == c.produce_id)
        .where(c.request >= first, c.request < last, not_(kept(tx, JOBS)))
    )
    return tx.row(wanted.limit(1)) is not None


def bound(tx: Tx, subject: Table, first: str, last: str, most: int) -> str:
    """Up to where a span reaches that holds at most so many rows."""
    key = subject.c.request
    wanted = select(key).where(key >= first, key < last).order_by(key).offset(most).limit(1)
    row = tx.row(wanted)
    return last if row is None else str(row.request)


def media_due(tx: Tx, held: Sequence[Hold], most: int) -> list[Row[tuple[str, datetime]]]:
    """Delivered bytes that have expired and are not held: number, and when they were made."""
    wanted = (
        select(_BYTES.c.produce_id, _MEDIUM.c.at)
        .join(_MEDIUM, _MEDIUM.c.produce_id == _BYTES.c.produce_id)
        .where(_BYTES.c.expires_at <= tx.now, not_(kept_medium(tx)))
    )
    for one in held:
        wanted = wanted.where((_MEDIUM.c.at < begins(one.first)) | (_MEDIUM.c.at >= ends(one.last)))
    return list(tx.rows(wanted.order_by(_BYTES.c.expires_at).limit(most)))


def media_of(tx: Tx, first: str, last: str, most: int) -> list[str]:
    """What exchanges of this span delivered and no case holds, by number."""
    c = _MEDIUM.c
    within = (c.request >= first, c.request < last, not_(kept_medium(tx)))
    return [row.produce_id for row in tx.rows(select(c.produce_id).where(*within).limit(most))]


def kept(tx: Tx, subject: Table) -> ColumnElement[bool]:
    """That a case holds a row: by its request, or a job by its film."""
    return held(tx, subject.c.request) | (_film_kept(tx) if subject is JOBS else false())


def _film_kept(tx: Tx) -> ColumnElement[bool]:
    c = _MEDIUM.c
    film = select(c.produce_id).where(c.produce_id == JOBS.c.produce_id)
    return film.where(held(tx, c.request) | held(tx, c.produce_id)).correlate(JOBS).exists()


def kept_medium(tx: Tx) -> ColumnElement[bool]:
    """That a case holds what was delivered: its exchange, its number, or the job of a film."""
    c = _MEDIUM.c
    job = select(JOBS.c.request).where(JOBS.c.produce_id == c.produce_id)
    begun = job.where(held(tx, JOBS.c.request)).correlate(_MEDIUM).exists()
    return held(tx, c.request) | held(tx, c.produce_id) | begun


def drop_bytes(tx: Tx, produce_id: str) -> None:
    """Remove delivered bytes."""
    tx.delete(_BYTES, {"produce_id": produce_id})


def drop_medium(tx: Tx, produce_id: str) -> None:
    """Remove what is known of something delivered, its mark, and its bytes if they are there."""
    tx.delete(_BYTES, {"produce_id": produce_id})
    tx.delete(media_store.MARK, {"produce_id": produce_id})
    tx.delete(_MEDIUM, {"produce_id": produce_id})


def add_hold(tx: Tx, hold: Hold) -> None:
    """Keep a new hold."""
    tx.insert(
        HOLD,
        {
            "id": hold.id,
            "state": hold.state.value,
            "first": hold.first.isoformat(),
            "last": hold.last.isoformat(),
            "reason": hold.reason,
            "held_by": hold.held_by,
            "held_at": hold.held_at,
        },
    )


def release(tx: Tx, hold: Hold, target: str, by: str, reason: str) -> bool:
    """End a hold; False when somebody else just did."""
    changes = {"state": target, "released_by": by, "released_at": tx.now, "release": reason}
    return tx.update(HOLD, {"id": hold.id}, changes, expect={"state": hold.state.value})


def find_hold(tx: Tx, hold: str) -> Hold | None:
    """The hold with this id; what cannot be an id is not even asked for."""
    if not (hold.isascii() and hold.isprintable()):
        return None
    rows = tx.rows(select(HOLD).where(HOLD.c.id == hold))
    return _hold(rows[0]) if rows else None


def holds(tx: Tx, *, standing: bool) -> list[Hold]:
    """All holds, or those that stand, by their first day."""
    wanted = select(HOLD).order_by(HOLD.c.first, HOLD.c.id)
    if standing:
        wanted = wanted.where(HOLD.c.state == HoldState.HELD.value)
    return [_hold(row) for row in tx.rows(wanted)]


def _hold(row: Row[tuple[object, ...]]) -> Hold:
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's documented accessor
    values["state"] = HoldState(values["state"])
    for name in ("first", "last"):
        values[name] = date.fromisoformat(values[name])
    return Hold(**values)
