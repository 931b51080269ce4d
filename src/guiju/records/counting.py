# SPDX-License-Identifier: Apache-2.0
"""How many people have used the service since a moment."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select

from guiju.kernel import first_id
from guiju.records.store import EXCHANGE
from guiju.storage import Tx


def active_persons(tx: Tx, since: datetime) -> int:
    """Persons with a recorded exchange since then; ids begin with the time, so it is a range."""
    first = first_id("req", since)
    wanted = select(func.count(EXCHANGE.c.person.distinct()).label("number"))
    row = tx.row(wanted.where(EXCHANGE.c.request >= first))
    return 0 if row is None else int(row.number)
