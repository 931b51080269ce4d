# SPDX-License-Identifier: Apache-2.0
"""What one answer under way knows of its time: when it must be over, what is still to be said."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from guiju.gateway.reminding import notice_of
from guiju.minors import Begun, Entry

if TYPE_CHECKING:
    from guiju.gateway.rules import Rules


class Use:
    """Held by one request; only the event loop touches it. Times are milliseconds."""

    __slots__ = (
        "_timer",
        "begun",
        "cut",
        "entry",
        "over",
        "overdue",
        "reminders",
        "rules",
        "signalled",
        "since",
        "started",
    )

    def __init__(
        self, rules: Rules, entry: Entry, begun: Begun, since: float, *, signalled: bool = False
    ) -> None:
        """It begins now; `since` is the same moment by the stopwatch, in seconds."""
        self.rules = rules
        self.entry = entry
        self.begun = begun
        self.since = since
        self.started = begun.at
        self.signalled = signalled
        self.reminders: list[str] = list(begun.reminders)
        self.over = False
        """Whether the answer ends with its sentence."""
        self.overdue = False
        """Whether it ends with its next piece."""
        self.cut = False
        """Whether it was ended because of its time."""
        self._timer: asyncio.TimerHandle | None = None

    def take(self, begun: Begun) -> None:
        """How things stand meanwhile."""
        self.begun = begun
        self.reminders += [one for one in begun.reminders if one not in self.reminders]

    def arm(self, loop: asyncio.AbstractEventLoop, seconds: float) -> None:
        """Be over in so many seconds, however often this is said anew."""
        self.disarm()
        self.over = self.overdue = False
        self._timer = loop.call_later(seconds, self._end, loop)

    def disarm(self) -> None:
        """Never be over."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _end(self, loop: asyncio.AbstractEventLoop) -> None:
        self.over = True
        if self.rules.minors.ending == "at-once":
            self.overdue = True
        else:
            self._timer = loop.call_later(self.rules.minors.ending_seconds, self._end_now)

    def _end_now(self) -> None:
        self.overdue = True

    def said(self, language: str) -> list[dict[str, Any]]:
        """What is still to be said; it counts as said."""
        codes, self.reminders = self.reminders, []
        return [notice_of(code, language, self.begun) for code in codes]

    def closing(self, language: str) -> dict[str, Any]:
        """What is said when the time is over."""
        return notice_of(self.begun.why, language, self.begun)

    @property
    def codes(self) -> str:
        """What is to be said, as a header names it."""
        return ", ".join(self.reminders)
