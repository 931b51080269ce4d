# SPDX-License-Identifier: Apache-2.0
"""The board: how the Measures stand now, kept up to date leaf by leaf, for all who look at once."""

from __future__ import annotations

import threading
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from guiju import ledger
from guiju.kernel import isoformat, monotonic
from guiju.measures import Report, Signal, Standing, law
from guiju.storage import Database

_LEAVES_AT_ONCE = 10_000
_KEPT = 10_000
"""How many positions of each kind and control are remembered; the counts are always whole."""

Signals = Callable[[], Mapping[str, Signal]]


class Shelf:
    """Where the newest evidence of each kind and control stands in the ledger."""

    def __init__(self) -> None:
        """Nothing was seen yet."""
        self._kinds: dict[str, deque[int]] = defaultdict(_newest)
        self._controls: dict[str, deque[int]] = defaultdict(_newest)
        self._days: dict[str, Counter[str]] = defaultdict(Counter)
        self._counts: Counter[tuple[str, str]] = Counter()

    def add(self, leaf: Mapping[str, Any]) -> None:
        """Remember where one leaf stands."""
        kind, index = leaf["kind"], leaf["index"]
        self._kinds[kind].append(index)
        self._counts["kind", kind] += 1
        for control in leaf["controls"]:
            self._controls[control].append(index)
            self._counts["control", control] += 1
            self._days[control][leaf["at"][:10]] += 1

    def find(self, kind: str | None, control: str | None) -> list[int]:
        """The remembered positions that match, newest first; at least one must be named."""
        named = [self._kinds.get(kind, ())] if kind else []
        named += [self._controls.get(control, ())] if control else []
        found = set(named[0]).intersection(*named[1:])
        return sorted(found, reverse=True)

    def count(self, what: str, name: str) -> int:
        """How many leaves there are for a `kind` or a `control`, the forgotten ones too."""
        return self._counts[what, name]

    def days(self, control: str, days: Sequence[str]) -> list[int]:
        """How many leaves named `control` on each of `days` (YYYY-MM-DD, UTC)."""
        counted = self._days.get(control, Counter())
        return [counted[day] for day in days]


def _newest() -> deque[int]:
    return deque(maxlen=_KEPT)


class StandingBoard:
    """One standing for the whole process, fed with each new leaf once; safe to share by threads."""

    def __init__(
        self, database: Database, signals: Signals = dict, *, fresh_seconds: float = 2.0
    ) -> None:
        """`signals` gives live measurements; a report stays good for `fresh_seconds`."""
        self._database = database
        self._signals = signals
        self._fresh = fresh_seconds
        self._lock = threading.Lock()
        self._standing = Standing(law())
        self._shelf = Shelf()
        self._checkpoint: dict[str, Any] | None = None
        self._reports: dict[int, tuple[float, Report]] = {}

    def report(self, window_days: int = 30) -> Report:
        """The standing now, at most `fresh_seconds` old; the shape of `guiju law standing`."""
        with self._lock:
            kept = self._reports.get(window_days)
            if kept is not None and monotonic() - kept[0] < self._fresh:
                return kept[1]
            self._catch_up()
            now = self._database.clock.now()
            made = self._standing.report(now, window_days, self._checkpoint, self._signals())
            self._reports[window_days] = (monotonic(), made)
            return made

    def find(self, kind: str | None, control: str | None) -> list[int]:
        """Where the newest evidence of a kind, of a control or of both stands, newest first."""
        with self._lock:
            self._catch_up()
            return self._shelf.find(kind, control)

    def count(self, what: str, name: str) -> int:
        """How many leaves there are of a `kind`, or for a `control`, called `name`."""
        with self._lock:
            self._catch_up()
            return self._shelf.count(what, name)

    def by_day(self, control: str, days: int) -> tuple[list[str], list[int]]:
        """The last `days` UTC days, today included, and how many leaves named `control` on each."""
        today = self._database.clock.now()
        dates = [
            (today - timedelta(days=back)).strftime("%Y-%m-%d") for back in reversed(range(days))
        ]
        with self._lock:
            return dates, self._shelf.days(control, dates)

    def size(self) -> int:
        """How many leaves the board has read."""
        with self._lock:
            self._catch_up()
            return self._standing.size

    def _catch_up(self) -> None:
        """Read what the ledger has gained; the caller holds the lock."""
        with self._database.read() as tx:
            while leaves := ledger.leaves(tx, self._standing.size, _LEAVES_AT_ONCE):
                before = self._standing.size
                self._standing.feed(leaves)
                for leaf in leaves[: self._standing.size - before]:
                    self._shelf.add(leaf)
                if self._standing.size == before:
                    break
            self._checkpoint = described(ledger.checkpoint(tx))


def described(point: ledger.Checkpoint | None) -> dict[str, Any] | None:
    """A checkpoint as reports show it."""
    if point is None:
        return None
    return {"size": point.size, "root": point.root.hex(), "at": isoformat(point.at)}
