# SPDX-License-Identifier: Apache-2.0
"""Group commit: many exchanges become durable with one transaction (Articles 11, 13).

A thread of its own writes what the event loop hands over; whoever handed it over waits. When the
database is gone or the disk is full, everybody who waits is told, and the door stays closed until a
trial write succeeds: nothing is answered that is not on record.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from guiju.gateway import store
from guiju.kernel import GuijuError, Text, Unavailable
from guiju.records import Exchange, Refusal
from guiju.records import record as keep
from guiju.storage import Database, Tx

Item = Exchange | Refusal
_log = logging.getLogger("guiju.recorder")
Keep = Callable[[Tx, Sequence[Item]], None]

# More than this many waiting means that the disk does not keep up: better refuse than pile up.
MOST_WAITING = 4096
_BATCH = 512
# With several exchanges under way, waiting this long lets them share one commit.
_LINGER_SECONDS = 0.010
_RETRY_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class _Waiting:
    item: Item
    done: asyncio.Future[None]


class Recorder:
    """Writes exchanges and refusals in batches; `write` returns when its item is durable.

    The event loop gathers a batch and hands it over whole: the two threads meet twice a batch, not
    twice an item. While one batch is being written the next one gathers.
    """

    def __init__(self, database: Database, record: Keep = keep) -> None:
        """Nothing runs until `start`."""
        self._database = database
        self._keep = record
        self._handed: queue.SimpleQueue[list[_Waiting] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._gathering: list[_Waiting] = []
        self._scheduled = False
        self._writing = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._fault: GuijuError | None = None

    def start(self) -> None:
        """Begin to write for the running event loop."""
        self._loop = asyncio.get_running_loop()
        self._thread.start()

    async def close(self) -> None:
        """Write what is waiting, then stop."""
        await self._idle.wait()
        if self._thread.is_alive():
            self._handed.put(None)
            await asyncio.to_thread(self._thread.join)

    def check_open(self) -> None:
        """Raise Unavailable while nothing can be made durable, or too much waits for it."""
        if self._fault is not None:
            raise self._fault
        if len(self._gathering) > MOST_WAITING:
            raise _overrun()

    async def write(self, item: Item) -> None:
        """Return once `item` and its evidence are durable; raises what stood against it."""
        if self._loop is None:
            raise RuntimeError("the recorder was not started")
        done = self._loop.create_future()
        self._gathering.append(_Waiting(item, done))
        self._idle.clear()
        if not self._scheduled and not self._writing:
            self._schedule(0.0)
        await done

    # -- on the event loop -------------------------------------------------------------------------

    def _schedule(self, seconds: float) -> None:
        if self._loop is not None:
            self._scheduled = True
            self._loop.call_later(seconds, self._hand_over)

    def _hand_over(self) -> None:
        self._scheduled = False
        batch, self._gathering = self._gathering[:_BATCH], self._gathering[_BATCH:]
        if batch:
            self._writing = len(batch)
            self._handed.put(batch)
        else:
            self._idle.set()

    def _settle(self, told: list[tuple[_Waiting, GuijuError | None]]) -> None:
        last, self._writing = self._writing, 0
        for one, error in told:
            if one.done.done():
                continue
            if error is None:
                one.done.set_result(None)
            else:
                one.done.set_exception(error)
        if not self._scheduled:
            # Those just answered may come back at once: let them share the next fsync.
            self._schedule(_LINGER_SECONDS if last > 1 else 0.0)

    # -- in the thread -----------------------------------------------------------------------------

    def _run(self) -> None:
        while True:
            try:
                batch = self._handed.get(timeout=_RETRY_SECONDS if self._fault else None)
            except queue.Empty:
                self._try_again()
                continue
            if batch is None:
                return
            told = self._write(batch)
            if self._loop is not None and not self._loop.is_closed():
                self._loop.call_soon_threadsafe(self._settle, told)

    def _write(self, batch: list[_Waiting]) -> list[tuple[_Waiting, GuijuError | None]]:
        error = self._attempt([one.item for one in batch])
        if error is not None and len(batch) > 1 and not isinstance(error, Unavailable):
            # One bad item must not take the others down with it.
            return [(one, self._attempt([one.item])) for one in batch]
        return [(one, error) for one in batch]

    def _attempt(self, items: list[Item]) -> GuijuError | None:
        try:
            with self._database.write() as tx:
                self._keep(tx, items)
        except GuijuError as error:
            self._fault = error if isinstance(error, Unavailable) else None
            return error
        except Exception as error:  # noqa: BLE001 - whatever it was, the waiting must be told
            _log.exception("a batch of %d could not be recorded", len(items))
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
