# SPDX-License-Identifier: Apache-2.0
"""One connection to a model service: HTTP/1.1, one request at a time, nothing without a bound.

llhttp reads the bytes; this file decides when somebody is woken and when a connection is done with.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import httptools

from guiju.kernel import monotonic

_MOST_HEAD = 64 * 1024
# A model that speaks faster than its reader listens is held up from here on.
_MOST_BUFFERED = 256 * 1024
# After the last event of a stream the end of its body is a few bytes, and is there at once.
_MOST_ENDING = 4096
_END_SECONDS = 1.0
_FINAL = 200
_NO_BODY = frozenset({204, 304})


class BrokenError(Exception):
    """The connection failed, was silent for too long, or what came over it is no HTTP."""


class UnreachableError(BrokenError):
    """No connection could be made: nothing of the request has left."""


class LateError(BrokenError):
    """Nothing came in time."""


class StaleError(BrokenError):
    """A kept connection was closed by the other side before it answered with a single byte."""


class Connection(asyncio.Protocol):
    """Sends one request after another; between two of them it is idle."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Not connected yet: `loop.create_connection` does that."""
        self._loop = loop
        self._transport: asyncio.Transport | None = None
        self._parser: httptools.HttpResponseParser | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._until = self._rings = 0.0  # until when somebody waits, and when the timer rings
        self._waiter: asyncio.Future[None] | None = None
        self._fault: BrokenError | None = None
        self._wakes_early = False
        self._used = self._heard = False
        self.idle_since = 0.0
        self._begin()

    def _begin(self) -> None:
        self._used = self._used or self._heard
        self.status = 0
        self.after = b""  # what Retry-After says
        self.kind = b""  # and Content-Type
        self.has_news = False
        """Whether `piece` may have something to say; else `news` does when it has."""
        self._parts: list[bytes] = []
        self._left = 0  # bytes of body that may still come
        self._buffered = 0
        self._head_bytes = 0
        self._framed = False  # whether the end of the body is told by more than the end of all
        self._headed = self._complete = self._heard = False
        self._lasting = False
        self._paused = False
        self._ending: Callable[[Connection], None] | None = None

    # -- what a caller does ------------------------------------------------------------------------

    @property
    def is_open(self) -> bool:
        """Whether another request may be sent."""
        return self._fault is None and self._transport is not None

    def ask(
        self, request: bytes, most: int, within: float, *, early: bool = False
    ) -> asyncio.Future[None]:
        """Send `request`; done once its whole answer is there, of at most `most` bytes of body.

        `early`: already with the status, which `check` is to be called for, and not `whole`.

        Raises:
            StaleError: the connection is not open any more.
        """
        self._send(request, most, early=early)
        return self.news(monotonic() + within)

    def whole(self) -> bytes:
        """The body of the answer that is there; raises BrokenError if none has come."""
        self.check()
        return b"".join(self._parts)

    def piece(self) -> bytes | None:
        """What has come of the body: empty at its end, None while there is nothing new.

        Raises:
            BrokenError: there is nothing, and nothing more will come.
        """
        parts, self.has_news = self._parts, False
        if not parts:
            if self._complete:
                return b""
            self.check()
            return None
        self._parts, self._buffered = [], 0
        if self._paused and self._transport is not None:
            self._paused = False
            self._transport.resume_reading()
        return b"".join(parts)

    def end(self, keep: Callable[[Connection], None]) -> None:
        """Nobody reads on: `keep` the connection if nothing but the end of the body is to come."""
        if self._headed and not self._complete and self.is_open and not self._paused:
            self._left, self._ending = _MOST_ENDING, keep
            self._alarm(monotonic() + _END_SECONDS)
        else:
            self._settle(keep)

    def _settle(self, keep: Callable[[Connection], None]) -> None:
        if self.may_be_kept():
            keep(self)
        else:
            self.drop()

    def may_be_kept(self) -> bool:
        """Whether the answer is whole and the connection good for another request."""
        return self._lasting and self._framed and self.is_open and not self._paused

    def drop(self) -> None:
        """Close at once; whatever is under way is over, and what came is forgotten."""
        self._abort()
        self._quiet()
        self._parts = []
        self._forget_parser()

    def _forget_parser(self) -> None:
        """The two know each other: together they would wait for the collector."""
        self._parser = None

    def _abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    # -- waiting -----------------------------------------------------------------------------------

    def _send(self, request: bytes, most: int, *, early: bool) -> None:
        if self._transport is None or self._fault is not None:
            raise StaleError
        self._begin()
        self._left = most
        self._wakes_early = early
        self._parser = httptools.HttpResponseParser(self)
        self._transport.write(request)

    def news(self, until: float) -> asyncio.Future[None]:
        """Done once there is something new; `check` says whether it is something bad.

        `until` is the moment, in seconds of the monotonic clock, at which nothing is late.

        A future and not a coroutine, as are few steps between a request and the socket: each
        coroutine that waits for another costs it two microseconds.
        """
        waiter = self._waiter = self._loop.create_future()
        if self._complete or self._fault is not None:
            self._wake()
        elif self._timer is None or self._rings > until:
            self._alarm(until)
        else:
            # A timer that rings before is left alone, and set anew when it does: to set one for
            # each piece of a stream costs more than to read it.
            self._until = until
        return waiter

    def check(self) -> None:
        """Raise what went wrong, as a BrokenError."""
        if self._fault is not None and not self._complete:
            raise self._fault

    @property
    def _is_awaited(self) -> bool:
        return self._waiter is not None and not self._waiter.done()

    def _wake(self) -> None:
        self.has_news = True
        waiter, self._waiter = self._waiter, None
        if waiter is not None and not waiter.done():
            waiter.set_result(None)

    def _alarm(self, until: float) -> None:
        """Fail at that moment, if somebody waits then."""
        self._quiet()
        self._until = self._rings = until
        self._timer = self._loop.call_later(until - monotonic(), self._expire)

    def _quiet(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _expire(self) -> None:
        self._timer = None
        if self._until > monotonic():
            self._alarm(self._until)
        elif self._is_awaited or self._ending is not None:
            self._fail(LateError("too slow"))

    def _fail(self, fault: BrokenError) -> None:
        if self._fault is None:
            self._fault = fault
        self._abort()
        self._wake()

    # -- what the event loop tells -----------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Be ready."""
        # uvloop's transports do what asyncio.Transport promises without being one.
        self._transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        """Read on; bytes that nobody asked for end the connection."""
        if self._parser is None or self._complete:
            self._fail(BrokenError("unasked bytes"))
            return
        self._heard = True
        if not self._headed:
            self._head_bytes += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            self._fail(BrokenError(str(error)))
        else:
            if self._wakes_early:
                self._buffered += len(data)
                if self._buffered > _MOST_BUFFERED:
                    self._hold()
            self._read_on()

    def _read_on(self) -> None:
        """Wake whoever waits for what has come."""
        if not self._headed:
            if self._head_bytes > _MOST_HEAD:
                self._fail(BrokenError("endless headers"))
        elif self._ending is not None and self._complete:
            self._end()
        elif self._wakes_early or self._complete:
            self._wake()

    def _hold(self) -> None:
        """What has come waits for its reader, whom the model must not outrun."""
        if not self._paused and self._transport:
            self._paused = True
            self._transport.pause_reading()

    def _end(self) -> None:
        keep, self._ending = self._ending, None
        if keep is not None:
            self._settle(keep)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the caller; a body without a length of its own has come to its end."""
        if self._headed and not self._framed and exc is None and self._fault is None:
            self._complete = True
        if self._fault is None:
            stale = self._used and not self._heard
            self._fault = StaleError() if stale else BrokenError("connection lost")
        self._transport = None
        self._quiet()
        self._forget_parser()
        self._end()
        self._wake()

    # -- what llhttp tells -------------------------------------------------------------------------

    def on_message_begin(self) -> None:
        """Take one answer for one request; what follows it was not asked for."""
        if self._complete:
            self._fail(BrokenError("unasked bytes"))

    def on_header(self, name: bytes, value: bytes) -> None:
        """Note how the end of the body will be known, and for how long to leave it alone."""
        if len(name) not in {11, 12, 14, 17}:
            return
        name = name.lower()
        if name in {b"content-length", b"transfer-encoding"}:
            self._framed = True
        elif name == b"retry-after":
            self.after = value.strip()
        elif name == b"content-type":
            self.kind = value.strip()

    def on_headers_complete(self) -> None:
        """Note the status, unless it is an interim one."""
        parser = self._parser
        if parser is not None and (status := parser.get_status_code()) >= _FINAL:
            self.status = status
            self._headed = True
            self._framed |= status in _NO_BODY

    def on_body(self, body: bytes) -> None:
        """Keep a piece, unless it is more than any answer."""
        left = self._left = self._left - len(body)
        if self._complete:
            return
        if left < 0:
            self._fail(BrokenError("endless answer"))
        else:
            self._parts.append(body)

    def on_message_complete(self) -> None:
        """Note that the answer is whole; after an interim one the real one follows."""
        if self._headed and self._parser is not None:
            self._complete = True
            # llhttp knows this only now: afterwards it is ready for a next message.
            self._lasting = self._parser.should_keep_alive()
