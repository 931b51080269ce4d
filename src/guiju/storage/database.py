# SPDX-License-Identifier: Apache-2.0
"""The engine and its transactions: SQLite (WAL, synchronous=FULL) or PostgreSQL, one behaviour."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, SQLAlchemyError

from guiju.kernel import (
    Clock,
    Conflict,
    GuijuError,
    Invalid,
    Keyring,
    SystemClock,
    Text,
    Unavailable,
    monotonic,
    wrong_master_key,
)
from guiju.storage.link import BEGUN, Link
from guiju.storage.marks import META, mark
from guiju.storage.transaction import Tx
from guiju.storage.vault import CACHE_SECONDS, SERVICE_SECRET, Vault, open_root

_BUSY_MILLISECONDS = 10_000
_AGAIN_SECONDS = 0.005
_CONNECT_SECONDS = 5
_TURN_SECONDS = 0.05
_LOG_PAGES = 1_000
_log = logging.getLogger("guiju.storage")
# Statements of many sizes are kept prepared: see `guiju.storage.inserting`.
_SQLITE = {"timeout": _BUSY_MILLISECONDS / 1000, "cached_statements": 1024}


class Database:
    """Opens transactions. Synchronous and short by rule; event loops call it from a thread."""

    def __init__(
        self, engine: Engine, keys: Keyring, clock: Clock, key_seconds: float = CACHE_SECONDS
    ) -> None:
        """Use `Database.open`; this takes a ready engine."""
        self.engine = engine
        self.keys = keys
        self.clock = clock
        self.vault = Vault(keys, key_seconds)
        self._turn = threading.Lock()

    @classmethod
    def open(
        cls,
        url: str,
        keys: Keyring,
        clock: Clock | None = None,
        key_seconds: float = CACHE_SECONDS,
    ) -> Database:
        """Connect to `sqlite:///path` or `postgresql://...`; a key is remembered so many seconds.

        Raises:
            Invalid: the address names no database we know.
            Unavailable: the driver is not installed.
        """
        return cls(engine_at(url), keys, clock or SystemClock(), key_seconds)

    @contextmanager
    def write(self, *, durable: bool = True) -> Iterator[Tx]:
        """A transaction that commits on leaving, unless an error passes or evidence is missing.

        Not `durable`: it holds the lock without waiting for the disk, and a power cut may undo it,
        whole, with its evidence. For work that is found again and done again, as retention is.

        Raises:
            Unavailable: the database is gone, busy for too long, or its disk is full.
            Conflict: a uniqueness rule was broken.
            UnattestedChangeError: attested rows changed without a leaf.
        """
        with (
            self._in_turn(),
            self._link(begin="BEGIN IMMEDIATE") as link,
            _as_sure(link, durable=durable),
        ):
            tx = Tx(link, self.keys, self.clock.now(), self.vault)
            yield tx
            tx.check_attested()
            link.commit()
        self.vault.remember(tx.new_keys)

    @contextmanager
    def read(self) -> Iterator[Tx]:
        """A transaction whose changes are thrown away."""
        with self._link(begin="BEGIN") as link:
            yield Tx(link, self.keys, self.clock.now(), self.vault)

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        """Let threads of one process follow each other at once.

        SQLite's own waiting sleeps longer each time, so that who has waited for two milliseconds
        comes back after three and may find the next one there. After a while it is left to that.
        """
        if self.engine.dialect.name != "sqlite":
            yield
            return
        mine = self._turn.acquire(timeout=_TURN_SECONDS)
        try:
            yield
        finally:
            if mine:
                self._turn.release()

    def write_back(self) -> None:
        """Bring what is in SQLite's log back into its file, as far as nobody has to wait for it.

        So that whoever commits next need not: SQLite has whose commit makes the log long do it.
        """
        if self.engine.dialect.name != "sqlite":
            return
        try:
            raw = self.engine.raw_connection()
            try:
                raw.cursor().execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
            finally:
                raw.close()
        except (SQLAlchemyError, sqlite3.Error) as error:
            _log.debug("the log could not be written back: %s", type(error).__name__)

    @contextmanager
    def _link(self, begin: str) -> Iterator[Link]:
        try:
            with closing(Link(self.engine, begin)) as link:
                yield link
        except SQLAlchemyError as error:
            raise translated(error) from error

    def check_master_key(self) -> None:
        """See that the master key is that of this data, and take up the root that it wraps.

        New data gets its root here. Data of a version without roots is only compared.

        Raises:
            Unavailable: `wrong-master-key`; or what the holder of the master key says.
        """
        rooted = self._has_table(SERVICE_SECRET.name)
        with self.write() as tx:
            known = mark(tx, "key-check")
            if rooted:
                open_root(tx, None if known is None else str(known))
            elif known is not None:
                self.keys.first_root(str(known))
            tx.insert_if_absent(META, {"name": "key-check", "value": self.keys.check})
            if mark(tx, "key-check") != self.keys.check:
                raise wrong_master_key()

    def _has_table(self, name: str) -> bool:
        try:
            return bool(inspect(self.engine).has_table(name))
        except SQLAlchemyError as error:
            raise translated(error) from error

    def is_empty(self) -> bool:
        """Whether no table has been made yet."""
        try:
            return not inspect(self.engine).get_table_names()
        except SQLAlchemyError as error:
            raise translated(error) from error

    def answers(self) -> bool:
        """Whether the database answers a trivial question now."""
        try:
            with self.read() as tx:
                tx.execute(text("SELECT 1"))
        except GuijuError:
            return False
        return True

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def engine_at(url: str) -> Engine:
    """Connections alone, for who needs no transactions of ours: another process that looks on.

    Raises:
        Invalid: the address names no database we know.
        Unavailable: the driver is not installed.
    """
    try:
        address = make_url(url)
        if address.drivername == "sqlite":
            # Whoever comes next gets the connection that was used last: the others have to read
            # again what has changed since they were.
            engine = create_engine(address, connect_args=_SQLITE, pool_use_lifo=True)
            event.listen(engine, "connect", _prepare_sqlite)
            event.listen(engine, "begin", _begin_sqlite)
            return engine
        if address.drivername.partition("+")[0] == "postgresql":
            return create_engine(
                address.set(drivername="postgresql+psycopg"),
                pool_pre_ping=True,
                pool_size=8,
                max_overflow=8,
                pool_timeout=_CONNECT_SECONDS,
                connect_args={"connect_timeout": _CONNECT_SECONDS},
            )
    except ArgumentError:
        pass
    except ImportError as error:
        raise Unavailable(
            "extra-missing",
            Text(zh="未安装 PostgreSQL 驱动。", en="The PostgreSQL driver is not installed."),
            Text(
                zh="请执行 pip install 'guiju[postgres]'。",
                en="Run pip install 'guiju[postgres]'.",
            ),
        ) from error
    raise Invalid(
        "database-address",
        Text(zh="数据库地址无法识别。", en="The database address is not understood."),
        Text(
            zh="请使用 sqlite:///路径 或 postgresql://用户@主机/库名。",
            en="Use sqlite:///path or postgresql://user@host/name.",
        ),
        param="database",
    )


@contextmanager
def _as_sure(link: Link, *, durable: bool) -> Iterator[None]:
    """Let a commit wait for the disk, or not."""
    if durable:
        yield
    elif link.dialect.name == "sqlite":
        # Outside a transaction, as SQLite asks. Whoever has the connection next finds it as it was.
        _pragmas(link.driver, "synchronous=NORMAL", "wal_autocheckpoint=0")
        try:
            yield
        finally:
            link.rollback()
            _pragmas(link.driver, "synchronous=FULL", f"wal_autocheckpoint={_LOG_PAGES}")
    else:
        link.execute("SET LOCAL synchronous_commit TO OFF").close()
        yield


def _pragmas(raw: Any, *settings: str) -> None:
    for one in settings:
        raw.execute(f"PRAGMA {one}")


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    # The driver must not begin or commit by itself: `_begin_sqlite` decides when and how.
    connection.isolation_level = None
    _write_ahead(connection)
    for pragma in (
        "synchronous=FULL",
        f"wal_autocheckpoint={_LOG_PAGES}",
        f"busy_timeout={_BUSY_MILLISECONDS}",
        "foreign_keys=ON",
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Turn the write-ahead log on, once per file, whoever else opens it at the same moment.

    SQLite does not wait here as it does elsewhere: of two that turn a new file's log on together,
    one is told at once that the database is locked.
    """
    until = monotonic() + _BUSY_MILLISECONDS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or monotonic() > until:
                raise
            time.sleep(_AGAIN_SECONDS)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    if not connection.get_execution_options().get(BEGUN):
        connection.exec_driver_sql("BEGIN")


