# SPDX-License-Identifier: Apache-2.0
"""What a record costs a database: time for each commit and each record in it, and bytes.

One writer, as the recorder writes: sealed bodies, heads, evidence with digests, one transaction
for a batch. Two sizes of batch give the cost of a commit and that of a record. What a batch keeps
PostgreSQL to itself for is the processor time of its server; the rest of a commit is waiting for
the disk. SQLite is part of the process and takes one writer at a time, so all of it counts.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import NamedTuple

from bench.gateway import cpu_seconds
from sqlalchemy import func, select, text
from tests.conftest import PostgresServer, _postgres_programs
from tools.make_migration import import_every_table

from guiju import ledger, records
from guiju.kernel import Keyring, LocalMasterKey, monotonic, new_id
from guiju.ledger.store import ENTRY
from guiju.records import Exchange, Label, Screening, Usage
from guiju.storage import Database, metadata

SMALL, LARGE, PEOPLE = 8, 512, 200
MANY, ROUNDS = 100, 9
_SAID = "今天天气晴朗，适合出门散步，也可以在家读一本好书。"
INPUT, OUTPUT = (
    json.dumps([_SAID * 2], ensure_ascii=False).encode(),
    json.dumps([_SAID * 12], ensure_ascii=False).encode(),
)


class Recorded(NamedTuple):
    """Seconds and bytes of one kind of database."""

    commit: float
    record: float
    flush: float
    record_bytes: float
    leaf_bytes: float


def measured() -> dict[str, Recorded]:
    """Both kinds of database, PostgreSQL only where it is installed."""
    import_every_table()
    found = {}
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "scale.db"
        found["SQLite"] = _costs(f"sqlite:///{file}")
    with _postgres() as server:
        if server is not None:
            found["PostgreSQL"] = _costs(server.new_database(), _first_process(server))
    return found


@contextmanager
def _postgres() -> Iterator[PostgresServer | None]:
    programs = _postgres_programs()
    if programs is None:
        yield None
        return
    server = PostgresServer(programs)
    server.start()
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(server.folder, ignore_errors=True)


def _first_process(server: PostgresServer) -> int:
    return int((server.data / "postmaster.pid").read_text().partition("\n")[0])


def _costs(address: str, server: int | None = None) -> Recorded:
    database = Database.open(address, Keyring(LocalMasterKey(bytes(32))))
    try:
        metadata.create_all(database.engine)
        people = [new_id("pe") for _ in range(PEOPLE)]
        _record(database, people, LARGE)  # each person's key is made once
        before = _size(database)
        small, used_small = _timed(database, people, SMALL, MANY, server)
        large, used_large = _timed(database, people, LARGE, ROUNDS, server)
        kept = MANY * SMALL + ROUNDS * LARGE
        ledger.integrate(database)
        with database.read() as tx:
            (leaf,) = (row[0] for row in tx.rows(select(func.avg(func.length(ENTRY.c.leaf)))))
        grown = (_size(database) - before) / kept - float(leaf)
        record = (large - small) / (LARGE - SMALL)
        commit = max(0.0, small - SMALL * record)
        if server is None:
            return Recorded(commit, record, 0.0, grown, float(leaf))
        record = (used_large - used_small) / (LARGE - SMALL)
        own = max(0.0, used_small - SMALL * record)
        return Recorded(own, record, max(0.0, commit - own), grown, float(leaf))
    finally:
        database.close()


def _timed(
    database: Database, people: list[str], size: int, rounds: int, server: int | None
) -> tuple[float, float]:
    """Seconds of a batch, the median, and processor seconds of the server for one, the mean."""
    before = 0.0 if server is None else cpu_seconds(server)
    took = median(_record(database, people, size) for _ in range(rounds))
    used = 0.0 if server is None else cpu_seconds(server) - before
    return took, used / rounds


def _record(database: Database, people: list[str], count: int) -> float:
    """Seconds to put so many exchanges on record in one transaction."""
    items = [_exchange(people[number % len(people)]) for number in range(count)]
    began = monotonic()
    with database.write() as tx:
        records.record(tx, items)
    return monotonic() - began


def _exchange(person: str) -> Exchange:
    return Exchange(
        request=new_id("req"),
        at=datetime(2026, 11, 29, tzinfo=UTC),
        route="/v1/chat/completions",
        stream=False,
        service="service",
        person=person,
        key="key_1",
        model="bench",
        policy="d" * 64,
        agreement=1,
        incoming=Screening("pass", "full"),
        outgoing=Screening("pass", "full"),
        label=Label("p-1", "end", implicit=True),
        usage=Usage(20, 60, 300, 300),
        finish="stop",
        retention_days=183,
        input=INPUT,
        output=OUTPUT,
    )


def _size(database: Database) -> int:
    """Bytes of all tables."""
    with database.engine.connect() as connection:
        if database.engine.dialect.name == "postgresql":
            asked = "SELECT pg_database_size(current_database())"
        else:
            connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
            asked = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
        return int(connection.execute(text(asked)).scalar_one())
