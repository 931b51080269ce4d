# SPDX-License-Identifier: Apache-2.0
"""What was delivered, by its number; its bytes, sealed; and which number a watermark means."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Column, Integer, LargeBinary, Row, String, select

from guiju.records.model import Exchange, Medium
from guiju.storage import Instant, Tx, owned_by, sealed, table

MEDIUM = table(
    "made_medium",
    Column("produce_id", String(80), primary_key=True),
    Column("request", String(40), nullable=False, index=True),
    Column("person", String(40), nullable=False),
    Column("kind", String(60), nullable=False),
    Column("digest", String(64), nullable=False, index=True),
    Column("size", Integer, nullable=False),
    Column("at", Instant, nullable=False),
)

MARK = table(
    "made_medium_mark",
    Column("produce_id", String(80), primary_key=True),
    Column("mark", String(12), nullable=False, index=True),
)

BODY = table(
    "made_medium_body",
    Column("produce_id", String(80), primary_key=True),
    Column("person", String(40), nullable=False),
    Column(
        "content",
        LargeBinary,
        nullable=False,
        info=sealed("medium/{produce_id}", owned_by("person")),
    ),
    Column("expires_at", Instant, nullable=False, index=True),
)


_MOST = 10


def add(tx: Tx, exchanges: Sequence[Exchange]) -> None:
    """Insert what these exchanges delivered; the bytes only of what is fetched later."""
    made = [(one, medium) for one in exchanges for medium in one.media]
    tx.insert_many(MEDIUM, [_row(one, medium) for one, medium in made])
    marks = [
        {"produce_id": medium.produce_id, "mark": medium.watermark}
        for _, medium in made
        if medium.watermark is not None
    ]
    tx.insert_many(MARK, marks)
    kept = [_body(tx, one, medium) for one, medium in made if medium.content is not None]
    tx.insert_many(BODY, kept)


def _row(one: Exchange, medium: Medium) -> dict[str, Any]:
    return {
        "produce_id": medium.produce_id,
        "request": one.request,
        "person": one.person,
        "kind": medium.kind,
        "digest": medium.digest,
        "size": medium.size,
        "at": one.at,
    }


def _body(tx: Tx, one: Exchange, medium: Medium) -> dict[str, Any]:
    return {
        "produce_id": medium.produce_id,
        "person": one.person,
        "content": tx.seal(one.person, medium.content or b"", context(medium.produce_id)),
        # What is fetched later stays a day, also where no content is kept.
        "expires_at": one.at + timedelta(days=max(1, one.retention_days)),
    }


def context(produce_id: str) -> str:
    """What a seal is bound to, so that bodies cannot be swapped between numbers."""
    return f"medium/{produce_id}"


def drop_body(tx: Tx, produce_id: str) -> None:
    """Remove the sealed bytes; what is known of them stays."""
    tx.delete(BODY, {"produce_id": produce_id})


def find(tx: Tx, produce_id: str) -> Row[Any] | None:
    """What was delivered under this number."""
    return tx.row(select(MEDIUM).where(MEDIUM.c.produce_id == produce_id))


def with_mark(tx: Tx, mark: str) -> Sequence[Row[Any]]:
    """What was delivered with this watermark; several, if two numbers share one by chance."""
    wanted = select(MEDIUM).join(MARK, MARK.c.produce_id == MEDIUM.c.produce_id)
    return tx.rows(wanted.where(MARK.c.mark == mark).order_by(MEDIUM.c.produce_id).limit(_MOST))


def of_request(tx: Tx, request: str) -> Sequence[Row[Any]]:
    """What one exchange delivered, in the order of the numbers."""
    wanted = select(MEDIUM).where(MEDIUM.c.request == request)
    return tx.rows(wanted.order_by(MEDIUM.c.produce_id))


def body(tx: Tx, produce_id: str) -> Row[Any] | None:
    """The sealed bytes."""
    return tx.row(select(BODY).where(BODY.c.produce_id == produce_id))
