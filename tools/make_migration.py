# SPDX-License-Identifier: Apache-2.0
"""Writes the next migration: what the rooms declare, less what the history already makes."""

from __future__ import annotations

import importlib
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

import guiju
from guiju.kernel import Keyring, LocalMasterKey
from guiju.storage import Database, metadata, migrate
from guiju.storage.upgrading import configuration

ROOT = Path(__file__).parent.parent
VERSIONS = ROOT / "src" / "guiju" / "storage" / "migrations" / "versions"


def import_every_table() -> None:
    """Import what declares tables: each room's `store` (or `..._store`), and the vault."""
    rooms = Path(guiju.__file__).parent
    for path in sorted([*rooms.glob("*/*store.py"), *rooms.glob("*/vault.py")]):
        importlib.import_module(f"guiju.{path.parent.name}.{path.stem}")


def differences(database: Database) -> list[Any]:
    """What stands between the schema of `database` and what the rooms declare."""
    with database.read() as tx:
        context = MigrationContext.configure(tx.connection, opts={"compare_type": True})
        return list(compare_metadata(context, metadata))


def write_revision(database: Database, message: str) -> Path:
    """Write the revision that brings `database` to what the rooms declare; returns its file."""
    number = f"{len(list(VERSIONS.glob('[0-9]*.py'))) + 1:04}"
    config = configuration(VERSIONS.parent)
    with database.write() as tx:
        config.attributes["connection"] = tx.connection
        command.revision(config, message, autogenerate=True, rev_id=number)
    return next(VERSIONS.glob(f"{number}_*.py"))


def main() -> int:
    """Write one revision named by the first argument ("Initial" when there is none)."""
    message = sys.argv[1] if len(sys.argv) > 1 else "Initial"
    import_every_table()
    with tempfile.TemporaryDirectory() as folder:
        keys = Keyring(LocalMasterKey(bytes(32)))
        database = Database.open(f"sqlite:///{folder}/empty.db", keys)
        if any(VERSIONS.glob("[0-9]*.py")):
            migrate(database)
        if not differences(database):
            print("nothing to do: the history makes all that the rooms declare")
            return 0
        path = write_revision(database, message)
        database.close()
    for arguments in (["check", "--fix", "--exit-zero"], ["format"]):
        command_line = [sys.executable, "-m", "ruff", *arguments, "--quiet", str(path)]
        subprocess.run(command_line, check=True, stdout=subprocess.DEVNULL)
    print(f"wrote {path.relative_to(ROOT)}: read it before you commit it")
    return 0


if __name__ == "__main__":
    sys.exit(main())
