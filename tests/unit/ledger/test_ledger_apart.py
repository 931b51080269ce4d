# SPDX-License-Identifier: Apache-2.0
"""A large ledger is checked on all cores, with the same result whatever becomes of one of them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from guiju.kernel import Keyring, LocalMasterKey
from guiju.ledger import entrycheck, integrate, publish, verify
from guiju.ledger.bundlecheck import (
    Looker,
    Page,
    Place,
    Rows,
    looked_apart,
    looked_here,
    rows_between,
)
from guiju.ledger.service import code_key
from guiju.ledger.store import CHECKPOINT, ENTRY, KEY, STAMP
from guiju.storage import Database
from guiju.storage.marks import META

from .conftest import Record

OURS = ("ledger_", "tile", "checkpoint")


@pytest.fixture
def large(tmp_path: Path, record: Record) -> Iterator[Database]:
    """Five bundles and a bit in three checkpoints, published up to the second."""
    keys = Keyring(LocalMasterKey(bytes(range(32))))
    db = Database.open(f"sqlite:///{tmp_path / 'large.db'}", keys)
    for one in (ENTRY, CHECKPOINT, KEY, STAMP, META):
        one.create(db.engine)
    for count in (700, 400):
        record(db, count)
        integrate(db)
    publish(db, tmp_path / "tiles")
    record(db, 250)
    integrate(db)
    yield db
    db.close()


def found(db: Database, folder: Path, processes: int) -> list[str]:
    report = verify(db, folder, processes=processes)
    return [one.where for one in report.problems if one.where.startswith(OURS)]


@pytest.mark.slow
def test_many_processes_find_what_one_does(
    large: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Altered entries and files, lost ones, and none at all: the same places in the same order."""
    monkeypatch.setattr(entrycheck, "_WORTH", 0)
    monkeypatch.setattr(entrycheck, "_PAGE", 256)
    folder = tmp_path / "tiles"
    assert found(large, folder, 2) == []
    with large.engine.begin() as connection:
        for change in (
            "UPDATE ledger_entry SET leaf = substr(leaf, 2) WHERE position = 302",
            "DELETE FROM ledger_entry WHERE position = 900",
            "UPDATE ledger_entry SET position = 17.5 WHERE position = 17",
        ):
            connection.execute(text(change))
    for name in ("tile/entries/002", "tile/0/003", "tile/entries/004.p/76"):
        file = folder / name
        file.write_bytes(file.read_bytes()[:-1] + b"?")
    places = found(large, folder, 1)
    assert {"ledger_entry position 302", "ledger_entry position 900"} <= set(places)
    assert {"tile/entries/002", "tile/0/003", "tile/entries/004.p/76"} <= set(places)
    assert found(large, folder, 2) == places


class _Deadly:
    """Whoever unpacks it is gone, as a process is that the system kills."""

    def __reduce__(self) -> tuple[object, tuple[int]]:
        return (os._exit, (9,))


def test_what_a_killed_process_leaves_is_looked_at_here(large: Database) -> None:
    """No page is passed over, none comes twice."""
    with large.read() as tx:

        def rows(low: int, high: int) -> Rows:
            return rows_between(tx.connection, low, high)

        looker = Looker(rows, code_key(large.keys), None)
        pages = [Page(begin, min(begin + 256, 1350), 0) for begin in range(0, 1350, 256)]
        place = Place(_Deadly(), b"", None)  # type: ignore[arg-type]
        told = list(looked_apart(looker, place, pages, 2))
        assert told == list(looked_here(looker, pages))
    assert [page for page, _ in told] == pages
    assert all(one is not None for _, seen in told for one in seen)


@pytest.mark.postgres
def test_processes_reach_postgresql_by_themselves(
    pg_db: Database, record: Record, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the password of the address, and values as that database holds them."""
    monkeypatch.setattr(entrycheck, "_WORTH", 0)
    monkeypatch.setattr(entrycheck, "_PAGE", 256)
    monkeypatch.setattr(Looker, "look", lambda *_: pytest.fail("the walk looked by itself"))
    record(pg_db, 600)
    integrate(pg_db)
    publish(pg_db, folder)
    assert found(pg_db, folder, 2) == []
