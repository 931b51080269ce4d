# SPDX-License-Identifier: Apache-2.0
"""One authority among the workers of a machine: whoever gets the lock holds it, the others ask.

The lock is the kernel's and goes with its process, so a killed authority is followed at once by
another worker, without a hand; between the two everybody lives on what is in hand.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import logging
import os
import socket
from collections.abc import Sequence
from pathlib import Path

from guiju.gateway.limiting import wire
from guiju.gateway.limiting.authority import Hears
from guiju.gateway.limiting.host import Host
from guiju.gateway.limiting.refusing import uncounted
from guiju.kernel import GuijuError
from guiju.limits import Grant, Turn
from guiju.storage import Database

_TRY_AGAIN_SECONDS = 0.05
_START_SECONDS = 5.0
_ANSWER_SECONDS = 5.0
_log = logging.getLogger("guiju.limits")


class Embedded:
    """The authority of a service whose database is a file (SQLite)."""

    def __init__(self, database: Database, folder: Path, holder: str) -> None:
        """`folder` is where the workers of this data folder meet."""
        self._database = database
        self._folder = folder
        self._holder = holder
        self._hears: Hears | None = None
        self._lock: int | None = None
        self._host: Host | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._answers: asyncio.Queue[wire.Message | None] = asyncio.Queue()
        self._keeping: asyncio.Task[None] | None = None
        self._ready = asyncio.Event()

    async def start(self, hears: Hears) -> None:
        """Hold the authority or find who does."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._hears = hears
        self._keeping = asyncio.get_running_loop().create_task(self._keep(hears))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._ready.wait(), _START_SECONDS)

    async def turns(self, said: Sequence[Turn]) -> Sequence[Grant]:
        """The answers of the one who holds it."""
        if self._host is not None:
            return await self._host.turns(self._holder, said)
        if self._writer is None:
            raise uncounted()
        while not self._answers.empty():
            self._answers.get_nowait()
        self._writer.write(wire.framed(wire.Turns(list(said))))
        try:
            answer = await asyncio.wait_for(self._answers.get(), _ANSWER_SECONDS)
        except TimeoutError:
            answer = None
            # What it may answer later is the answer to something else.
            self._writer.close()
        if not isinstance(answer, wire.Grants) or len(answer.given) != len(said):
            raise uncounted()
        return answer.given

    async def close(self) -> None:
        """Let go, in order; another worker may hold it from now on."""
        if self._keeping is not None:
            self._keeping.cancel()
        if self._host is not None:
            await self._host.close()
        if self._writer is not None:
            self._writer.close()
        if self._lock is not None:
            os.close(self._lock)

    # -- holding it, or finding who does -----------------------------------------------------------

    async def _keep(self, hears: Hears) -> None:
        while True:
            try:
                if self._locked():
                    await self._hold(hears)
                    return
                await self._ask_at(hears)
            except (OSError, GuijuError) as error:
                if self._lock is not None:
                    _log.warning("the authority of limits cannot begin: %s", error)
            await asyncio.sleep(_TRY_AGAIN_SECONDS)

    async def _hold(self, hears: Hears) -> None:
        host = Host(self._database, self._folder, self._holder, hears)
        await host.start()
        self._host = host
        self._ready.set()
        hears.missed()

    async def _ask_at(self, hears: Hears) -> None:
        path = wire.reachable(self._folder / "socket")
        reader, writer = await asyncio.open_unix_connection(path)
        try:
            writer.write(wire.framed(wire.Hello(self._holder)))
            self._writer = writer
            self._ready.set()
            hears.missed()
            await self._hear(reader, hears)
        finally:
            self._writer = None
            self._answers.put_nowait(None)
            writer.close()

    async def _hear(self, reader: asyncio.StreamReader, hears: Hears) -> None:
        while (message := await wire.read(reader)) is not None:
            match message:
                case wire.Recall():
                    hears.recalled(message.subject)
                case wire.Returned():
                    hears.returned(message.subject)
                case wire.Tell():
                    hears.told(message.text)
                case _:
                    self._answers.put_nowait(message)

    def _locked(self) -> bool:
        """Whether this worker has the lock, which it keeps until it ends."""
        if self._lock is not None:
            return True
        found = os.open(self._folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(found, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(found)
            return False
        self._lock = found
        return True


def tell(folder: Path, text: str) -> bool:
    """Let every worker that serves this folder hear it; False when none does. Blocks briefly."""
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(1.0)
        try:
            line.connect(wire.reachable(folder / "socket"))
            line.sendall(wire.framed(wire.Tell(text)))
        except OSError:
            return False
    return True
