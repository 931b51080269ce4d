# SPDX-License-Identifier: Apache-2.0
"""Transition tables: from where, by which verb, to where, by whom; and the step that obeys them.

A line also says what becomes of the clocks of a case, and what must hold before it may be taken.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from guiju.casework import refusing
from guiju.kernel import Actor, ActorKind, Text

PEOPLE = frozenset({ActorKind.PERSON, ActorKind.STAFF})


class Do(StrEnum):
    """What a step does to a clock."""

    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    MEET = "meet"
    CANCEL = "cancel"


class Effect(NamedTuple):
    """One step's effect on one named clock."""

    do: Do
    clock: str


def starts(clock: str) -> Effect:
    """The clock begins to run."""
    return Effect(Do.START, clock)


def pauses(clock: str) -> Effect:
    """The clock stands still, because somebody else has to answer."""
    return Effect(Do.PAUSE, clock)


def resumes(clock: str) -> Effect:
    """The clock runs on."""
    return Effect(Do.RESUME, clock)


def meets(clock: str) -> Effect:
    """What the clock asked for is done; nothing happens where it does not run."""
    return Effect(Do.MEET, clock)


def cancels(clock: str) -> Effect:
    """Nobody waits for it any more; nothing happens where it does not run."""
    return Effect(Do.CANCEL, clock)


@dataclass(frozen=True, slots=True)
class Transition:
    """One line of the table.

    `roles` empty: no role is asked for. `needs_other_person`: nobody who acted earlier.
    `by_person`: software may not. `evidence`: the kind that the ledger gets. For cases only:
    `clocks`: the effects on them. `guards`: what must hold besides, by name. `decides`: a ruling
    with grounds belongs to it. `approved_by`: another person of these roles has approved it.
    `needs_outsider`: nobody who acted in the cases this one came from, as in an appeal.
    """

    source: str
    verb: str
    target: str
    text: Text
    evidence: str
    roles: tuple[str, ...] = ()
    needs_other_person: bool = False
    by_person: bool = False
    needs_reason: bool = False
    clocks: tuple[Effect, ...] = ()
    guards: tuple[str, ...] = ()
    decides: bool = False
    approved_by: tuple[str, ...] = ()
    needs_outsider: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """A step that the table allows: where it leads, by which line, for which reason."""

    target: str
    transition: Transition
    reason: str | None


class Machine:
    """All ways a thing can go, checked once: a table that contradicts itself is never used."""

    def __init__(self, name: str, start: str, transitions: Sequence[Transition]) -> None:
        """Check the table.

        Raises:
            ValueError: two lines for one state and verb, a state that is never reached or never
                left for an end, or a second person where software may act.
        """
        self.name = name
        self.start = start
        self.transitions = tuple(transitions)
        self._lines = MappingProxyType(_lines(name, self.transitions))
        self.states = _states(start, self.transitions)
        self.ends = frozenset(self.states) - {one.source for one in self.transitions}
        self._check()

    def possible(self, state: str) -> tuple[Transition, ...]:
        """The lines that start at `state`; empty for an end."""
        self._known(state)
        return tuple(one for one in self.transitions if one.source == state)

    def step(
        self,
        state: str,
        verb: str,
        actor: Actor,
        *,
        earlier: Collection[str] = (),
        reason: str | None = None,
    ) -> Step:
        """The step that `verb` makes from `state`; `earlier` are the ids of who acted before.

        Raises:
            Conflict: `wrong-state`, with what is possible now.
            Refused: `person-needed`, `second-person-needed` or `role-needed`.
            Invalid: `reason-needed`.
        """
        self._known(state)
        line = self._lines.get((state, verb))
        if line is None:
            raise refusing.wrong_state(state, [one.text for one in self.possible(state)])
        _check_actor(line, actor, earlier)
        if line.needs_reason and not says_something(reason):
            raise refusing.reason_needed(line.text)
        return Step(line.target, line, reason.strip() if reason and reason.strip() else None)

    def _known(self, state: str) -> None:
        if state not in self.states:
            raise ValueError(f"{self.name} has no state {state!r}")

    def _check(self) -> None:
        reached = _reached({self.start}, [(one.source, one.target) for one in self.transitions])
        self._all(reached, "is never reached")
        if not self.ends:
            raise ValueError(f"{self.name}: no state is an end")
        leads = _reached(self.ends, [(one.target, one.source) for one in self.transitions])
        self._all(leads, "leads to no end")
        for one in self.transitions:
            second = one.needs_other_person or one.needs_outsider or one.approved_by
            if second and not one.by_person:
                raise ValueError(f"{self.name}: {one.verb} needs a second person, so by_person")

    def _all(self, found: Collection[str], otherwise: str) -> None:
        for state in self.states:
            if state not in found:
                raise ValueError(f"{self.name}: state {state!r} {otherwise}")


def says_something(reason: str | None) -> bool:
    """Whether `reason` holds at least one letter or digit of any script."""
    return any(one.isalnum() for one in reason or "")


def _check_actor(line: Transition, actor: Actor, earlier: Collection[str]) -> None:
    if line.by_person and actor.kind not in PEOPLE:
        raise refusing.person_needed(line.text, line.roles)
    # Before the role: whoever proposed may never approve, whatever roles they hold or get.
    if line.needs_other_person and actor.id in earlier:
        raise refusing.second_person_needed(line.text, line.roles)
    if line.roles and not actor.has(*line.roles):
        raise refusing.role_needed(line.text, line.roles)


def _lines(name: str, transitions: Iterable[Transition]) -> Mapping[tuple[str, str], Transition]:
    lines: dict[tuple[str, str], Transition] = {}
    for one in transitions:
        if (one.source, one.verb) in lines:
            raise ValueError(f"{name}: {one.verb!r} stands twice at state {one.source!r}")
        lines[one.source, one.verb] = one
    return lines


def _states(start: str, transitions: Iterable[Transition]) -> tuple[str, ...]:
    """Every state once, in the order of the table."""
    named = [start, *(state for one in transitions for state in (one.source, one.target))]
    return tuple(dict.fromkeys(named))


def _reached(starts: Iterable[str], edges: Sequence[tuple[str, str]]) -> frozenset[str]:
    found, frontier = set(starts), set(starts)
    while frontier:
        frontier = {target for source, target in edges if source in frontier} - found
        found |= frontier
    return frozenset(found)
