# SPDX-License-Identifier: Apache-2.0
"""The one linear migration history, run from inside the program (Alembic).

Where a database stands is asked at every start and by every command, so it is told from the
history's files themselves; Alembic is loaded only where there is something to change.
"""

from __future__ import annotations

import re
from pathlib import Path

from sqlalchemy import inspect, text

from guiju.storage.database import Database

_HISTORY = Path(__file__).parent / "migrations"
_NUMBERED = re.compile(r"(\d{4})_\w+\.py")
_LINK = re.compile(r'^(revision|down_revision) = "(\d{4})"', re.MULTILINE)
# One number for "somebody migrates", so that two machines do not do it at once.
_MIGRATION_LOCK = 71_0015


def head_revision() -> str:
    """The newest revision that this version of guiju knows: the one that none follows.

    Read from the files themselves, for few starts need Alembic.
    """
    files = [one for one in (_HISTORY / "versions").iterdir() if _NUMBERED.fullmatch(one.name)]
    links: list[dict[str, str]] = [
        dict(_LINK.findall(one.read_text(encoding="utf-8"))) for one in files
    ]
    ends = {one["revision"] for one in links} - {one.get("down_revision") for one in links}
    if len(ends) != 1:
        raise RuntimeError("the migration history is empty, or is no line")
    return ends.pop()


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
