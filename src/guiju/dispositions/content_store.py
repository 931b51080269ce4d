# SPDX-License-Identifier: Apache-2.0
"""The table `disposition_content`: which content a case is about, and what is done to it now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, Row, String, select

from guiju.dispositions.content_model import CLOSED, Content, Reach
from guiju.dispositions.model import Source
from guiju.storage import Instant, Tx, table

CONTENT = table(
    "disposition_content",
    Column("case", String(40), primary_key=True),
    Column("number", String(24), nullable=False),
    Column("request", String(40), nullable=False, index=True),
    Column("person", String(40), nullable=False, index=True),
    Column("produce_id", String(80), index=True),
    Column("digest", String(64), index=True),
    Column("harm", String(8), nullable=False),
    Column("source", String(12), nullable=False),
    Column("finding", String(40)),
    Column("reach", String(12), nullable=False),
    Column("policy", String(64)),
    Column("closed_at", Instant),
)
# One row for what a case is open about, content or a case that is appealed against, so that nobody
# decides on it twice side by side.
ABOUT = table(
    "disposition_content_about",
    Column("what", String(80), primary_key=True),
    Column("case", String(40), nullable=False),
)


def add(tx: Tx, content: Content) -> None:
    """Keep what a new case is about."""
    values = {one.name: getattr(content, one.name) for one in CONTENT.columns}
    plain = {"source": content.source.value, "reach": content.reach.value}
    tx.insert(CONTENT, {**values, **plain})


def change(tx: Tx, case: str, changes: Mapping[str, Any]) -> None:
    """Change what is done in a case, whose version the caller has just moved on."""
    tx.update(CONTENT, {"case": case}, changes)


def take(tx: Tx, what: str, case: str) -> bool:
    """Say that a case is open about this; False when another is."""
    return tx.insert_if_absent(ABOUT, {"what": what, "case": case})


def holder(tx: Tx, what: str) -> str | None:
    """The case that is open about this."""
    row = tx.row(select(ABOUT.c.case).where(ABOUT.c.what == what))
    return None if row is None else str(row.case)


def let_go(tx: Tx, what: str) -> None:
    """Say that no case is open about it any more."""
    tx.delete(ABOUT, {"what": what})


def find(tx: Tx, case: str) -> Content | None:
    """What the case with this id is about."""
    row = tx.row(select(CONTENT).where(CONTENT.c.case == case))
    return None if row is None else _content(row)


def get(tx: Tx, case: str) -> Content:
    """The same, of a case that is about content."""
    found = find(tx, case)
    if found is None:
        raise LookupError(case)
    return found


def closing(tx: Tx, produce_id: str, digest: str) -> Content | None:
    """A case that keeps this from being handed out: by its number, or because the bytes are."""
    c = CONTENT.c
    wanted = select(CONTENT).where(
        (c.produce_id == produce_id) | (c.digest == digest), c.reach.in_([*CLOSED])
    )
    row = tx.row(wanted.order_by(c.case).limit(1))
    return None if row is None else _content(row)


def closing_text(tx: Tx, request: str) -> Content | None:
    """A case that keeps the text of this request from being handed out."""
    c = CONTENT.c
    wanted = select(CONTENT).where(
        c.request == request, c.produce_id.is_(None), c.reach.in_([*CLOSED])
    )
    row = tx.row(wanted.order_by(c.case).limit(1))
    return None if row is None else _content(row)


def _content(row: Row[Any]) -> Content:
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's documented accessor
    return Content(**{**values, "source": Source(row.source), "reach": Reach(row.reach)})
