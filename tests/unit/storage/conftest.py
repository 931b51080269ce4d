# SPDX-License-Identifier: Apache-2.0
"""Tables of the tests' own, in a database of either kind, apart from those of the rooms."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Boolean, Column, ForeignKey, Integer, LargeBinary, String, Table
from sqlalchemy import Text as LongText
from sqlalchemy.engine import Engine

from guiju.kernel import FixedClock, Keyring
from guiju.storage import CanonicalJson, Database, Instant, metadata, table
from guiju.storage.marks import META
from guiju.storage.vault import EARLIER, ERASED, SERVICE_SECRET, SUBJECT_KEY

NOTE = table(
    "note",
    Column("id", String(40), primary_key=True),
    Column("words", LongText),
    Column("count", Integer),
    Column("done", Boolean),
    Column("at", Instant),
    Column("body", LargeBinary),
    Column("facts", CanonicalJson),
)
LINK = table(
    "link",
    Column("note", ForeignKey("note.id"), primary_key=True),
    Column("place", Integer, primary_key=True),
)
VISIT = table(
    "visit",
    Column("id", String(40), primary_key=True),
    Column("words", LongText),
    Column("at", Instant),
    guard="coded",
)
SCORE = table(
    "score",
    Column("name", String(40), primary_key=True),
    Column("times", Integer, nullable=False),
    Column("until", Instant, nullable=False),
    guard="coded",
)
PROOF = table("proof", Column("id", String(40), primary_key=True), guard="self")
OWN = (NOTE, LINK, VISIT, PROOF)
for one in (*OWN, SCORE):
    metadata.remove(one)  # the migration history must not know them


def make_tables(engine: Engine) -> None:
    for one in (META, SUBJECT_KEY, EARLIER, ERASED, SERVICE_SECRET, *OWN, SCORE):
        one.create(engine)


@pytest.fixture
def sqlite_db(tmp_path: Path, keys: Keyring, clock: FixedClock) -> Iterator[Database]:
    database = Database.open(f"sqlite:///{tmp_path / 'own.db'}", keys, clock)
    make_tables(database.engine)
    yield database
    database.close()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def either(request: pytest.FixtureRequest, keys: Keyring, clock: FixedClock) -> Iterator[Database]:
    """A database of either kind: what holds for one holds for the other."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_db")
        return
    server = request.getfixturevalue("postgres")
    database = Database.open(server.new_database(), keys, clock)
    make_tables(database.engine)
    yield database
    database.close()


@pytest.fixture
def tables() -> dict[str, Table]:
    return {one.name: one for one in OWN}
