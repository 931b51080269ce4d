# SPDX-License-Identifier: Apache-2.0
"""Walks through the states of a kind of case, beside a model that knows its rules by itself.

The model (`Known`) remembers who has acted, which clocks run, what was approved. At each state all
that it forbids is tried by everybody and must change no row; what it allows must be possible, and
leave the state, event, evidence and clocks that it expects. `after` is left out and guards hold as
the walk says: what rooms do besides is walked through in the rooms.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random  # noqa: TID251 - a walk, not a secret
from typing import Any, NamedTuple

from sqlalchemy import select
from tests.unit.app.case_rules import Rule, Rules

from guiju.casework import (
    Case,
    Ground,
    GroundKind,
    Kind,
    Kinds,
    Limit,
    Origin,
    Ruling,
    RunningClock,
    Unit,
    advance,
    approve,
    ask_approval,
    clocks,
    decisions,
    get_case,
    history,
    note,
    open_case,
)
from guiju.kernel import Actor, ActorKind, FixedClock, GuijuError, parse
from guiju.ledger.store import ENTRY
from guiju.storage import Database, Tx

RULING = Ruling(
    outcome="so",
    grounds=(Ground(GroundKind.LAW, "order15:14.1"),),
    facts="What was found.",
    found_by_software=False,
    appeal=Limit.published(10, Unit.DAYS, "walk@1"),
)
SHORT = Limit.published(5, Unit.HOURS, "walk@1")
LASTS = timedelta(days=3)
_ENDS = {"meet": "met", "cancel": "cancelled"}


class Try(NamedTuple):
    """Somebody's attempt at a step."""

    actor: Actor
    verb: str
    reason: str | None = None
    ruling: Ruling | None = None


@dataclass
class Known:
    """What the model remembers of a case."""

    state: str
    version: int = 1
    acted: set[str] = field(default_factory=set)
    hands: dict[str, str] = field(default_factory=dict)
    over: dict[str, datetime] = field(default_factory=dict)
    approved: list[tuple[str, str, str, datetime]] = field(default_factory=list)


