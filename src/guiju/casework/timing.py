# SPDX-License-Identifier: Apache-2.0
"""What a step does to the clocks of a case: pure, over clocks that were read and are kept after."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from guiju.casework.calendar import Calendar
from guiju.casework.case import Outcome, RunningClock
from guiju.casework.kind import Kind, Limit
from guiju.casework.legal_time import Pause, Unit, due
from guiju.casework.model import Do, Effect
from guiju.kernel import new_id

Limits = Mapping[str, Limit | None]


@dataclass(frozen=True, slots=True)
class Turned:
    """A clock after an effect, and before it; None for one that was just started."""

    do: Do
    clock: RunningClock
    before: RunningClock | None


@dataclass(frozen=True, slots=True)
class Now:
    """The moment and the calendar that a step counts with."""

    at: datetime
    calendar: Calendar


def turn(
    now: Now,
    case: str,
    kind: Kind,
    running: Iterable[RunningClock],
    effects: Sequence[Effect],
    *,
    limits: Limits,
) -> list[Turned]:
    """The clocks that `effects` change, as they stand afterwards.

    Raises:
        ValueError: a limit for a clock that is not started, or none for one that is.
    """
    _check_limits(kind, effects, limits)
    stands = {one.name: one for one in running}
    turned: dict[str, Turned] = {}
    for do, name in effects:
        if do is Do.START:
            limit = limits.get(name, kind.clock(name).limit)
            if limit is not None:
                turned[name] = Turned(do, _started(now, case, kind, name, limit), None)
        elif name in stands:
            turned[name] = Turned(do, _TURNS[do](now, stands[name]), stands[name])
    return list(turned.values())


def elapsed(now: Now, clock: RunningClock) -> Turned:
    """A timer that is over: software takes its verb."""
    return Turned(Do.CANCEL, _ended(now, clock, Outcome.ELAPSED), clock)


def recounted(now: Now, clock: RunningClock) -> RunningClock:
    """The clock with its date counted by this calendar."""
    return _dated(now, clock)


def is_over(now: Now, clock: RunningClock) -> bool:
    """Whether its time is over."""
    return clock.due is not None and clock.due <= now.at


def _check_limits(kind: Kind, effects: Sequence[Effect], limits: Limits) -> None:
    started = {one.clock for one in effects if one.do is Do.START}
    if unused := set(limits) - started:
        raise ValueError(f"{kind.name}: this step does not start {', '.join(sorted(unused))}")
    for name in started:
        if name not in limits and kind.clock(name).limit is None:
            raise ValueError(f"{kind.name}: who starts the clock {name!r} says its limit")


def _started(now: Now, case: str, kind: Kind, name: str, limit: Limit) -> RunningClock:
    made = RunningClock(
        id=new_id("clk"),
        case=case,
        name=str(name),
        limit=limit.amount,
        unit=limit.unit,
        rule=limit.rule,
        basis=limit.basis,
        then=kind.clock(name).then and str(kind.clock(name).then),
        started_at=now.at,
        pauses=(),
        due=None,
        provisional=False,
        calendar="",
        late_at=None,
        ended_at=None,
        outcome=None,
    )
    return _dated(now, made)


def _dated(now: Now, clock: RunningClock) -> RunningClock:
    found = due(clock.limit, clock.unit, clock.started_at, now.calendar, clock.pauses)
    if found is None:
        return replace(clock, due=None, provisional=False, calendar="")
    # Hours pass whatever the calendar says; nobody need count them again.
    calendar = "" if clock.unit is Unit.HOURS else found.calendar
    return replace(clock, due=found.at, provisional=found.provisional, calendar=calendar)


def _paused(now: Now, clock: RunningClock) -> RunningClock:
    pauses = (*clock.pauses, Pause(now.at, None))
    return _dated(now, replace(_marked(now, clock), pauses=pauses))


def _resumed(now: Now, clock: RunningClock) -> RunningClock:
    pauses = (*clock.pauses[:-1], Pause(clock.pauses[-1].since, now.at))
    return _dated(now, replace(clock, pauses=pauses))


def _marked(now: Now, clock: RunningClock) -> RunningClock:
    """Late for ever, if it is; a timer is never late."""
    if clock.then is None and clock.late_at is None and is_over(now, clock):
        return replace(clock, late_at=clock.due)
    return clock


def _ended(now: Now, clock: RunningClock, outcome: Outcome) -> RunningClock:
    return replace(_marked(now, clock), ended_at=now.at, outcome=outcome)


_TURNS: Mapping[Do, Callable[[Now, RunningClock], RunningClock]] = {
    Do.PAUSE: _paused,
    Do.RESUME: _resumed,
    Do.MEET: partial(_ended, outcome=Outcome.MET),
    Do.CANCEL: partial(_ended, outcome=Outcome.CANCELLED),
}


def earliest(clocks: Iterable[RunningClock]) -> datetime | None:
    """When the first of these is over, late ones included."""
    dates = [one.due for one in clocks if one.due is not None and one.ended_at is None]
    return min(dates, default=None)
