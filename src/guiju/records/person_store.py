# SPDX-License-Identifier: Apache-2.0
"""What stands in this room's tables of one person, and which of it nothing keeps in place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Table, and_, func, not_, select, true

from guiju.casework import held
from guiju.records import expiry_store, jobs_store, media_store
from guiju.records import store as records
from guiju.records.expiry_model import Hold, span
from guiju.storage import Tx

HEADS, BODIES, JOBS = records.EXCHANGE, records.BODY, jobs_store.JOB
MEDIA, BYTES, MARKS = media_store.MEDIUM, media_store.BODY, media_store.MARK


def heads(person: str) -> Select[Any]:
    """The requests of a person."""
    return select(HEADS.c.request).where(HEADS.c.person == person)


def bodies(person: str) -> Select[Any]:
    """Those whose content is kept."""
    joined = BODIES.join(HEADS, HEADS.c.request == BODIES.c.request)
    return select(BODIES.c.request).select_from(joined).where(HEADS.c.person == person)


def jobs(person: str) -> Select[Any]:
    """Those that began a film."""
    return select(JOBS.c.request).where(JOBS.c.person == person)


def media(person: str) -> Select[Any]:
    """The numbers of what was delivered to a person."""
    joined = MEDIA.join(HEADS, HEADS.c.request == MEDIA.c.request)
    return select(MEDIA.c.produce_id).select_from(joined).where(HEADS.c.person == person)


def kept_media(person: str) -> Select[Any]:
    """Those whose bytes are kept."""
    return media(person).join(BYTES, BYTES.c.produce_id == MEDIA.c.produce_id)


def count(tx: Tx, wanted: Select[Any]) -> int:
    """How many rows a query has."""
    row = tx.row(select(func.count()).select_from(wanted.subquery()))
    return 0 if row is None else int(row[0])


def count_bytes(tx: Tx, person: str) -> int:
    """The size of what was delivered to a person and is kept, in bytes."""
    row = tx.row(kept_media(person).with_only_columns(func.coalesce(func.sum(MEDIA.c.size), 0)))
    return 0 if row is None else int(row[0])


def free(tx: Tx, subject: Table, days: Sequence[Hold]) -> ColumnElement[bool]:
    """That neither a case nor a held day keeps a row of this table in place."""
    key = subject.c.request
    kept = expiry_store.kept_medium(tx) if subject is MEDIA else expiry_store.kept(tx, subject)
    spans = [(span(one.first)[0], span(one.last)[1]) for one in days]
    outside = [(key < first) | (key >= last) for first, last in spans]
    return and_(true(), not_(kept), *outside)


def held_requests(tx: Tx, person: str, days: Sequence[Hold], most: int) -> list[str]:
    """The requests of a person that something keeps in place, at most so many."""
    wanted = heads(person).where(not_(free(tx, HEADS, days)))
    return [str(row.request) for row in tx.rows(wanted.order_by(HEADS.c.request).limit(most))]


def held_files(tx: Tx, person: str) -> int:
    """How many delivered files cases hold by their own number."""
    return count(tx, media(person).where(held(tx, MEDIA.c.produce_id)))


def numbers(tx: Tx, wanted: Select[Any], most: int) -> list[str]:
    """The first so many numbers of a query."""
    return [str(row[0]) for row in tx.rows(wanted.limit(most))]


def page(tx: Tx, person: str, after: str, most: int) -> Sequence[Row[Any]]:
    """Heads of a person with their sealed content where it is kept, the oldest first."""
    joined = HEADS.outerjoin(BODIES, BODIES.c.request == HEADS.c.request)
    wanted = select(HEADS, BODIES.c.content).select_from(joined)
    wanted = wanted.where(HEADS.c.person == person, HEADS.c.request > after)
    return tx.rows(wanted.order_by(HEADS.c.request).limit(most))


def delivered(tx: Tx, requests: Sequence[str]) -> Sequence[Row[Any]]:
    """What these exchanges delivered, and whether its bytes are kept."""
    joined = MEDIA.outerjoin(BYTES, BYTES.c.produce_id == MEDIA.c.produce_id)
    wanted = select(MEDIA, BYTES.c.produce_id.is_not(None).label("kept")).select_from(joined)
    return tx.rows(wanted.where(MEDIA.c.request.in_(requests)).order_by(MEDIA.c.produce_id))


def drop(tx: Tx, subject: Table, key: str) -> None:
    """Remove one row."""
    (column,) = subject.primary_key
    tx.delete(subject, {str(column.name): key})
