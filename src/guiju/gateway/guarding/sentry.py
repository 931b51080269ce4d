# SPDX-License-Identifier: Apache-2.0
"""One guard model at work: its places, its circuit, its memory; every end is a verdict."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Mapping

from guiju.gateway.circuit import Circuit
from guiju.gateway.guarding.cache import Cache
from guiju.gateway.guarding.counts import Counts
from guiju.gateway.guarding.port import BLAMED, NotAnsweredError, Post
from guiju.screening import guards

_PATIENCE = 4  # time-outs that a question waits for a free place
_MOST_WAITING = 1_024


class Sentry:
    """Asks one guard, no more questions at once than its configuration allows."""

    def __init__(
        self,
        config: guards.GuardConfig,
        headers: Mapping[str, str],
        post: Post,
        counts: Counts,
        clock: Callable[[], float],
    ) -> None:
        """`headers` hold the key; they go to the guard's address and nowhere else."""
        self.config = config
        self.circuit = Circuit()
        self.cache = Cache()
        self._mark = bytes.fromhex(guards.digest_of(config))
        self._headers = headers
        self._post = post
        self._counts = counts
        self._clock = clock
        self._places = asyncio.Semaphore(config.concurrency)
        self._waiting = 0
        self._seconds = config.timeout_ms / 1000

    async def ask(self, asked: guards.Request) -> guards.GuardVerdict:
        """The verdict on one question, from memory if it was answered a short while ago."""
        key = hashlib.sha256(self._mark + asked.body).digest()
        verdict = self.cache.get(key, self._clock())
        if verdict is not None:
            self._counts.hits[self.config.name] += 1
            return verdict
        try:
            verdict = await self._place(asked)
        except asyncio.CancelledError:
            self._counts.cancelled[self.config.name] += 1
            raise
        if not verdict.is_error:
            self.cache.put(key, verdict, self._clock())
        self._counts.verdict(self.config.name, verdict)
        return verdict

    async def _place(self, asked: guards.Request) -> guards.GuardVerdict:
        """Wait for a place, but not behind an open circuit, nor in an endless queue."""
        if not self.circuit.lets(self._clock()):
            return guards.failed("circuit-open")
        if self._waiting >= _MOST_WAITING:
            return guards.failed("busy")
        self._waiting += 1
        try:
            async with asyncio.timeout(_PATIENCE * self._seconds):
                await self._places.acquire()
        except TimeoutError:
            return guards.failed("busy")
        finally:
            self._waiting -= 1
        try:
            return await self._watched(asked)
        finally:
            self._places.release()

    async def _watched(self, asked: guards.Request) -> guards.GuardVerdict:
        """Ask, and tell the circuit how it went."""
        start = self._clock()
        if not self.circuit.enter(start):
            return guards.failed("circuit-open")
        verdict = None
        try:
            verdict = await self._answer(asked)
        finally:
            now = self._clock()
            self._counts.answered(self.config.name, round((now - start) * 1e6))
            self._report(verdict, now)
        return verdict

    def _report(self, verdict: guards.GuardVerdict | None, now: float) -> None:
        if verdict is not None and verdict.status != "failed":
            self.circuit.succeed()
        elif verdict is not None and verdict.reason in BLAMED:
            self.circuit.fail(now)
        else:
            self.circuit.leave()

    async def _answer(self, asked: guards.Request) -> guards.GuardVerdict:
        url = self.config.chat_url
        try:
            async with asyncio.timeout(self._seconds):
                raw = await self._post(url, asked.body, self._headers, self._seconds)
        except NotAnsweredError as error:
            return guards.failed(error.reason)
        except TimeoutError:
            return guards.failed("timeout")
        except Exception:  # noqa: BLE001 - whatever else breaks must not pass, nor be told
            return guards.failed("unreachable")
        return self._read(asked, raw)

    def _read(self, asked: guards.Request, raw: bytes) -> guards.GuardVerdict:
        if len(raw) > guards.MOST_REPLY:
            return guards.failed("too-large")
        try:
            return guards.read(self.config, asked, raw)
        except Exception:  # noqa: BLE001 - as above; what a guard says may not break the service
            return guards.failed("broken")
