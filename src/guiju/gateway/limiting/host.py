# SPDX-License-Identifier: Apache-2.0
"""The authority in memory: one worker of a machine holds it and answers the others by a socket."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

from guiju import limits
from guiju.gateway.limiting import wire
from guiju.gateway.limiting.authority import Hears
from guiju.gateway.limiting.journal import Entry, Journal
from guiju.kernel import GuijuError
from guiju.limits import Grant, Moment, Turn
from guiju.storage import Database

WRITES_SECONDS = 1.0
_log = logging.getLogger("guiju.limits")
Send = Callable[[wire.Message], None]


class Host:
    """Meters in memory, read from rows when first asked for and written back once a second.

    What is booked between is in the journal, so whoever takes over after a kill goes on from where
    this one was.
    """

    def __init__(self, database: Database, folder: Path, holder: str, hears: Hears) -> None:
        """`folder` holds socket and journal; `holder` is the worker that this one is."""
        self._database = database
        self._socket = folder / "socket"
        self._journal = Journal(folder)
        self._book = limits.Book()
        self._timeline = limits.Timeline(database.clock.now())
        self._links: dict[str, Send] = {holder: _hearing(hears)}
        self._short: dict[str, set[str]] = defaultdict(set)
        self._recalled: dict[str, set[str]] = defaultdict(set)
        self._reading = asyncio.Lock()
        self._server: asyncio.Server | None = None
        self._writing: asyncio.Task[None] | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._trouble = ""

    async def start(self) -> None:
        """Take up what the one before has left, then answer.

        Raises:
            Unavailable: the database cannot be read.
        """
        await self._replay()
        with contextlib.suppress(FileNotFoundError):
            self._socket.unlink()
        self._server = await asyncio.start_unix_server(self._serve, wire.reachable(self._socket))
        self._socket.chmod(0o600)
        self._writing = asyncio.get_running_loop().create_task(self._write_on())

    async def close(self) -> None:
        """Stop answering and write everything down."""
        if self._writing is not None:
            self._writing.cancel()
        if self._server is not None:
            self._server.close()
        for writer in list(self._open):
            writer.close()
        await self._write()
        if not self._trouble:
            self._journal.close()
            self._journal.forget_before()

    async def turns(self, holder: str, said: Sequence[Turn]) -> list[Grant]:
        """Answer a holder's turns; raises Unavailable when a meter cannot be read or kept."""
        await self._take_up({one.subject for one in said})
        when = self._now()
        if said:
            self._keep(Entry(holder, when, list(said)))
        grants = self._book.turns(holder, said, when)
        for turn, grant in zip(said, grants, strict=True):
            self._pass_on(holder, turn, grant)
        return grants

    def tell(self, text: str) -> None:
        """Let every worker hear it."""
        for send in list(self._links.values()):
            send(wire.Tell(text))

    # -- turns -------------------------------------------------------------------------------------

    def _now(self) -> Moment:
        return limits.moment(self._timeline.now(), self._database.clock.now())

    async def _take_up(self, subjects: set[str]) -> None:
        if not self._book.missing(subjects):
            return
        async with self._reading:
            missing = self._book.missing(subjects)
            if missing:
                found = await asyncio.to_thread(self._read, missing)
                self._timeline.see(self._book.take_up(found))

    def _read(self, subjects: set[str]) -> dict[str, limits.Meter]:
        with self._database.read() as tx:
            return limits.load(tx, subjects)

    def _keep(self, entry: Entry) -> None:
        try:
            self._journal.add(entry)
        except OSError as error:
            raise limits.not_kept() from error

    def _pass_on(self, holder: str, turn: Turn, grant: Grant) -> None:
        """Ask others for what this one is short of, and tell those who wait that some is back."""
        subject = turn.subject
        if grant.elsewhere:
            self._short[subject].add(holder)
            for other in grant.elsewhere:
                if other in self._links and other not in self._recalled[subject]:
                    self._recalled[subject].add(other)
                    self._links[other](wire.Recall(subject))
        else:
            _taken_out(self._short, subject, holder)
        if _taken_out(self._recalled, subject, holder):
            for other in self._short.pop(subject, ()):
                if other in self._links:
                    self._links[other](wire.Returned(subject))

    # -- other workers -----------------------------------------------------------------------------

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        holder = ""
        self._open.add(writer)

        def send(message: wire.Message) -> None:
            writer.write(wire.framed(message))

        try:
            while (message := await wire.read(reader)) is not None:
                match message:
                    case wire.Hello():
                        holder = message.holder
                        self._links[holder] = send
                    case wire.Turns() if holder:
                        send(await self._answer(holder, message.said))
                        await writer.drain()
                    case wire.Tell():
                        self.tell(message.text)
                    case _:
                        break
        except OSError:
            pass
        finally:
            self._open.discard(writer)
            writer.close()
            if self._links.get(holder) is send:
                self._gone(holder)

    async def _answer(self, holder: str, said: Sequence[Turn]) -> wire.Message:
        try:
            return wire.Grants(await self.turns(holder, said))
        except GuijuError as error:
            _log.warning("turns of a worker were not booked: %s", error)
            return wire.Sorry()

    def _gone(self, holder: str) -> None:
        del self._links[holder]
        for sets in (self._short, self._recalled):
            for subject in list(sets):
                _taken_out(sets, subject, holder)

    # -- writing down ------------------------------------------------------------------------------

    async def _write_on(self) -> None:
        while True:
            await asyncio.sleep(WRITES_SECONDS)
            await self._write()
            self._book.forget_idle(self._now())

    async def _write(self) -> None:
        rows = limits.packed(self._book.changes(self._now()))
        if not rows:
            return
        try:
            self._journal.turn_over()
            await asyncio.to_thread(self._save, rows)
        except (GuijuError, OSError) as error:
            self._book.still_changed(rows)
            self._say(str(error))
        else:
            self._journal.forget_before()
            self._say("")

    def _save(self, rows: dict[str, bytes]) -> None:
        with self._database.write() as tx:
            limits.save(tx, rows)

    def _say(self, trouble: str) -> None:
        """Log a trouble when it begins and when it is over."""
        if trouble != self._trouble:
            self._trouble = trouble
            _log.warning("meters: %s", trouble or "are written down again")

    async def _replay(self) -> None:
        """Book again what was booked since the meters were last written down."""
        left = list(self._journal.entries())
        await self._take_up({turn.subject for entry in left for turn in entry.said})
        for entry in left:
            self._timeline.see(entry.when.now)
            self._book.turns(entry.holder, entry.said, entry.when)
        await self._write()


def _taken_out(sets: dict[str, set[str]], subject: str, holder: str) -> bool:
    """Take a holder out of a subject's set, if it is in it; no empty set is left."""
    found = sets.get(subject, set())
    if holder not in found:
        return False
    found.discard(holder)
    if not found:
        del sets[subject]
    return True


def _hearing(hears: Hears) -> Send:
    def send(message: wire.Message) -> None:
        match message:
            case wire.Recall():
                # Not within the turn that caused it: that one is not answered yet.
                asyncio.get_running_loop().call_soon(hears.recalled, message.subject)
            case wire.Returned():
                hears.returned(message.subject)
            case wire.Tell():
                hears.told(message.text)

    return send
