# SPDX-License-Identifier: Apache-2.0
"""What stands around every page: a request number, security headers, no cross-site forms.

Raw ASGI, outermost: also a fault of our own leaves through here, without its trace.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

from guiju.kernel import GuijuError, new_id
from guiju.web.errors import cross_site, internal, no_such_page, too_large

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Answer = Callable[[Scope, GuijuError], App]

MOST_BODY = 32 * 1024 * 1024
REQUEST_ID = "guiju_request_id"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_OURS = frozenset({"same-origin", "none"})
_POLICY = (
    "default-src 'none'",
    "style-src 'self'",
    "script-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
)
HEADERS = (
    (b"content-security-policy", "; ".join(_POLICY).encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)
_FOR_TWO_YEARS = (b"strict-transport-security", b"max-age=63072000")
_log = logging.getLogger("guiju.web")


class Shield:
    """Wraps the application of the pages."""

    def __init__(self, app: App, answer: Answer, *, https: bool) -> None:
        """`answer` makes the response for an error, as a page or as JSON."""
        self._app = app
        self._answer = answer
        self._headers = (*HEADERS, _FOR_TWO_YEARS) if https else HEADERS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope[REQUEST_ID] = new_id("req")
        sending = _Sending(send, scope[REQUEST_ID], self._headers)
        try:
            refused = _refusal(scope)
            app = self._app if refused is None else self._answer(scope, refused)
            await app(scope, receive, sending)
        except Exception:
            _log.exception("request %s failed", scope[REQUEST_ID])
            if sending.finished:
                return
            if sending.started:
                raise
            await self._answer(scope, internal())(scope, receive, sending)


class _Sending:
    """A `send` that adds our headers to the response as it starts."""

    def __init__(self, send: Send, request_id: str, headers: Iterable[tuple[bytes, bytes]]) -> None:
        self._send = send
        self._headers = [(b"x-guiju-request-id", request_id.encode()), *headers]
        self.started = False
        self.finished = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            given = list(message.get("headers", ()))
            message["headers"] = [*given, *self._headers]
            # What a page says depends on who reads it, so nobody in between may keep it.
            if all(name.lower() != b"cache-control" for name, _ in given):
                message["headers"].append((b"cache-control", b"no-store"))
        await self._send(message)
        body = message["type"] == "http.response.body"
        self.finished = self.finished or (body and not message.get("more_body", False))


def _refusal(scope: Scope) -> GuijuError | None:
    """Why this request goes no further: no such address, another site's form, or too large."""
    # No id or filter of ours holds one, and PostgreSQL fails when asked for one.
    if "\0" in scope["path"] or b"%00" in scope["query_string"]:
        return no_such_page()
    if scope["method"] in _SAFE:
        return None
    headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
    if not _is_ours(headers):
        return cross_site()
    length = headers.get(b"content-length", "0")
    if b"transfer-encoding" in headers or not length.isdigit() or int(length) > MOST_BODY:
        return too_large(MOST_BODY)
    return None


def _is_ours(headers: dict[bytes, str]) -> bool:
    """Whether the browser says that one of our pages sent this; programs send no such header."""
    fetched_from = headers.get(b"sec-fetch-site")
    if fetched_from is not None:
        return fetched_from in _OURS
    origin = headers.get(b"origin")
    return origin is None or urlsplit(origin).netloc == headers.get(b"host")
