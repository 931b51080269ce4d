# SPDX-License-Identifier: Apache-2.0
"""One upstream at work: its connections, its circuit, its counts; all questions go this way."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from guiju.gateway.circuit import Circuit
from guiju.gateway.client import Client
from guiju.gateway.connection import BrokenError
from guiju.gateway.signals import AskModel
from guiju.gateway.telemetry import State, UpstreamNow
from guiju.gateway.upstreams import asking
from guiju.gateway.upstreams.counts import Counts
from guiju.gateway.upstreams.failing import BLAMED, FailedError, Reason
from guiju.policies.upstreams import NO_PROBE, UpstreamConfig

NEVER = math.inf
_DAY = 86_400.0
_LONGEST_PAUSE = 30.0
# So long an upstream is left alone when it asks for it: at most, and when it does not say how long.
_MOST_ALONE = 60.0
_ALONE = 1.0


class Endpoint:
    """Asks one upstream; without a client, because its key is missing, it is never asked."""

    def __init__(
        self,
        config: UpstreamConfig,
        client: Client | None,
        counts: Counts,
        clock: Callable[[], float],
        sick: Callable[[], None] = lambda: None,
    ) -> None:
        """`sick` is called when its circuit opens, so that somebody looks after it."""
        self.config = config
        self.counts = counts
        self.circuit = Circuit(longest=_LONGEST_PAUSE)
        self._client = client
        self._clock = clock
        self._sick = sick
        self._query = f"?{urlencode(config.query)}" if config.query else ""
        self._alone_until = 0.0
        self.well = client is not None
        """Whether it may be asked without a further look."""

    @property
    def has_key(self) -> bool:
        """Whether it can be asked at all."""
        return self._client is not None

    def wait(self, now: float) -> float:
        """In how many seconds it may be asked; 0 for now, `NEVER` without a key."""
        if self.well:
            return 0.0
        wait = self._due(now)
        self.well = not wait and self.circuit.state(now) == "closed"
        return wait

    def _due(self, now: float) -> float:
        if self._client is None:
            return NEVER
        return max(self.circuit.wait(now), self._alone_until - now, 0.0)

    def stands(self) -> UpstreamNow:
        """How it is, with the eyes of this worker; may be asked from any thread."""
        now = self._clock()
        wait = self._due(now)
        return UpstreamNow(self.counts.under_way, {self._state(now, wait): 1}, min(wait, _DAY))

    def _state(self, now: float, wait: float) -> State:
        circuit = self.circuit.state(now)
        if wait == NEVER:
            return "keyless"
        if circuit != "closed":
            return circuit
        if wait:
            return "paused"
        return "well" if self.counts.asked else "unasked"

    def retire(self) -> None:
        """Nobody is sent here any more; what is under way comes to its end."""
        if self._client is not None:
            self._client.retire()

    async def answer(self, ask: AskModel, body: bytes, limits: asking.Limits) -> dict[str, Any]:
        """The whole answer to `body`, the question in its words; raises FailedError."""
        client, counts, start = self._enter(), self.counts, self._clock()
        try:
            came = await asking.asked(client, ask, ask.path + self._query, body, limits)
            said = asking.answer_of(ask, came)
        except BrokenError as broken:
            why = asking.failed(broken)
            self._fail(why, start)
            raise why from broken
        except BaseException as error:
            self._fail(error, start)
            raise
        counts.whole.append(self._clock() - start)
        counts.under_way -= 1
        counts.answered += 1
        if self.circuit.doubted:
            self.circuit.succeed()
        return said

    async def begin(self, path: str, body: bytes, limits: asking.Limits) -> asking.Streamed:
        """A stream that has begun; raises FailedError."""
        client, start = self._enter(), self._clock()
        try:
            stream = await asking.begun(client, path + self._query, body, limits, self._ended)
        except BaseException as error:
            self._fail(error, start)
            raise
        self.counts.first.append(self._clock() - start)
        if self.circuit.is_trying:
            # Others need not wait for the end of a long answer.
            self.circuit.succeed()
        return stream

    async def fetch(self, url: str, limits: asking.Limits) -> bytes:
        """The file at an address of this upstream; raises FailedError, or Unavailable."""
        return await asking.fetched(self._asked(), url, limits)

    async def listed(self, path: str, limits: asking.Limits) -> list[str]:
        """The names that it lists at `path`; raises FailedError."""
        return await asking.listed(self._asked(), path + self._query, limits)

    async def answers(self, path: str) -> None:
        """Return when a GET of `path` is answered; raises FailedError."""
        await asking.probed(self._asked(), path + self._query)

    async def probe(self) -> None:
        """See whether it is back, when the pause of its circuit is over."""
        now = self._clock()
        if self.circuit.state(now) != "half-open" or not self.circuit.enter(now):
            return
        self.counts.probes += 1
        try:
            await self.answers(self.config.probe)
        except FailedError:
            self.circuit.fail(self._clock())
        except BaseException:
            self.circuit.leave()
            raise
        else:
            self.circuit.revive()

    @property
    def wants_probe(self) -> bool:
        """Whether it is sick and may be asked how it is."""
        return (
            self._client is not None
            and self.config.probe != NO_PROBE
            and self.circuit.state(self._clock()) != "closed"
        )

    def _enter(self) -> Client:
        client, counts = self._client, self.counts
        if client is None or (not self.well and not self.circuit.enter(self._clock())):
            raise RuntimeError("an upstream was asked that may not be asked now")
        counts.asked += 1
        counts.under_way += 1
        return client

    def _asked(self) -> Client:
        if self._client is None:
            raise RuntimeError("an upstream was asked whose key is missing")
        return self._client

    def _ended(self, why: Reason | None) -> None:
        """A stream came to its end."""
        if why is None:
            self._succeed()
        else:
            self._fail(FailedError(why), 0.0)

    def _succeed(self) -> None:
        counts = self.counts
        counts.under_way -= 1
        counts.answered += 1
        self.circuit.succeed()

    def _fail(self, error: BaseException, start: float) -> None:
        counts, circuit = self.counts, self.circuit
        counts.under_way -= 1
        if not isinstance(error, FailedError):
            circuit.leave()  # given up: nobody is to blame
            return
        error.start = start
        now = self._clock()
        counts.fail(error.reason, now)
        if error.after is not None or error.reason == "limited":
            asked = _ALONE if error.after is None else error.after
            self._alone_until = now + min(asked, _MOST_ALONE)
            self.well = False
        if error.reason not in BLAMED:
            circuit.leave()
            return
        circuit.fail(now)
        if circuit.state(now) != "closed":
            self.well = False
            self._sick()
