# SPDX-License-Identifier: Apache-2.0
"""No path of any kind of case leads past its guards, and the walks that say so can fail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from random import Random  # noqa: TID251 - a walk, not a secret
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.app.case_rules import Rule, Rules, rules
from tests.unit.app.case_walks import Walk, go_to, wander

from guiju import ledger
from guiju.app.cases import KINDS
from guiju.casework import Kind, Machine, Transition, clocks, get_case, sweep
from guiju.kernel import FixedClock
from guiju.storage import Database

pytestmark = pytest.mark.slow

EACH = pytest.mark.parametrize("kind", list(KINDS), ids=lambda one: one.name)
SHARED = settings(
    max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def seeded(seed: int) -> Random:
    return Random(seed)  # noqa: S311 - a walk, not a secret


def test_the_rules_know_every_kind() -> None:
    """None of which nothing is said, and nothing said of one that is not."""
    assert set(rules()) == {one.name for one in KINDS}


@pytest.mark.control("case-trail")
@EACH
def test_every_step_of_the_rules_is_walked_and_nothing_else_is_possible(
    kind: Kind, db: Database, clock: FixedClock
) -> None:
    """Each once, after all that was forbidden before it had been tried by everybody."""
    known, seen = rules()[kind.name], Counter[Rule]()
    for rule in known.steps:
        if not seen[rule]:
            walk = Walk(db, clock, kind, known, seeded(len(seen)))
            go_to(walk, rule)
            walk.forbidden()
            walk.make_possible(rule)
            walk.take(walk.possible(rule.verb)[0])
            seen.update(walk.taken)
            if not known.at(rule.target):
                assert walk.forbidden()
    assert {(one.source, one.verb) for one in seen} == {
        (one.source, one.verb) for one in kind.machine.transitions
    }
    ledger.integrate(db)
    assert ledger.verify(db).ok


@pytest.mark.control("case-trail")
@EACH
@SHARED
@given(seed=st.integers(0, 2**32))
def test_wherever_one_wanders_the_rules_hold(
    kind: Kind, seed: int, db: Database, clock: FixedClock
) -> None:
    """State, event, evidence and clocks together or not at all, in any order of steps."""
    wander(Walk(db, clock, kind, rules()[kind.name], seeded(seed)), 7, Counter(), share=0.3)


@pytest.mark.control("deadlines-kept")
@EACH
def test_what_time_must_end_it_ends_by_itself(kind: Kind, db: Database, clock: FixedClock) -> None:
    """Every timer, also that of a hold which nobody confirms, when the sweeper comes by."""
    known = rules()[kind.name]
    for timer, verb in known.timers.items():
        for rule in (one for one in known.steps if one.verb == verb):
            walk = Walk(db, clock, kind, known, seeded(0))
            go_to(walk, rule)
            sweep(db, walk.kinds)
            assert _state(walk) == rule.source
            clock.advance(hours=6)
            assert sweep(db, walk.kinds).stepped >= 1
            assert _state(walk) == rule.target
            with db.read() as tx:
                ended = [one for one in clocks(tx, walk.case) if one.name == timer][-1]
            assert ended.outcome == "elapsed"


def _state(walk: Walk) -> str:
    with walk.db.read() as tx:
        return get_case(tx, walk.kind, walk.case.id).state


# -- whether the walks can fail --------------------------------------------------------------------

# Whoever accepted a complaint has met this clock already; the lines only say that it stays so.
_NOTHING_TO_NOTICE = {
    "complaint": ["accepted transfer: meet acceptance", "handling transfer: meet acceptance"]
}

_WEAKER: dict[str, Any] = {
    "roles": (),
    "needs_other_person": False,
    "needs_outsider": False,
    "by_person": False,
    "needs_reason": False,
    "decides": False,
    "approved_by": (),
}


def _weaker(line: Transition) -> Iterator[tuple[str, Transition]]:
    """The line without one of the things that it asks for or does."""
    for name, nothing in _WEAKER.items():
        if getattr(line, name) != nothing:
            yield name, replace(line, **{name: nothing})
    for guard in line.guards:
        yield guard, replace(line, guards=tuple(one for one in line.guards if one != guard))
    for effect in line.clocks:
        yield (
            f"{effect.do} {effect.clock}",
            replace(line, clocks=tuple(x for x in line.clocks if x != effect)),
        )
    other = "case-opened" if line.evidence != "case-opened" else "case-moved"
    yield "evidence", replace(line, evidence=other)


def _mutants(kind: Kind) -> Iterator[tuple[str, Transition, Kind]]:
    """The kind with one line weaker, unless such a table is refused when it is made."""
    lines = kind.machine.transitions
    for at, line in enumerate(lines):
        for what, weaker in _weaker(line):
            try:
                table = [*lines[:at], weaker, *lines[at + 1 :]]
                machine = Machine(kind.machine.name, kind.machine.start, table)
                yield f"{line.source} {line.verb}: {what}", line, replace(kind, machine=machine)
            except ValueError:
                continue


def _passes(walk: Walk, known: Rules, line: Transition) -> None:
    """All the walk has to say about one line."""
    rule = next(one for one in known.at(line.source) if one.verb == line.verb)
    go_to(walk, rule)
    walk.forbidden(share=0)
    walk.make_possible(rule)
    if rule.approvers or rule.guards:
        walk.forbidden(share=0)
    walk.take(walk.possible(rule.verb)[0])


@pytest.mark.slow
@EACH
def test_whatever_a_line_loses_the_walk_fails(kind: Kind, db: Database, clock: FixedClock) -> None:
    """Another person, an outsider, a guard, a clock, an approval, a reason, the evidence."""
    known, unnoticed, tried = rules()[kind.name], [], 0
    for what, line, mutant in _mutants(kind):
        tried += 1
        try:
            _passes(Walk(db, clock, mutant, known, seeded(0)), known, line)
        except AssertionError:
            continue
        unnoticed.append(what)
    assert tried >= len(kind.machine.transitions)
    assert unnoticed == _NOTHING_TO_NOTICE.get(kind.name, [])