def translated(error: SQLAlchemyError) -> GuijuError:
    """The error of our tree for an error of the database."""
    if isinstance(error, IntegrityError):
        return _already_there()
    said = str(error.orig) if isinstance(error, DBAPIError) else str(error)
    return _full() if any(sign in said for sign in _FULL) else _gone()


# How SQLite, PostgreSQL and the file system say that there is no room left.
_FULL = ("disk is full", "No space left", "could not extend file")


def _already_there() -> Conflict:
    return Conflict(
        "already-there",
        Text(
            zh="此项已存在，或被其他记录引用。",
            en="This exists already, or something refers to it.",
        ),
        Text(
            zh="请换一个名称或先查看现有项。",
            en="Choose another name, or look at the existing one.",
        ),
    )


# One code for both: whoever calls can do nothing but wait; `what` tells the operator which it is.
def _full() -> Unavailable:
    return Unavailable(
        "unavailable",
        Text(zh="存储空间已满，请求未被受理。", en="Storage is full; nothing was accepted."),
        Text(
            zh="请腾出磁盘空间后重试，无须重启。",
            en="Free some disk space and try again; no restart is needed.",
        ),
    )


def _gone() -> Unavailable:
    return Unavailable(
        "unavailable",
        Text(
            zh="数据库暂不可用，请求未被受理。",
            en="The database is not available; nothing was accepted.",
        ),
        Text(
            zh="请稍后重试；运维请运行 guiju doctor。",
            en="Try again shortly; operators: run guiju doctor.",
        ),
    )
