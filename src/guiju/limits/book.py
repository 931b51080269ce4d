# SPDX-License-Identifier: Apache-2.0
"""The meters of an authority that holds them in memory and writes them down now and then (pure)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from guiju.limits.meter import Meter
from guiju.limits.model import Grant, Moment, Turn

# A meter that nobody touches is read anew when somebody does.
_FORGETS_SECONDS = 120.0


class Book:
    """Meters by subject; whoever asks makes sure first that those it names are here."""

    def __init__(self) -> None:
        """Nothing is known yet."""
        self._meters: dict[str, Meter] = {}
        self._changed: set[str] = set()

    def missing(self, subjects: Iterable[str]) -> set[str]:
        """Which of these must be read first."""
        return {one for one in subjects if one not in self._meters}

    def take_up(self, meters: Mapping[str, Meter]) -> float:
        """Add what was read; returns the latest time any of them has seen."""
        for subject, meter in meters.items():
            self._meters.setdefault(subject, meter)
        return max((one.at for one in meters.values()), default=0.0)

    def turns(self, holder: str, said: Sequence[Turn], when: Moment) -> list[Grant]:
        """Answer a holder's turns in order."""
        self._changed.update(one.subject for one in said)
        return [self._meters[one.subject].turn(holder, one, when) for one in said]

    def holders(self, subject: str, but: str) -> list[str]:
        """Who else has something of this subject in hand."""
        return [one for one in self._meters[subject].held if one != but]

    def changes(self, when: Moment) -> list[Meter]:
        """The meters that changed since one last asked; none of them is a copy."""
        changed = [self._meters[one] for one in self._changed]
        self._changed.clear()
        for meter in changed:
            meter.advance(when)
        return changed

    def still_changed(self, subjects: Collection[str]) -> None:
        """These could not be written down."""
        self._changed.update(one for one in subjects if one in self._meters)

    def forget_idle(self, when: Moment) -> None:
        """Let go of what was written down and is not in use."""
        for subject, meter in list(self._meters.items()):
            if when.now - meter.at < _FORGETS_SECONDS or subject in self._changed:
                continue
            if meter.held:
                # What has expired in a dead hand is booked, and then written down.
                meter.advance(when)
                self._changed.add(subject)
            else:
                del self._meters[subject]
