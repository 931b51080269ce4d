# SPDX-License-Identifier: Apache-2.0
"""Whatever anybody tries in whatever order, on the two tables of this room."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import event
from tests.conftest import START
from tests.unit.dispositions.scene import (
    APPEALS,
    END,
    OFFICER,
    REVIEWER,
    SECOND,
    WEEK,
    Scene,
)

from guiju import ledger
from guiju.accounts import PersonState
from guiju.casework import Case, cases_of, clocks, decisions, history
from guiju.dispositions import APPEAL, USER_ACTION, appeals, reasons, service
from guiju.dispositions.model import Effect
from guiju.kernel import FixedClock, GuijuError, Keyring, LocalMasterKey, software
from guiju.storage import Database

pytestmark = pytest.mark.slow

ACTORS = st.sampled_from([REVIEWER, OFFICER, SECOND, APPEALS, software("somebody")])
WORDS = st.sampled_from(["Because of this.", "", " . "])
TAKES_EFFECT = {"in-force", "provisional", "approved"}


class WhateverAnybodyTries(RuleBasedStateMachine):
    """Every verb by everybody at any time; what is refused changes nothing."""

    empty: Path

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        path = shutil.copyfile(self.empty, self.folder / "guiju.db")
        clock = FixedClock(START)
        keys = Keyring(LocalMasterKey(bytes(range(32))))
        self.database = Database.open(f"sqlite:///{path}", keys, clock)
        event.listen(self.database.engine, "connect", _wait_for_no_disk)
        self.scene = Scene(self.database, clock)
        self.scene.rule(in_a_row=2, hold_hours=5, appeal_days=5, appeal_working_days=2)

    def teardown(self) -> None:
        if hasattr(self, "database"):
            self.database.close()
            shutil.rmtree(self.folder)

    # -- what anybody may try ----------------------------------------------------------------------

    @rule(verdicts=st.lists(st.sampled_from(["block", "pass"]), min_size=1, max_size=3))
    def say(self, verdicts: list[str]) -> None:
        self.scene.say(*verdicts)

    @rule(hours=st.sampled_from([1, 6, 30, 24 * 9]))
    def wait(self, hours: int) -> None:
        self.scene.pass_time(hours=hours)

    @rule(actor=ACTORS, words=WORDS, proposal=st.sampled_from([WEEK, END]), hold=st.booleans())
    def begin_case(self, actor: Any, words: str, proposal: Any, *, hold: bool) -> None:
        verb = service.hold if hold else service.propose
        self._try(verb, actor, self.scene.id, proposal, words)

    @rule(actor=ACTORS, words=WORDS, verb=st.sampled_from(["approve", "dismiss", "lift", "revise"]))
    def decide(self, actor: Any, words: str, verb: str) -> None:
        case = self._case(USER_ACTION)
        if case is not None:
            given = (END, words) if verb == "revise" else (words,)
            self._try(getattr(service, verb), actor, case, *given)

    @rule(words=WORDS)
    def appeal(self, words: str) -> None:
        statements = self.scene.read(reasons.statements_to, self.scene.id)
        if statements:
            self._try(appeals.file_appeal, self.scene.id, statements[0].id, words)

    @rule(actor=ACTORS, words=WORDS, verb=st.sampled_from(["reject", "uphold", "overturn"]))
    def review(self, actor: Any, words: str, verb: str) -> None:
        case = self._case(APPEAL)
        if case is not None:
            self._try(appeals.admit, actor, case)
            self._try(appeals.decide_appeal, actor, self._case(APPEAL), verb, words)

    # -- what always holds -------------------------------------------------------------------------

    @invariant()
    def every_step_is_one_of_the_table_with_its_event(self) -> None:
        """No state without the events that lead to it, and each event is a line of the table."""
        for case in self._cases():
            lines = {(one.source, one.verb, one.target) for one in case.kind.machine.transitions}
            state = case.kind.machine.start
            events = self.scene.read(history, case)
            assert [one.seq for one in events] == [*range(1, case.version + 1)]
            for one in events[1:]:
                if (one.source, one.verb, one.target) in lines:
                    assert one.source == state
                    state = one.target
                else:
                    assert one.target == state
            assert state == case.state

    @invariant()
    def only_what_takes_effect_bars_the_person(self) -> None:
        """Standing follows from the cases, and from nothing else."""
        actions = self.scene.read(service.actions_of, self.scene.id)
        barring = [one for one in actions if one.held or one.effect is Effect.IN_FORCE]
        cases = {one.id: one for one in self._cases()}
        assert all(cases[one.case].state in TAKES_EFFECT for one in barring)
        ended = any(one.measure == "terminate" and not one.held for one in barring)
        expected = PersonState.SUSPENDED if barring else PersonState.ACTIVE
        assert self.scene.stands() is (PersonState.TERMINATED if ended else expected)

    @invariant()
    def nobody_decides_what_they_began_nor_an_appeal_they_had_a_part_in(self) -> None:
        for case in self._cases():
            if case.kind is USER_ACTION:
                events = self.scene.read(history, case)
                took = [one for one in events if one.verb in {"propose", "hold", "revise"}]
                for made in self.scene.read(decisions, case):
                    if made.verb == "approve":
                        assert made.decider in {OFFICER.id, SECOND.id}
                        assert made.decider not in {one.actor for one in took}
            else:
                against = self.scene.read(appeals.appeal_of, case).against
                origin = next(one for one in self._cases() if one.id == against)
                earlier = {
                    one.actor
                    for one in self.scene.read(history, origin)
                    if one.verb not in {"overturn", "notify"}
                }
                for made in self.scene.read(decisions, case):
                    assert made.decider not in earlier
                    assert not made.decided_by_software

    @invariant()
    def every_hold_has_a_clock_that_ends_it(self) -> None:
        """Confirmed, lapsed, lifted or overturned: while it stands, its time runs."""
        for case in self._cases():
            if case.state == "provisional":
                running = [one for one in self.scene.read(clocks, case) if one.ended_at is None]
                assert [one.then for one in running] == ["lapse"]
                assert running[0].due is not None
                assert running[0].due > self.scene.clock.now()

    @invariant()
    def everything_has_its_evidence(self) -> None:
        ledger.integrate(self.database)
        assert ledger.verify(self.database).problems == ()

    # -- inside ------------------------------------------------------------------------------------

    def _try(self, verb: Any, *given: Any) -> None:
        before = [(one.id, one.version) for one in self._cases()]
        try:
            self.scene.do(verb, *given)
        except GuijuError:
            assert before == [(one.id, one.version) for one in self._cases()]

    def _case(self, kind: Any) -> Case | None:
        found = self.scene.read(cases_of, kind, self.scene.id)
        return found[0] if found else None

    def _cases(self) -> list[Case]:
        both = (USER_ACTION, APPEAL)
        return [one for kind in both for one in self.scene.read(cases_of, kind, self.scene.id)]


def _wait_for_no_disk(connection: sqlite3.Connection, _record: Any) -> None:
    connection.execute("PRAGMA synchronous=OFF")


def test_whatever_anybody_tries_the_tables_hold(empty: Path) -> None:
    """No path to a state without its guard; no change without event, evidence and clock."""
    WhateverAnybodyTries.empty = empty
    run_state_machine_as_test(
        WhateverAnybodyTries,
        settings=settings(
            max_examples=15,
            stateful_step_count=12,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
