# SPDX-License-Identifier: Apache-2.0
"""The coded tables of the guard at the door: tallies of a while, and what was used up once.

A tally that was changed behind our back counts without end; so nobody who writes to the database
can set one back.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Column, Integer, String, delete, select

from guiju.storage import Instant, Tx, coded_row_holds, table

TALLY = table(
    "sign_in_tally",
    # What is counted, and a keyed digest of the address or the name it is counted for.
    Column("name", String(64), primary_key=True),
    Column("times", Integer, nullable=False),
    Column("until", Instant, nullable=False, index=True),
    guard="coded",
)

SPENT = table(
    "sign_in_spent",
    Column("digest", String(64), primary_key=True),
    Column("until", Instant, nullable=False, index=True),
    guard="coded",
)

_CLEARED_AT_ONCE = 100
_WITHOUT_END = 1_000_000


def tallied(tx: Tx, name: str) -> int:
    """How often `name` was counted in the while that is running."""
    row = tx.row(select(TALLY).where(TALLY.c.name == name))
    if row is None:
        return 0
    values = dict(row._mapping)  # noqa: SLF001 - the documented accessor of SQLAlchemy rows
    if not coded_row_holds(TALLY, values, tx.keys):
        return _WITHOUT_END
    return int(row.times) if row.until > tx.now else 0


def count(tx: Tx, name: str, lasts: timedelta) -> None:
    """Count once more; the first count of a while says how long it lasts."""
    fresh = {"name": name, "times": 0, "until": tx.now + lasts}
    tx.insert_if_absent(TALLY, fresh)
    row = tx.row(select(TALLY).where(TALLY.c.name == name).with_for_update())
    running = row is not None and row.until > tx.now
    until: datetime = row.until if row is not None and running else tx.now + lasts
    tx.update(TALLY, {"name": name}, {"times": 1 + tallied(tx, name), "until": until})
    # Held ones are skipped: two who clear up for each other would wait for ever.
    old = (
        select(TALLY.c.name)
        .where(TALLY.c.until <= tx.now)
        .limit(_CLEARED_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    tx.execute(delete(TALLY).where(TALLY.c.name.in_(old)))


def spend(tx: Tx, digest: str, until: datetime) -> bool:
    """Use something up; False when that was done before. Nobody asks for it after `until`."""
    tx.execute(delete(SPENT).where(SPENT.c.until <= tx.now))
    return tx.insert_if_absent(SPENT, {"digest": digest, "until": until})
