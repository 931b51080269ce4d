# SPDX-License-Identifier: Apache-2.0
"""Whom a span of requests, or single ones, are of: by pseudonym, without opening anything."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select

from guiju.kernel import first_id
from guiju.records import store
from guiju.storage import Tx

_PART = 400


class Asked(NamedTuple):
    """Requests from one moment up to another, of one model where it is named."""

    since: datetime
    until: datetime
    model: str = ""


def persons_asking(tx: Tx, asked: Asked, most: int) -> list[str]:
    """Who made these requests, at most so many; whose records have expired is not known any more.

    Walks the heads of the span once: a span of millions takes seconds, and nobody waits for it.
    """
    c = store.EXCHANGE.c
    wanted = (
        select(c.person)
        .where(c.request >= first_id("req", asked.since), c.request < first_id("req", asked.until))
        .distinct()
        .limit(most)
    )
    if asked.model:
        wanted = wanted.where(c.model == asked.model)
    return [str(row.person) for row in tx.rows(wanted)]


def persons_of(tx: Tx, requests: Sequence[str]) -> dict[str, str]:
    """Whose each of these requests is; one that is not on record is left out."""
    c = store.EXCHANGE.c
    found: dict[str, str] = {}
    for at in range(0, len(requests), _PART):
        wanted = select(c.request, c.person).where(c.request.in_(requests[at : at + _PART]))
        found |= {str(row.request): str(row.person) for row in tx.rows(wanted)}
    return found
