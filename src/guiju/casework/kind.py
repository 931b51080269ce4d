# SPDX-License-Identifier: Apache-2.0
"""What a kind of case is: its transition table, its clocks, its queues, what may be named with it.

A kind is data of a room and checked once, when the room is imported: a clock that could still run
where a case has ended, or be over where software has no verb for it, is refused there and then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from guiju.casework.legal_time import Unit
from guiju.casework.model import Do, Effect, Machine, Transition
from guiju.casework.retention import CONTROLS as RETENTION
from guiju.casework.retention import Retention
from guiju.casework.running import check_clocks
from guiju.kernel import Actor, NotFound, Text
from guiju.measures import law, rule

if TYPE_CHECKING:
    from guiju.casework.case import Case
    from guiju.storage import Tx

TRAIL = "case-trail"
DEADLINES = "deadlines-kept"
DECISIONS = "named-decisions"
CASE_OPENED = "case-opened"
CASE_MOVED = "case-moved"
# What every kind may name besides its own controls.
_ALWAYS = (TRAIL, DEADLINES, DECISIONS, *RETENTION)


class Basis(StrEnum):
    """Who set a limit: the law, the provider in public, or the provider for itself."""

    STATUTORY = "statutory"
    PUBLISHED = "published"
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class Limit:
    """So many units, and by which rule: the id of a legal rule, or of the provider's own."""

    amount: int
    unit: Unit
    rule: str
    basis: Basis

    @classmethod
    def by_law(cls, name: str) -> Limit:
        """The limit that rule `name` of the law data sets.

        Raises:
            NotFound: `unknown-rule`.
            ValueError: it counts something else than time.
        """
        found = rule(name)
        return cls(found.number, Unit(found.unit), found.id, Basis.STATUTORY)

    @classmethod
    def published(cls, amount: int, unit: Unit, policy: str) -> Limit:
        """What the provider has published in `policy` (an id with its version)."""
        return cls(amount, unit, policy, Basis.PUBLISHED)

    @classmethod
    def internal(cls, amount: int, unit: Unit, policy: str) -> Limit:
        """What the provider has set for itself in `policy`."""
        return cls(amount, unit, policy, Basis.INTERNAL)


@dataclass(frozen=True, slots=True)
class LegalClock:
    """A clock that cases of a kind may have.

    Without `then` it is a deadline: once late, late for ever. With `then` it is a timer: when it is
    over, software takes that verb. `limit` None: whoever starts it says which.
    """

    name: str
    text: Text
    limit: Limit | None = None
    then: str | None = None


@dataclass(frozen=True, slots=True)
class Guard:
    """A condition that a transition asks for by name; `text` says it, as in "the appeal is open".

    `holds` only reads.
    """

    name: str
    text: Text
    holds: Callable[[Tx, Case], bool]


After = Callable[["Tx", Actor, "Case", Transition], None]
LimitOf = Callable[["Tx", str | None, str], Limit | None]
Forget = Callable[["Tx", "Case"], Iterator[int]]


