# SPDX-License-Identifier: Apache-2.0
"""Group commit: many exchanges become durable with one transaction (Articles 11, 13).

A thread of its own writes what the event loop hands over; whoever handed it over waits. When the
database stalls, records go to this machine's disk, sealed, and are put on record when it is back.
When neither takes them, everybody who waits is told, and the door stays closed until a trial write
succeeds: nothing is answered that is not durable.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from guiju.gateway import store
from guiju.gateway.hands import Hand
from guiju.gateway.unrecorded import is_away, not_written, overrun
from guiju.kernel import GuijuError
from guiju.records import Exchange, Refusal, Spill, catch_up
from guiju.records import record as keep
from guiju.storage import Database, Tx

Item = Exchange | Refusal
_log = logging.getLogger("guiju.recorder")
Keep = Callable[[Tx, Sequence[Item]], Sequence[str] | None]
"""Records items; says whose standing changed with it, if anybody's."""

# More than this many waiting means that the disk does not keep up: better refuse than pile up.
MOST_WAITING = 4096
_BATCH = 512
# With several exchanges under way, waiting this long lets them share one commit.
_LINGER_SECONDS = 0.010
# The end of a stream may wait this long until there are so many: nobody misses it, and a commit for
# each alone stands in the way of all other streams some milliseconds (docs/decisions/0036). Where
# the last commit had as many, those to come share theirs anyway.
_COMPANY_SECONDS = 0.040
_COMPANY = 4
_RETRY_SECONDS = 0.5
# Longer than any commit of a healthy database; who waits for an answer should not notice a stall.
_PATIENCE_SECONDS = 1.0


class _Waiting(msgspec.Struct, frozen=True):
    item: Item
    done: asyncio.Future[None]
    since: float

    @property
    def has_time(self) -> bool:
        """Whether all but the end of it has been read already."""
        return isinstance(self.item, Exchange) and self.item.stream


_Told = list[tuple[_Waiting, GuijuError | None]]


