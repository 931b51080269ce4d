# SPDX-License-Identifier: Apache-2.0
"""While the database stalls, records go to the disk, and into the database when it is back."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.unit.gateway.test_gateway_recorder import item, kept

from guiju.gateway import recorder as recording
from guiju.gateway.recorder import Item, Recorder
from guiju.kernel import Text, Unavailable
from guiju.records import Spill, record
from guiju.storage import Database, Tx

_WORDS = Text(zh="字", en="word")


class Store:
    """A database that can be taken away, or made to hang."""

    def __init__(self) -> None:
        self.away = threading.Event()
        self.answers = threading.Event()
        self.answers.set()
        self.kept: list[str] = []

    def keep(self, tx: Tx, items: Sequence[Item]) -> None:
        """Record, unless away; hang while it does not answer."""
        self.answers.wait()
        self.try_write(tx)
        record(tx, items)
        self.kept += [one.request for one in items]

    def try_write(self, _: Tx) -> None:
        """Raise while away."""
        self.answers.wait()
        if self.away.is_set():
            raise Unavailable("unavailable", _WORDS, _WORDS)


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """The database that this recorder sees; quick to lose patience and to try again."""
    made = Store()
    monkeypatch.setattr(recording, "_RETRY_SECONDS", 0.02)
    monkeypatch.setattr(recording, "_PATIENCE_SECONDS", 0.05)
    monkeypatch.setattr(recording, "store", made)
    yield made
    made.answers.set()


def run(
    db: Database, store: Store, spill: Spill, work: Callable[[Recorder], Coroutine[Any, Any, None]]
) -> None:
    """Let `work` use a recorder from start to close."""

    async def whole() -> None:
        subject = Recorder(db, store.keep, spill)
        subject.start()
        await work(subject)
        await subject.close()

    asyncio.run(asyncio.wait_for(whole(), 30))


async def until(holds: Callable[[], bool]) -> None:
    """Wait for something that other threads bring about."""
    while not holds():  # noqa: ASYNC110 - other threads set no event
        await asyncio.sleep(0.005)


@pytest.mark.control("records-kept-aside")
def test_a_database_that_goes_away_is_bridged(db: Database, store: Store, tmp_path: Path) -> None:
    """Whoever writes is told when it is on the disk; all is on record once it is back."""
    spill = Spill(tmp_path / "spill", db.keys)

    async def work(subject: Recorder) -> None:
        await subject.write(item(0))
        store.away.set()
        await asyncio.gather(*(subject.write(item(number)) for number in range(1, 40)))
        assert subject.stalled
        subject.check_open()
        assert kept(db) == {"req_00000"}
        store.away.clear()
        await until(lambda: not subject.stalled)
        assert len(kept(db)) == 40
        await subject.write(item(40))
        assert "req_00040" in kept(db)

    run(db, store, spill, work)
    assert list((tmp_path / "spill").iterdir()) == []


@pytest.mark.control("records-kept-aside")
def test_a_database_that_hangs_is_not_waited_for_for_ever(
    db: Database, store: Store, tmp_path: Path
) -> None:
    """What it takes in the end after all is on record once, not twice."""
    spill = Spill(tmp_path / "spill", db.keys)

    async def work(subject: Recorder) -> None:
        store.answers.clear()
        await asyncio.wait_for(subject.write(item(1)), 5)
        await asyncio.wait_for(subject.write(item(2)), 5)
        assert subject.stalled
        store.answers.set()
        await until(lambda: not subject.stalled)

    run(db, store, spill, work)
    assert kept(db) == {"req_00001", "req_00002"}


def test_records_that_come_while_others_are_taken_up_are_not_lost(
    db: Database, store: Store, tmp_path: Path
) -> None:
    """Again and again away and back, with writers all the time."""
    spill = Spill(tmp_path / "spill", db.keys)

    async def work(subject: Recorder) -> None:
        async def writer(lane: int) -> None:
            for number in range(30):
                await subject.write(item(lane * 100 + number))

        async def trouble() -> None:
            for _ in range(8):
                store.away.set()
                await asyncio.sleep(0.03)
                store.away.clear()
                await asyncio.sleep(0.03)

        await asyncio.gather(trouble(), *map(writer, range(8)))
        await until(lambda: not subject.stalled)

    run(db, store, spill, work)
    assert len(kept(db)) == 8 * 30
    assert list((tmp_path / "spill").glob("*")) == []


@pytest.mark.control("closed-door")
def test_the_door_closes_when_nothing_more_can_be_kept_aside(
    db: Database, store: Store, tmp_path: Path
) -> None:
    """And opens by itself when the database is back; what was promised is on record."""
    spill = Spill(tmp_path / "spill", db.keys, most=6000)

    async def work(subject: Recorder) -> None:
        store.away.set()
        promised = 0
        with pytest.raises(Unavailable):
            for number in range(100):
                await subject.write(item(number))
                promised += 1
        assert promised
        with pytest.raises(Unavailable):
            subject.check_open()
        store.away.clear()
        await until(lambda: not subject.stalled)
        subject.check_open()
        assert len(kept(db)) == promised

    run(db, store, spill, work)


@pytest.mark.control("records-kept-aside")
def test_a_start_takes_up_what_an_earlier_process_left(
    db: Database, store: Store, tmp_path: Path
) -> None:
    """A kill or a stop in the middle of a stall loses nothing."""
    left = Spill(tmp_path / "spill", db.keys)
    left.add([item(1), item(2)])
    left.close()

    async def work(subject: Recorder) -> None:
        await until(lambda: len(kept(db)) == 2)
        assert not subject.stalled

    run(db, store, Spill(tmp_path / "spill", db.keys), work)
    assert kept(db) == {"req_00001", "req_00002"}
    assert list((tmp_path / "spill").iterdir()) == []


def test_a_stop_in_the_middle_of_a_stall_leaves_all_for_the_next_start(
    db: Database, store: Store, tmp_path: Path
) -> None:
    """Whoever stops a service whose database is away need not wait for it."""

    async def stall(subject: Recorder) -> None:
        store.away.set()
        await subject.write(item(1))

    async def work(_: Recorder) -> None:
        await until(lambda: len(kept(db)) == 1)

    run(db, store, Spill(tmp_path / "spill", db.keys), stall)
    assert kept(db) == set()
    store.away.clear()
    run(db, store, Spill(tmp_path / "spill", db.keys), work)
