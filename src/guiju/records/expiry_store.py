# SPDX-License-Identifier: Apache-2.0
"""What is due, by day and by number; and the table `record_hold`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Integer,
    Row,
    Select,
    String,
    Table,
    Text,
    bindparam,
    false,
    func,
    literal,
    not_,
    select,
    text,
)

from guiju.casework import held_then
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


# Every statement is built once: a step of retention runs some of them while others wait for it.
_FIRST, _LAST, _MOST = (
    bindparam("first", type_=String()),
    bindparam("last", type_=String()),
    bindparam("most", type_=Integer()),
)
_NOW = bindparam("now", type_=Instant())


def next_request(tx: Tx, subject: Table, first: str) -> str | None:
    """The first number in a table from here on."""
    row = tx.execute(_from(subject), {"first": first}).first()
    return None if row is None else str(row.request)


@cache
def _from(subject: Table) -> Select[Any]:
    key = subject.c.request
    return select(key).where(key >= _FIRST).order_by(key).limit(1)


def last_expiry(tx: Tx, first: str, last: str, now: datetime) -> datetime | None:
    """When the content of this span that stays longest expires, if that is yet to come.

    Looks at the youngest first, so that one look tells what is far from due.
    """
    values = {"first": first, "last": last}
    youngest = tx.execute(_YOUNGEST, values).first()
    if youngest is None or youngest.expires_at > now:
        return None if youngest is None else _expiry(youngest)
    row = tx.execute(_UNEXPIRED, values | {"now": now}).first()
    return None if row is None else _expiry(row)


def _expiry(row: Row[Any]) -> datetime:
    found: datetime = row.expires_at
    return found


_WITHIN = select(BODIES.c.request, BODIES.c.expires_at).where(
    BODIES.c.request >= _FIRST, BODIES.c.request < _LAST
)
_YOUNGEST = _WITHIN.order_by(BODIES.c.request.desc()).limit(1)
_UNEXPIRED = _WITHIN.where(BODIES.c.expires_at > _NOW).limit(1)


def first_free(tx: Tx, subject: Table, first: str, last: str) -> str | None:
    """The first number of a table in this span that no case holds."""
    row = tx.execute(_free(subject), {"first": first, "last": last, "now": tx.now}).first()
    return None if row is None else str(row.request)


@cache
def _free(subject: Table) -> Select[Any]:
    key = subject.c.request
    wanted = select(key).where(key >= _FIRST, key < _LAST, not_(_kept(subject, _NOW)))
    return wanted.order_by(key).limit(1)


def kept_in(tx: Tx, subject: Table, first: str, last: str, most: int) -> list[str]:
    """The numbers of a table in this span that cases hold, in order, at most so many."""
    values = {"first": first, "last": last, "now": tx.now, "most": most}
    return [str(row.request) for row in tx.execute(_kept_in(subject), values)]


@cache
def _kept_in(subject: Table) -> Select[Any]:
    key = subject.c.request
    wanted = select(key).where(key >= _FIRST, key < _LAST, _kept(subject, _NOW))
    return wanted.order_by(key).limit(_MOST)


def count(tx: Tx, subject: Table, first: str, last: str) -> int:
    """How many rows of a table this span has."""
    row = tx.execute(_counted(subject), {"first": first, "last": last}).first()
    return 0 if row is None else int(row[0])


@cache
def _counted(subject: Table) -> Select[Any]:
    key = subject.c.request
    return select(func.count()).select_from(subject).where(key >= _FIRST, key < _LAST)


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
    values = {"first": first, "last": last, "most": most}
    row = tx.execute(_nth(subject), values).first()
    return last if row is None else str(row.request)


@cache
def _nth(subject: Table) -> Select[Any]:
    key = subject.c.request
    wanted = select(key).where(key >= _FIRST, key < _LAST).order_by(key)
    return wanted.offset(_MOST).limit(1)


def warm(tx: Tx, first: str, last: str) -> None:
    """Have the pages read from which the heads of this span will go, before anybody must wait.

    The entries of the index by person lie all over it. On PostgreSQL nobody waits for that.
    """
    if tx.dialect == "sqlite":
        tx.execute(_WARM, {"first": first, "last": last}).first()


_WARM = text(
    "SELECT count(*) FROM exchange AS head JOIN exchange AS entry INDEXED BY ix_exchange_person"
    " ON entry.person = head.person AND entry.request = head.request"
    " WHERE head.request >= :first AND head.request < :last"
)


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
    values = {"first": first, "last": last, "now": tx.now, "most": most}
    return [str(row.produce_id) for row in tx.execute(_media_of(), values)]


@cache
def _media_of() -> Select[Any]:
    c = _MEDIUM.c
    within = (c.request >= _FIRST, c.request < _LAST, not_(_kept_medium(_NOW)))
    return select(c.produce_id).where(*within).limit(_MOST)


def kept(tx: Tx, subject: Table) -> ColumnElement[bool]:
    """That a case holds a row: by its request, or a job by its film."""
    return _kept(subject, literal(tx.now, Instant()))


def _kept(subject: Table, now: ColumnElement[datetime]) -> ColumnElement[bool]:
    by_film = _film_kept(now) if subject is JOBS else false()
    return held_then(subject.c.request, now) | by_film


def _film_kept(now: ColumnElement[datetime]) -> ColumnElement[bool]:
    c = _MEDIUM.c
    film = select(c.produce_id).where(c.produce_id == JOBS.c.produce_id)
    by_number = held_then(c.request, now) | held_then(c.produce_id, now)
    return film.where(by_number).correlate(JOBS).exists()


def kept_medium(tx: Tx) -> ColumnElement[bool]:
    """That a case holds what was delivered: its exchange, its number, or the job of a film."""
    return _kept_medium(literal(tx.now, Instant()))


def _kept_medium(now: ColumnElement[datetime]) -> ColumnElement[bool]:
    c = _MEDIUM.c
    job = select(JOBS.c.request).where(JOBS.c.produce_id == c.produce_id)
    begun = job.where(held_then(JOBS.c.request, now)).correlate(_MEDIUM).exists()
    return held_then(c.request, now) | held_then(c.produce_id, now) | begun


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
