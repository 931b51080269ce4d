# SPDX-License-Identifier: Apache-2.0
"""This room's own service, walked beside a model that knows who has acted and what was decided.

The rules are those of `tests/unit/app/case_rules.txt`, and besides what the room does: how the
account stands, what is handed out, what becomes of the case that an appeal is against.
"""

from __future__ import annotations

from dataclasses import replace
from random import Random  # noqa: TID251 - a walk, not a secret
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.app.case_rules import rules
from tests.unit.app.case_walks import Known, Walk
from tests.unit.dispositions.scene import END, WEEK, Scene
from tests.unit.dispositions.test_dispositions_content import delivered, finding, medium

from guiju import accounts, ledger
from guiju.accounts import PersonState
from guiju.casework import Case, Kind, Machine, get_case
from guiju.dispositions import (
    APPEAL,
    CONTENT_ACTION,
    USER_ACTION,
    appeals,
    content,
    reasons,
    service,
)
from guiju.dispositions.content_model import CLOSED
from guiju.kernel import Actor, new_id

pytestmark = pytest.mark.slow

STEPS = 6
BARS = {"provisional", "in-force"}
KEEPS_BACK = {"withheld", "removed", "withdrawn", "gone"}


class InRoom(Walk):
    """A case of the room with its own guards and all that follows from a step."""

    def __init__(self, scene: Scene, kind: Kind, random: Random) -> None:
        self.scene = scene
        super().__init__(scene.db, scene.clock, kind, rules()[kind.name], random)

    def _prepared(self, kind: Kind) -> Kind:
        return kind

    def _began(self, case: Case, verb: str, by: str | None) -> Case:
        """What the model knows after the verb that opened the case."""
        rule = next(one for one in self.rules.at(self.rules.start) if one.verb == verb)
        started = [clock for do, clock in rule.clocks if do == "start"]
        hands = dict.fromkeys([*self.rules.opens, *started], "runs")
        self.known = Known(rule.target, case.version, {by} if by else set(), hands)
        self.taken = [rule]
        with self.db.read() as tx:
            self._check_clocks(tx, case)
        return case

    def look_again(self) -> None:
        """Something else has told about this case; its state is as the model knows."""
        with self.db.read() as tx:
            self.case = get_case(tx, self.kind, self.case.id)
            assert self.case.state == self.known.state
            self.known.version = self.case.version
            self._check_clocks(tx, self.case)

    def refused_here(self) -> None:
        """All that is forbidden at this state changes nothing."""
        # `vary` names a lesser measure, which only a verb of the room can say, with its own tests.
        verbs = [one.verb for one in self.rules.at(self.known.state) if one.verb != "vary"]
        self._all_refused(verbs)

    def step(self) -> bool:
        """Take a step that is allowed, if there is one."""
        here = self.rules.at(self.known.state)
        for rule in self.random.sample(here, len(here)):
            self.make_possible(rule)
            if found := self.possible(rule.verb):
                self.take(self.random.choice(found))
                return True
        return False

    @property
    def is_open(self) -> bool:
        return bool(self.rules.at(self.known.state))


class Against(InRoom):
    """An appeal; nobody who had a part in the other case decides on it."""

    def __init__(self, other: About, statement: str) -> None:
        self.other, self.statement = other, statement
        super().__init__(other.scene, APPEAL, other.random)

    def _opened(self) -> Case:
        self.outside = set(self.other.known.acted)
        self.holds = {"undone"}
        words = "It was a quotation."
        case = self.scene.do(appeals.file_appeal, self.scene.id, self.statement, words)
        return self._began(case, "explain", self.scene.id)