@dataclass(frozen=True, eq=False)
class Kind:
    """A kind of case.

    `prefix`: of its public numbers, two or three capitals. `states`: the name of each. `queue`:
    where its cases wait, unless `queues` names another for a state; None there: for nobody.
    `roles`: who may claim and note. `controls`: what its evidence may name besides those of
    casework. `opens`: the clocks' effects of opening. `opened`: the evidence of it. `after`: called
    in the transaction of every step, software's too, with the case as it now stands. `retention`:
    the class in which its words are kept once it is closed. `forget`: deletes what the room itself
    sealed for a case, by `wiped`. `read_at`: the page on which the person
    reads of it. `limit_of`: the limit of a clock by the policy of this digest, where
    a step starts it and names none itself.
    """

    name: str
    prefix: str
    text: Text
    machine: Machine
    states: Mapping[str, Text]
    queue: str
    roles: tuple[str, ...]
    controls: tuple[str, ...] = ()
    clocks: tuple[LegalClock, ...] = ()
    opens: tuple[Effect, ...] = ()
    opened: str = CASE_OPENED
    queues: Mapping[str, str | None] = field(default_factory=dict)
    guards: tuple[Guard, ...] = ()
    after: After | None = None
    retention: Retention = Retention.MEASURES
    forget: Forget | None = None
    read_at: str = "/appeals"
    limit_of: LimitOf | None = None

    def __post_init__(self) -> None:
        """Check it.

        Raises:
            ValueError: a name that stands for nothing, evidence that no control lists, or a clock
                that is started, paused or left running where that makes no sense, or a decision of
                software that does not lapse by itself.
        """
        self._check_names()
        for evidence in (self.opened, *(one.evidence for one in self.machine.transitions)):
            self.controls_of(evidence)
        timers = {one.name: one.then for one in self.clocks if one.then}
        check_clocks(self.machine, self.opens, [one.name for one in self.clocks], timers)
        for line in self.machine.transitions:
            if line.decides and not line.by_person and not _lapses(line, timers):
                raise ValueError(
                    f"{self.name}: software decides {line.verb!r}, and no timer ends it"
                )

    def clock(self, name: str) -> LegalClock:
        """The clock of this name."""
        return next(one for one in self.clocks if one.name == name)

    def guard(self, name: str) -> Guard:
        """The guard of this name."""
        return next(one for one in self.guards if one.name == name)

    def queue_of(self, state: str) -> str | None:
        """Where a case waits in this state; None: it waits for nobody."""
        return self.queues.get(state, None if state in self.machine.ends else self.queue)

    def controls_of(self, evidence: str) -> tuple[str, ...]:
        """The controls that evidence of a kind may name here; raises ValueError for none."""
        known = law().controls
        named = (*self.controls, *_ALWAYS)
        found = tuple(one for one in named if evidence in known[one].evidence)
        if not found:
            raise ValueError(f"{self.name}: none of {', '.join(named)} lists {evidence!r}")
        return found

    def _check_names(self) -> None:
        if not (self.prefix.isascii() and self.prefix.isalpha() and self.prefix.isupper()):
            raise ValueError(f"{self.name}: a prefix is capitals, not {self.prefix!r}")
        self._same("states", self.states, self.machine.states)
        self._known("queues", self.queues, self.machine.states)
        for name, found in (("clock", self.clocks), ("guard", self.guards)):
            names = [one.name for one in found]
            if len(set(names)) != len(names):
                raise ValueError(f"{self.name}: a {name} stands twice")
        asked = (name for one in self.machine.transitions for name in one.guards)
        self._known("guards", asked, [one.name for one in self.guards])

    def _same(self, what: str, given: Iterable[str], wanted: Iterable[str]) -> None:
        if set(given) != set(wanted):
            raise ValueError(f"{self.name}: {what} are {sorted(wanted)}, not {sorted(given)}")

    def _known(self, what: str, given: Iterable[str], known: Iterable[str]) -> None:
        if unknown := set(given) - set(known):
            raise ValueError(f"{self.name}: {what} name {', '.join(sorted(unknown))}")


def _lapses(line: Transition, timers: Mapping[str, str]) -> bool:
    return any(one.do is Do.START and one.clock in timers for one in line.clocks)


class Kinds:
    """All kinds of cases that are wired into one process."""

    def __init__(self, kinds: Iterable[Kind] = ()) -> None:
        """Take them; raises ValueError for two of one name or prefix."""
        found = tuple(kinds)
        self._by_name = MappingProxyType({one.name: one for one in found})
        if len({one.prefix for one in found}) != len(found) or len(self._by_name) != len(found):
            raise ValueError("two kinds of cases have one name or prefix")

    def __iter__(self) -> Iterator[Kind]:
        """Each of them."""
        return iter(self._by_name.values())

    def of(self, name: str) -> Kind:
        """The kind of this name; raises NotFound `case-kind-unknown`."""
        found = self._by_name.get(name)
        if found is None:
            raise NotFound(
                "case-kind-unknown",
                Text(zh=f"没有案件种类 {name[:40]}。", en=f"There is no kind of case {name[:40]}."),
                Text(
                    zh=f"可用：{'、'.join(self._by_name)}。",
                    en=f"Known are {', '.join(self._by_name)}.",
                ),
            )
        return found
