# SPDX-License-Identifier: Apache-2.0
"""Send requests at the moments they are meant to be sent at, whatever becomes of earlier ones.

HTTP/1.1 over kept connections. A request that finds none idle opens one: the number of requests
under way is the server's doing, never the generator's choice. Latency counts from the intended
moment, so a generator or a server that is behind is charged for it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterable
from typing import Any

import httptools
from bench.openloop.ticking import Ticker

from guiju.kernel import monotonic

Request = Callable[[int], bytes]
"""The whole request with this number, head and body."""


class Shot:
    """One request: when it was meant to be sent, was sent, and what came back when (seconds)."""

    __slots__ = ("ended", "first", "intended", "number", "pieces", "sent", "size", "status")

    def __init__(self, number: int, intended: float) -> None:
        """Nothing has been sent yet; `status` 0 means that no whole answer came."""
        self.number, self.intended = number, intended
        self.sent = self.first = self.ended = 0.0
        self.status = self.size = 0
        self.pieces: list[tuple[float, bytes]] = []

    @property
    def seconds(self) -> float:
        """From the intended moment to the end of the answer."""
        return self.ended - self.intended


class Load:
    """Requests to one address, of which at most `most` may be under way before it gives up."""

    def __init__(
        self, port: int, request: Request, *, keep: bool = False, most: int = 5000, numbers: int = 0
    ) -> None:
        """With `keep` each shot holds the pieces of its answer; numbers begin after `numbers`."""
        self._port, self._request, self._keep, self._most = port, request, keep, most
        self._idle: list[_Connection] = []
        self._all: set[_Connection] = set()
        self._opening: set[asyncio.Task[None]] = set()
        self.shots: list[Shot] = []
        self.numbers = numbers
        self.under_way = 0
        self.overrun = False

    async def run(self, moments: Iterable[float], drain: float) -> list[Shot]:
        """All shots, once they are answered or `drain` seconds have passed after the last."""
        self._loop = asyncio.get_running_loop()
        self._moments, self._fired = iter(moments), self._loop.create_future()
        self._quiet = asyncio.Event()
        self._begun = monotonic() + 0.01
        ticker = self._ticker = Ticker(self._loop, self._fire)
        try:
            self._advance()
            await self._fired
        finally:
            ticker.close()
        if self.under_way and not self.overrun:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._quiet.wait(), drain)
        self.close()
        return self.shots

    def close(self) -> None:
        """Drop all connections; what was under way stays without an answer."""
        for task in self._opening:
            task.cancel()
        for one in tuple(self._all):
            one.drop()
        self._idle.clear()

    # -- sending -----------------------------------------------------------------------------------

    def _advance(self) -> None:
        moment = next(self._moments, None)
        if moment is None or self.overrun:
            self._fired.set_result(None)
            return
        self._next = self._begun + moment
        self._ticker.set(self._next)

    def _fire(self) -> None:
        """Send all that is due."""
        while True:
            self._send(Shot(self.numbers + len(self.shots), self._next))
            moment = next(self._moments, None)
            if moment is None or self.overrun:
                self._fired.set_result(None)
                return
            self._next = self._begun + moment
            if self._next > monotonic():
                self._ticker.set(self._next)
                return

    def _send(self, shot: Shot) -> None:
        self.shots.append(shot)
        self.under_way += 1
        self.overrun = self.under_way > self._most
        while self._idle:
            connection = self._idle.pop()
            if connection.is_open:
                connection.send(shot, self._request(shot.number))
                return
        task = self._loop.create_task(self._open(shot))
        self._opening.add(task)
        task.add_done_callback(self._opening.discard)

    async def _open(self, shot: Shot) -> None:
        try:
            _, connection = await self._loop.create_connection(
                lambda: _Connection(self), "127.0.0.1", self._port
            )
        except OSError:
            self._ended()
            return
        self._all.add(connection)
        connection.send(shot, self._request(shot.number))

    # -- answers -----------------------------------------------------------------------------------

    @property
    def keeps(self) -> bool:
        """Whether shots hold the pieces of their answers."""
        return self._keep

    def answered(self, connection: _Connection, again: bool) -> None:  # noqa: FBT001 - a fact
        """The answer on `connection` is whole; it may be asked `again`."""
        self._ended()
        if again:
            self._idle.append(connection)
        else:
            connection.drop()

    def broken(self, connection: _Connection, *, waiting: bool) -> None:
        """`connection` is closed, perhaps while somebody was `waiting` for its answer."""
        self._all.discard(connection)
        if waiting:
            self._ended()

    def _ended(self) -> None:
        self.under_way -= 1
        if self.under_way == 0 and self._fired.done():
            self._quiet.set()


class _Connection(asyncio.Protocol):
    """One connection, one request at a time."""

    def __init__(self, load: Load) -> None:
        self._load, self._keep = load, load.keeps
        self._shot: Shot | None = None
        self._transport: asyncio.WriteTransport | None = None
        self._at = 0.0

    @property
    def is_open(self) -> bool:
        return self._transport is not None and not self._transport.is_closing()

    def send(self, shot: Shot, request: bytes) -> None:
        self._shot = shot
        self._parser = httptools.HttpResponseParser(self)
        if self._transport is not None:
            shot.sent = monotonic()
            self._transport.write(request)

    def drop(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    # -- what the event loop says ------------------------------------------------------------------

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._at = monotonic()
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self.drop()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        waiting, self._shot = self._shot is not None, None
        self._load.broken(self, waiting=waiting)

    # -- what the parser says ----------------------------------------------------------------------

    def on_body(self, body: bytes) -> None:
        shot = self._shot
        if shot is None:
            return
        shot.first = shot.first or self._at
        shot.size += len(body)
        if self._keep:
            shot.pieces.append((self._at, body))

    def on_message_complete(self) -> None:
        shot, self._shot = self._shot, None
        if shot is not None:
            shot.status, shot.ended = self._parser.get_status_code(), self._at
            self._load.answered(self, self._parser.should_keep_alive())
