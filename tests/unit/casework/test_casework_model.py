# SPDX-License-Identifier: Apache-2.0
"""Whatever is done with cases in whatever order, what a case owes to its table holds."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import event as note_event
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import create_engine, event, select
from tests.conftest import START, _wait_for_no_disk
from tests.unit.casework.conftest import opened
from tests.unit.casework.sample import (
    CLERK,
    KEEPER,
    KINDS,
    MACHINE,
    OBJECTION,
    OFFICER,
    OTHER,
    PERSON,
    RULING,
    SECOND,
)
from tools.make_migration import import_every_table

from guiju.casework import (
    Case,
    RunningClock,
    Severity,
    advance,
    approvals,
    approve,
    ask_approval,
    claim,
    claimed,
    clocks,
    decisions,
    get_case,
    history,
    note,
    release,
    sweep,
)
from guiju.kernel import Actor, FixedClock, GuijuError, Keyring, LocalMasterKey, parse
from guiju.ledger.store import ENTRY
from guiju.storage import Database, Tx, metadata

pytestmark = pytest.mark.slow

ACTORS = (CLERK, OTHER, OFFICER, SECOND, PERSON, KEEPER)
VERBS = sorted({one.verb for one in MACHINE.transitions})
LINES = {(one.source, one.verb): one for one in MACHINE.transitions}
OWN = {"open", "note", "ask-approval", "approve"}


@cache
def _empty() -> Path:
    """A file with every table, made once."""
    import_every_table()
    path = Path(tempfile.mkdtemp(prefix="guiju-cases-")) / "empty.db"
    engine = create_engine(f"sqlite:///{path}")
    metadata.create_all(engine)
    engine.dispose()
    return path


@dataclass
class Known:
    """What this test remembers of a case, to hold the tables against."""

    version: int = 1
    stale: Case | None = None
    late: dict[str, datetime] = field(default_factory=dict)


class Cases(RuleBasedStateMachine):
    """Several people, software and time work on two cases at once."""

    def __init__(self) -> None:
        super().__init__()
        self.place = Path(tempfile.mkdtemp(prefix="guiju-cases-"))
        address = f"sqlite:///{shutil.copyfile(_empty(), self.place / 'guiju.db')}"
        self.clock = FixedClock(START)
        self.db = Database.open(address, Keyring(LocalMasterKey(bytes(32))), self.clock)
        event.listen(self.db.engine, "connect", _wait_for_no_disk)
        self.known: dict[str, Known] = {}

    def teardown(self) -> None:
        self.db.close()
        shutil.rmtree(self.place, ignore_errors=True)

    @initialize()
    def open_two(self) -> None:
        with self.db.write() as tx:
            first = opened(tx)
            second = opened(tx, severity=Severity.CRITICAL, caused_by=first)
        self.known = {first.id: Known(), second.id: Known()}

    # -- what anybody may try ----------------------------------------------------------------------

    @rule(
        which=st.integers(0, 1),
        verb=st.sampled_from(VERBS),
        actor=st.sampled_from(ACTORS),
        stale=st.booleans(),
    )
    def try_anything(self, which: int, verb: str, actor: Actor, stale: bool) -> None:
        self._step(which, verb, actor, stale=stale)

    @rule(
        which=st.integers(0, 1),
        picks=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 5)), min_size=1, max_size=8),
    )
    def work_on(self, which: int, picks: list[tuple[int, int]]) -> None:
        """Steps that the table has here, by those who hold the role."""
        name, _ = self._one(which)
        for verb, actor in picks:
            possible = MACHINE.possible(self._case(name).state)
            if possible:
                line = possible[verb % len(possible)]
                fit = [one for one in ACTORS if not line.roles or one.has(*line.roles)]
                self._step(which, line.verb, fit[actor % len(fit)], stale=False)

    def _step(self, which: int, verb: str, actor: Actor, *, stale: bool) -> None:
        """It is refused, or everything the table asks for held before it was taken."""
        name, known = self._one(which)
        before = self._case(name)
        case = known.stale if stale and known.stale is not None else before
        held = self._holder(name)
        line = LINES.get((case.state, verb))
        ruling = RULING if line is not None and line.decides else None
        asked = self._approved(name, verb, case.state)
        earlier = self._actors(name)
        try:
            with self.db.write() as tx:
                after = advance(tx, actor, case, verb, reason="because", ruling=ruling)
        except GuijuError:
            assert self._case(name) == before
            return
        note_event(f"{verb} by {actor.kind}")
        assert line is not None
        assert case.version == before.version
        assert (after.state, after.version) == (line.target, before.version + 1)
        assert not line.by_person or actor.kind in {"person", "staff"}
        assert not line.roles or actor.has(*line.roles)
        assert not (line.needs_other_person and actor.id in earlier)
        assert held in {None, actor.id} or actor.kind != "staff"
        assert "open-door" not in line.guards or before.severity > Severity.CRITICAL
        assert not line.approved_by or (asked and actor.id not in asked)
        if line.needs_outsider and before.caused_by:
            assert actor.id not in self._actors(before.caused_by, everything=True)
        if verb == "lapse":
            assert all(one.outcome for one in self._clocks(name) if one.name == "confirm")

    @rule(which=st.integers(0, 1), actor=st.sampled_from(ACTORS))
    def write(self, which: int, actor: Actor) -> None:
        name, _ = self._one(which)
        self._try(lambda tx: note(tx, actor, get_case(tx, KINDS, name), "words", outward=True))

    @rule(which=st.integers(0, 1), actor=st.sampled_from(ACTORS), give=st.booleans())
    def take(self, which: int, actor: Actor, give: bool) -> None:
        name, _ = self._one(which)
        do = release if give else claim
        self._try(lambda tx: do(tx, actor, get_case(tx, KINDS, name)))

    @rule(
        which=st.integers(0, 1),
        actor=st.sampled_from((OFFICER, SECOND)),
        other=st.sampled_from((OFFICER, SECOND, CLERK)),
    )
    def agree(self, which: int, actor: Actor, other: Actor) -> None:
        name, _ = self._one(which)
        self._step(which, "propose", SECOND, stale=False)

        def ask_and_answer(tx: Tx) -> None:
            asked = ask_approval(tx, actor, get_case(tx, KINDS, name), "end")
            approve(tx, other, get_case(tx, KINDS, name), asked.id, yes=True)

        self._try(ask_and_answer)
        self._step(which, "end", actor, stale=False)

    @rule(hours=st.sampled_from((1, 23, 25, 24 * 5, 24 * 30)))
    def wait(self, hours: int) -> None:
        self.clock.advance(hours=hours)

    @rule()
    def sweep(self) -> None:
        """Nothing that is over is left as it was."""
        sweep(self.db, KINDS)
        for name in self.known:
            for one in self._clocks(name):
                if one.due and one.due <= self.clock.now() and one.ended_at is None:
                    assert one.then is None
                    assert one.late_at == one.due

    @rule(which=st.integers(0, 1))
    def look(self, which: int) -> None:
        """Somebody opens the page and comes back later."""
        name, known = self._one(which)
        known.stale = self._case(name)

    # -- what holds at every moment ----------------------------------------------------------------

    @invariant()
    def every_change_is_an_event_with_evidence(self) -> None:
        """One for each version, from the state before to the state after, in the ledger too."""
        with self.db.read() as tx:
            leaves = [parse(row.leaf) for row in tx.rows(select(ENTRY.c.leaf, ENTRY.c.subject))]
            for name, known in self.known.items():
                case = get_case(tx, KINDS, name)
                assert case.version >= known.version
                known.version = case.version
                trail = history(tx, case)
                assert [one.seq for one in trail] == list(range(1, case.version + 1))
                assert trail[-1].target == case.state
                for before, after in pairwise(trail):
                    assert after.source == before.target
                    if after.source != after.target:
                        assert LINES[before.target, after.verb].target == after.target
                    else:
                        assert after.verb in OWN
                told = [
                    (one["facts"]["seq"], one["facts"]["verb"])
                    for one in leaves
                    if one["subject"] == name and "seq" in one["facts"]
                ]
                assert sorted(told) == [(one.seq, one.verb) for one in trail]

    @invariant()
    def clocks_stand_as_the_table_says(self) -> None:
        """Started, paused and ended where it says so; late ones stay late; none outlives a case."""
        for name, known in self.known.items():
            case, stand = self._case(name), self._clocks(name)
            running = {one.name: one for one in stand if one.ended_at is None}
            for one in stand:
                if one.id in known.late:
                    assert one.late_at == known.late[one.id]
                elif one.late_at is not None:
                    known.late[one.id] = one.late_at
            assert case.is_open == (case.state not in MACHINE.ends)
            wanted = {"answer"} if case.is_open else set()
            assert set(running) == wanted | ({"confirm"} if case.state == "held" else set())
            dates = [one.due for one in running.values() if one.due]
            assert case.due == min(dates, default=None)
            assert (case.state == "waiting") == (
                "answer" in running and running["answer"].due is None
            )
            assert case.queue == OBJECTION.queue_of(case.state)

    @invariant()
    def what_was_held_ends_confirmed_or_lapsed(self) -> None:
        """And each decision has grounds and a name."""
        with self.db.read() as tx:
            for name in self.known:
                case = get_case(tx, KINDS, name)
                verbs = [one.verb for one in history(tx, case)]
                for at, verb in enumerate(verbs):
                    if verb == "hold":
                        later = [one for one in verbs[at + 1 :] if one not in OWN]
                        assert not later or later[0] in {"confirm", "lapse"}
                made = decisions(tx, case)
                assert len(made) == sum(
                    one in {"hold", "confirm", "decide", "end"} for one in verbs
                )
                assert all(one.grounds and one.decider for one in made)

    # -- looking -----------------------------------------------------------------------------------

    def _one(self, which: int) -> tuple[str, Known]:
        return list(self.known.items())[which]

    def _try(self, do: Callable[[Tx], object]) -> None:
        try:
            with self.db.write() as tx:
                do(tx)
        except GuijuError:
            pass

    def _case(self, name: str) -> Case:
        with self.db.read() as tx:
            return get_case(tx, KINDS, name)

    def _clocks(self, name: str) -> list[RunningClock]:
        with self.db.read() as tx:
            return clocks(tx, get_case(tx, KINDS, name))

    def _holder(self, name: str) -> str | None:
        with self.db.read() as tx:
            found = claimed(tx, get_case(tx, KINDS, name))
        return None if found is None else found.holder

    def _approved(self, name: str, verb: str, state: str) -> set[str]:
        with self.db.read() as tx:
            found = approvals(tx, get_case(tx, KINDS, name))
        fits = [one for one in found if one.approved and (one.verb, one.state) == (verb, state)]
        return {one.decided_by for one in fits if one.decided_by and one.used_at is None}

    def _actors(self, name: str, *, everything: bool = False) -> set[str]:
        with self.db.read() as tx:
            found = history(tx, get_case(tx, KINDS, name))
        people = [one for one in found if one.actor_kind in {"person", "staff"}]
        return {one.actor for one in people if everything or one.verb in VERBS}


Cases.TestCase.settings = settings(
    max_examples=20,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
TestCases = Cases.TestCase
