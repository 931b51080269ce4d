# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import itertools
import sqlite3
import sys
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, event, select, text
from sqlalchemy import exc as sql

from guiju.kernel import Conflict, FixedClock, Invalid, Keyring, LocalMasterKey, Unavailable
from guiju.storage import Database
from guiju.storage import database as storing
from guiju.storage.database import translated


def add(database: Database, subject: Table, **row: Any) -> None:
    with database.write() as tx:
        tx.insert(subject, row)
        tx.take_noted()


def ids(database: Database, subject: Table) -> list[str]:
    with database.read() as tx:
        return sorted(row.id for row in tx.rows(select(subject.c.id)))


def on_each_connection(database: Database, pragma: str) -> None:
    """Give every connection from now on a setting of the test's."""
    database.close()
    event.listen(
        database.engine, "connect", lambda raw, _record: raw.execute(f"PRAGMA {pragma}").close()
    )


# -- SQLite as we need it ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pragma", "expected"),
    [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 10_000)],
)
def test_sqlite_keeps_what_it_has_confirmed(
    sqlite_db: Database, pragma: str, expected: object
) -> None:
    """A write-ahead log, synchronised at each commit (FULL is 2), in every connection."""
    with sqlite_db.read() as one, sqlite_db.read() as two:
        for tx in (one, two):
            assert tx.execute(text(f"PRAGMA {pragma}")).scalar() == expected


def test_a_commit_that_does_not_wait_for_the_disk_leaves_the_connection_as_it_was(
    either: Database, tables: dict[str, Table]
) -> None:
    """Others see it at once; who has the connection next waits for the disk, after a fault too."""

    def settings() -> list[Any]:
        if either.engine.dialect.name != "sqlite":
            with either.read() as tx:
                return [tx.one_value("SHOW synchronous_commit")]
        with closing(either.engine.raw_connection()) as raw:
            cursor = raw.cursor()
            return [
                cursor.execute(f"PRAGMA {one}").fetchone()[0]
                for one in ("synchronous", "wal_autocheckpoint")
            ]

    before = settings()
    with either.write(durable=False) as tx:
        tx.insert(tables["proof"], {"id": "a"})
    assert settings() == before
    assert ids(either, tables["proof"]) == ["a"]
    with pytest.raises(ZeroDivisionError), either.write(durable=False) as tx:
        tx.insert(tables["proof"], {"id": "b"})
        raise ZeroDivisionError
    assert settings() == before
    assert ids(either, tables["proof"]) == ["a"]
    either.write_back()
    assert ids(either, tables["proof"]) == ["a"]


