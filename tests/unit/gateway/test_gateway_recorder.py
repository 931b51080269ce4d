# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import select
from tests.unit.gateway.scene import Play, exchange

from guiju.gateway import recorder as recording
from guiju.gateway.recorder import Item, Recorder
from guiju.gateway.signals import ModelAnswered, Record
from guiju.kernel import GuijuError, Invalid, Text, Unavailable
from guiju.records import record
from guiju.records.store import EXCHANGE
from guiju.storage import Database, Tx

WORDS = Text(zh="字", en="word")


def item(number: int) -> Item:
    play = Play(exchange()).begin()
    message = {"role": "assistant", "content": "好的"}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    play.tell(ModelAnswered({"choices": [choice]}))
    made: Item = play.of(Record)[0].item
    return replace(made, request=f"req_{number:05}")


def with_recorder(
    database: Database,
    keep: Callable[[Tx, Sequence[Item]], None],
    work: Callable[[Recorder], Coroutine[Any, Any, None]],
) -> None:
    async def run() -> None:
        subject = Recorder(database, keep)
        subject.start()
        await work(subject)
        await subject.close()

    asyncio.run(run())


def kept(database: Database) -> set[str]:
    with database.read() as tx:
        return {row.request for row in tx.rows(select(EXCHANGE.c.request))}


@pytest.mark.control("usage-record")
def test_what_comes_together_is_committed_together(db: Database) -> None:
    """A hundred writers share a few transactions, and each returns when its own is durable."""
    sizes: list[int] = []

    def keep(tx: Tx, items: Sequence[Item]) -> None:
        sizes.append(len(items))
        record(tx, items)

    async def work(subject: Recorder) -> None:
        async def one(number: int) -> None:
            await subject.write(item(number))
            assert f"req_{number:05}" in kept(db)

        await asyncio.gather(*map(one, range(100)))

    with_recorder(db, keep, work)
    assert sum(sizes) == 100
    assert len(sizes) < 20
    assert len(kept(db)) == 100


@pytest.mark.parametrize("hurried", [False, True])
def test_the_ends_of_streams_wait_for_each_other(
    db: Database, monkeypatch: pytest.MonkeyPatch, *, hurried: bool
) -> None:
    """Until there are enough of them, or somebody comes whose answer has not begun."""
    monkeypatch.setattr(recording, "_COMPANY_SECONDS", 600.0)
    sizes: list[int] = []

    def keep(tx: Tx, items: Sequence[Item]) -> None:
        sizes.append(len(items))
        record(tx, items)

    async def work(subject: Recorder) -> None:
        few = [replace(item(number), stream=True) for number in range(2)]
        waiting = [asyncio.ensure_future(subject.write(one)) for one in few]
        await asyncio.sleep(0.05)
        assert sizes == []
        more = [replace(item(number), stream=not hurried) for number in range(2, 4)]
        await asyncio.gather(*waiting, *map(subject.write, more[: 1 if hurried else 2]))

    with_recorder(db, keep, work)
    assert sizes == [3 if hurried else 4]


def test_the_end_of_a_lonely_stream_waits_a_moment_and_no_more(db: Database) -> None:
    """Nobody else comes."""

    async def work(subject: Recorder) -> None:
        await subject.write(replace(item(1), stream=True))
        await subject.write(replace(item(2), stream=True))

    with_recorder(db, record, work)
    assert len(kept(db)) == 2


def test_one_bad_item_does_not_take_the_others_down(db: Database) -> None:
    """Whoever gave it hears of it; the rest of the batch is kept."""

    def keep(tx: Tx, items: Sequence[Item]) -> None:
        if any(one.request == "req_00003" for one in items):
            raise Invalid("no-good", WORDS, WORDS)
        record(tx, items)

    async def work(subject: Recorder) -> None:
        told = await asyncio.gather(
            *(subject.write(item(number)) for number in range(6)), return_exceptions=True
        )
        assert [isinstance(one, Invalid) for one in told] == [n == 3 for n in range(6)]
        subject.check_open()

    with_recorder(db, keep, work)
    assert len(kept(db)) == 5


@pytest.mark.control("closed-door")
def test_the_door_closes_while_nothing_can_be_written_and_opens_by_itself(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everybody who waits is told `unavailable`; a trial write opens the door again."""
    monkeypatch.setattr(recording, "_RETRY_SECONDS", 0.02)
    broken = threading.Event()
    broken.set()

    def keep(tx: Tx, items: Sequence[Item]) -> None:
        if broken.is_set():
            raise Unavailable("unavailable", WORDS, WORDS)
        record(tx, items)

    class Trial:
        @staticmethod
        def try_write(_: Tx) -> None:
            if broken.is_set():
                raise Unavailable("unavailable", WORDS, WORDS)

    monkeypatch.setattr(recording, "store", Trial)

    async def work(subject: Recorder) -> None:
        told = await asyncio.gather(
            *(subject.write(item(number)) for number in range(4)), return_exceptions=True
        )
        assert [one.code for one in told if isinstance(one, GuijuError)] == ["unavailable"] * 4
        with pytest.raises(Unavailable):
            subject.check_open()
        await asyncio.sleep(0.1)
        with pytest.raises(Unavailable):
            subject.check_open()
        broken.clear()
        await asyncio.sleep(0.2)
        subject.check_open()
        await subject.write(item(9))

    with_recorder(db, keep, work)
    assert kept(db) == {"req_00009"}


def test_a_fault_of_ours_is_told_and_the_recorder_lives_on(db: Database) -> None:
    """A bug in keeping is an error for its request, not the end of recording."""
    calls = iter(range(100))

    def keep(tx: Tx, items: Sequence[Item]) -> None:
        if next(calls) == 0:
            raise ZeroDivisionError
        record(tx, items)

    async def work(subject: Recorder) -> None:
        with pytest.raises(Unavailable):
            await subject.write(item(1))
        await subject.write(item(2))

    with_recorder(db, keep, work)
    assert kept(db) == {"req_00002"}


def test_closing_writes_what_is_waiting(db: Database) -> None:
    """Nothing handed over is dropped when the service stops."""

    async def run() -> None:
        subject = Recorder(db)
        subject.start()
        tasks = [asyncio.ensure_future(subject.write(item(number))) for number in range(30)]
        await asyncio.sleep(0)
        await subject.close()
        await asyncio.gather(*tasks)

    asyncio.run(run())
    assert len(kept(db)) == 30


def test_too_much_waiting_closes_the_door(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Better refuse than pile up what the disk cannot take."""
    monkeypatch.setattr(recording, "MOST_WAITING", 3)

    async def work(subject: Recorder) -> None:
        tasks = [asyncio.ensure_future(subject.write(item(number))) for number in range(8)]
        await asyncio.sleep(0)
        with pytest.raises(Unavailable):
            subject.check_open()
        await asyncio.gather(*tasks)
        subject.check_open()

    with_recorder(db, record, work)
