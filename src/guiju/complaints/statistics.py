# SPDX-License-Identifier: Apache-2.0
"""What the public may know of all complaints: promise and fact, computed (Article 15).

Nobody can be found out by it: counts below five stand together with others or not at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from guiju.complaints import promising, store
from guiju.complaints.model import Process
from guiju.storage import Tx

LEAST = 5
DAYS = 365


@dataclass(frozen=True, slots=True)
class Pace:
    """How many working days it took; the three are None where too few are known.

    `late`: how many took longer than was promised when they came in.
    """

    done: int
    p50: int | None
    p95: int | None
    most: int | None
    late: int | None


@dataclass(frozen=True, slots=True)
class Row:
    """A count with its name; `name` None: several small ones together."""

    name: str | None
    count: int


@dataclass(frozen=True, slots=True)
class Statistics:
    """A year of complaints. `received` None: fewer than five."""

    since: datetime
    until: datetime
    process: Process | None
    received: int | None
    acceptance: Pace
    feedback: Pace
    categories: Sequence[Row]
    channels: Sequence[Row]
    outcomes: Sequence[Row]
    reopened: int | None


def statistics(tx: Tx, days: int = DAYS) -> Statistics:
    """Of what was received in the last `days`."""
    since = tx.now - timedelta(days=days)
    received = sum(row[-1] for row in store.paces(tx, since))
    reopened = sum(row[-1] for row in store.paces(tx, since, "reopened") if row[0])
    return Statistics(
        since=since,
        until=tx.now,
        process=promising.in_force(tx),
        received=_shown(received),
        acceptance=_pace(tx, since, "acceptance"),
        feedback=_pace(tx, since, "feedback"),
        categories=_rows(tx, since, "category"),
        channels=_rows(tx, since, "channel"),
        outcomes=_rows(tx, since, "outcome"),
        reopened=_shown(reopened),
    )


def grouped(counts: Mapping[str, int], least: int = LEAST) -> list[Row]:
    """Counts by name, the largest first; small ones together, so that none can be subtracted.

    If the small ones together are still few, the next larger one joins them.
    """
    ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    small = [one for one in ordered if one[1] < least]
    large = [one for one in ordered if one[1] >= least]
    while small and large and sum(count for _, count in small) < least:
        small.insert(0, large.pop())
    together = sum(count for _, count in small)
    found = [Row(name, count) for name, count in large]
    return [*found, Row(None, together)] if together >= least else found


def at_share(counts: Mapping[int, int], percent: int) -> int:
    """The smallest value that `percent` of all reach or stay below; the nearest rank."""
    total = sum(counts.values())
    rank, seen = -(-total * percent // 100), 0
    for value in sorted(counts):
        seen += counts[value]
        if seen >= rank:
            return value
    raise ValueError("nothing was counted")


def _pace(tx: Tx, since: datetime, what: str) -> Pace:
    counts: Counter[int] = Counter()
    late = 0
    for taken, limit, number in store.paces(tx, since, what, f"{what}_limit"):
        if taken is not None:
            counts[taken] += number
            late += number if limit is not None and taken > limit else 0
    done = counts.total()
    if done < LEAST:
        return Pace(0, None, None, None, None)
    return Pace(done, at_share(counts, 50), at_share(counts, 95), max(counts), _shown(late))


def _rows(tx: Tx, since: datetime, column: str) -> list[Row]:
    return grouped({row[0]: row[1] for row in store.paces(tx, since, column) if row[0]})


def _shown(count: int) -> int | None:
    """Nothing and enough can be said; a few cannot."""
    return count if count == 0 or count >= LEAST else None