def test_whoever_opens_a_new_file_while_another_writes_waits_for_its_turn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite itself does not wait where the log is turned on; we ask again."""
    waits: list[float] = []
    real = time.sleep

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        real(seconds)

    monkeypatch.setattr(time, "sleep", sleep)
    file = tmp_path / "new.db"
    with closing(sqlite3.connect(file, check_same_thread=False)) as other:
        other.execute("CREATE TABLE something (here)")
        other.execute("BEGIN IMMEDIATE")
        release = threading.Timer(0.1, lambda: other.execute("ROLLBACK"))
        release.start()
        database = Database.open(f"sqlite:///{file}", Keyring(LocalMasterKey(bytes(32))))
        with database.read() as tx:
            assert tx.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        database.close()
        release.join()
    assert waits


def test_a_file_that_stays_locked_is_said_to_be_unavailable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moments = itertools.count(step=4.0)
    monkeypatch.setattr(storing, "monotonic", lambda: next(moments))
    file = tmp_path / "new.db"
    with closing(sqlite3.connect(file)) as other:
        other.execute("CREATE TABLE something (here)")
        other.execute("BEGIN IMMEDIATE")
        database = Database.open(f"sqlite:///{file}", Keyring(LocalMasterKey(bytes(32))))
        with pytest.raises(Unavailable), database.read():
            pass
        database.close()


def test_who_writes_next_gets_the_connection_that_has_written_last(sqlite_db: Database) -> None:
    """Its pages are the newest: any other connection would read them all again."""
    with sqlite_db.read() as one, sqlite_db.read() as two, sqlite_db.read() as three:
        used = {id(tx.connection.connection.driver_connection) for tx in (one, two, three)}
    assert len(used) == 3
    writing = []
    for _ in range(3):
        with sqlite_db.write() as tx:
            writing.append(tx.connection.connection.driver_connection)
    assert len({id(one) for one in writing}) == 1


def test_writers_wait_for_each_other(sqlite_db: Database, tables: dict[str, Table]) -> None:
    """Four threads write at once, and nobody is told that the database is locked."""
    note = tables["note"]

    def writes(who: int) -> None:
        for turn in range(5):
            add(sqlite_db, note, id=f"{who}-{turn}")

    threads = [threading.Thread(target=writes, args=(who,)) for who in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(ids(sqlite_db, note)) == 20


def test_a_database_that_stays_busy_is_unavailable(
    sqlite_db: Database, tables: dict[str, Table], keys: Keyring
) -> None:
    """After the wait the caller is refused; once the other is done it works again."""
    other = Database(sqlite_db.engine, keys, sqlite_db.clock)
    on_each_connection(sqlite_db, "busy_timeout=20")
    with sqlite_db.write() as tx:
        tx.insert(tables["visit"], {"id": "v1"})
        with pytest.raises(Unavailable) as busy:
            add(other, tables["note"], id="n1")
    assert busy.value.code == "unavailable"
    add(other, tables["note"], id="n1")


# -- a full disk ------------------------------------------------------------------------------


@pytest.fixture
def full_db(sqlite_db: Database, tables: dict[str, Table]) -> Database:
    """A database that may not grow any more, as on a full disk."""
    add(sqlite_db, tables["note"], id="before")
    with sqlite_db.read() as tx:
        pages = tx.execute(text("PRAGMA page_count")).scalar()
    on_each_connection(sqlite_db, f"max_page_count={pages}")
    return sqlite_db


def fill(database: Database, subject: Table) -> None:
    add(database, subject, id="big", body=bytes(1_000_000))


def test_a_full_disk_refuses_and_loses_nothing(full_db: Database, tables: dict[str, Table]) -> None:
    """`unavailable`, in words that say it is the storage; what was there is still there."""
    with pytest.raises(Unavailable) as full:
        fill(full_db, tables["note"])
    assert (full.value.code, full.value.status) == ("unavailable", 503)
    assert "full" in full.value.what.en
    assert "已满" in full.value.what.zh
    assert ids(full_db, tables["note"]) == ["before"]


def test_after_a_full_disk_it_goes_on_without_a_restart(
    full_db: Database, tables: dict[str, Table]
) -> None:
    """As soon as there is room the same process accepts again."""
    with pytest.raises(Unavailable):
        fill(full_db, tables["note"])
    on_each_connection(full_db, "max_page_count=1000000")
    fill(full_db, tables["note"])
    assert ids(full_db, tables["note"]) == ["before", "big"]


def operational(words: str) -> sql.DBAPIError:
    return sql.OperationalError("INSERT", {}, Exception(words))


@pytest.mark.parametrize(
    "words",
    [
        "database or disk is full",
        'could not extend file "base/5/1259": No space left on device',
        "could not write to file: No space left on device",
    ],
)
def test_each_way_of_saying_full_is_understood(words: str) -> None:
    """SQLite, PostgreSQL and the file system speak differently."""
    error = translated(operational(words))
    assert (type(error), error.code) == (Unavailable, "unavailable")
    assert "Storage is full" in error.what.en


@pytest.mark.parametrize(
    "error",
    [operational("server closed the connection unexpectedly"), sql.TimeoutError("QueuePool limit")],
    ids=["gone", "no connection free"],
)
def test_a_database_that_is_gone_has_the_same_code_and_other_words(error: Any) -> None:
    """Who calls can only wait; who operates must know which it is."""
    said = translated(error)
    assert (type(said), said.code) == (Unavailable, "unavailable")
    assert "full" not in said.what.en
    assert "not available" in said.what.en


def test_a_broken_rule_of_uniqueness_is_a_conflict() -> None:
    """The one error of the database that is the caller's."""
    said = translated(sql.IntegrityError("INSERT", {}, Exception("UNIQUE constraint failed")))
    assert (type(said), said.code) == (Conflict, "already-there")


