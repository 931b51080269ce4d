# SPDX-License-Identifier: Apache-2.0
"""What follows by itself from decisions that were taken elsewhere, as on a page of another room."""

from __future__ import annotations

from guiju.dispositions import action_store, appeal_store, appeals, service, withdrawing
from guiju.dispositions.content_kind import CONTENT_ACTION
from guiju.storage import Database


def settle(database: Database) -> None:
    """Put in force what was decided, and note what an appeal has undone; nothing if none waits."""
    with database.read() as tx:
        waits = action_store.any_decided(tx) or appeal_store.any_overturned(tx)
    if waits:
        with database.write() as tx:
            service.settle_decided(tx)
            appeals.settle_overturned(tx)


def withdraw(database: Database) -> None:
    """Mark for some tenths of a second what was withdrawn from other answers; mostly nothing is."""
    withdrawing.go_on(database, CONTENT_ACTION)
