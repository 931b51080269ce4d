# SPDX-License-Identifier: Apache-2.0
"""What one process tells all others that serve the same data: a key was revoked, a policy counts.

With PostgreSQL through the database, otherwise through the socket at which the workers of this data
folder meet. Nobody depends on being told: whoever was not looks by itself within a second.
"""

from __future__ import annotations

import logging

from guiju.app.settings import Settings
from guiju.gateway.limiting import tell_everywhere, tell_here
from guiju.kernel import Bus, Event, GuijuError, PartsChanged, PolicyActivated, StandingChanged
from guiju.storage import Database

_log = logging.getLogger("guiju.notices")
_STANDING, _POLICY, _PARTS = "standing ", "policy ", "parts"


class Notices:
    """Announces events to other processes, and publishes theirs in this one."""

    def __init__(self, settings: Settings, database: Database, bus: Bus) -> None:
        """Nobody is told anything yet."""
        self._folder = settings.limits
        self._database = database
        self._bus = bus
        self._by_database = settings.sqlite_file is None

    def announce(self, event: Event) -> None:
        """Tell all other processes; blocks for milliseconds, and never fails."""
        text = _text(event)
        if text is None:
            return
        try:
            if self._by_database:
                tell_everywhere(self._database, text)
            else:
                tell_here(self._folder, text)
        except GuijuError as error:
            _log.warning("other processes could not be told: %s", error.code)

    def heard(self, text: str) -> None:
        """Another process has said this: tell the listeners of this one."""
        event = _event(text)
        try:
            if event is not None:
                self._bus.publish(event)
        except GuijuError as error:
            _log.warning("what another process said could not be followed: %s", error.code)


def _text(event: Event) -> str | None:
    if isinstance(event, StandingChanged):
        return _STANDING + event.person
    if isinstance(event, PartsChanged):
        return _PARTS
    return _POLICY + event.digest if isinstance(event, PolicyActivated) else None


def _event(text: str) -> Event | None:
    if text.startswith(_STANDING):
        return StandingChanged(text.removeprefix(_STANDING))
    if text == _PARTS:
        return PartsChanged()
    return PolicyActivated(text.removeprefix(_POLICY)) if text.startswith(_POLICY) else None
