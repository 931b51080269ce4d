# SPDX-License-Identifier: Apache-2.0
"""The rows of the database as the authority (PostgreSQL): any number of workers and machines.

Shares live long here, so that a stall of the database is bridged with what is in hand. In exchange
the dead are looked for: a worker keeps a lock on a file while it lives, and whoever is short of
what a dead one holds on this machine takes it back at once.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections.abc import Collection, Sequence
from pathlib import Path

from guiju import limits
from guiju.gateway.hands import Hand
from guiju.gateway.limiting.authority import Hears
from guiju.gateway.limiting.refusing import uncounted
from guiju.kernel import GuijuError
from guiju.limits import Grant, Turn
from guiju.storage import Database, Listener, notify

_START_SECONDS = 5.0
# Holders that are asked at once: what one says through the database is limited to 8000 bytes.
_MOST = 100
_RECALL, _RETURNED, _TELL = "recall ", "returned ", "tell "


class Rows:
    """The authority of a service whose database is a server."""

    def __init__(self, database: Database, folder: Path, holder: str) -> None:
        """`folder` is where the workers of this machine show that they live."""
        self._database = database
        self._folder = folder
        self._holder = holder
        self._timeline = limits.Timeline(database.clock.now())
        self._hand: Hand[Sequence[Turn], list[Grant] | GuijuError] = Hand(self._take, "limits")
        self._listener: Listener | None = None
        self._lock: int | None = None
        self._recalled: set[str] = set()
        self._dead: set[str] = set()
        self._listening = asyncio.Event()

    async def start(self, hears: Hears) -> None:
        """Listen, and show that this worker lives."""
        loop = asyncio.get_running_loop()
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._sweep()
        self._lock = os.open(self._file(self._holder), os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        self._hand.start(loop)

        def missed() -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(self._listening.set)
                loop.call_soon_threadsafe(hears.missed)

        def hear(said: str) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(self._hear, hears, said)

        self._listener = Listener(self._database, hear, missed)
        self._listener.start()
        await asyncio.wait({loop.create_task(self._listening.wait())}, timeout=_START_SECONDS)

    async def turns(self, said: Sequence[Turn]) -> Sequence[Grant]:
        """One short transaction."""
        came: asyncio.Future[list[Grant] | GuijuError] = asyncio.get_running_loop().create_future()
        self._hand.give(said, lambda _, found: None if came.done() else came.set_result(found))
        found = await came
        if isinstance(found, GuijuError):
            raise found
        if self._lock is not None:
            os.utime(self._lock)
        for grant in found:
            self._dead.update(one for one in grant.elsewhere if self._is_dead(one))
        return found

    async def close(self) -> None:
        """Listen no more; whoever looks for us finds that we are gone."""
        if self._listener is not None:
            await asyncio.to_thread(self._listener.stop)
        await asyncio.to_thread(self._hand.stop)
        if self._lock is not None:
            self._file(self._holder).unlink(missing_ok=True)
            os.close(self._lock)

    def _hear(self, hears: Hears, said: str) -> None:
        if said.startswith(_RECALL):
            subject, *holders = said.removeprefix(_RECALL).split(" ")
            if self._holder in holders and hears.recalled(subject):
                self._recalled.add(subject)
        elif said.startswith(_RETURNED):
            hears.returned(said.removeprefix(_RETURNED))
        elif said.startswith(_TELL):
            hears.told(said.removeprefix(_TELL))

    # -- in the thread -----------------------------------------------------------------------------

    def _take(self, said: Sequence[Turn]) -> list[Grant] | GuijuError:
        dead, self._dead = self._dead, set()
        back = {one.subject for one in said} & self._recalled
        try:
            grants = self._booked(said, dead, back)
        except GuijuError as error:
            return error
        except Exception as error:  # noqa: BLE001 - whoever waits must be told
            fault = uncounted()
            fault.__cause__ = error
            return fault
        self._recalled -= back
        return grants

    def _booked(
        self, said: Sequence[Turn], dead: Collection[str], back: Collection[str]
    ) -> list[Grant]:
        with self._database.write() as tx:
            grants = limits.take_turns(tx, self._holder, said, self._timeline, dead)
            for subject in back:
                notify(tx, _RETURNED + subject)
            for grant in grants:
                if grant.elsewhere:
                    notify(tx, _RECALL + " ".join((grant.subject, *grant.elsewhere[:_MOST])))
        return grants

    # -- the living and the dead -------------------------------------------------------------------

    def _file(self, holder: str) -> Path:
        return self._folder / f"worker-{holder}"

    def _sweep(self) -> None:
        """Remove what the dead have left, once nothing can be in their hands any more."""
        now = self._database.clock.now().timestamp()
        for path in self._folder.glob("worker-*"):
            holder = path.name.removeprefix("worker-")
            if now - path.stat().st_mtime > 2 * limits.LONG_LIFE_SECONDS and self._is_dead(holder):
                path.unlink(missing_ok=True)

    def _is_dead(self, holder: str) -> bool:
        """Whether a worker of this machine has gone without giving back; nobody knows of others."""
        try:
            found = os.open(self._file(holder), os.O_RDWR)
        except OSError:
            return False
        try:
            fcntl.flock(found, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        else:
            return True
        finally:
            os.close(found)


def tell(database: Database, said: str) -> None:
    """Let every worker of every machine hear it; raises Unavailable when the database is away."""
    with database.write() as tx:
        notify(tx, _TELL + said)
