# SPDX-License-Identifier: Apache-2.0
"""A flood of requests that are over a limit must not become a flood of evidence (Article 13).

The first refusal of a key is put on record at once, those within the next second are counted, and
the count goes with one more record. So refusing stays cheaper than serving.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from msgspec.structs import replace

from guiju.gateway.limiting.refusing import BUDGET, RATE
from guiju.kernel import GuijuError, monotonic
from guiju.records import Exchange, Refusal

CODES = frozenset({RATE, BUDGET})
_APART_SECONDS = 1.0
_log = logging.getLogger("guiju.gateway")


class Floods:
    """Which refusals go on record one by one, and how many were counted since (pure)."""

    def __init__(self) -> None:
        """Nobody was refused."""
        self._seen: dict[tuple[str, str], tuple[float, Refusal | None, int]] = {}

    def held(self, item: Refusal, now: float) -> bool:
        """Whether this one is only counted; told later by `over`."""
        if item.code not in CODES:
            return False
        slot = (item.key, item.code)
        at, _, count = self._seen.get(slot, (None, None, 0))
        if at is None:
            self._seen[slot] = (now, None, 0)
            return False
        self._seen[slot] = (at, item, count + 1)
        return True

    def over(self, now: float) -> list[Refusal]:
        """What was counted and goes on record now: the last of each, with how many they were."""
        told = []
        for slot, (at, last, count) in list(self._seen.items()):
            if now - at < _APART_SECONDS:
                continue
            if last is None:
                del self._seen[slot]
            else:
                self._seen[slot] = (now, None, 0)
                told.append(replace(last, count=count))
        return told


class Levee:
    """Between gateway and recorder: keeps floods of refusals apart, lets all else through."""

    def __init__(self, write: Callable[[Exchange | Refusal], Awaitable[None]]) -> None:
        """`write` makes an item durable."""
        self._write = write
        self._floods = Floods()
        self._telling: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to put on record, once a second, what was counted."""
        self._telling = asyncio.get_running_loop().create_task(self._tell_on())

    async def close(self) -> None:
        """Put on record what is left."""
        if self._telling is not None:
            self._telling.cancel()
        await self._tell(float("inf"))

    async def write(self, item: Exchange | Refusal) -> None:
        """Make `item` durable, or count it with those that are alike; raises as `write` does."""
        if isinstance(item, Refusal) and self._floods.held(item, monotonic()):
            return
        await self._write(item)

    async def _tell_on(self) -> None:
        while True:
            await asyncio.sleep(_APART_SECONDS)
            await self._tell(monotonic())

    async def _tell(self, now: float) -> None:
        for item in self._floods.over(now):
            try:
                await self._write(item)
            except GuijuError as error:
                _log.warning("%d refusals are not on record: %s", item.count, error.code)
