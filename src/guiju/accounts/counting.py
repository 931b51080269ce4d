# SPDX-License-Identifier: Apache-2.0
"""How many people are registered; end users of apps count, as they use the service too."""

from __future__ import annotations

from sqlalchemy import func, select

from guiju.accounts.model import PersonState
from guiju.accounts.store import PERSON
from guiju.storage import Tx


def registered(tx: Tx) -> int:
    """Persons whose account was not ended."""
    standing = PERSON.c.state != PersonState.TERMINATED.value
    row = tx.row(select(func.count().label("number")).where(standing))
    return 0 if row is None else int(row.number)
