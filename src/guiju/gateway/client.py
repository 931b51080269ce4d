# SPDX-License-Identifier: Apache-2.0
"""The HTTP client of the gateway: kept connections to one model service, used last first.

Ours because it is walked for every request: a general client costs more than all stations
together (docs/decisions/0012).
"""

from __future__ import annotations

import asyncio
import re
import ssl
from collections import deque
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from guiju.gateway.connection import Connection, StaleError, UnreachableError
from guiju.kernel import monotonic

_CONNECT_SECONDS = 5.0
_KEEP_SECONDS = 30.0
_MOST_IDLE = 256
_MOST_HEADS = 256  # addresses whose first lines are remembered
_PORTS = {"http": 80, "https": 443}
_KIND = b"content-type:"
_PLAIN = re.compile(r"https?://[!-~]{1,4000}")


class Answered(NamedTuple):
    """A whole answer; `after` is what its Retry-After says, `kind` what its Content-Type says."""

    status: int
    body: bytes
    after: bytes
    kind: bytes = b""


class Client:
    """Speaks to one address; belongs to the event loop it was started on."""

    def __init__(
        self, base_url: str, headers: Mapping[str, str], context: ssl.SSLContext | None = None
    ) -> None:
        """`headers` go with every request; they and the address must hold no line break.

        `context` says whose certificates are trusted for https; by default those of the system.
        """
        parts = urlsplit(base_url.rstrip("/"))
        self._host = parts.hostname or ""
        self._port = parts.port or _PORTS[parts.scheme]
        self._secure = (context or trusting()) if parts.scheme == "https" else None
        self._path = quote(parts.path, safe="/%:@!$&'()*+,;=~-._")
        shown = parts.netloc.rpartition("@")[2].encode(
            "idna" if parts.netloc.isascii() else "utf-8"
        )
        lines = [
            b"host: " + shown,
            *(f"{name}: {value}".encode() for name, value in headers.items()),
        ]
        if any(b"\r" in one or b"\n" in one for one in lines):
            raise ValueError("a header holds a line break")
        self._lines = b"\r\n".join(lines)
        self._idle: deque[Connection] = deque()
        self._retired = False
        self._heads: dict[tuple[str, str], bytes] = {}

    async def whole(
        self,
        method: str,
        path: str,
        body: bytes,
        *,
        most: int,
        within: float,
        connect: float = _CONNECT_SECONDS,
        kind: str | None = None,
        below_base: bool = True,
    ) -> Answered:
        """The answer, of at most `most` bytes and `within` so many seconds.

        A kept connection that turns out to be stale is replaced unseen.

        `kind` is the media type of `body`, where it is another than usual. Unless `below_base`,
        `path` is one that `target` gave.

        Raises:
            UnreachableError: no connection within `connect` seconds.
            LateError: it is too slow.
            BrokenError: it broke off, or speaks no HTTP.
        """
        request = self._request(method, path, body, kind, below_base=below_base)
        while True:
            connection = self._kept() or await self._connect(connect)
            try:
                await connection.ask(request, most, within)
                answer = connection.whole()
            except StaleError:
                continue
            except BaseException:
                connection.drop()
                raise
            connection.end(self._keep)
            return Answered(connection.status, answer, connection.after, connection.kind)

    async def begun(
        self,
        method: str,
        path: str,
        body: bytes,
        *,
        most: int,
        within: float,
        connect: float = _CONNECT_SECONDS,
    ) -> Connection:
        """A connection whose answer has begun; it must be given to `end` or dropped."""
        request = self._usual(method, path, body)
        while True:
            connection = self._kept() or await self._connect(connect)
            try:
                await connection.ask(request, most, within, early=True)
                connection.check()
            except StaleError:
                continue
            except BaseException:
                connection.drop()
                raise
            return connection

    def end(self, connection: Connection) -> None:
        """Take a connection back whose answer was read as far as anybody wants to."""
        connection.end(self._keep)

    async def close(self) -> None:
        """Drop what is kept."""
        self.retire()

    def retire(self) -> None:
        """Keep no connection any more; what is under way comes to its end."""
        self._retired = True
        while self._idle:
            self._idle.pop().drop()

    def target(self, url: str) -> str | None:
        """The path and query of an address of this very origin; None for any other address."""
        if not _PLAIN.fullmatch(url):
            return None
        try:
            parts = urlsplit(url)
            port = parts.port or _PORTS.get(parts.scheme)
        except ValueError:
            return None
        secure = parts.scheme == "https"
        same = parts.hostname == self._host and port == self._port
        if not same or secure != (self._secure is not None) or "@" in parts.netloc:
            return None
        return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")

    def _request(
        self, method: str, path: str, body: bytes, kind: str | None, *, below_base: bool
    ) -> bytes:
        if kind is None and below_base:
            return self._usual(method, path, body)
        lines = [one for one in self._lines.split(b"\r\n") if not one.startswith(_KIND)]
        if kind is not None:
            lines.append(_KIND + b" " + kind.encode())
        first = f"{method} {self._path if below_base else ''}{path} HTTP/1.1".encode()
        length = b"content-length: %d" % len(body)
        return b"\r\n".join((first, *lines, length, b"", body))

    def _usual(self, method: str, path: str, body: bytes) -> bytes:
        head = self._heads.get((method, path))
        if head is None:
            if len(self._heads) >= _MOST_HEADS:
                self._heads.clear()
            first = f"{method} {self._path}{path} HTTP/1.1\r\n".encode()
            head = self._heads[method, path] = first + self._lines + b"\r\ncontent-length: "
        return b"%b%d\r\n\r\n%b" % (head, len(body), body)

    def _kept(self) -> Connection | None:
        """The connection that was given back last: it is the least likely to be stale."""
        idle, oldest = self._idle, monotonic() - _KEEP_SECONDS
        while idle:
            connection = idle.pop()
            if connection.is_open and connection.idle_since > oldest:
                return connection
            connection.drop()
        return None

    async def _connect(self, within: float) -> Connection:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(within):
                _, connection = await loop.create_connection(
                    lambda: Connection(loop), self._host, self._port, ssl=self._secure
                )
        except (OSError, TimeoutError, UnicodeError) as error:
            raise UnreachableError("no connection") from error
        return connection

    def _keep(self, connection: Connection) -> None:
        if self._retired:
            connection.drop()
            return
        connection.idle_since = monotonic()
        self._idle.append(connection)
        if len(self._idle) > _MOST_IDLE:
            self._idle.popleft().drop()


def trusting(authorities: str = "") -> ssl.SSLContext:
    """Certificates are checked by name, against the system's authorities and those in a file.

    Raises:
        OSError: the file cannot be read, or holds no certificate (ssl.SSLError).
    """
    context = ssl.create_default_context()
    if authorities:
        context.load_verify_locations(authorities)
    return context
