# SPDX-License-Identifier: Apache-2.0
"""The gateway's memory of callers: so short that a revoked key is refused everywhere in a second.

This process forgets at once when it hears that a standing changed, and so do others that are told.
A process that hears nothing forgets after half of that second and looks by itself, so the promise
holds with time to spare for the look. While the database is away nobody's standing can change in
it, so for a minute those count who were known before; strangers wait.
"""

from __future__ import annotations

import threading
from hashlib import blake2b
from typing import NamedTuple

from guiju.accounts.callers import look_up
from guiju.accounts.gates import may_use
from guiju.accounts.model import EVERYBODY, Caller
from guiju.kernel import GuijuError, Unavailable, monotonic
from guiju.storage import Database

# A policy of the house: how long another process may still serve whom this one has suspended.
LIVES_SECONDS = 0.55
# So long before its end who is asked for again is looked up beside the request. A look takes some
# milliseconds; a longer time would only make whoever asks all the time be looked up more often.
AGES_SECONDS = 0.1
# As above: how long a stall of the database is bridged, and how long nobody asks it again.
GRACE_SECONDS = 60.0
_ASK_AGAIN_SECONDS = 0.5
MOST_CALLERS = 20_000

_Slot = tuple[bytes, str | None]


class _Entry(NamedTuple):
    caller: Caller
    until: float


class Remembered(NamedTuple):
    """A caller who is known; `ages`: soon somebody has to ask for them again."""

    caller: Caller
    ages: bool


class Directory:
    """Callers by token and end user. Only those who may use the service are remembered.

    So an acceptance counts with the next request, and a refused caller is asked for each time.
    """

    forgotten = 0
    """How often somebody was forgotten: what was read before may be out of date since."""

    def __init__(self, database: Database) -> None:
        """Nobody is known yet."""
        self._database = database
        self._known: dict[_Slot, _Entry] = {}
        self._lock = threading.Lock()
        self._away_until = 0.0

    def cached(self, token: str, end_user: str | None = None) -> Caller | None:
        """The caller if they were asked for within `LIVES_SECONDS`."""
        found = self.remembered(token, end_user)
        return None if found is None else found.caller

    def remembered(self, token: str, end_user: str | None = None) -> Remembered | None:
        """The same, and whether they will soon have to be asked for again."""
        entry = self._known.get(_slot(token, end_user))
        if entry is None:
            return None
        now, until = monotonic(), entry.until
        if now < self._away_until:
            return Remembered(entry.caller, ages=False) if now < until + GRACE_SECONDS else None
        return Remembered(entry.caller, now >= until - AGES_SECONDS) if now < until else None

    def fetch(self, token: str, end_user: str | None = None) -> Caller:
        """The caller as the database knows them now; raises what `look_up` raises."""
        slot, seen = _slot(token, end_user), self.forgotten
        until = monotonic() + LIVES_SECONDS
        try:
            with self._database.read() as tx:
                caller = look_up(tx, token, end_user)
        except Unavailable:
            self._away_until = monotonic() + _ASK_AGAIN_SECONDS
            if (known := self.cached(token, end_user)) is None:
                raise
            return known
        except GuijuError:
            self._known.pop(slot, None)
            raise
        if may_use(caller):
            self._remember(slot, _Entry(caller, until), seen)
        else:
            self._known.pop(slot, None)
        return caller

    def forget(self, subject: str) -> None:
        """Forget every caller of this person, app or key; all of them for EVERYBODY."""
        if subject == EVERYBODY:
            self.forget_all()
            return
        with self._lock:
            self.forgotten += 1
            for slot, entry in list(self._known.items()):
                if subject in {entry.caller.person, entry.caller.app, entry.caller.key}:
                    del self._known[slot]

    def forget_all(self) -> None:
        """Forget everybody, e.g. when a new agreement was published."""
        with self._lock:
            self.forgotten += 1
            self._known.clear()

    def _remember(self, slot: _Slot, entry: _Entry, seen: int) -> None:
        with self._lock:
            # Somebody was forgotten while we read: what we read may be what they were before.
            if seen != self.forgotten:
                return
            if len(self._known) >= MOST_CALLERS:
                self._make_room()
            self._known[slot] = entry

    def _make_room(self) -> None:
        now = monotonic()
        self._known = {slot: one for slot, one in self._known.items() if now < one.until}
        if len(self._known) >= MOST_CALLERS:
            self._known.clear()


def _slot(token: str, end_user: str | None) -> _Slot:
    """Tokens stay out of memory; a person's own key does not care for whom it claims to speak."""
    mark = blake2b(token.encode("utf-8", "surrogatepass"), digest_size=32).digest()
    return mark, None if token.startswith("gj-user-") else end_user
