# SPDX-License-Identifier: Apache-2.0
"""Make sure that what was deleted is not still in the database's own files (Article 11).

A deleted row is first only forgotten: SQLite leaves its bytes in the page and in the write-ahead
log, PostgreSQL in the table until it is vacuumed. For sealed content that does not matter, as
without its key it is noise; for the wrapped key itself, and for a name, it does.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import text

from guiju.kernel import Text, Unavailable
from guiju.storage.database import Database
from guiju.storage.tables import metadata

# While a log is cut nobody else can write, and it waits for readers: no longer than is not noticed.
_PATIENCE_MILLISECONDS = 100


def scrub(database: Database, tables: Sequence[str]) -> None:
    """Bring what was deleted from these tables out of the database's files.

    SQLite: the write-ahead log is written back and cut to nothing. PostgreSQL: the tables are
    vacuumed; its log and its backups are beyond us (docs/privacy.md says what then).

    Raises:
        Unavailable: `scrub-hindered`, while somebody reads; it is tried again.
    """
    if database.engine.dialect.name == "sqlite":
        _cut_log(database)
    else:
        _vacuum(database, tables)


def _cut_log(database: Database) -> None:
    raw = database.engine.raw_connection()
    try:
        cursor = raw.cursor()
        cursor.execute(f"PRAGMA busy_timeout={_PATIENCE_MILLISECONDS}")
        busy, _, _ = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        raw.detach()  # nobody else gets a connection of so little patience
        raw.close()
    if busy:
        raise _hindered()


def _vacuum(database: Database, tables: Sequence[str]) -> None:
    known = [one for one in tables if one in metadata.tables]
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for one in known:
            connection.execute(text(f'VACUUM "{one}"'))


def _hindered() -> Unavailable:
    return Unavailable(
        "scrub-hindered",
        Text(
            zh="数据库日志正被读取，暂不能清除已删内容的残留。",
            en="Somebody reads the database, so what was deleted cannot be cleared from its log.",
        ),
        Text(zh="稍后自动重试。", en="It is tried again by itself."),
        article=11,
    )
