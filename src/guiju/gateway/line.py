# SPDX-License-Identifier: Apache-2.0
"""One HTTP request and its answer, as ASGI messages: the only bytes that come and go."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import TYPE_CHECKING, Any

import msgspec

from guiju.gateway.leaving import this_task
from guiju.gateway.telemetry import Timing
from guiju.gateway.waits import Waits
from guiju.gateway.wires import MOST_BODY, Wire
from guiju.kernel import GuijuError, Invalid, Text, choose_language, error_body, new_id

if TYPE_CHECKING:
    from guiju.gateway.exchange import Exchange

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
SendMessage = Callable[[Message], Awaitable[None]]

# A larger body is read only for a key that is known.
_LARGE = 256 * 1024
_DIGITS = 12
# How long one may take to send a request, and how long what a stream still holds may wait for a
# client that does not read.
_BODY_SECONDS = 120.0
_READ_SECONDS = 60.0
_encode = msgspec.json.Encoder().encode
_HOST = re.compile(r"[A-Za-z0-9.\-\[\]:]{1,255}")
_STREAM = ((b"content-type", b"text/event-stream; charset=utf-8"), (b"cache-control", b"no-store"))


class Patience:
    """With those who send, and with those who read; belongs to one event loop."""

    def __init__(self) -> None:
        """Nobody is waited for."""
        self.sending = Waits(_BODY_SECONDS)
        self.reading = Waits(_READ_SECONDS)


class Line:
    """One HTTP request and its answer, as ASGI messages."""

    def __init__(
        self, scope: Scope, receive: Receive, send: SendMessage, patience: Patience
    ) -> None:
        """Draw the request's id; nothing is read or sent yet."""
        self.path: str = scope["path"]
        self.method: str = scope["method"]
        self.query: bytes = scope.get("query_string", b"")
        self._scheme: str = scope.get("scheme", "http")
        self.route = ""
        self.status = 0
        self.request = new_id("req")
        self.marks: list[tuple[bytes, bytes]] = [(b"x-guiju-request-id", self.request.encode())]
        self._headers: dict[bytes, bytes] = dict(scope["headers"])
        self._length = _length_of(self._headers)
        self._receive = receive
        self._send = send
        self._patience = patience
        self.sending = False
        self.left = False
        self.timing = Timing()
        self.told: str | None = None
        """The code of the error that was told outside an exchange."""
        self.exchange: Exchange | None = None

    def header(self, name: bytes) -> str | None:
        """A header; bytes that are no text stay apart from each other, so no two users are one."""
        value = self._headers.get(name)
        return None if value is None else value.decode("utf-8", "surrogateescape")

    def may_be_large(self) -> bool:
        """Whether the body is long, or does not say how long it is."""
        return not 0 <= self._length <= _LARGE

    def token(self) -> str | None:
        """The key, if one was shown: as a bearer token, or as clients of Anthropic show it."""
        scheme, _, token = (self.header(b"authorization") or "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else self.header(b"x-api-key")

    def language(self) -> str:
        """The reader's language."""
        return choose_language(self.header(b"accept-language"))

    def base(self) -> str:
        """The address by which the client reached us; nothing where its Host is none."""
        host = self.header(b"host") or ""
        # A proxy in front may speak https; what it says counts for this client's answer only.
        scheme = self.header(b"x-forwarded-proto") or self._scheme
        fits = _HOST.fullmatch(host) and scheme in {"http", "https"}
        return f"{scheme}://{host}" if fits else ""

    async def body(self, most: int = MOST_BODY) -> bytes:
        """The whole body; raises Invalid 413 `request-too-large` or 408 `request-too-slow`."""
        task, waits = this_task(), self._patience.sending
        waits.begin(task)
        # The server says that a body is whole with one message more, which comes from a thread of
        # its own: whoever knows the length need not wait for it.
        parts, size, whole = [], 0, self._length
        try:
            while True:
                message = await self._receive()
                if message["type"] == "http.disconnect":
                    self.left = True
                    raise _left_early()
                part = message.get("body", b"")
                size += len(part)
                if size > most:
                    raise _too_large(most)
                parts.append(part)
                if size == whole or not message.get("more_body"):
                    return b"".join(parts)
        except asyncio.CancelledError:
            if not waits.is_over(task):
                raise
            raise _too_slow() from None
        finally:
            waits.end(task)

    async def gone(self) -> None:
        """Return when the client has left."""
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def _put(self, head: Message | None, body: Message) -> None:
        """Send, unless nobody is there; some servers say so by an OSError, others by nothing."""
        if self.left:
            return
        self.sending = True
        try:
            if head is not None:
                await self._send(head)
            await self._send(body)
        except OSError:
            self.left = True
        self.sending = False

    def _head(self, status: int, *headers: tuple[bytes, bytes]) -> Message:
        """The message that begins the answer, which counts as begun."""
        self.status = status
        return {
            "type": "http.response.start",
            "status": status,
            "headers": [*headers, *self.marks],
        }

    def reply(
        self, status: int, body: bytes, screened: str, kind: str = "application/json"
    ) -> Awaitable[None]:
        """The whole answer at once; `kind` is its media type."""
        length = (b"content-length", str(len(body)).encode())
        what = (b"content-type", kind.encode())
        head = self._head(status, what, length, (b"x-guiju-screened", screened.encode()))
        return self._put(head, {"type": "http.response.body", "body": body})

    def mark_retry(self, after: int | None) -> None:
        """Say in the head of the answer in how many seconds it may go better."""
        if after is not None:
            self.marks.append((b"retry-after", b"%d" % after))

    async def json(self, status: int, value: Any) -> None:
        """A whole answer that no model made."""
        await self.reply(status, _encode(value), "full")

    async def refuse(self, error: GuijuError, wire: Wire) -> None:
        """An error in the manner of `wire`, unless an answer has begun already."""
        if not self.status:
            self.mark_retry(error.retry_after)
            body = wire.error(error_body(error, self.language(), self.request), error.status)
            await self.reply(error.status, _encode(body), "not-screened")

    def stream(self, data: bytes, screened: str, *, more: bool = True) -> Awaitable[None]:
        """A part of a stream; the first one starts the answer, the last one has no `more`."""
        head = None
        if not self.status:
            head = self._head(200, *_STREAM, (b"x-guiju-screened", screened.encode()))
        return self._put(head, {"type": "http.response.body", "body": data, "more_body": more})

    async def part(self, data: bytes, screened: str, *, more: bool) -> None:
        """What is left of a stream: who does not read it cannot put the record off, nor stay."""
        task, waits = this_task(), self._patience.reading
        waits.begin(task)
        try:
            await self.stream(data, screened, more=more)
        except asyncio.CancelledError:
            if not waits.is_over(task):
                raise
            self.left = True
        finally:
            waits.end(task)


def _length_of(headers: Mapping[bytes, bytes]) -> int:
    """How many bytes a body has, as far as its headers say so; else -1."""
    length = headers.get(b"content-length", b"")
    told = length.isdigit() and len(length) < _DIGITS
    return int(length) if told and b"transfer-encoding" not in headers else -1


def _too_large(most: int) -> Invalid:
    shown = most // 1_048_576
    return Invalid(
        "request-too-large",
        Text(zh=f"请求超过 {shown} MiB。", en=f"The request is larger than {shown} MiB."),
        Text(
            zh="请缩短对话历史，或压缩图片。", en="Shorten the history, or make pictures smaller."
        ),
        status=413,
    )


def _left_early() -> Invalid:
    return Invalid(
        "client-gone",
        Text(zh="客户端在发送完请求前断开。", en="The client left before the request was whole."),
        Text(zh="请重试。", en="Try again."),
    )


def _too_slow() -> Invalid:
    return Invalid(
        "request-too-slow",
        Text(zh="请求体迟迟没有发完。", en="The body of the request did not arrive in time."),
        Text(zh="请重试。", en="Try again."),
        status=408,
    )
