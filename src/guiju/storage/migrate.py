# SPDX-License-Identifier: Apache-2.0
"""The one linear migration history, run from inside the program (Alembic)."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from guiju.storage.database import Database

_HISTORY = Path(__file__).parent / "migrations"
# One number for "somebody migrates", so that two machines do not do it at once.
_MIGRATION_LOCK = 71_0015


def configuration() -> Config:
    """Alembic's settings for our history; the caller puts a connection into `attributes`."""
    config = Config()
    # A percent sign in the path would read as interpolation.
    config.set_main_option("script_location", str(_HISTORY).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    return config


def head_revision() -> str:
    """The newest revision that this version of guiju knows."""
    head = ScriptDirectory.from_config(configuration()).get_current_head()
    if head is None:
        raise RuntimeError("the migration history is empty")
    return head


def revision(database: Database) -> str | None:
    """The revision the database stands at, or None when it is empty."""
    with database.read() as tx:
        return MigrationContext.configure(tx.connection).get_current_revision()


def migrate(database: Database) -> None:
    """Bring the schema up to the newest revision, all of it or nothing."""
    head_revision()  # an empty history would pass in silence and leave no tables
    config = configuration()
    with database.write() as tx:
        if tx.dialect == "postgresql":
            tx.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK})
        config.attributes["connection"] = tx.connection
        command.upgrade(config, "head")
