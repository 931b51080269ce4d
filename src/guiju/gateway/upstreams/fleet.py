# SPDX-License-Identifier: Apache-2.0
"""All upstreams of a process: kept from one policy to the next, looked after while they are ill.

A new policy takes over those that it leaves as they are, with their connections and what is known
of their health; the others end what they have begun and keep no connection.
"""

from __future__ import annotations

import asyncio
import os
import ssl
import threading
from collections.abc import Awaitable, Callable, Iterator
from typing import NamedTuple

from guiju.gateway.client import Client, trusting
from guiju.gateway.telemetry import UpstreamNow, UpstreamTally
from guiju.gateway.upstreams.asking import Limits
from guiju.gateway.upstreams.choosing import Chance, Member, Route, shares_of
from guiju.gateway.upstreams.counts import Counts
from guiju.gateway.upstreams.endpoint import Endpoint
from guiju.gateway.upstreams.routing import Router
from guiju.gateway.upstreams.trying import Means, head_for
from guiju.kernel import Text, Unavailable, digest, monotonic
from guiju.policies.upstreams import BEARER, ModelConfig, ModelsConfig, UpstreamConfig
from guiju.records import Source

Secret = Callable[[str], str | None]
_PULSE_SECONDS = 0.5
_MILLI = 1_000


class _Kept(NamedTuple):
    """An endpoint and what it was made of: as long as that is the same, it stays.

    Of its key only the digest: nothing that is shown by mistake holds a key.
    """

    endpoint: Endpoint
    config: UpstreamConfig
    key: str


class Fleet:
    """Makes the router of a policy; `start` and `close` belong to one event loop."""

    def __init__(
        self,
        authorities: str = "",
        *,
        clock: Callable[[], float] = monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        seed: float | None = None,
    ) -> None:
        """`authorities` is a file of certificates that are trusted besides the system's."""
        self._authorities = authorities
        self._clock = clock
        self._sleep = sleep
        # Workers begin at different places, or all would ask the same upstream at the same time.
        self._seed = int.from_bytes(os.urandom(4)) / 2**32 if seed is None else seed
        self._context: ssl.SSLContext | None = None
        self._kept: dict[str, _Kept] = {}
        self._counts: dict[str, Counts] = {}
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._alarm = asyncio.Event()
        self._watch: asyncio.Task[None] | None = None

    # -- from one policy to the next; in any thread ------------------------------------------------

    def router(self, models: ModelsConfig, secret: Secret) -> Router:
        """Who answers by which name from now on; `secret` gives the key behind a name.

        Raises:
            Unavailable: `upstream-authorities`, when the file of certificates cannot be used.
        """
        with self._lock:
            before = self._kept
            self._kept = {
                name: self._taken_over(config, secret(config.key) if config.key else None)
                for name, config in models.upstreams.items()
            }
            for name, one in before.items():
                now = self._kept.get(name)
                if now is None or now.endpoint is not one.endpoint:
                    self._retire(one.endpoint)
        routes = {name: self._route(one) for name, one in models.models.items()}
        return Router(routes, Means(self._clock, Chance(self._seed), self._sleep))

    def _taken_over(self, config: UpstreamConfig, key: str | None) -> _Kept:
        before, mark = self._kept.get(config.name), digest((key or "").encode())
        if before is not None and before.config == config and before.key == mark:
            return before
        counts = self._counts.setdefault(config.name, Counts())
        client = None if config.key and not key else self._client(config, key)
        return _Kept(Endpoint(config, client, counts, self._clock, self._sick), config, mark)

    def _client(self, config: UpstreamConfig, key: str | None) -> Client:
        # Compressed answers could unfold without bound.
        headers = {"content-type": "application/json", "accept-encoding": "identity"}
        headers |= dict(config.headers)
        if key:
            bearer = config.key_header == BEARER
            headers[config.key_header] = f"Bearer {key}" if bearer else key
        return Client(config.url, headers, self.trusted() if config.is_secure else None)

    def trusted(self) -> ssl.SSLContext:
        """Whose certificates prove a name; raises Unavailable `upstream-authorities`."""
        if self._context is None:
            try:
                self._context = trusting(self._authorities)
            except OSError as error:
                raise _no_authorities(self._authorities) from error
        return self._context

    def _route(self, one: ModelConfig) -> Route:
        members = tuple(
            Member(
                self._kept[use.upstream].endpoint,
                use.model,
                use.weight,
                use.order,
                Source(use.upstream, use.model, one.name, 1),
                head_for(use.model),
            )
            for use in sorted(one.use, key=lambda use: use.order)
        )
        first = tuple(each for each in members if each.order == members[0].order)
        total = one.total_ms / _MILLI
        return Route(
            name=one.name,
            owner=one.owner,
            members=members,
            first=first,
            shares=shares_of(first),
            fallback=one.fallback,
            head=head_for(one.name),
            retries=one.retries,
            limits=Limits(
                connect=one.connect_ms / _MILLI,
                first=one.first_byte_ms / _MILLI,
                idle=one.idle_ms / _MILLI,
                whole=total,
                longest=total,
            ),
        )

    def _retire(self, endpoint: Endpoint) -> None:
        # Connections belong to the event loop.
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(endpoint.retire)

    # -- on the event loop -------------------------------------------------------------------------

    async def start(self) -> None:
        """Look after those who are ill, from now on."""
        self._loop = asyncio.get_running_loop()
        self._watch = self._loop.create_task(self._watched())

    async def close(self) -> None:
        """Drop all connections."""
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None
        self._loop = None
        for one in self._kept.values():
            one.endpoint.retire()

    def _sick(self) -> None:
        self._alarm.set()

    async def _watched(self) -> None:
        """Probe those who are ill; nothing happens while everybody is well."""
        while True:
            await self._alarm.wait()
            self._alarm.clear()
            while ill := [one for one in self.endpoints() if one.wants_probe]:
                await self._sleep(_PULSE_SECONDS)
                await asyncio.gather(*(one.probe() for one in ill))

    def tallies(self, now: int) -> dict[str, UpstreamTally]:
        """What was counted of the upstreams in force; `now` is in microseconds since 1970."""
        zero = now - round(self._clock() * 1e6)
        return {one.config.name: one.counts.tally(zero) for one in self.endpoints()}

    def stands(self) -> dict[str, UpstreamNow]:
        """How each of them is."""
        return {one.config.name: one.stands() for one in self.endpoints()}

    def endpoints(self) -> Iterator[Endpoint]:
        """Those of the policy in force."""
        return iter([one.endpoint for one in self._kept.values()])


def _no_authorities(path: str) -> Unavailable:
    return Unavailable(
        "upstream-authorities",
        Text(
            zh=f"证书文件 {path} 无法使用。",
            en=f"The file of certificates {path} cannot be used.",
        ),
        Text(
            zh="请在设置 upstream_ca 中给出一个 PEM 文件。",
            en="Name a PEM file in the setting upstream_ca.",
        ),
    )
