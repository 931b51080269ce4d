# SPDX-License-Identifier: Apache-2.0
"""Stops asking a service that does not answer, and tries it again with one question at a time.

For guard models and for the models themselves.
"""

from __future__ import annotations

from typing import Literal

State = Literal["closed", "open", "half-open"]


class Circuit:
    """Closed while the service answers; open after several failures in a row; then half open.

    Half open, one question goes through: its answer closes the circuit, its failure opens it for
    twice as long as before.
    """

    def __init__(self, failures: int = 5, pause: float = 5.0, longest: float = 60.0) -> None:
        """Open after `failures` in a row, for `pause` seconds at first and `longest` at most."""
        self._most = failures
        self._first = pause
        self._longest = longest
        self._failures = 0
        self._pause = 0.0
        self._until = 0.0
        self._trying = False

    def state(self, now: float) -> State:
        """How it stands at the moment `now`."""
        if not self._pause:
            return "closed"
        return "open" if now < self._until else "half-open"

    def lets(self, now: float) -> bool:
        """Whether a question may be asked now."""
        state = self.state(now)
        return state == "closed" or (state == "half-open" and not self._trying)

    def enter(self, now: float) -> bool:
        """Ask now if it may be; who is let in says how it went: `succeed`, `fail` or `leave`."""
        if not self.lets(now):
            return False
        self._trying = bool(self._pause)
        return True

    @property
    def doubted(self) -> bool:
        """Whether a success would be news."""
        return self._failures > 0

    @property
    def is_trying(self) -> bool:
        """Whether the one question of a half-open circuit is under way."""
        return self._trying

    def succeed(self) -> None:
        """The service answered."""
        self._failures, self._pause, self._trying = 0, 0.0, False

    def fail(self, now: float) -> None:
        """The service did not answer."""
        self._failures += 1
        if self.state(now) == "open":
            return  # asked before it opened: nothing new
        self._trying = False
        if self._pause or self._failures >= self._most:
            self._pause = min(2 * self._pause or self._first, self._longest)
            self._until = now + self._pause

    def revive(self) -> None:
        """It answers a probe, which is not yet a question: the next failure opens it again."""
        self._failures, self._pause, self._trying = self._most - 1, 0.0, False

    def wait(self, now: float) -> float:
        """In how many seconds a question may be asked; a moment while another one tries it."""
        if not self._pause:
            return 0.0
        return self._until - now if now < self._until else float(self._trying)

    def leave(self) -> None:
        """The question was given up, or refused for what it said: the service is not to blame."""
        self._trying = False
