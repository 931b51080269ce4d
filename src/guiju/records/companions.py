# SPDX-License-Identifier: Apache-2.0
"""What was said to a companion and is kept by a consent goes when that is withdrawn (Article 11).

CAC Order 21, article 16; Personal Information Protection Law, article 47. What screening stopped
and what told of danger was kept for another reason, and stays as long as that asks for.
"""

from __future__ import annotations

import msgspec

from guiju.kernel import Actor
from guiju.ledger import append
from guiju.measures import enforces
from guiju.records import expiry_store
from guiju.records import person_store as rows
from guiju.records.model import Detail
from guiju.storage import Tx

_CONTROLS = ("records-of-a-person",)
_MOST_ROWS = 100
"""Rows in one step, as with all that is removed of a person: a lock is short."""
_PAGE = 500


@enforces("records-of-a-person")
def remove_said(tx: Tx, actor: Actor, person: str, after: str = "") -> str | None:
    """Remove some of what this person said to companions by consent; where to go on.

    None when all was looked at. What cases and held days keep in place stays. `after` is where the
    step before has ended.
    """
    days = expiry_store.holds(tx, standing=True)
    wanted = rows.bodies(person).where(rows.free(tx, rows.BODIES, days))
    wanted = wanted.add_columns(rows.HEADS.c.detail).where(rows.BODIES.c.request > after)
    page = tx.rows(wanted.order_by(rows.BODIES.c.request).limit(_PAGE))
    due, last = [], None
    for row in page:
        last = str(row.request)
        if _by_consent(row.detail):
            due.append(last)
        if len(due) == _MOST_ROWS:
            break
    for request in due:
        rows.drop(tx, rows.BODIES, request)
    if due:
        append(
            tx,
            "records-removed",
            controls=_CONTROLS,
            actor=actor,
            subject=person,
            facts={"case": "consent-withdrawn", "sort": "companion", "rows": len(due)},
        )
    return last if len(page) == _PAGE or len(due) == _MOST_ROWS else None


def _by_consent(detail: object) -> bool:
    found = msgspec.convert(detail, Detail)
    return found.companion and found.sensitive > 0
