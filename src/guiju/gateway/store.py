# SPDX-License-Identifier: Apache-2.0
"""One small row by which a closed door finds out that it may open again."""

from __future__ import annotations

from sqlalchemy import Column, Integer

from guiju.storage import Instant, Tx, table

TRIAL = table(
    "gateway_trial",
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    guard="coded",
)


def try_write(tx: Tx) -> None:
    """Write the time into the row; raises whatever stands against writing."""
    if not tx.update(TRIAL, {"id": 1}, {"at": tx.now}):
        tx.insert(TRIAL, {"id": 1, "at": tx.now})