class About(InRoom):
    """A case about a person or about content, with the appeals against it."""

    appeal: Against | None = None
    said: frozenset[str] = frozenset()

    def _opened(self) -> Case:
        self.holds = {"two-people", "no-appeal-waits", "held-by-no-other"}
        self.outside = set()
        actor = self.random.choice([one for one in self.cast if one.id.startswith("st_any")])
        if self.kind is CONTENT_ACTION:
            return self._about_content(actor)
        verb = self.random.choice(["propose", "hold"])
        proposal = self.random.choice([WEEK, END])
        case = self.scene.do(getattr(service, verb), actor, self.scene.id, proposal, "seen")
        self.held, self.measure = verb == "hold", proposal.measure
        return self._began(case, verb, actor.id)

    def _about_content(self, actor: Actor) -> Case:
        name = new_id("made")
        found = finding(self.scene, delivered(self.scene, medium(name, name.encode())))
        verb, act = self.random.choice(
            [("propose", content.propose_removal), ("withhold", content.withhold)]
        )
        return self._began(self.scene.do(act, actor, found, "Seen.", name), verb, actor.id)

    def go_on(self) -> bool:
        """One thing more: an appeal is brought, or goes on, or a step is taken here."""
        self.refused_here()
        if self.appeal is not None:
            self._go_on_with(self.appeal)
        elif self.random.random() < 0.5 and (statement := self._appealable()):
            self.appeal = Against(self, statement)
            self.said |= {statement}
            self.holds.discard("no-appeal-waits")
        elif not self.step():
            return False
        self._check_effect()
        return True

    def _appealable(self) -> str | None:
        with self.db.read() as tx:
            found = reasons.statements_to(tx, self.scene.id)
            until = appeals.appealable(tx, found[0]) if found else None
        return found[0].id if until and found[0].id not in self.said else None

    def _go_on_with(self, appeal: Against) -> None:
        if self.random.random() < 0.5:
            self.clock.advance(hours=6)
        appeal.refused_here()
        self.refused_here()
        appeal.step()
        if appeal.known.state == "overturned" and self.is_open:
            self.known.state, self.known.hands = "overturned", {}
        if appeal.known.state not in {"filed", "admissible"}:
            self.holds.add("no-appeal-waits")
            self.appeal = None if not appeal.is_open else appeal
        self.look_again()

    def _check_effect(self) -> None:
        state = self.known.state
        if self.kind is CONTENT_ACTION:
            reach = self.scene.read(content.content_of, self.case).reach
            assert (reach in CLOSED) is (state in KEEPS_BACK)
            return
        barred = state in BARS or (state == "approved" and self.held)
        expected = PersonState.SUSPENDED if barred else PersonState.ACTIVE
        if state == "in-force" and self.measure == "terminate":
            expected = PersonState.TERMINATED
        assert self.scene.stands() is expected, f"{state}: {self.scene.stands()}"
        strikes = self.scene.read(service.strikes_of, self.scene.id)
        counting = [one for one in strikes if one.removed_at is None]
        assert not (state == "overturned" and counting)


def wander(scene: Scene, kind: Kind, seed: int, steps: int = STEPS) -> None:
    """Somebody new, a case about them, and whatever may become of it."""
    with scene.db.write() as tx:
        scene.person = accounts.register_person(tx, None, new_id("who"), "orchard 42 lamp")
    walk = About(scene, kind, Random(seed))  # noqa: S311 - as above
    for _ in range(steps):
        if not walk.go_on():
            break


@pytest.mark.control("user-dispositions", "appeals", "content-removed", "provisional-holds")
@pytest.mark.parametrize("kind", [USER_ACTION, CONTENT_ACTION], ids=lambda one: one.name)
@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 2**32))
def test_nobody_gets_past_the_rules_of_this_room(kind: Kind, seed: int, scene: Scene) -> None:
    """Nor decides on an appeal against what they had a part in; all of it is in the evidence."""
    wander(scene, kind, seed)


def test_the_evidence_of_such_a_walk_is_whole(scene: Scene) -> None:
    """Offline too."""
    for seed in range(3):
        wander(scene, USER_ACTION, seed)
    ledger.integrate(scene.db)
    assert ledger.verify(scene.db).ok


# -- whether the walks can fail --------------------------------------------------------------------

_LOST: list[tuple[Kind, str, dict[str, Any]]] = [
    (USER_ACTION, "approve", {"needs_other_person": False}),
    (USER_ACTION, "overturn", {"guards": ()}),
    (USER_ACTION, "approve", {"clocks": ()}),
    (USER_ACTION, "lift", {"evidence": "case-moved"}),
    (CONTENT_ACTION, "remove", {"needs_other_person": False}),
    (CONTENT_ACTION, "destroy", {"guards": ()}),
    (CONTENT_ACTION, "restore", {"by_person": False}),
    (APPEAL, "admit", {"needs_outsider": False}),
    (APPEAL, "reject", {"needs_outsider": False}),
]


@pytest.fixture
def weaker(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Kind:
    """The kind while its table has lost something."""
    kind: Kind
    kind, verb, lost = request.param
    lines = [replace(one, **lost) if one.verb == verb else one for one in kind.machine.transitions]
    machine = Machine(kind.machine.name, kind.machine.start, lines)
    monkeypatch.setitem(vars(kind), "machine", machine)
    return kind


@pytest.mark.slow
@pytest.mark.parametrize(
    "weaker", _LOST, indirect=True, ids=lambda one: f"{one[0].name}-{one[1]}-{next(iter(one[2]))}"
)
def test_a_table_that_has_lost_something_is_noticed(weaker: Kind, scene: Scene) -> None:
    """Within forty walks: a step was possible, or an effect or evidence was not there."""
    kind = USER_ACTION if weaker is APPEAL else weaker
    with pytest.raises(AssertionError, match=r"was possible|turned|evidence of"):
        for seed in range(40):
            wander(scene, kind, seed)
