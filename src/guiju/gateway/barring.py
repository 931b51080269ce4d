# SPDX-License-Identifier: Apache-2.0
"""Ends what is under way for whoever may be served no longer: a revoked key, a suspended person.

Whoever is told of a change looks at once. As a net for what was not told, e.g. by a process that
died after its commit, everything under way is looked at twice a second (Articles 9, 14).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable

from guiju import accounts
from guiju.gateway.leaving import Departure, Left
from guiju.kernel import GuijuError
from guiju.storage import Database

LOOKS_SECONDS = 0.5
_log = logging.getLogger("guiju.gateway")


class Barring:
    """Watches over all answers under way in this process."""

    def __init__(self, database: Database) -> None:
        """Nothing is under way yet."""
        self.under_way: set[Departure] = set()
        self._database = database
        self._loop: asyncio.AbstractEventLoop | None = None
        self._looking: asyncio.Task[None] | None = None
        self._reviews: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Begin to look now and then."""
        self._loop = asyncio.get_running_loop()
        self._looking = self._loop.create_task(self._look_on())

    def close(self) -> None:
        """Look no more."""
        if self._looking is not None:
            self._looking.cancel()

    def review(self, subject: str) -> None:
        """How this person, key or app stands may have changed; from any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._begin, subject)

    def _begin(self, subject: str) -> None:
        concerned = [one for one in self.under_way if _is_of(one, subject)]
        if concerned and self._loop is not None:
            review = self._loop.create_task(self._review(concerned))
            self._reviews.add(review)
            review.add_done_callback(self._reviews.discard)

    async def _look_on(self) -> None:
        while True:
            await asyncio.sleep(LOOKS_SECONDS)
            await self._review(list(self.under_way))

    async def _review(self, departures: Iterable[Departure]) -> None:
        served = [(one, one.caller) for one in departures if one.caller is not None]
        if not served:
            return
        try:
            barred = await asyncio.to_thread(self._barred, [caller for _, caller in served])
        except GuijuError as error:
            # While the database is away nobody's standing changes in it.
            _log.info("who is under way could not be looked up: %s", error.code)
            return
        for departure, caller in served:
            why = barred.get(caller.key) or barred.get(caller.person or "")
            if why is not None:
                departure.leave(Left.BARRED, why)

    def _barred(self, callers: list[accounts.Caller]) -> dict[str, GuijuError]:
        with self._database.read() as tx:
            return dict(accounts.barred(tx, callers))


def _is_of(departure: Departure, subject: str) -> bool:
    caller = departure.caller
    if caller is None:
        return False
    return subject in {accounts.EVERYBODY, caller.key, caller.person, caller.app}
