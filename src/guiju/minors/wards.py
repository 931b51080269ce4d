# SPDX-License-Identifier: Apache-2.0
"""The gateway's memory of who is protected: as long as it remembers callers.

It is filled beside the caller's look-up, so a request of somebody known costs one look into a
dictionary; a change is in force here at once, and in every other process within a second.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from guiju.accounts import EVERYBODY, LIVES_SECONDS
from guiju.kernel import Unavailable, monotonic
from guiju.minors.model import Ward
from guiju.minors.standing import ward_of
from guiju.storage import Database

# So long a stall of the database is bridged, as for callers: nobody's age can change meanwhile.
GRACE_SECONDS = 60.0
_ASK_AGAIN_SECONDS = 0.5
_MOST = 20_000


class _Entry(NamedTuple):
    ward: Ward | None
    until: float


class Wards:
    """Persons by id; belongs to one process."""

    def __init__(self, database: Database, timer: Callable[[], float] = monotonic) -> None:
        """Nobody is known yet."""
        self._database = database
        self._timer = timer
        self._known: dict[str, _Entry] = {}
        self._forgotten = 0
        self._away_until = 0.0

    def known(self, person: str) -> tuple[bool, Ward | None]:
        """Whether this person is known, and how they are protected; None: they are not."""
        entry = self._known.get(person)
        if entry is None:
            return False, None
        now = self._timer()
        until = entry.until if now >= self._away_until else entry.until + GRACE_SECONDS
        return (True, entry.ward) if now < until else (False, None)

    def fetch(self, person: str) -> Ward | None:
        """What the database says now; what was known before, while it is away.

        Raises:
            Unavailable: nobody can say, so nobody is served who is not known.
        """
        seen, until = self._forgotten, self._timer() + LIVES_SECONDS
        try:
            with self._database.read() as tx:
                ward = ward_of(tx, person)
        except Unavailable:
            self._away_until = self._timer() + _ASK_AGAIN_SECONDS
            entry = self._known.get(person)
            if entry is None or self._timer() >= entry.until + GRACE_SECONDS:
                raise
            return entry.ward
        if seen == self._forgotten:
            if len(self._known) >= _MOST:
                self._known.clear()
            self._known[person] = _Entry(ward, until)
        return ward

    def forget(self, subject: str) -> None:
        """Forget a person, or everybody."""
        self._forgotten += 1
        if subject == EVERYBODY:
            self._known.clear()
        else:
            self._known.pop(subject, None)