class Walk:
    """One case of a kind, from its beginning on."""

    def __init__(
        self, db: Database, clock: FixedClock, kind: Kind, rules: Rules, random: Random
    ) -> None:
        self.db, self.clock, self.rules, self.random = db, clock, rules, random
        self.holds = set(rules.guards)
        self.outside = {"st_opened", "st_noted"}
        self.kind = self._prepared(kind)
        self.cast = cast_of(rules)
        self.taken: list[Rule] = []
        self.case = self._opened()

    def _prepared(self, kind: Kind) -> Kind:
        """The kind with guards that hold as the walk says, and without what its room does."""
        guards = tuple(replace(one, holds=self._guard(one.name)) for one in kind.guards)
        return replace(kind, after=None, guards=guards)

    def _guard(self, name: str) -> Any:
        return lambda _tx, _case: name in self.holds

    def _opened(self) -> Case:
        """A case that came from another one, in which somebody had a part by a note only."""
        limits = self._limits(self.rules.opens)
        everybody = {one.id: one for one in self.cast}
        with self.db.write() as tx:
            origin = open_case(
                tx, everybody["st_opened"], self.kind, origin=Origin.USER, limits=limits
            )
            note(tx, everybody["st_noted"], origin, "seen")
            case = open_case(
                tx,
                everybody["pe_nobody"],
                self.kind,
                origin=Origin.USER,
                limits=limits,
                caused_by=origin,
            )
            assert case.state == self.rules.start
            self.known = Known(case.state, hands=dict.fromkeys(self.rules.opens, "runs"))
            self._check_clocks(tx, case)
        return case

    # -- the model ---------------------------------------------------------------------------------

    def rule_of(self, verb: str) -> Rule | None:
        return next((one for one in self.rules.at(self.known.state) if one.verb == verb), None)

    def allows(self, one: Try) -> bool:
        """Whether the rules let somebody take this step now."""
        rule = self.rule_of(one.verb)
        if rule is None:
            return False
        return all(
            (
                "person" not in rule.asks or one.actor.kind is not ActorKind.SOFTWARE,
                not rule.roles or bool(rule.roles & one.actor.roles),
                "other" not in rule.asks or one.actor.id not in self.known.acted,
                "outsider" not in rule.asks or one.actor.id not in self.outside,
                "reason" not in rule.asks or bool(one.reason),
                ("ruling" in rule.asks) is (one.ruling is not None),
                rule.guards <= self.holds,
                self._is_time(one.verb),
                not rule.approvers or self._approver(one) is not None,
            )
        )

    def _is_time(self, verb: str) -> bool:
        """A verb that belongs to time is taken when its time is over, and not before."""
        timers = [clock for clock, name in self.rules.timers.items() if name == verb]
        over = [self.known.over[one] for one in timers if self.known.hands.get(one) == "runs"]
        return not timers or any(one <= self.clock.now() for one in over)

    def _approver(self, one: Try) -> str | None:
        for verb, state, who, until in self.known.approved:
            fits = (verb, state) == (one.verb, self.known.state) and until > self.clock.now()
            if fits and who != one.actor.id:
                return who
        return None

    def _expect(self, rule: Rule, one: Try) -> list[tuple[str, str]]:
        """Let the model take the step; what becomes of which clock."""
        known, said = self.known, []
        for clock, verb in self.rules.timers.items():
            if verb == rule.verb and known.hands.pop(clock, ""):
                said.append((clock, "elapsed"))
        for do, clock in rule.clocks:
            if do == "start":
                known.hands[clock] = "runs"
                said.append((clock, "start"))
            elif clock in known.hands:
                said.append((clock, _ENDS.get(do, do)))
                if do in _ENDS:
                    del known.hands[clock]
                else:
                    known.hands[clock] = {"pause": "still", "resume": "runs"}[do]
        known.state, known.version = rule.target, known.version + 1
        if one.actor.kind is not ActorKind.SOFTWARE:
            known.acted.add(one.actor.id)
        return said

    # -- what is tried -----------------------------------------------------------------------------

    def tries(self, actors: Sequence[Actor], verbs: Sequence[str]) -> Iterator[Try]:
        """Everything that could be said by these, with words and without."""
        for actor in actors:
            for verb in verbs:
                for reason in ("Because.", None):
                    for ruling in (RULING, None):
                        yield Try(actor, verb, reason, ruling)

    def possible(self, verb: str | None = None) -> list[Try]:
        """What the rules allow now."""
        verbs = [one.verb for one in self.rules.at(self.known.state) if verb in {None, one.verb}]
        return [one for one in self.tries(self.cast, verbs) if self.allows(one)]

    def forbidden(self, share: float = 1.0) -> int:
        """Try what the rules forbid, with all guards and with one less; how much was refused."""
        here = self.rules.at(self.known.state)
        verbs = [one for one in self.rules.verbs if self.random.random() < share]
        refused = self._all_refused([one.verb for one in here])
        refused += self._all_refused(sorted({*verbs} - {one.verb for one in here}), most=2)
        for guard in sorted({name for one in here for name in one.guards}):
            self.holds.discard(guard)
            refused += self._all_refused([one.verb for one in here if guard in one.guards])
            self.holds.add(guard)
        return refused

    def _all_refused(self, verbs: Sequence[str], most: int | None = None) -> int:
        cast = self.random.sample(self.cast, most) if most else self.cast
        tries = [one for one in self.tries(cast, verbs) if not self.allows(one)]
        with self.db.write() as tx:
            before = _written(tx)
            for one in tries:
                assert not self._try(tx, one), f"{self.known.state}: {_said(one)} was possible"
            assert _written(tx) == before, f"{self.known.state}: what was refused wrote a row"
        return len(tries)

    def _try(self, tx: Tx, one: Try) -> Case | None:
        try:
            return advance(
                tx,
                one.actor,
                self.case,
                one.verb,
                reason=one.reason,
                ruling=one.ruling,
                limits=self._limits_of(one.verb),
            )
        except (GuijuError, ValueError):
            return None

    def take(self, one: Try) -> None:
        """Take a step that the rules allow; all that belongs to it is there."""
        rule = self.rule_of(one.verb)
        assert rule is not None
        second = self._approver(one) if rule.approvers else None
        with self.db.write() as tx:
            case = self._try(tx, one)
            assert case is not None, f"{self.known.state}: {_said(one)} was refused"
            said = self._expect(rule, one)
            self._check_event(tx, case, rule, one)
            self._check_evidence(tx, case, rule, one, said)
            self._check_clocks(tx, case)
            if rule.approvers or "ruling" in rule.asks:
                made = decisions(tx, case)[-1]
                assert (made.seq, made.verb) == (case.version, rule.verb)
                assert (made.decider, made.second) == (one.actor.id, second)
            # What a room does besides, as telling the person, is an event too, and no other state.
            self.case = get_case(tx, self.kind, case.id)
            assert self.case.state == case.state
            self.known.version = self.case.version
        self.known.approved = [
            kept for kept in self.known.approved if kept[:3] != (rule.verb, rule.source, second)
        ]
        self.taken.append(rule)

    def make_possible(self, rule: Rule) -> None:
        """Let pass the time it waits for, and let two others agree on it where that is asked."""
        for clock, verb in self.rules.timers.items():
            if verb == rule.verb and clock in self.known.over:
                left = self.known.over[clock] - self.clock.now()
                self.clock.advance(seconds=max(0, left.total_seconds()))
        if rule.approvers and not self.possible(rule.verb):
            self._agree(rule)

    def _agree(self, rule: Rule) -> None:
        asks, agrees = (one for one in self.cast if one.id in {"st_any_1", "st_any_2"})
        with self.db.write() as tx:
            asked = ask_approval(tx, asks, self.case, rule.verb)
            now = get_case(tx, self.kind, self.case.id)
            approve(tx, agrees, now, asked.id, yes=True)
            self.case = get_case(tx, self.kind, self.case.id)
        self.known.version += 2
        until = self.clock.now() + LASTS
        self.known.approved.append((rule.verb, rule.source, agrees.id, until))

    # -- what has to be there ----------------------------------------------------------------------

    def _check_event(self, tx: Tx, case: Case, rule: Rule, one: Try) -> None:
        assert (case.state, case.version) == (self.known.state, self.known.version)
        events = history(tx, case)
        assert [each.seq for each in events] == [*range(1, len(events) + 1)]
        last = events[case.version - 1]
        assert (last.source, last.verb, last.target) == (rule.source, rule.verb, rule.target)
        assert last.actor == one.actor.id

    def _check_evidence(
        self, tx: Tx, case: Case, rule: Rule, one: Try, said: list[tuple[str, str]]
    ) -> None:
        rows = tx.rows(select(ENTRY.c.leaf).where(ENTRY.c.subject == case.id))
        leaves = [parse(row.leaf) for row in rows]
        own = [each for each in leaves if each["facts"].get("seq") == case.version]
        assert [each["kind"] for each in own] == [rule.evidence], f"evidence of {rule.verb}"
        facts = own[0]["facts"]
        assert (facts["source"], facts["target"]) == (rule.source, rule.target)
        told = sorted((each["name"], each["effect"]) for each in facts["clocks"])
        assert told == sorted(said), f"{rule.source}: {rule.verb} turned {told}, not {said}"
        made = [each for each in leaves if each["kind"] == "decision-made"]
        decided = sum("ruling" in each.asks for each in [*self.taken, rule])
        assert len(made) == decided
        if "ruling" in rule.asks:
            assert made[-1]["facts"]["decider"] == one.actor.id

    def _check_clocks(self, tx: Tx, case: Case) -> None:
        running: list[RunningClock] = [one for one in clocks(tx, case) if one.ended_at is None]
        hands = {one.name: "still" if one.due is None else "runs" for one in running}
        assert hands == self.known.hands, f"{case.state}: {hands}"
        dates = {one.name: one.due for one in running if one.due}
        assert case.due == min(dates.values(), default=None)
        self.known.over = dates

    # -- inside ------------------------------------------------------------------------------------

    def _limits_of(self, verb: str) -> dict[str, Limit]:
        rule = self.rule_of(verb)
        return self._limits([clock for do, clock in rule.clocks if do == "start"] if rule else ())

    def _limits(self, started: Sequence[str]) -> dict[str, Limit]:
        """For clocks whose kind leaves them open."""
        return {one: SHORT for one in started if self.kind.clock(one).limit is None}

    @property
    def kinds(self) -> Kinds:
        """What a sweep of this walk's cases needs."""
        return Kinds([self.kind])


