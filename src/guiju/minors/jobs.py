# SPDX-License-Identifier: Apache-2.0
"""Once a day: count users against the thresholds of Order 21, and forget what is not to be kept."""

from __future__ import annotations

from guiju import accounts, records
from guiju.minors import policy, service
from guiju.minors.model import MONTH
from guiju.storage import Database


def daily(database: Database) -> None:
    """Count, open what the numbers ask for, and forget; the counting reads without a lock."""
    with database.read() as tx:
        registered = accounts.registered(tx)
        active = records.active_persons(tx, tx.now - MONTH)
    with database.write() as tx:
        service.count(tx, registered, active)
        service.forget_old(tx, policy.now(tx))
    service.forget_withdrawn(database)
