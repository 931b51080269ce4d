# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import inspect
from tools import make_migration

from guiju.kernel import FixedClock, Keyring
from guiju.storage import Database, head_revision, metadata, migrate, revision
from guiju.storage.migrations import __file__ as history
from guiju.storage.upgrading import configuration

# The door offers a function of the same name.
MODULE = importlib.import_module("guiju.storage.migrate")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def empty(
    request: pytest.FixtureRequest, tmp_path: Path, keys: Keyring, clock: FixedClock
) -> Iterator[Database]:
    """A database without a table."""
    make_migration.import_every_table()
    url = f"sqlite:///{tmp_path / 'empty.db'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres").new_database()
    database = Database.open(url, keys, clock)
    yield database
    database.close()


def test_the_history_makes_exactly_what_the_rooms_declare(empty: Database) -> None:
    """From nothing to the newest revision: no table, column or index too many or too few."""
    migrate(empty)
    assert make_migration.differences(empty) == []
    made = set(inspect(empty.engine).get_table_names())
    assert made == {*(str(name) for name in metadata.tables), "alembic_version"}


def test_a_migrated_database_stands_at_the_newest_revision(empty: Database) -> None:
    """Before that it stands at none; migrating again changes nothing."""
    assert revision(empty) is None
    migrate(empty)
    assert revision(empty) == head_revision()
    migrate(empty)
    assert revision(empty) == head_revision()


def test_a_difference_would_be_seen(empty: Database) -> None:
    """The comparison is no formality: an empty database differs by every table."""
    added = [one[1].name for one in make_migration.differences(empty) if one[0] == "add_table"]
    assert sorted(added) == sorted(str(name) for name in metadata.tables)


def test_a_migration_that_fails_leaves_nothing_behind(
    empty: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of it or nothing, in SQLite too."""
    folder = tmp_path / "history"
    (folder / "versions").mkdir(parents=True)
    source = Path(history).parent
    (folder / "env.py").write_bytes((source / "env.py").read_bytes())
    (folder / "versions" / "0001_half.py").write_text(HALF, encoding="utf-8")
    monkeypatch.setattr(MODULE, "_HISTORY", folder)
    with pytest.raises(LookupError):
        migrate(empty)
    assert empty.is_empty()


HALF = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "0001", None


def upgrade():
    op.create_table("half", sa.Column("id", sa.Integer, primary_key=True))
    raise LookupError
"""


def test_the_history_is_one_line_of_numbers() -> None:
    """Each revision has its file's number and one before it; the line has no branch and no gap."""
    files = sorted((Path(history).parent / "versions").glob("[0-9]*.py"))
    numbers = [re.match(r"\d{4}", one.name)[0] for one in files]  # type: ignore[index]
    assert [assigned(one, "revision") for one in files] == numbers
    before = {assigned(one, "revision"): assigned(one, "down_revision") for one in files}
    script = ScriptDirectory.from_config(configuration(Path(history).parent))
    line: list[object] = [script.get_current_head()]
    while line[-1] is not None:
        line.append(before.pop(line[-1]))
    assert before == {}
    assert len(line) == len(set(numbers)) + 1
    assert head_revision() == line[0]


def assigned(path: Path, name: str) -> object:
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
            return ast.literal_eval(node.value)
    raise LookupError(name)


def test_an_empty_history_is_a_fault_of_the_package(
    sqlite_db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not a database that silently has no tables."""
    (tmp_path / "versions").mkdir()
    monkeypatch.setattr(MODULE, "_HISTORY", tmp_path)
    with pytest.raises(RuntimeError, match="empty"):
        head_revision()
    with pytest.raises(RuntimeError, match="empty"):
        migrate(sqlite_db)
