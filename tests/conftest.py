# SPDX-License-Identifier: Apache-2.0
"""What every test may ask for: a fixed clock, keys, and a database of either kind."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from sqlalchemy import create_engine, event
from tools.make_migration import import_every_table

from guiju.kernel import FixedClock, Keyring, LocalMasterKey
from guiju.storage import Database, metadata

# On CI the same examples each time, so that a run says something about the change alone; everywhere
# else new ones, so that they are found. There `make test` looks at all, CI at some, `make check` at
# a few of each property, also of one that asks for more. None has a deadline: how long one takes
# says what else the machine does, and which tables are made when first used.
MOST_EXAMPLES = {"fast": 15, "ci": 40}
settings.register_profile("ci", derandomize=True, max_examples=40, deadline=None)
settings.register_profile("fast", max_examples=15, deadline=None)
settings.register_profile("usual", deadline=None)
_asked = os.environ.get("GUIJU_EXAMPLES") or ("ci" if os.environ.get("CI") else "usual")
settings.load_profile(_asked)

pytest_plugins = ["tests.nearest"]
ROOT = Path(__file__).parent.parent
START = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


# Only these open a network connection, and only to this machine.
LOCAL_FOLDERS = ("tests/journeys", "tests/browser", "tests/bench")
LOCAL_HOSTS = ["127.0.0.1", "::1"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a PostgreSQL server, and let no test but those of the list use a network."""
    for item in items:
        if _asked in MOST_EXAMPLES and isinstance(item, pytest.Function):
            _look_at_most(item.obj, MOST_EXAMPLES[_asked])
        if _needs_postgres(item):
            item.add_marker(pytest.mark.postgres)
        if _may_use_localhost(item.path):
            item.add_marker(pytest.mark.allow_hosts(LOCAL_HOSTS))


def _needs_postgres(item: pytest.Item) -> bool:
    """By its fixtures, or by the parameter with which one of them chooses the kind of database."""
    chosen = getattr(getattr(item, "callspec", None), "params", {}).values()
    wanted = {*getattr(item, "fixturenames", ()), *(one for one in chosen if isinstance(one, str))}
    return not wanted.isdisjoint(("postgres", "postgresql", "pg_db"))


def _look_at_most(test: Any, count: int) -> None:
    """Let a property that asks for many examples look at few; there is no public way to say so."""
    own = getattr(test, "_hypothesis_internal_use_settings", None)
    if own is not None and own.max_examples > count:
        test._hypothesis_internal_use_settings = settings(own, max_examples=count)


@cache
def _may_use_localhost(path: Path) -> bool:
    return any(path.is_relative_to(ROOT / folder) for folder in LOCAL_FOLDERS)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(START)


@pytest.fixture
def keys() -> Keyring:
    return Keyring(LocalMasterKey(bytes(range(32))))


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with every table of every room; copy it, do not change it."""
    import_every_table()
    path = tmp_path_factory.mktemp("empty") / "guiju.db"
    engine = create_engine(f"sqlite:///{path}")
    metadata.create_all(engine)
    engine.dispose()
    return path


@pytest.fixture
def db(empty: Path, tmp_path: Path, keys: Keyring, clock: FixedClock) -> Iterator[Database]:
    """An SQLite database with every table of every room."""
    path = shutil.copyfile(empty, tmp_path / "guiju.db")
    database = Database.open(f"sqlite:///{path}", keys, clock)
    event.listen(database.engine, "connect", _wait_for_no_disk)
    yield database
    database.close()


def _wait_for_no_disk(connection: sqlite3.Connection, _record: Any) -> None:
    """No unit test cuts the power."""
    connection.execute("PRAGMA synchronous=OFF")


def _postgres_programs() -> Path | None:
    """The folder that holds all the server's programs, the newest one first."""
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    found = shutil.which("initdb")
    places += [Path(found).resolve().parent] if found else []
    wanted = ("initdb", "pg_ctl", "createdb")
    return next((one for one in places if all((one / name).exists() for name in wanted)), None)


def _as_nobody(folder: Path) -> list[str]:
    """PostgreSQL refuses to run as root, so root hands the folder to `nobody`."""
    if os.geteuid() != 0:
        return []
    shutil.chown(folder, "nobody", "nogroup")
    return ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--"]


class PostgresServer:
    """A PostgreSQL server of the test's own, on a Unix socket in a folder of its own."""

    def __init__(self, programs: Path) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="guiju-pg-"))
        self.folder.chmod(0o755)
        self.programs = programs
        self.prefix = _as_nobody(self.folder)
        self.data = self.folder / "data"
        options = ["-U", "guiju", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        self._run("initdb", "-D", str(self.data), *options)
        self.databases = 0
        self.template: str | None = None

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self.prefix, str(self.programs / program), *arguments]
        subprocess.run(command, check=True, cwd=self.folder, stdout=subprocess.DEVNULL)

    def start(self) -> None:
        # No test cuts the power: a process that is killed has handed its writes to the system.
        options = f"-c listen_addresses='' -k {self.folder} -c max_connections=100 -c fsync=off"
        log = str(self.folder / "log")
        wait = ("-w", "-t", "180")
        self._run("pg_ctl", "-D", str(self.data), "-l", log, *wait, "-o", options, "start")

    def stop(self, mode: str = "immediate") -> None:
        self._run("pg_ctl", "-D", str(self.data), "-m", mode, "-w", "stop")

    def new_database(self, template: str = "template1") -> str:
        """The address of a fresh database, empty or as `template` is."""
        self.databases += 1
        name = f"t{self.databases}"
        self._run("createdb", "-h", str(self.folder), "-U", "guiju", "-T", template, name)
        return self.address(name)

    def with_every_table(self) -> str:
        """The address of a fresh database with every table of every room, which are made once."""
        if self.template is None:
            import_every_table()
            address = self.new_database()
            engine = create_engine(address.replace("postgresql:", "postgresql+psycopg:"))
            metadata.create_all(engine)
            engine.dispose()
            self.template = f"t{self.databases}"
        return self.new_database(self.template)

    def address(self, name: str) -> str:
        return f"postgresql://guiju@/{name}?host={self.folder}"


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A running PostgreSQL server; its absence fails, so that CI cannot pass without one."""
    programs = _postgres_programs()
    if programs is None:
        pytest.fail("PostgreSQL is not installed: run `make test`, or apt-get install postgresql")
    server = PostgresServer(programs)
    server.start()
    yield server
    server.stop()
    shutil.rmtree(server.folder, ignore_errors=True)


@pytest.fixture
def pg_db(postgres: PostgresServer, keys: Keyring, clock: FixedClock) -> Iterator[Database]:
    """A PostgreSQL database with every table of every room."""
    database = Database.open(postgres.with_every_table(), keys, clock)
    yield database
    database.close()
