# SPDX-License-Identifier: Apache-2.0
"""Group commit: many exchanges become durable with one transaction (Articles 11, 13).

A thread of its own writes what the event loop hands over; whoever handed it over waits. When the
database is gone or the disk is full, everybody who waits is told, and the door stays closed until a
trial write succeeds: nothing is answered that is not on record.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from guiju.gateway import store
from guiju.kernel import GuijuError, Text, Unavailable, monotonic
from guiju.records import Exchange, Refusal
from guiju.records import record as keep
from guiju.storage import Database, Tx

Item = Exchange | Refusal
Keep = Callable[[Tx, Sequence[Item]], None]

# More than this many waiting means that the disk does not keep up: better refuse than pile up.
MOST_WAITING = 4096
_BATCH = 512
# With several exchanges under way, waiting this long lets them share one fsync.
_LINGER_SECONDS = 0.003
_RETRY_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class _Waiting:
    item: Item
    done: asyncio.Future[None]


class Recorder:
    """Writes exchanges and refusals in batches; `write` returns when its item is durable."""

    def __init__(self, database: Database, record: Keep = keep) -> None:
        """Nothing runs until `start`."""
        self._database = database
        self._keep = record
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._fault: GuijuError | None = None
        self._last_batch = 0

    def start(self) -> None:
        """Begin to write for the running event loop."""
        self._loop = asyncio.get_running_loop()
        self._thread.start()

    async def close(self) -> None:
        """Write what is waiting, then stop."""
        if self._thread.is_alive():
            self._queue.put(None)
            await asyncio.to_thread(self._thread.join)

    def check_open(self) -> None:
        """Raise Unavailable while nothing can be made durable, or too much waits for it."""
        if self._fault is not None:
            raise self._fault
        if self._queue.qsize() > MOST_WAITING:
            raise _overrun()

    async def write(self, item: Item) -> None:
        """Return once `item` and its evidence are durable; raises what stood against it."""
        if self._loop is None:
            raise RuntimeError("the recorder was not started")
        done = self._loop.create_future()
        self._queue.put(_Waiting(item, done))
        await done

    # -- in the thread -----------------------------------------------------------------------------

    def _run(self) -> None:
        going = True
        while going:
            batch, going = self._take()
            if batch:
                self._write(batch)
            elif self._fault is not None:
                self._try_again()

    def _take(self) -> tuple[list[_Waiting], bool]:
        """The next batch, and whether to go on after it."""
        try:
            first = self._queue.get(timeout=_RETRY_SECONDS if self._fault else None)
        except queue.Empty:
            return [], True
        if first is None:
            return [], False
        batch = [first]
        until = monotonic() + (_LINGER_SECONDS if self._last_batch > 1 else 0.0)
        while len(batch) < _BATCH:
            try:
                left = until - monotonic()
                waiting = self._queue.get(timeout=left) if left > 0 else self._queue.get_nowait()
            except queue.Empty:
                break
            if waiting is None:
                return batch, False
            batch.append(waiting)
        return batch, True

    def _write(self, batch: list[_Waiting]) -> None:
        self._last_batch = len(batch)
        error = self._attempt([one.item for one in batch])
        if error is None:
            self._tell(batch, None)
        elif len(batch) > 1 and not isinstance(error, Unavailable):
            # One bad item must not take the others down with it.
            for one in batch:
                self._tell([one], self._attempt([one.item]))
        else:
            self._tell(batch, error)

    def _attempt(self, items: list[Item]) -> GuijuError | None:
        try:
            with self._database.write() as tx:
                self._keep(tx, items)
        except GuijuError as error:
            self._fault = error if isinstance(error, Unavailable) else None
            return error
        except Exception as error:  # noqa: BLE001 - whatever it was, the waiting must be told
            return _internal(error)
        self._fault = None
        return None

    def _try_again(self) -> None:
        """While the door is closed, see whether a write goes through again."""
        try:
            with self._database.write() as tx:
                store.try_write(tx)
        except GuijuError as error:
            self._fault = error
        else:
            self._fault = None

    def _tell(self, batch: list[_Waiting], error: GuijuError | None) -> None:
        if self._loop is None or self._loop.is_closed():
            return
        self._loop.call_soon_threadsafe(_settle, batch, error)


def _settle(batch: list[_Waiting], error: GuijuError | None) -> None:
    for one in batch:
        if one.done.done():
            continue
        if error is None:
            one.done.set_result(None)
        else:
            one.done.set_exception(error)


def _internal(error: Exception) -> GuijuError:
    fault = Unavailable(
        "unavailable",
        Text(zh="记录未能写入，请求未被受理。", en="The record could not be written."),
        Text(zh="请联系服务方并提供请求编号。", en="Contact the provider with the request id."),
    )
    fault.__cause__ = error
    return fault


def _overrun() -> GuijuError:
    return Unavailable(
        "unavailable",
        Text(zh="待写入的记录过多，暂不受理新请求。", en="Too many records wait to be written."),
        Text(zh="请稍后重试。", en="Try again shortly."),
        article=13,
    )
