# SPDX-License-Identifier: Apache-2.0
"""One question to one model service over HTTP: a whole answer, or a stream once it has begun.

Every wait has a bound, and every way to fail has one word (`failing.Reason`).
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any, NamedTuple

from guiju.gateway.chunks import Chunk, Read, chunks_of, ends, object_of, opening
from guiju.gateway.client import Answered, Client
from guiju.gateway.connection import BrokenError, Connection, LateError, UnreachableError
from guiju.gateway.media.forms import written_form
from guiju.gateway.signals import AskModel
from guiju.gateway.sse import EventReader, TooLargeError
from guiju.gateway.upstreams.errors import elsewhere, unavailable
from guiju.gateway.upstreams.failing import FailedError, Reason, reason_of
from guiju.gateway.upstreams.port import Speech
from guiju.kernel import monotonic
from guiju.records import Source

_MOST_ANSWER = 32 * 1024 * 1024
# Pictures stand in JSON as base64, and there may be several.
_MOST_MEDIA = 64 * 1024 * 1024
_MOST_STREAM = 256 * 1024 * 1024
_MOST_PROBE = 4 * 1024 * 1024
_PROBE_SECONDS = 5.0
_OK = 200
_FAULTS = range(400, 600)
_LONGEST_AFTER = 10  # digits of a Retry-After
_FAILURES = (BrokenError, FailedError, TooLargeError)

Ended = Callable[[Reason | None], None]
"""Hears how a stream ended: why it broke off, or None when it was whole or nobody listened."""


class Limits(NamedTuple):
    """Seconds: to connect, to the first chunk, between chunks, for a whole answer, for a stream."""

    connect: float = 5.0
    first: float = 120.0
    idle: float = 120.0
    whole: float = 600.0
    longest: float = 3600.0


def _object(said: Answered) -> dict[str, Any]:
    """The JSON object that a good answer is; raises FailedError."""
    _check(said.status, said.after)
    answer = object_of(said.body)
    if answer is None:
        raise FailedError("unreadable", _OK)
    if answer.get("error") is not None:
        raise _told_so(answer["error"])
    return answer


def asked(
    client: Client, ask: AskModel, path: str, body: bytes, limits: Limits
) -> Awaitable[Answered]:
    """What comes back, for `answer_of` to read; raises BrokenError, which `failed` translates.

    Two functions and no coroutine around the client's, which every request would wait in.
    """
    kind, most = None, _MOST_ANSWER
    if ask.form:
        kind, body = written_form(object_of(body) or {}, ask.files)
    if ask.form or ask.raw:
        most = _MOST_MEDIA
    return client.whole(
        ask.method,
        path,
        body,
        most=most,
        within=limits.whole,
        connect=limits.connect,
        kind=kind,
    )


def answer_of(ask: AskModel, said: Answered) -> dict[str, Any]:
    """The answer in the shape that was asked for; raises FailedError.

    A file comes as `{"file": bytes, "type": its media type}`.
    """
    if not ask.raw:
        return _object(said)
    _check(said.status, said.after)
    return {"file": said.body, "type": said.kind.decode("latin-1")}


async def fetched(client: Client, url: str, limits: Limits) -> bytes:
    """The file at an address of this very service.

    Raises:
        FailedError: it does not come.
        Unavailable: `media-elsewhere`, for an address of anybody else.
    """
    target = client.target(url)
    if target is None:
        raise elsewhere()
    said = await _told(
        client.whole(
            "GET",
            target,
            b"",
            most=_MOST_MEDIA,
            within=limits.whole,
            connect=limits.connect,
            below_base=False,
        )
    )
    return said.body


async def _told(asking: Awaitable[Answered]) -> Answered:
    """A whole answer whose status is good; raises FailedError."""
    try:
        said = await asking
    except BrokenError as error:
        raise failed(error) from error
    _check(said.status, said.after)
    return said


async def listed(client: Client, path: str, limits: Limits) -> list[str]:
    """The names in the list of models at `path`, none if it is no such list; raises FailedError."""
    said = await _told(
        client.whole(
            "GET", path, b"", most=_MOST_ANSWER, within=limits.whole, connect=limits.connect
        )
    )
    found = _object(said).get("data")
    names = [one.get("id") for one in found if type(one) is dict] if type(found) is list else []
    return [name for name in names if type(name) is str]


async def probed(client: Client, path: str) -> None:
    """Return when a GET of `path` is answered with 200; raises FailedError."""
    await _told(
        client.whole(
            "GET", path, b"", most=_MOST_PROBE, within=_PROBE_SECONDS, connect=_PROBE_SECONDS
        )
    )


async def begun(
    client: Client, path: str, body: bytes, limits: Limits, ended: Ended | None = None
) -> Streamed:
    """A stream whose first chunk has come; raises FailedError before that.

    Afterwards `ended` is told once how it ended, and what breaks off raises Unavailable.
    """
    start = monotonic()
    try:
        connection = await client.begun(
            "POST", path, body, most=_MOST_STREAM, within=limits.first, connect=limits.connect
        )
    except BrokenError as error:
        raise failed(error) from error
    stream = Streamed(client, connection, limits, start, ended)
    try:
        _check(connection.status, connection.after)
        await stream.wait_for_first(start + limits.first)
    except BaseException:
        connection.drop()
        raise
    return stream


class Streamed(Speech):
    """A stream over a connection, which is kept for the next question when it ends as it should."""

    def __init__(
        self,
        client: Client,
        connection: Connection,
        limits: Limits,
        start: float,
        ended: Ended | None,
    ) -> None:
        """Nothing was read yet; `start` is when the question was asked."""
        super().__init__(self._spoken())
        self._client = client
        self._connection = connection
        self._idle = limits.idle
        self._until = start + limits.longest
        self._reader = EventReader()
        self._first = Read([])
        self._ended = ended
        self._over = False
        self._before: list[Chunk] = []
        self._last: list[Chunk] = []

    async def wait_for_first(self, until: float) -> None:
        """Read as far as the first chunk; raises FailedError."""
        until = min(until, self._until)
        try:
            while (read := self._read(opening)) is None:
                await self._connection.news(until)
        except _FAILURES as error:
            raise failed(error) from error
        self._first = read
        if not read.chunks:
            raise FailedError("unreadable", _OK)
        first = read.chunks[0]
        if type(first) is dict and first.get("error") is not None:
            raise _told_so(first["error"])

    def of(self, source: Source) -> Streamed:
        """This stream, as it comes from `source`: the first chunk says its name."""
        self.source = source
        first = self._first.chunks[0]
        if type(first) is dict:
            first["model"] = source.name
        return self

    async def aclose(self) -> None:
        """Nobody listens any more; a generator that was never started has nothing to clean up."""
        await self.chunks.aclose()
        self._leave(None)

    async def _spoken(self) -> AsyncGenerator[Chunk, None]:
        read, connection = self._first, self._connection
        try:
            while True:
                for chunk in read.chunks:
                    yield chunk
                if read.done:
                    self._over = True
                    self._client.end(connection)
                    self._tell(None)
                    return
                if read.broken:
                    raise FailedError("unreadable", _OK)
                # The next events, however many bytes they take; one that never comes is late.
                until = min(monotonic() + self._idle, self._until)
                more = None
                while more is None:
                    if not connection.has_news:
                        await connection.news(until)
                    more = self._read(chunks_of)
                read = more
        except _FAILURES as error:
            self._leave(failed(error).reason)
            raise unavailable() from error
        finally:
            self._leave(None)

    def _read(self, chunks: Callable[[list[bytes]], Read]) -> Read | None:
        """The events that have come; None while none is whole. Raises BrokenError, TooLargeError.

        No coroutine, as both who call it wait themselves: each piece walks through here.
        """
        while piece := self._connection.piece():
            if payloads := self._reader.feed(piece):
                read = chunks(payloads)
                self._before, self._last = self._last, read.chunks
                return read
        return None if piece is None else self._closed(chunks(self._reader.close()))

    def _closed(self, read: Read) -> Read:
        """What was left when the body came to its end.

        A stream that breaks off before [DONE] has failed; some services leave it out, and then the
        end of the body counts if they have said why they finish.
        """
        said = [*self._before, *self._last, *read.chunks]
        done = read.done or (not read.broken and ends(said))
        return Read(read.chunks, done=done, broken=not done)

    def _leave(self, why: Reason | None) -> None:
        if not self._over:
            self._over = True
            self._connection.drop()
            self._tell(why)

    def _tell(self, why: Reason | None) -> None:
        if self._ended is not None:
            self._ended(why)


def failed(error: BrokenError | FailedError | TooLargeError) -> FailedError:
    """Why there is no answer, in one word."""
    if isinstance(error, FailedError):
        return error
    if isinstance(error, TooLargeError):
        return FailedError("unreadable", _OK)
    if isinstance(error, UnreachableError):
        return FailedError("unreachable")
    return FailedError("timeout" if isinstance(error, LateError) else "broken")


def _told_so(error: object) -> FailedError:
    """What a service means that answers with status 200 and then tells an error."""
    code = error.get("code") if isinstance(error, dict) else None
    if isinstance(code, int) and code in _FAULTS:
        return FailedError(reason_of(code), code)
    return FailedError("failed", _OK)


def _check(status: int, after: bytes) -> None:
    if status != _OK:
        raise FailedError(reason_of(status), status, _seconds(after))


def _seconds(after: bytes) -> float | None:
    """Retry-After in seconds; as a date it is not understood, and counts as not given."""
    short = after.isdigit() and len(after) <= _LONGEST_AFTER
    return float(after) if short else None
