# SPDX-License-Identifier: Apache-2.0
"""Ends what is under way and may not go on: a revoked key, a suspended person, a stop.

Whoever is told of a change looks at once. As a net for what was not told, e.g. by a process that
died after its commit, everything under way is looked at twice a second (Articles 9, 13, 14).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping
from functools import partial

from guiju import accounts
from guiju.gateway.leaving import Departure, Left, Whole
from guiju.gateway.stations.standing import function_of
from guiju.gateway.work import Work
from guiju.kernel import GuijuError
from guiju.storage import Database

LOOKS_SECONDS = 0.5
_Who = str | tuple[str, str]
"""A key, a person, or a person with the function that is closed to them."""
_log = logging.getLogger("guiju.gateway")


class Barring:
    """Watches over all answers under way in this process."""

    def __init__(self, database: Database) -> None:
        """Nothing is under way yet."""
        self.under_way: set[Departure] = set()
        self.whole = Whole()
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

    def contain(self) -> None:
        """What is stopped may have changed; from any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._end, _why_stopped)

    def _begin(self, subject: str) -> None:
        if self._loop is not None:
            review = self._loop.create_task(self._review(subject))
            self._reviews.add(review)
            review.add_done_callback(self._reviews.discard)

    async def _look_on(self) -> None:
        while True:
            await asyncio.sleep(LOOKS_SECONDS)
            self._end(_why_stopped)
            await self._review(accounts.EVERYBODY)

    async def _review(self, subject: str) -> None:
        served = [one for one in self._served() if _is_of(one, subject)]
        if not served:
            return
        try:
            barred = await asyncio.to_thread(self._barred, served)
        except GuijuError as error:
            # While the database is away nobody's standing changes in it.
            _log.info("who is under way could not be looked up: %s", error.code)
            return
        if barred:
            self._end(partial(_why_barred, barred))

    def _served(self) -> Iterator[accounts.Caller]:
        """For whom something is under way."""
        works = (*(one.work for one in self.under_way), *self.whole.works.values())
        return (one.caller for one in works if one is not None and one.caller is not None)

    def _end(self, look: Callable[[Work], GuijuError | None]) -> None:
        """End everything for which `look` finds a reason."""
        for departure in list(self.under_way):
            if departure.work is not None and (why := look(departure.work)) is not None:
                departure.leave(Left.BARRED, why)
        for task, work in list(self.whole.works.items()):
            if work is not None and (why := look(work)) is not None:
                self.whole.end(task, why)

    def _barred(self, callers: list[accounts.Caller]) -> Mapping[_Who, GuijuError]:
        with self._database.read() as tx:
            barred, closed = accounts.barred(tx, callers), accounts.restricted(tx, callers)
        found: dict[_Who, GuijuError] = dict(barred.items())
        found.update((who, why) for who, why in closed.items())
        return found


def _is_of(caller: accounts.Caller, subject: str) -> bool:
    return subject in {accounts.EVERYBODY, caller.key, caller.person, caller.app}


def _why_barred(barred: Mapping[_Who, GuijuError], work: Work) -> GuijuError | None:
    caller = work.caller
    if caller is None:
        return None
    person = caller.person or ""
    restricted = barred.get((person, function_of(work.ask.route)))
    return barred.get(caller.key) or barred.get(person) or restricted


def _why_stopped(work: Work) -> GuijuError | None:
    app = None if work.caller is None else work.caller.app
    return work.rules.stopped.why(work.ask.route, work.model, app)
