# SPDX-License-Identifier: Apache-2.0
"""The rules of `case_rules.txt`, read: what a table must say, known without asking the table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path


@dataclass(frozen=True)
class Rule:
    """What one step asks for, what it does to which clock, and the evidence of it."""

    source: str
    verb: str
    target: str
    roles: frozenset[str]
    asks: frozenset[str]
    clocks: tuple[tuple[str, str], ...]
    guards: frozenset[str]
    approvers: frozenset[str]
    evidence: str


@dataclass
class Rules:
    """All of a kind: where it begins, which clocks run from then on, which verbs time takes."""

    name: str
    start: str
    opens: tuple[str, ...] = ()
    timers: dict[str, str] = field(default_factory=dict)
    steps: list[Rule] = field(default_factory=list)

    def at(self, state: str) -> list[Rule]:
        """What can be done in this state, by somebody and somehow."""
        return [one for one in self.steps if one.source == state]

    def way_to(self, state: str) -> list[Rule]:
        """The shortest way there from the beginning."""
        ways: dict[str, list[Rule]] = {self.start: []}
        while state not in ways:
            more = [one for one in self.steps if one.source in ways and one.target not in ways]
            ways |= {one.target: [*ways[one.source], one] for one in more}
        return ways[state]

    @property
    def roles(self) -> frozenset[str]:
        """Every role that a step asks for."""
        return frozenset(role for one in self.steps for role in one.roles | one.approvers)

    @property
    def verbs(self) -> list[str]:
        """Every verb once."""
        return sorted({one.verb for one in self.steps})

    @property
    def guards(self) -> frozenset[str]:
        """Every guard once."""
        return frozenset(guard for one in self.steps for guard in one.guards)


@cache
def rules() -> dict[str, Rules]:
    """Of every kind, by its name."""
    written = Path(__file__).with_name("case_rules.txt").read_text(encoding="utf-8")
    return {one.name: one for one in _read(written.splitlines())}


def _read(lines: list[str]) -> Iterator[Rules]:
    roles: dict[str, frozenset[str]] = {"": frozenset()}
    made: Rules | None = None
    for line in lines:
        match line.split():
            case [] | ["#", *_] | ["#"]:
                pass
            case ["roles", name, *some]:
                roles[name] = frozenset(some)
            case ["kind", name, start]:
                if made:
                    yield made
                made = Rules(name, start)
            case ["opens", *clocks] if made:
                made.opens = tuple(clocks)
            case ["timer", clock, verb] if made:
                made.timers[clock] = verb
            case _ if made:
                made.steps.append(_rule(line, roles))
    if made:
        yield made


def _rule(line: str, roles: dict[str, frozenset[str]]) -> Rule:
    step, who, asks, clocks, guards, approvers, evidence = (one.strip() for one in line.split("|"))
    source, verb, target = step.split()
    effects = [one.partition(":") for one in clocks.split()]
    return Rule(
        source=source,
        verb=verb,
        target=target,
        roles=roles[who],
        asks=frozenset(asks.split()),
        clocks=tuple((do, clock) for do, _, clock in effects),
        guards=frozenset(guards.split()),
        approvers=roles[approvers],
        evidence=evidence,
    )