def cast_of(rules: Rules) -> list[Actor]:
    """Software, people without a role, with one, with all, and who had a part in the origin."""
    all_roles = rules.roles | {"bystander"}
    staff, person, software = ActorKind.STAFF, ActorKind.PERSON, ActorKind.SOFTWARE
    cast = [
        Actor(software, "sw_plain"),
        Actor(software, "sw_any", all_roles),
        Actor(person, "pe_nobody"),
        Actor(person, "pe_any", all_roles),
        Actor(staff, "st_bystander", frozenset({"bystander"})),
        *(Actor(staff, f"st_any_{n}", all_roles) for n in (1, 2, 3)),
        Actor(staff, "st_opened", all_roles),
        Actor(staff, "st_noted", all_roles),
    ]
    return cast + [Actor(staff, f"st_{one}", frozenset({one})) for one in sorted(rules.roles)]


def wander(walk: Walk, steps: int, seen: Counter[Rule], share: float = 0.5) -> int:
    """Walk on where it was walked least; how much was refused on the way."""
    refused = 0
    for _ in range(steps):
        refused += walk.forbidden(share)
        here = walk.rules.at(walk.known.state)
        walk.random.shuffle(here)
        for rule in sorted(here, key=lambda one: seen[one]):
            walk.make_possible(rule)
            if found := walk.possible(rule.verb):
                walk.take(walk.random.choice(found))
                seen[rule] += 1
                break
        else:
            break
    return refused


def go_to(walk: Walk, rule: Rule) -> None:
    """Walk the shortest way to where this step begins, by one person as far as that may be."""
    for one in walk.rules.way_to(rule.source):
        walk.make_possible(one)
        found = walk.possible(one.verb)
        people = [each for each in found if each.actor.id.startswith("st_any")]
        walk.take((people or found)[0])


def _written(tx: Tx) -> int:
    """How many rows this connection has changed since it was opened, also for nothing."""
    connection = tx.connection.connection.driver_connection
    assert connection is not None
    return int(connection.total_changes)


def _said(one: Try) -> str:
    words = [f"with {name}" for name in ("reason", "ruling") if getattr(one, name)]
    return " ".join([one.verb, "by", one.actor.id, *words])
