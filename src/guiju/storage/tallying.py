# SPDX-License-Identifier: Apache-2.0
"""Counts that begin anew after a while: what limits of rooms are held by, when many ask at once."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Table, delete, select

from guiju.storage.tables import coded_row_holds
from guiju.storage.transaction import Tx

_CLEARED_AT_ONCE = 100
_WITHOUT_END = 2**40


class Tallies:
    """Counts under names, in a coded table of a room: `name`, an amount, `until`.

    A count that was changed behind our back is without end: nobody who writes to the database can
    set one back.
    """

    def __init__(self, subject: Table, amount: str = "amount") -> None:
        """Count in `subject`, in its column `amount`."""
        self._table = subject
        self._amount = amount

    def of(self, tx: Tx, name: str) -> int:
        """How much was counted under `name` in the while that is running."""
        row = tx.row(select(self._table).where(self._table.c.name == name))
        if row is None:
            return 0
        values = dict(row._mapping)  # noqa: SLF001 - the documented accessor of SQLAlchemy rows
        if not coded_row_holds(self._table, values, tx.keys):
            return _WITHOUT_END
        return int(values[self._amount]) if row.until > tx.now else 0

    def add(self, tx: Tx, name: str, lasts: timedelta, amount: int = 1) -> None:
        """Count `amount` more; the first count of a while says how long it lasts."""
        subject = self._table
        fresh = {"name": name, self._amount: 0, "until": tx.now + lasts}
        tx.insert_if_absent(subject, fresh)
        row = tx.row(select(subject).where(subject.c.name == name).with_for_update())
        running = row is not None and row.until > tx.now
        until: datetime = row.until if row is not None and running else tx.now + lasts
        counted = {self._amount: amount + self.of(tx, name), "until": until}
        tx.update(subject, {"name": name}, counted)
        self.forget(tx, _CLEARED_AT_ONCE)

    def forget(self, tx: Tx, most: int) -> int:
        """Drop counts whose while is over, so many at most; how many went."""
        name = self._table.c.name
        # Held ones are skipped: two who clear up for each other would wait for ever.
        over = (
            select(name)
            .where(self._table.c.until <= tx.now)
            .limit(most)
            .with_for_update(skip_locked=True)
        )
        return len(tx.execute(delete(self._table).where(name.in_(over)).returning(name)).all())