class Recorder:
    """Writes exchanges and refusals in batches; `write` returns when its item is durable.

    The event loop gathers a batch and hands it over whole: threads meet twice a batch, not twice an
    item. While one batch is being written the next one gathers; streams that end wait a little for
    each other. When the database fails, or takes longer than anybody's patience, batches go to the
    disk of this machine instead (`records.Spill`) until it answers again and what waited there is
    on record; then the two change back.
    """

    def __init__(
        self,
        database: Database,
        record: Keep = keep,
        spill: Spill | None = None,
        told: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Nothing runs until `start`; without a `spill` a failing database closes the door.

        `told` hears, after the commit, of each person whose standing changed with a record.
        """
        self._database = database
        self._keep = record
        self._spill = spill
        self._told = told
        self._writer = Hand(self._write, "recorder")
        self._keeper = Hand(self._keep_aside, "spill")
        self._catcher = Hand(self._catch_up, "recorder")
        self._loop: asyncio.AbstractEventLoop | None = None
        self._gathering: list[_Waiting] = []
        self._next: asyncio.TimerHandle | None = None
        self._leisurely = False
        self._expected = self._last = 0
        self._patience: asyncio.TimerHandle | None = None
        self._idle = asyncio.Event()
        self._idle.set()
        self._stalled = False
        self._changing_back = False
        self._closing = False
        self._fault: GuijuError | None = None

    def start(self) -> None:
        """Begin to write for the running event loop; first what an earlier process left behind."""
        self._loop = asyncio.get_running_loop()
        for hand in self._hands:
            hand.start(self._loop)
        if self._spill is not None:
            self._catcher.give(None, self._caught_up)

    async def close(self) -> None:
        """Write what is waiting, then stop; what is kept aside stays there for the next start."""
        await self._idle.wait()
        self._closing = True
        for hand in self._hands:
            await asyncio.to_thread(hand.stop)
        if self._spill is not None:
            self._spill.close()

    def check_open(self) -> None:
        """Raise Unavailable while nothing can be made durable, or too much waits for it."""
        if self._fault is not None:
            raise self._fault
        if len(self._gathering) > MOST_WAITING:
            raise overrun()

    @property
    def stalled(self) -> bool:
        """Whether records are kept aside because the database does not take them."""
        return self._stalled

    async def write(self, item: Item) -> None:
        """Return once `item` and its evidence are durable; raises what stood against it."""
        if self._loop is None:
            raise RuntimeError("the recorder was not started")
        done = self._loop.create_future()
        self._gathering.append(_Waiting(item, done, self._loop.time()))
        self._idle.clear()
        if self._next is None and not self._now.busy:
            room = self._room()
            self._schedule(room, leisurely=room > 0)
        elif self._leisurely and not self._room():
            self._schedule(0.0)
        await done

    # -- on the event loop -------------------------------------------------------------------------

    @property
    def _hands(self) -> tuple[Hand[Any, Any], ...]:
        return self._writer, self._keeper, self._catcher

    @property
    def _now(self) -> Hand[Any, Any]:
        """Who takes the next batch."""
        return self._keeper if self._stalled else self._writer

    def _schedule(self, seconds: float, *, leisurely: bool = False) -> None:
        if self._loop is not None:
            if self._next is not None:
                self._next.cancel()
            self._next = self._loop.call_later(seconds, self._hand_over)
            self._leisurely = leisurely

    def _room(self) -> float:
        """For how many seconds all that is gathered may still wait for company."""
        gathered = self._gathering
        if self._loop is None or self._last >= _COMPANY or not 0 < len(gathered) < _COMPANY:
            return 0.0
        if not all(one.has_time for one in gathered):
            return 0.0
        return max(0.0, gathered[0].since + _COMPANY_SECONDS - self._loop.time())

    def _hand_over(self) -> None:
        self._next, self._leisurely = None, False
        if self._changing_back or self._now.busy:
            return
        if len(self._gathering) < self._expected:
            # Most of those who came last are still on their way: once, they are waited for.
            self._expected = 0
            self._schedule(_LINGER_SECONDS)
            return
        if room := self._room():
            self._schedule(room, leisurely=True)
            return
        # What the database took after all, when everybody had given up on it, waits no more.
        waiting = [one for one in self._gathering if not one.done.done()]
        batch, self._gathering = waiting[:_BATCH], waiting[_BATCH:]
        if not batch:
            self._idle.set()
        elif self._stalled:
            self._keeper.give(batch, self._kept_aside)
        else:
            self._writer.give(batch, self._written)
            if self._spill is not None and self._loop is not None:
                self._patience = self._loop.call_later(_PATIENCE_SECONDS, self._stall, batch)

    def _written(self, batch: list[_Waiting], errors: list[GuijuError | None]) -> None:
        if self._patience is not None:
            self._patience.cancel()
        if errors.count(None) == len(errors):
            for one in batch:
                if not one.done.done():
                    one.done.set_result(None)
            self._fault = None
            self._go_on(len(batch))
            return
        told = list(zip(batch, errors, strict=True))
        away = next((error for error in errors if is_away(error)), None)
        if away is not None and self._spill is not None:
            _tell([one for one in told if not is_away(one[1])])
            self._stall([one for one, error in told if is_away(error)])
            return
        _tell(told)
        if away is not None:
            self._try_later()
        self._fault = away
        self._go_on(len(batch))

    def _go_on(self, last: int) -> None:
        self._last = last
        if self._next is None:
            # Those just answered may come back at once: let them share the next fsync.
            self._expected = last * 3 // 4
            self._schedule(_LINGER_SECONDS if last > 1 else 0.0)

    # -- while the database stalls -----------------------------------------------------------------

    def _stall(self, batch: list[_Waiting]) -> None:
        """Keep aside what the database does not take; it may have taken it after all."""
        waiting = [one for one in batch if not one.done.done()]
        if not self._stalled:
            _log.warning(
                "the database or its key service stalls: records are kept aside on this machine"
            )
            self._stalled = True
            self._try_later()
        # In front of all others: they have waited longest.
        self._gathering = waiting + self._gathering
        self._go_on(0)

    def _kept_aside(self, batch: list[_Waiting], error: GuijuError | None) -> None:
        _tell([(one, error) for one in batch])
        if error is not None:
            self._fault = error
        self._go_on(0)
        self._change_back()

    def _try_later(self) -> None:
        if self._loop is not None and not self._closing:
            self._loop.call_later(_RETRY_SECONDS, self._try)

    def _try(self) -> None:
        if not self._closing and not self._catcher.busy:
            self._catcher.give(None, self._caught_up)

    def _caught_up(self, _: None, error: GuijuError | None) -> None:
        """The database answers again, and all that waited when this was asked is on record."""
        if error is not None:
            self._changing_back = False
            self._try_later()
            self._go_on(0)
            return
        self._fault = None
        if self._stalled:
            # Nothing more goes aside from now on; what has gone meanwhile is taken up first.
            self._changing_back = True
            self._change_back()

    def _change_back(self) -> None:
        if not self._changing_back or self._keeper.busy or self._catcher.busy:
            return
        if self._spill is not None and not self._spill.finish():
            self._try()
            return
        _log.warning("the database answers again: all records kept aside are in it")
        self._stalled = self._changing_back = False
        self._go_on(0)

    # -- in the threads ----------------------------------------------------------------------------

    def _write(self, batch: list[_Waiting]) -> list[GuijuError | None]:
        error = self._attempt([one.item for one in batch])
        if error is not None and len(batch) > 1 and not is_away(error):
            # One bad item must not take the others down with it.
            return [self._attempt([one.item]) for one in batch]
        return [error] * len(batch)

    def _attempt(self, items: list[Item]) -> GuijuError | None:
        try:
            with self._database.write() as tx:
                changed = self._keep(tx, items)
        except GuijuError as error:
            return error
        except Exception as error:  # noqa: BLE001 - whatever it was, the waiting must be told
            _log.exception("a batch of %d could not be recorded", len(items))
            return not_written(error)
        for person in changed or ():
            self._tell_of(person)
        return None

    def _tell_of(self, person: str) -> None:
        """Say that a standing has changed; who is not told looks by itself within a second."""
        try:
            self._told(person)
        except Exception:  # noqa: BLE001 - the record is durable, whatever became of telling
            _log.exception("a change of standing could not be told")

    def _keep_aside(self, batch: list[_Waiting]) -> GuijuError | None:
        try:
            if self._spill is not None:
                self._spill.add([one.item for one in batch])
        except GuijuError as error:
            return error
        except Exception as error:  # noqa: BLE001 - as above
            _log.exception("a batch of %d could not be kept aside", len(batch))
            return not_written(error)
        return None

    def _catch_up(self, _: None) -> GuijuError | None:
        """See whether a write goes through again, and put on record what was kept aside."""
        try:
            with self._database.write() as tx:
                store.try_write(tx)
            for items in () if self._spill is None else self._spill.batches():
                with self._database.write() as tx:
                    catch_up(tx, items, self._keep)
        except GuijuError as error:
            return error
        except Exception as error:  # noqa: BLE001 - as above
            _log.exception("records kept aside could not be taken up")
            return not_written(error)
        return None


def _tell(told: _Told) -> None:
    for one, error in told:
        if one.done.done():
            continue
        if error is None:
            one.done.set_result(None)
        else:
            one.done.set_exception(error)
