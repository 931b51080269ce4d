# SPDX-License-Identifier: Apache-2.0
"""The tables `exchange` (heads) and `exchange_body` (sealed content), kept apart on purpose."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Boolean, Column, Integer, LargeBinary, Row, String, select

from guiju.records.model import Exchange
from guiju.storage import CanonicalJson, Instant, Tx, owned_by, sealed, table

_LENGTH = 8
_PAGE = 200

EXCHANGE = table(
    "exchange",
    # Request ids begin with the time, so their order is that of arrival: no index on `at`.
    Column("request", String(40), primary_key=True),
    Column("at", Instant, nullable=False),
    Column("person", String(40), nullable=False, index=True),
    Column("key", String(40), nullable=False),
    Column("route", String(40), nullable=False),
    Column("stream", Boolean, nullable=False),
    Column("service", String(40), nullable=False),
    Column("model", String(100), nullable=False),
    Column("policy", String(64), nullable=False),
    Column("agreement", Integer, nullable=False),
    Column("finish", String(30), nullable=False),
    Column("detail", CanonicalJson, nullable=False),
    clustered=True,
)

BODY = table(
    "exchange_body",
    Column("request", String(40), primary_key=True),
    Column("person", String(40), nullable=False),
    Column(
        "content",
        LargeBinary,
        nullable=False,
        info=sealed("exchange/{request}", owned_by("person")),
    ),
    Column("expires_at", Instant, nullable=False),
    clustered=True,
)

READING = table(
    "record_reading",
    Column("id", String(40), primary_key=True),
    Column("request", String(40), nullable=False, index=True),
    Column("reader", String(40), nullable=False),
    Column("reason", String(500), nullable=False),
    Column("at", Instant, nullable=False),
)


def add(tx: Tx, exchanges: Sequence[Exchange]) -> None:
    """Insert heads and sealed bodies, one statement each; no body where none is to be kept."""
    tx.insert_many(EXCHANGE, [_head(one) for one in exchanges])
    tx.insert_many(BODY, [_body(tx, one) for one in exchanges if one.retention_days > 0])


def _head(one: Exchange) -> dict[str, Any]:
    return {
        "request": one.request,
        "at": one.at,
        "person": one.person,
        "key": one.key,
        "route": one.route,
        "stream": one.stream,
        "service": one.service,
        "model": one.model,
        "policy": one.policy,
        "agreement": one.agreement,
        "finish": one.finish,
        "detail": one.detail(),
    }


def _body(tx: Tx, one: Exchange) -> dict[str, Any]:
    return {
        "request": one.request,
        "person": one.person,
        "content": tx.seal(one.person, packed(one.input, one.output), context(one.request)),
        "expires_at": one.at + timedelta(days=one.retention_days),
    }


def context(request: str) -> str:
    """What a seal is bound to, so that bodies cannot be swapped between requests."""
    return f"exchange/{request}"


def packed(given: bytes, answered: bytes) -> bytes:
    """Input and output as one, so that one seal holds both."""
    return len(given).to_bytes(_LENGTH, "big") + given + answered


def unpacked(content: bytes) -> tuple[bytes, bytes]:
    """What `packed` put together."""
    end = _LENGTH + int.from_bytes(content[:_LENGTH], "big")
    return content[_LENGTH:end], content[end:]


def head(tx: Tx, request: str) -> Row[Any] | None:
    """The head of one exchange."""
    return tx.row(select(EXCHANGE).where(EXCHANGE.c.request == request))


def between(tx: Tx, first: str, last: str) -> Sequence[Row[Any]]:
    """The heads from one id to another; of few ids that belong to one number, one at most."""
    within = EXCHANGE.c.request.between(first, last)
    return tx.rows(select(EXCHANGE).where(within).limit(_PAGE))


def present(tx: Tx, requests: Sequence[str]) -> set[str]:
    """Which of these requests have a head."""
    wanted = select(EXCHANGE.c.request).where(EXCHANGE.c.request.in_(requests))
    return {row.request for row in tx.rows(wanted)}


def body(tx: Tx, request: str) -> Row[Any] | None:
    """The sealed body of one exchange."""
    return tx.row(select(BODY).where(BODY.c.request == request))


def add_reading(tx: Tx, id_: str, request: str, reader: str, reason: str) -> None:
    """Keep who opened which body and why."""
    values = {"id": id_, "request": request, "reader": reader, "reason": reason, "at": tx.now}
    tx.insert(READING, values)


def reading_exists(tx: Tx, id_: str, reader: str) -> bool:
    """Whether this person put this reading on record."""
    wanted = select(READING.c.id).where(READING.c.id == id_, READING.c.reader == reader)
    return tx.row(wanted) is not None


def bodies(tx: Tx, since: datetime, until: datetime, most: int) -> Iterator[Row[Any]]:
    """The newest sealed bodies of a time, at most so many, a page at a time."""
    wanted = (
        select(BODY, EXCHANGE.c.at)
        .join(EXCHANGE, EXCHANGE.c.request == BODY.c.request)
        .order_by(BODY.c.request.desc())
    )
    left, before = most, None
    while left > 0:
        page = wanted if before is None else wanted.where(BODY.c.request < before)
        rows = tx.rows(page.limit(min(left, _PAGE)))
        for row in rows:
            # Request ids rise with time: what comes after one that is too old is older still.
            if row.at < since:
                return
            if row.at <= until:
                left -= 1
                yield row
        if len(rows) < min(left, _PAGE) or not rows:
            return
        before = rows[-1].request


def heads(tx: Tx, person: str | None, limit: int) -> Sequence[Row[Any]]:
    """The newest heads, of one person or of all."""
    wanted = select(EXCHANGE).order_by(EXCHANGE.c.request.desc())
    if person is not None:
        wanted = wanted.where(EXCHANGE.c.person == person)
    return tx.rows(wanted.limit(limit))
