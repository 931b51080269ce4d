# SPDX-License-Identifier: Apache-2.0
"""Send spans to a collector over OTLP/HTTP, in batches, never in the way of a request.

OTLP's JSON form is small and stable, so it needs no library of a dozen packages. What a collector
does not take in time is dropped and counted: traces are a convenience, records are the evidence.
"""

from __future__ import annotations

import asyncio
import logging
import os
from importlib.metadata import version

import msgspec

from guiju.gateway.client import Client
from guiju.gateway.connection import BrokenError
from guiju.gateway.telemetry.spans import (
    Context,
    Span,
    Told,
    as_otlp,
    context_of,
    new_context,
    spans_of,
)

_MOST_WAITING = 8192
_BATCH = 1024
_PAUSE_SECONDS = 2.0
_SEND_SECONDS = 5.0
_MOST_ANSWER = 64 * 1024
_GOOD = range(200, 300)
_encode = msgspec.json.Encoder().encode
_log = logging.getLogger("guiju.tracing")


class Tracing:
    """Takes what exchanges tell; a task of the event loop sends it on."""

    def __init__(self, endpoint: str, percent: int = 100) -> None:
        """`endpoint` is the collector's base URL, e.g. `http://127.0.0.1:4318`.

        `percent` of the traces that begin here are kept; a caller's own decision is followed.
        """
        self._client = Client(endpoint, {"content-type": "application/json"})
        self._share = percent / 100
        self._waiting: list[Span] = []
        self._task: asyncio.Task[None] | None = None
        self._trouble = False
        self.dropped = 0

    def start(self) -> None:
        """Begin to send for the running event loop."""
        self._task = asyncio.create_task(self._run())  # noqa: TID251 - held, and ended by `close`

    async def close(self) -> None:
        """Send what is waiting, once, and end."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            await self._send()
        await self._client.close()

    def context(self, traceparent: str | None) -> Context:
        """The context of a request: the caller's, or one of our own."""
        return context_of(traceparent) or new_context(self._share)

    def note(self, told: Told, context: Context) -> None:
        """Take what an exchange tells, if its trace is kept and there is room."""
        if not context.sampled:
            return
        if len(self._waiting) >= _MOST_WAITING:
            self.dropped += 1
            return
        self._waiting += spans_of(told, context)

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(_PAUSE_SECONDS)
            while self._waiting and await self._send():
                pass

    async def _send(self) -> bool:
        """Send one batch; False when the collector did not take it, which drops it."""
        batch, self._waiting = self._waiting[:_BATCH], self._waiting[_BATCH:]
        if not batch:
            return True
        resource = {
            "service.name": "guiju",
            "service.version": version("guiju"),
            "service.instance.id": str(os.getpid()),
        }
        body = _encode(as_otlp(batch, dict(resource)))
        try:
            answer = await self._client.whole(
                "POST", "/v1/traces", body, most=_MOST_ANSWER, within=_SEND_SECONDS
            )
            taken = answer.status in _GOOD
        except BrokenError:
            taken = False
        if not taken:
            self.dropped += len(batch)
        if taken is self._trouble:
            self._trouble = not taken
            _log.warning(
                "the collector of traces %s", "takes them again" if taken else "takes none"
            )
        return taken