# -- gone and back ----------------------------------------------------------------------------


@pytest.mark.postgres
def test_a_server_that_comes_back_is_used_again(
    postgres: Any, keys: Keyring, clock: FixedClock, tables: dict[str, Table]
) -> None:
    """While it is down each call is refused; when it is up the same process goes on."""
    database = Database.open(postgres.new_database(), keys, clock)
    tables["note"].create(database.engine)
    add(database, tables["note"], id="before")
    postgres.stop()
    try:
        assert not database.answers()
        with pytest.raises(Unavailable) as gone:
            add(database, tables["note"], id="lost")
        assert gone.value.code == "unavailable"
    finally:
        postgres.start()
    assert database.answers()
    add(database, tables["note"], id="after")
    assert ids(database, tables["note"]) == ["after", "before"]
    database.close()


def test_a_database_that_works_answers(either: Database) -> None:
    """And is not empty once tables are made."""
    assert either.answers()
    assert not either.is_empty()


def test_a_new_database_is_empty(tmp_path: Path, keys: Keyring) -> None:
    """Nothing was made yet."""
    database = Database.open(f"sqlite:///{tmp_path / 'new.db'}", keys)
    assert database.is_empty()
    database.close()


@pytest.mark.parametrize("kind", ["garbage", "folder missing"])
def test_a_file_that_is_no_database_is_unavailable(
    tmp_path: Path, keys: Keyring, kind: str
) -> None:
    """Refused in our words, whether one reads, writes or only looks."""
    path = tmp_path / "x.db"
    if kind == "garbage":
        path.write_bytes(b"this is no database" * 1000)
    else:
        path = tmp_path / "missing" / "x.db"
    database = Database.open(f"sqlite:///{path}", keys)
    assert not database.answers()
    for look in (database.is_empty, database.check_master_key):
        with pytest.raises(Unavailable) as refused:
            look()
        assert refused.value.code == "unavailable"
    database.close()


# -- opening ----------------------------------------------------------------------------------


@pytest.mark.parametrize("url", ["", "nonsense", "mysql://host/name", "file:///x.db", "sqlite"])
def test_an_address_that_is_not_understood_says_what_would_be(url: str, keys: Keyring) -> None:
    """The remedy shows both forms and names the setting."""
    with pytest.raises(Invalid) as refused:
        Database.open(url, keys)
    assert (refused.value.code, refused.value.param) == ("database-address", "database")
    assert "sqlite:///" in refused.value.remedy.zh
    assert "postgresql://" in refused.value.remedy.en


def test_a_missing_driver_names_the_extra(keys: Keyring, monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL needs one, and the default install has none."""
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(Unavailable) as missing:
        Database.open("postgresql://guiju@/t?host=/nowhere", keys)
    assert missing.value.code == "extra-missing"
    assert "guiju[postgres]" in missing.value.remedy.en


def test_a_password_in_the_address_is_in_no_error(keys: Keyring) -> None:
    """Errors are printed and logged."""
    database = Database.open("postgresql://guiju:gebus-27@/t?host=/nowhere", keys)
    with pytest.raises(Unavailable) as gone:
        database.check_master_key()
    assert "gebus-27" not in str(gone.value)
    database.close()


# -- the master key ---------------------------------------------------------------------------


def test_the_first_master_key_is_remembered(either: Database) -> None:
    """Asked again, with the same key, nothing happens."""
    either.check_master_key()
    either.check_master_key()


def test_another_master_key_is_refused_before_anything_is_sealed(either: Database) -> None:
    """A wrong key would seal what the right one cannot open."""
    either.check_master_key()
    stranger = Database(either.engine, Keyring(LocalMasterKey(bytes(32))), either.clock)
    with pytest.raises(Unavailable) as wrong:
        stranger.check_master_key()
    assert wrong.value.code == "wrong-master-key"
    either.check_master_key()
