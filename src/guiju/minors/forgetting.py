# SPDX-License-Identifier: Apache-2.0
"""What was said to a companion goes once its person takes the consent back (CAC Order 21, art 16).

It is done right after the withdrawal, again until it is done, and once a day for answers that were
under way then.
"""

from __future__ import annotations

from datetime import timedelta

from guiju import accounts, records
from guiju.accounts import Purpose
from guiju.kernel import software
from guiju.storage import Database

_SOFTWARE = software("companions")
_LOOKED_BACK = timedelta(days=2)


def forget_said(database: Database, person: str) -> None:
    """Remove, step by step, what this person said by a consent that is withdrawn."""
    after: str | None = ""
    while after is not None:
        with database.write() as tx:
            if accounts.is_given(tx, person, Purpose.SENSITIVE):
                return
            after = records.remove_said(tx, _SOFTWARE, person, after)


def forget_withdrawn(database: Database) -> None:
    """The same for everybody who has withdrawn it lately."""
    with database.read() as tx:
        since = tx.now - _LOOKED_BACK
        persons = accounts.withdrawn_since(tx, Purpose.SENSITIVE, since)
    for one in persons:
        forget_said(database, one)
