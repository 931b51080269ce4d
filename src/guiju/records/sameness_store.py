# SPDX-License-Identifier: Apache-2.0
"""The table `content_digest`: by which delivered content is found again, without its words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, Index, Row, Select, String, delete, func, select

from guiju.kernel import canonical
from guiju.records import media_store, store
from guiju.records.model import Exchange
from guiju.records.sameness import Part
from guiju.storage import Tx, table

# One row for each choice and each file; it goes with the content of its exchange.
DIGEST = table(
    "content_digest",
    Column("request", String(40), primary_key=True),
    Column("place", String(80), primary_key=True),
    Column("digest", String(32), nullable=False),
    guard="coded",
    clustered=True,
)
_D = DIGEST.c
Index("ix_content_digest_digest", _D.digest, _D.request)
_MADE = media_store.MEDIUM
_ADD = "INSERT INTO content_digest (request, place, digest, code)"
_ROW = b'{"row":{"digest":%b,"place":%b,"request":%b},"table":"content_digest"}'


def add(tx: Tx, exchanges: Sequence[Exchange]) -> None:
    """Keep the digests of what these exchanges delivered, where their content is kept."""
    rows = [
        (one.request, part.place, part.digest, _code(tx, one.request, part))
        for one in exchanges
        if one.retention_days > 0
        for part in one.parts
    ]
    if rows:
        tx.insert_plain(_ADD, rows)


def _code(tx: Tx, request: str, part: Part) -> bytes:
    """The code of a row, as `Tx.insert` makes it for any table, in a third of the time.

    A row is added with nearly every answer.
    """
    named = (canonical(part.digest), canonical(part.place), canonical(request))
    return tx.keys.code(_ROW % named)


def drop(tx: Tx, requests: Sequence[str]) -> None:
    """Forget the digests of these exchanges, whose content goes."""
    tx.execute(delete(DIGEST).where(_D.request.in_(requests)))


def drop_span(tx: Tx, first: str, last: str) -> None:
    """Forget the digests of all exchanges from `first` up to, not including, `last`."""
    tx.execute(delete(DIGEST).where(_D.request >= first, _D.request < last))


def drop_left(tx: Tx, person: str) -> None:
    """Forget what is left of this person's, though the content has gone: after an old backup."""
    theirs = select(store.EXCHANGE.c.request).where(store.EXCHANGE.c.person == person)
    kept = select(store.BODY.c.request).where(store.BODY.c.request == _D.request).exists()
    tx.execute(delete(DIGEST).where(_D.request.in_(theirs), ~kept))


def of_request(tx: Tx, request: str) -> Sequence[Row[Any]]:
    """Places and digests of one exchange."""
    return tx.rows(select(_D.place, _D.digest).where(_D.request == request).order_by(_D.place))


def page(tx: Tx, digests: Sequence[str], after: str, most: int) -> Sequence[Row[Any]]:
    """The next exchanges that delivered one of these, by number, with whom they belong to."""
    heads = store.EXCHANGE.c
    return tx.rows(
        select(_D.request, _D.place, heads.person)
        .join(store.EXCHANGE, heads.request == _D.request)
        .where(_D.digest.in_(digests), _D.request > after)
        .order_by(_D.request, _D.place)
        .limit(most)
    )


def count(tx: Tx, digests: Sequence[str], besides: str, most: int) -> int:
    """How many exchanges besides one delivered one of these; counted up to `most`."""
    found = select(_D.request).where(_D.digest.in_(digests), _D.request != besides).distinct()
    return _counted(tx, found, most)


def count_files(tx: Tx, digests: Sequence[str], delivered: str, besides: str, most: int) -> int:
    """How many files besides one are one of these, or are the same bytes as they were delivered."""
    made = select(_D.place).where(_D.digest.in_(digests), _D.place != besides)
    return _counted(tx, made.union(_same_bytes(delivered, besides)), most)


def files(tx: Tx, delivered: str, besides: str, after: str, most: int) -> Sequence[Row[Any]]:
    """Files with the same bytes as they were delivered, by number."""
    c = _MADE.c
    return tx.rows(
        select(c.request, c.produce_id.label("place"), c.person)
        .where(c.digest == delivered, c.produce_id != besides, c.produce_id > after)
        .order_by(c.produce_id)
        .limit(most)
    )


def _same_bytes(delivered: str, besides: str) -> Select[Any]:
    c = _MADE.c
    return select(c.produce_id).where(c.digest == delivered, c.produce_id != besides)


def _counted(tx: Tx, found: Any, most: int) -> int:
    row = tx.row(select(func.count()).select_from(found.limit(most).subquery()))
    return 0 if row is None else int(row[0])
