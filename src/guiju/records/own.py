# SPDX-License-Identifier: Apache-2.0
"""What a person sees of their own records: a page of them, and who has read which (Article 11)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, select

from guiju.kernel import Text
from guiju.records import reading_store, store
from guiju.records.purposes import purpose_named
from guiju.records.service import ExchangeView
from guiju.storage import Tx


class Look(NamedTuple):
    """That somebody opened something; `reader` by id, `purpose` None where none was said then.

    `roles` are those of staff who may read for this purpose.
    """

    request: str
    reader: str
    at: datetime
    purpose: Text | None
    roles: tuple[str, ...] = ()


def own_page(tx: Tx, person: str, before: str | None, most: int) -> list[ExchangeView]:
    """The newest heads of this person, or those before a number."""
    wanted = select(store.EXCHANGE).where(store.EXCHANGE.c.person == person)
    if before is not None:
        wanted = wanted.where(store.EXCHANGE.c.request < before)
    rows = tx.rows(wanted.order_by(store.EXCHANGE.c.request.desc()).limit(most))
    return [_view(row) for row in rows]


def own_record(tx: Tx, person: str, request: str) -> ExchangeView | None:
    """One of them; None for another person's, as for none."""
    row = store.head(tx, request)
    return None if row is None or row.person != person else _view(row)


def looks_at(tx: Tx, person: str, most: int) -> list[Look]:
    """Who opened something of this person, the newest first, the person included."""
    looks = []
    for row in reading_store.of_person(tx, person, most):
        purpose = purpose_named(row.purpose)
        looks.append(Look(row.request, row.reader, row.at, purpose.text, purpose.roles))
    return looks


def _view(row: Row[Any]) -> ExchangeView:
    return ExchangeView(row.request, dict(row._mapping))  # noqa: SLF001 - the documented accessor of SQLAlchemy rows
