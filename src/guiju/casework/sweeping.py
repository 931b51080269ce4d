# SPDX-License-Identifier: Apache-2.0
"""What time does to cases by itself: deadlines become late, timers run out, dates are recounted.

Everything due stands in the tables and is looked for there, so that a process that was killed, or a
day on which none ran, delays but loses nothing. Any number of processes may sweep at once.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import Row

from guiju.casework import claim_store, clock_store, store, timing
from guiju.casework.calendar import Calendar, prc
from guiju.casework.case import Case, RunningClock
from guiju.casework.kind import DEADLINES, Kinds
from guiju.casework.service import DEADLINE_MISSED, advance
from guiju.casework.timing import Now
from guiju.casework.trail import happened
from guiju.kernel import Conflict, isoformat, software
from guiju.ledger import append
from guiju.measures import enforces
from guiju.storage import Database, Tx

DEADLINE_RECOUNTED = "deadline-recounted"
SWEEPER = software("casework")
# So many rows fit a leaf by their digests.
_LEAF_ROWS = 400
_LEAVES = 5
_LOOK = 20_000
_PAGE = 200
_log = logging.getLogger("guiju.casework")


class Swept(NamedTuple):
    """What one sweep has done: deadlines now late, steps that time has taken, dates recounted."""

    late: int
    stepped: int
    recounted: int


def sweep(
    database: Database, kinds: Kinds, *, most: int = 1000, calendar: Calendar | None = None
) -> Swept:
    """Do what is due now: all deadlines, and at most so many steps and dates.

    A case whose step fails is passed over and said in the log; the next sweep tries again.
    """
    calendar = calendar or prc()
    with database.read() as tx:
        over = clock_store.anything_over(tx)
        others = clock_store.any_counted_otherwise(tx, calendar.version)
        lapsed = claim_store.any_lapsed(tx)
    recounted = _recount(database, kinds, calendar, most) if others else 0
    if lapsed:
        with database.write() as tx:
            claim_store.drop_lapsed(tx)
    if not over:
        return Swept(0, 0, recounted)
    return Swept(mark_late(database), _take_timers(database, kinds, most), recounted)


# -- deadlines -------------------------------------------------------------------------------------


@enforces("deadlines-kept")
def mark_late(database: Database) -> int:
    """Mark every deadline that is over as late, for ever; how many were.

    In transactions of 2,000, with a leaf for 400 that names each of them by its digest.
    """
    total = 0
    while True:
        with database.read() as tx:
            over = clock_store.deadlines_over(tx, _LOOK)
        late = sum(_late_together(database, some) for some in _pieces(over, _LEAVES * _LEAF_ROWS))
        total += late
        # Nothing, although something is over: another process has it in hand.
        if not late or len(over) < _LOOK:
            return total


def _late_together(database: Database, some: Sequence[str]) -> int:
    total = 0
    with database.write() as tx:
        for piece in _pieces(some, _LEAF_ROWS):
            if late := clock_store.mark_late(tx, piece):
                facts = _late_facts(late)
                append(tx, DEADLINE_MISSED, controls=(DEADLINES,), actor=SWEEPER, facts=facts)
                total += len(late)
    return total


def _pieces(some: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    return (some[at : at + size] for at in range(0, len(some), size))


def _late_facts(late: Sequence[RunningClock]) -> dict[str, Any]:
    dates = sorted(one.due for one in late if one.due)
    return {
        "missed": len(late),
        "rules": dict(Counter(one.rule for one in late)),
        "first_due": isoformat(dates[0]),
        "last_due": isoformat(dates[-1]),
    }


# -- timers ----------------------------------------------------------------------------------------


def _take_timers(database: Database, kinds: Kinds, most: int) -> int:
    return sum(_stepped(database, kinds, row) for row in islice(_timers(database), most))


def _timers(database: Database) -> Iterator[Row[Any]]:
    """Timers that are over, each once, also those whose step fails."""
    after: tuple[datetime, str] | None = None
    while True:
        with database.read() as tx:
            rows = clock_store.timers_over(tx, after, _PAGE)
        yield from rows
        if len(rows) < _PAGE:
            return
        after = (rows[-1].due_at, rows[-1].id)


def _stepped(database: Database, kinds: Kinds, row: Row[Any]) -> bool:
    def step(tx: Tx) -> None:
        advance(tx, SWEEPER, _case(tx, kinds, row.case_id), row.verb)

    return _done(database, row.case_id, step)


def _done(database: Database, case: str, do: Callable[[Tx], None]) -> bool:
    """Do it in a transaction of its own; False when it cannot be done now."""
    try:
        with database.write() as tx:
            do(tx)
    except Conflict as error:
        # Somebody took a step just now, or another process did this.
        _log.info("case %s: %s", case, error.code)
        return False
    except Exception:  # noqa: BLE001 - one case that fails must not hold up the others
        _log.exception("what time does to case %s failed", case)
        return False
    return True


def _case(tx: Tx, kinds: Kinds, name: str) -> Case:
    found = store.find_case(tx, kinds, name)
    if found is None:
        raise LookupError(name)
    return found


# -- dates -----------------------------------------------------------------------------------------


def _recount(database: Database, kinds: Kinds, calendar: Calendar, most: int) -> int:
    """Count dates again that stand by another calendar; those that move are an event."""
    done, after = 0, ""
    while done < most:
        with database.write() as tx:
            some = clock_store.counted_otherwise(tx, calendar.version, after, _PAGE)
            moved = _keep_unmoved(tx, some, Now(tx.now, calendar))
        done += len(some) - len(moved)
        done += sum(_moved(database, kinds, calendar, one) for one in moved)
        if len(some) < _PAGE:
            break
        after = some[-1].id
    return done


@enforces("deadlines-kept")
def _keep_unmoved(tx: Tx, some: Sequence[RunningClock], now: Now) -> list[RunningClock]:
    """Say of those whose date is the same by this calendar that it is; the others."""
    moved, kept = [], 0
    for clock in some:
        after = timing.recounted(now, clock)
        if (after.due, after.provisional) == (clock.due, clock.provisional):
            kept += clock_store.keep(tx, after, clock)
        else:
            moved.append(clock)
    if kept:
        facts = {"counted": kept, "calendar": now.calendar.version}
        append(tx, DEADLINE_RECOUNTED, controls=(DEADLINES,), actor=SWEEPER, facts=facts)
    return moved


def _moved(database: Database, kinds: Kinds, calendar: Calendar, clock: RunningClock) -> bool:
    def move(tx: Tx) -> None:
        case, after = _case(tx, kinds, clock.case), timing.recounted(Now(tx.now, calendar), clock)
        if not clock_store.keep(tx, after, clock):
            return
        facts = {
            "clock": clock.id,
            "name": clock.name,
            "due_before": clock.due and isoformat(clock.due),
            "due": after.due and isoformat(after.due),
            "provisional": after.provisional,
            "calendar": calendar.version,
        }
        changes = {"due_at": clock_store.earliest(tx, case.id) or store.NEVER}
        evidence = DEADLINE_RECOUNTED
        happened(tx, SWEEPER, case, "recount", evidence=evidence, changes=changes, facts=facts)

    return _done(database, clock.case, move)
