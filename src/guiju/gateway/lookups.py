# SPDX-License-Identifier: Apache-2.0
"""Whose key it is, asked once for all who wait for the same answer.

A caller is known for half a second only. When it is over, everybody under way with that key would
ask the database at once, in threads of their own: with thirty connections a twentieth of all work.
Who is asked for again before it is over is looked up soon after, when the request has gone on to
the model: it waits for nobody, and the look is not in its way.
"""

from __future__ import annotations

import asyncio

from guiju.accounts import Caller, Directory
from guiju.minors import Wards

_Asked = tuple[str, str | None, int]
# Longer than most requests need to reach the model, and far shorter than AGES_SECONDS.
_SPARED_SECONDS = 0.01


class Lookups:
    """Callers from the directory's memory, else from the database; belongs to one event loop."""

    def __init__(self, directory: Directory, wards: Wards | None = None) -> None:
        """Nobody asks yet; `wards` are looked up with the caller."""
        self._directory = directory
        self._wards = wards
        self._asked: dict[_Asked, asyncio.Future[Caller]] = {}
        self._soon: set[tuple[str, str | None]] = set()
        self._closed = False

    def known(self, token: str, end_user: str | None) -> Caller | None:
        """The caller, if they are remembered."""
        found = self._directory.remembered(token, end_user)
        if found is None:
            return None
        if found.ages and (token, end_user) not in self._soon:
            self._soon.add((token, end_user))
            loop = asyncio.get_running_loop()
            loop.call_later(_SPARED_SECONDS, self._ask_again, token, end_user)
        return found.caller

    async def find(self, token: str, end_user: str | None) -> Caller:
        """The caller; raises what `Directory.fetch` raises."""
        known = self.known(token, end_user)
        if known is not None:
            return known
        # Whoever leaves meanwhile takes the answer from nobody else.
        return await asyncio.shield(self._ask(token, end_user))

    def close(self) -> None:
        """Look nobody up any more who was to be looked up soon."""
        self._closed = True

    def _ask_again(self, token: str, end_user: str | None) -> None:
        if not self._closed:
            # Who comes meanwhile is looked up no second time.
            looked = self._ask(token, end_user)
            looked.add_done_callback(lambda _: self._soon.discard((token, end_user)))

    def _ask(self, token: str, end_user: str | None) -> asyncio.Future[Caller]:
        """What the database will say; who comes meanwhile waits for the same answer."""
        # Who comes after somebody was forgotten must not share what was read before.
        asked = (token, end_user, self._directory.forgotten)
        found = self._asked.get(asked)
        if found is None:
            loop = asyncio.get_running_loop()
            found = loop.run_in_executor(None, self._fetch, token, end_user)
            self._asked[asked] = found
            found.add_done_callback(lambda done: self._told(asked, done))
        return found

    def _fetch(self, token: str, end_user: str | None) -> Caller:
        caller = self._directory.fetch(token, end_user)
        if self._wards is not None and caller.person is not None:
            self._wards.fetch(caller.person)
        return caller

    def _told(self, asked: _Asked, done: asyncio.Future[Caller]) -> None:
        del self._asked[asked]
        if not done.cancelled():
            done.exception()  # seen, also when everybody who asked has left
