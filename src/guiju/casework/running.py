# SPDX-License-Identifier: Apache-2.0
"""In which states a clock may run, stand still or be off: found for a table before it is used."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import Enum

from guiju.casework.model import Do, Effect, Machine


class Hand(Enum):
    """How a clock stands."""

    OFF = "off"
    RUNS = "running"
    STILL = "paused"


# From where an effect is possible, and what it leads to. Nothing else may ever happen to a clock.
_MOVES = {
    Do.START: {Hand.OFF: Hand.RUNS},
    Do.PAUSE: {Hand.RUNS: Hand.STILL},
    Do.RESUME: {Hand.STILL: Hand.RUNS},
    Do.MEET: dict.fromkeys(Hand, Hand.OFF),
    Do.CANCEL: dict.fromkeys(Hand, Hand.OFF),
}

Stands = dict[str, frozenset[Hand]]


def check_clocks(
    machine: Machine, opens: Sequence[Effect], clocks: Sequence[str], timers: Mapping[str, str]
) -> None:
    """Pass a table in which no clock goes astray.

    Raises:
        ValueError: an effect on an unknown clock; a clock that is started while it may run, paused
            while it may not, or may run in an end; a timer that may be over where software may not
            take its verb; a clock that is never started.
    """
    lines = [effect for one in machine.transitions for effect in one.clocks]
    for effect in (*opens, *lines):
        if effect.clock not in clocks:
            raise ValueError(f"{machine.name}: there is no clock {effect.clock!r}")
    for clock in clocks:
        if Effect(Do.START, clock) not in (*opens, *lines):
            raise ValueError(f"{machine.name}: nothing starts the clock {clock!r}")
        stands = hands(machine, opens, clock, timers.get(clock))
        for end in machine.ends:
            if stands[end] != {Hand.OFF}:
                raise ValueError(f"{machine.name}: {clock!r} may still run in the end {end!r}")
        if clock in timers:
            _check_timer(machine, clock, timers[clock], stands)


def hands(machine: Machine, opens: Sequence[Effect], clock: str, then: str | None = None) -> Stands:
    """How the clock may stand in each state.

    `then` is the verb of a timer: it is taken when that is over, so it is off already.
    """
    found: Stands = dict.fromkeys(machine.states, frozenset())
    found[machine.start] = _moved(machine.name, {Hand.OFF}, opens, clock)
    while True:
        before = dict(found)
        for one in machine.transitions:
            stands = found[one.source]
            if one.verb == then and stands:
                stands = frozenset({Hand.OFF})
            moved = _moved(f"{machine.name}: {one.verb}", stands, one.clocks, clock)
            found[one.target] |= moved
        if found == before:
            return found


def _moved(
    where: str, stands: Iterable[Hand], effects: Sequence[Effect], clock: str
) -> frozenset[Hand]:
    now = frozenset(stands)
    for do in (one.do for one in effects if one.clock == clock):
        if unfit := now - set(_MOVES[do]):
            state = " or ".join(sorted(one.value for one in unfit))
            raise ValueError(f"{where}: cannot {do.value} the clock {clock!r} while {state}")
        now = frozenset(_MOVES[do][one] for one in now)
    return now


def _check_timer(machine: Machine, clock: str, then: str, stands: Stands) -> None:
    for state in machine.states:
        if Hand.RUNS not in stands[state]:
            continue
        line = next((one for one in machine.possible(state) if one.verb == then), None)
        if line is None or line.by_person or line.roles or line.needs_reason or line.decides:
            raise ValueError(
                f"{machine.name}: {clock!r} may be over in {state!r}, "
                f"where software cannot {then!r}"
            )
