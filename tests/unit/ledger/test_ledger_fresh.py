# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from guiju.kernel import software
from guiju.ledger import Evidence, Fresh, append_many, integrate, publish, store, verify
from guiju.ledger import fresh as fresh_module
from guiju.storage import Database


def filled(db: Database, count: int) -> None:
    one = Evidence("service-started", ("evidence-ledger",), software("test"), rows=())
    with db.write() as tx:
        append_many(tx, [one] * count)


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "lock"
    }


def counted(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    read: list[Any] = []
    inner = store.stream_entries

    def counting(*arguments: Any) -> Any:
        for row in inner(*arguments):
            read.append(row)
            yield row

    monkeypatch.setattr(store, "stream_entries", counting)
    return lambda: len(read)


def test_what_was_just_placed_is_published_without_being_read_again(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The files are the same as without, also across tiles."""
    reads, fresh = counted(monkeypatch), Fresh()
    for count in (3, 250, 1, 600, 7):
        filled(db, count)
        integrate(db, fresh)
        publish(db, tmp_path / "fresh", fresh)
    assert reads() == 0
    publish(db, tmp_path / "plain")
    assert files(tmp_path / "plain").items() <= files(tmp_path / "fresh").items()
    assert verify(db, tmp_path / "fresh").ok


def test_places_given_by_another_process_are_read(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A gap in what is known is filled from the database."""
    reads, fresh = counted(monkeypatch), Fresh()
    filled(db, 5)
    integrate(db, fresh)
    publish(db, tmp_path / "tiles", fresh)
    filled(db, 4)
    integrate(db)
    filled(db, 3)
    integrate(db, fresh)
    assert publish(db, tmp_path / "tiles", fresh) == 12
    assert reads() == 9
    assert verify(db, tmp_path / "tiles").ok


def test_a_newer_checkpoint_than_what_is_known_is_published_from_the_database(
    db: Database, tmp_path: Path
) -> None:
    """What is known ends before it."""
    fresh = Fresh()
    filled(db, 5)
    integrate(db, fresh)
    filled(db, 2)
    integrate(db)
    assert publish(db, tmp_path / "tiles", fresh) == 7
    assert verify(db, tmp_path / "tiles").ok


def test_an_entry_that_was_altered_after_it_got_its_place_is_still_published_true(
    db: Database, tmp_path: Path
) -> None:
    """And a verification says which row does not agree with it."""
    fresh = Fresh()
    filled(db, 5)
    integrate(db, fresh)
    with db.write() as tx:
        tx.execute(
            text(
                "UPDATE ledger_entry SET leaf = CAST(replace(leaf, 'started', 'stopped') AS BLOB)"
                " WHERE position = 3"
            )
        )
    assert publish(db, tmp_path / "tiles", fresh) == 5
    report = verify(db, tmp_path / "tiles")
    assert not report.ok


@given(st.lists(st.tuples(st.integers(0, 900), st.integers(0, 700)), max_size=8))
def test_what_is_remembered_is_what_was_given(steps):
    """Whatever is added and forgotten; at least the last tile is kept for writing it again."""
    fresh, size = Fresh(), 0
    for count, published in steps:
        leaves = [b"%d" % at for at in range(size, size + count)]
        fresh.add(size, leaves, leaves)
        size += count
        begin = fresh.begin(size)
        assert [leaf for leaf, _ in fresh.between(begin, size)] == [
            b"%d" % at for at in range(begin, size)
        ]
        fresh.forget(min(published, size))
        assert fresh.begin(size) <= size // 256 * 256 or fresh.begin(size) == size


def test_what_nobody_publishes_is_not_remembered_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A disk that stays full must not fill the memory too."""
    monkeypatch.setattr(fresh_module, "_MOST", 10)
    fresh = Fresh()
    fresh.add(0, [b"x"] * 8, [b"x"] * 8)
    fresh.add(8, [b"x"] * 8, [b"x"] * 8)
    assert fresh.begin(16) == 16
    fresh.add(16, [b"y"], [b"y"])
    assert fresh.between(16, 17) == [(b"y", b"y")]
