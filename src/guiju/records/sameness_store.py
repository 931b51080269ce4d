# SPDX-License-Identifier: Apache-2.0
"""The table `content_digest`: by which delivered content is found again, without its words.

Digests are in no order. In one index over all of them nearly each new row would change a page of
its own, which made a third of what a commit writes, and where there are many read it first. So they
are kept in stretches of what was recorded one after the other: a few pages of the newest stretch
take a whole batch, and a look-up steps through the stretches, one seek for each.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    CompoundSelect,
    Index,
    Row,
    Select,
    String,
    delete,
    func,
    select,
    union_all,
)

from guiju.kernel import RowForm
from guiju.records import media_store, store
from guiju.records.model import Exchange
from guiju.storage import Tx, later, table

# One row for each choice and each file; it goes with the content of its exchange.
DIGEST = table(
    "content_digest",
    Column("request", String(40), primary_key=True),
    Column("place", String(80), primary_key=True),
    Column("digest", String(32), nullable=False),
    # None for what was recorded before there were stretches.
    Column("stretch", BigInteger, nullable=True, info=later()),
    guard="coded",
    clustered=True,
)
_D = DIGEST.c
Index("ix_content_digest_stretch", _D.stretch, _D.digest, _D.request)
_STRETCH = 512
"""Pieces of evidence, about as many as answers: ten million of them are 20,000 seeks."""
_MADE = media_store.MEDIUM
_ADD = "INSERT INTO content_digest (request, place, digest, stretch, code)"
_ROW = b'{"row":%b,"table":"content_digest"}'
_FORM = RowForm(["digest", "place", "request", "stretch"])


def add(tx: Tx, exchanges: Sequence[Exchange], arrival: int) -> None:
    """Keep the digests of what these exchanges delivered, where their content is kept.

    `arrival` says how much evidence there was before.
    """
    parts = [
        (one.request, part) for one in exchanges if one.retention_days > 0 for part in one.parts
    ]
    if parts:
        stretch = arrival // _STRETCH
        # As `Tx.insert` makes the codes for any table, in a third of the time: nearly every answer
        # adds a row.
        proved = [(part.digest, part.place, request, stretch) for request, part in parts]
        codes = [tx.keys.code(_ROW % row) for row in _FORM.written_all(proved)]
        rows = [
            (request, part.place, part.digest, stretch, code)
            for (request, part), code in zip(parts, codes, strict=True)
        ]
        tx.insert_plain(_ADD, rows)


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
    heads, found = store.EXCHANGE.c, _with(digests).subquery().c
    return tx.rows(
        select(found.request, found.place, heads.person)
        .join(store.EXCHANGE, heads.request == found.request)
        .where(found.request > after)
        .order_by(found.request, found.place)
        .limit(most)
    )


def _with(digests: Sequence[str]) -> CompoundSelect[Any]:
    """Requests and places with one of these digests, from stretch to stretch."""
    first = select(func.min(_D.stretch).label("stretch")).cte("stretches", recursive=True)
    after = select(func.min(_D.stretch)).where(_D.stretch > first.c.stretch).scalar_subquery()
    stretches = first.union_all(select(after).where(first.c.stretch.is_not(None)))
    row = select(_D.request, _D.place).where(_D.digest.in_(digests))
    return union_all(
        row.join(stretches, _D.stretch == stretches.c.stretch), row.where(_D.stretch.is_(None))
    )


def count(tx: Tx, digests: Sequence[str], besides: str, most: int) -> int:
    """How many exchanges besides one delivered one of these; counted up to `most`."""
    same = _with(digests).subquery().c
    found = select(same.request).where(same.request != besides).distinct()
    return _counted(tx, found, most)


def count_files(tx: Tx, digests: Sequence[str], delivered: str, besides: str, most: int) -> int:
    """How many files besides one are one of these, or are the same bytes as they were delivered."""
    same = _with(digests).subquery().c
    made = select(same.place).where(same.place != besides)
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
