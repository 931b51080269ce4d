# SPDX-License-Identifier: Apache-2.0
"""The coded tables of the guard at the door: tallies of a while, and what was used up once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, Integer, String, delete

from guiju.storage import Instant, Tallies, Tx, table

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

_TALLIES = Tallies(TALLY, "times")
tallied, count = _TALLIES.of, _TALLIES.add


def spend(tx: Tx, digest: str, until: datetime) -> bool:
    """Use something up; False when that was done before. Nobody asks for it after `until`."""
    tx.execute(delete(SPENT).where(SPENT.c.until <= tx.now))
    return tx.insert_if_absent(SPENT, {"digest": digest, "until": until})
