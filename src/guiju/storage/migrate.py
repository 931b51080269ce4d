# SPDX-License-Identifier: Apache-2.0
"""The one linear migration history, run from inside the program (Alembic).

Where a database stands is asked at every start and by every command, so it is told from the numbers
that the history's files begin with; Alembic is loaded only where there is something to change.
"""

from __future__ import annotations

import re
from pathlib import Path

from sqlalchemy import inspect, text

from guiju.storage.database import Database

_HISTORY = Path(__file__).parent / "migrations"
_NUMBERED = re.compile(r"(\d{4})_\w+\.py")
# One number for "somebody migrates", so that two machines do not do it at once.
_MIGRATION_LOCK = 71_0015


def head_revision() -> str:
    """The newest revision that this version of guiju knows; each is called by its number."""
    names = (_NUMBERED.fullmatch(one.name) for one in (_HISTORY / "versions").iterdir())
    head = max((found[1] for found in names if found), default=None)
    if head is None:
        raise RuntimeError("the migration history is empty")
    return head


def revision(database: Database) -> str | None:
    """The revision the database stands at, or None when it is empty."""
    with database.read() as tx:
        if not inspect(tx.connection).has_table("alembic_version"):
            return None
        stands = tx.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
        return None if stands is None else str(stands)


def migrate(database: Database) -> None:
    """Bring the schema up to the newest revision, all of it or nothing."""
    if revision(database) == head_revision():
        return
    from guiju.storage.upgrading import upgrade  # noqa: PLC0415 - few starts need Alembic

    with database.write() as tx:
        if tx.dialect == "postgresql":
            tx.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK})
        upgrade(tx.connection, _HISTORY)
