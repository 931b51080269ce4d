# SPDX-License-Identifier: Apache-2.0
"""Open a case, and take a step of its table: state, event, evidence and clocks together.

All of it is one transaction, and whoever steps must have seen the case as it now is. Evidence names
numbers, states and clocks; words stay sealed and persons pseudonyms (Articles 14 to 19).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from guiju.casework import claim_store, clock_store, refusing, store, timing, trail
from guiju.casework.approving import use_approval
from guiju.casework.calendar import prc
from guiju.casework.case import Case, Origin, Outcome, RunningClock, Severity
from guiju.casework.deciding import keep_ruling, require_ruling
from guiju.casework.kind import DEADLINES, DECISIONS, Kind, Kinds
from guiju.casework.model import Do, Effect, Step
from guiju.casework.ruling import Decision, Ruling
from guiju.casework.timing import Limits, Now, Turned
from guiju.casework.trail import NOTHING
from guiju.kernel import BEIJING, Actor, ActorKind, NotFound, isoformat, new_id
from guiju.ledger import Evidence, append_many
from guiju.measures import enforces
from guiju.storage import Tx

DEADLINE_MET = "deadline-met"
DEADLINE_MISSED = "deadline-missed"
DECISION_MADE = "decision-made"
OPEN = "open"


@enforces("case-trail")
def open_case(
    tx: Tx,
    actor: Actor,
    kind: Kind,
    *,
    origin: Origin,
    severity: Severity = Severity.NORMAL,
    subject: str | None = None,
    service: str | None = None,
    about: str | None = None,
    policy: str | None = None,
    queue: str | None = None,
    parent: Case | None = None,
    caused_by: Case | None = None,
    limits: Limits = NOTHING,
    facts: Mapping[str, Any] = NOTHING,
    since: datetime | None = None,
) -> Case:
    """Open a case in the first state of its kind; its clocks start.

    `since`: when they began to count, where that was before now: they may be over at once.

    `queue`: another than that of its kind. `limits`: for clocks whose kind leaves them open.
    `facts`: ids, digests and numbers for the evidence; never words or personal data.

    Raises:
        ValueError: limits that do not fit, or facts with a name that evidence has already.
    """
    name, now = new_id("case"), Now(min(since or tx.now, tx.now), prc())
    limits = _with_policy(tx, kind, policy, kind.opens, limits)
    turned = timing.turn(now, name, kind, (), kind.opens, limits=limits)
    waits = kind.queue_of(kind.machine.start)
    made = Case(
        id=name,
        number=_number(tx, kind),
        kind=kind,
        state=str(kind.machine.start),
        version=1,
        severity=severity,
        origin=origin,
        queue=waits if waits is None else queue or waits,
        subject=subject,
        service=service,
        about=about,
        policy=policy,
        opened_by=actor.id,
        opened_at=tx.now,
        closed_at=None,
        due=timing.earliest(one.clock for one in turned),
        parent=None if parent is None else parent.id,
        caused_by=None if caused_by is None else caused_by.id,
        duplicate_of=None,
    )
    store.add_case(tx, made)
    _keep(tx, made, turned)
    event = trail.remember(tx, actor, made, OPEN, source=None, facts=facts)
    append_many(tx, [trail.leaf(made, kind.opened, actor, event, _clocks(turned))])
    return made


@enforces("case-trail", "deadlines-kept")
def advance(
    tx: Tx,
    actor: Actor,
    case: Case,
    verb: str,
    *,
    reason: str | None = None,
    ruling: Ruling | None = None,
    limits: Limits = NOTHING,
    facts: Mapping[str, Any] = NOTHING,
) -> Case:
    """Take the step `verb` of the case's table; the case as it then stands.

    Raises:
        Conflict: `case-changed`, `case-claimed`, `wrong-state`, `guard-fails` or `too-early`.
        Refused: `role-needed`, `person-needed`, `second-person-needed`, `outsider-needed` or
            `approval-needed`.
        Invalid: `reason-needed` or `ruling-needed`.
        ValueError: a ruling, limits or facts that this step does not take.
    """
    _check_claim(tx, actor, case)
    step = step_of(tx, actor, case, verb, reason)
    require_ruling(step.transition, ruling)
    now, running = _now(tx), clock_store.of_case(tx, case.id, running=True)
    limits = _with_policy(tx, case.kind, case.policy, step.transition.clocks, limits)
    over = _taken_by_time(case.kind, now, running, step)
    stand = [one for one in running if one not in over]
    turned = timing.turn(now, case.id, case.kind, stand, step.transition.clocks, limits=limits)
    turned += [timing.elapsed(now, one) for one in over]
    second = use_approval(tx, actor, case, step.transition)
    moved = _moved(tx, case, step, running, turned)
    _keep(tx, moved, turned)
    event = trail.remember(
        tx, actor, moved, verb, source=case.state, facts=facts, reason=step.reason
    )
    evidence = step.transition.evidence
    leaves = [trail.leaf(moved, evidence, actor, event, _clocks(turned))]
    if ruling is not None:
        made = keep_ruling(tx, actor, moved, verb, ruling, second=second)
        leaves.append(_decision_leaf(moved, actor, made))
    append_many(tx, [*leaves, *_deadline_leaves(moved, actor, turned)])
    if moved.queue != case.queue:
        claim_store.drop(tx, case.id)
    if case.kind.after is not None:
        case.kind.after(tx, actor, moved, step.transition)
    return moved


def get_case(
    tx: Tx,
    kind: Kind | Kinds,
    name: str,
    version: int | None = None,
    unknown: Callable[[str], NotFound] = refusing.no_such_case,
) -> Case:
    """The case with this id or number, if it is of this kind, and still at this version.

    Raises:
        NotFound: `case-unknown`, or what a room has for its own kind as `unknown`.
        Conflict: `case-changed`.
    """
    kinds = store.kind_only(kind)
    found = store.find_case(tx, kinds, name)
    if found is None:
        raise unknown(name)
    if version is not None and version != found.version:
        raise refusing.overtaken(found.number)
    return found


# -- a step ----------------------------------------------------------------------------------------


def step_of(
    tx: Tx,
    actor: Actor,
    case: Case,
    verb: str,
    reason: str | None,
    *,
    seen_to: Collection[str] = (),
) -> Step:
    """The step that `verb` makes now, if this actor may take it; raises as `advance` does.

    `seen_to`: guards that whoever asks will see to before the step.
    """
    machine = case.kind.machine
    line = next((one for one in machine.possible(case.state) if one.verb == verb), None)
    earlier: frozenset[str] = frozenset()
    verbs = {one.verb for one in machine.transitions}
    if line is not None and line.needs_other_person:
        earlier = store.actors(tx, (case.id,), verbs)
    step = machine.step(case.state, verb, actor, earlier=earlier, reason=reason)
    line = step.transition
    if line.needs_outsider and actor.id in store.actors(tx, store.origins(tx, case), None):
        raise refusing.outsider_needed(line.text)
    for name in line.guards:
        guard = case.kind.guard(name)
        if name not in seen_to and not guard.holds(tx, case):
            raise refusing.guard_fails(line.text, guard.text)
    return step


def _with_policy(
    tx: Tx, kind: Kind, policy: str | None, effects: Sequence[Effect], limits: Limits
) -> Limits:
    """The limits that are given, and those that the policy of the case has for what starts now."""
    if kind.limit_of is None:
        return limits
    found = dict(limits)
    for one in effects:
        if one.do is Do.START and one.clock not in found:
            limit = kind.limit_of(tx, policy, one.clock)
            if limit is not None:
                found[one.clock] = limit
    return found


def _taken_by_time(
    kind: Kind, now: Now, running: Sequence[RunningClock], step: Step
) -> list[RunningClock]:
    """The timers that this verb belongs to; none where it belongs to no timer.

    Raises:
        Conflict: `too-early`.
    """
    verb = step.transition.verb
    if all(one.then != verb for one in kind.clocks):
        return []
    timers = [one for one in running if one.then == verb]
    over = [one for one in timers if timing.is_over(now, one)]
    if not over:
        until = timing.earliest(timers)
        raise refusing.too_early(step.transition.text, until)
    return over


def _moved(
    tx: Tx, case: Case, step: Step, running: Sequence[RunningClock], turned: Sequence[Turned]
) -> Case:
    stand = {one.id: one for one in running} | {one.clock.id: one.clock for one in turned}
    ends = step.target in case.kind.machine.ends
    before, after = case.kind.queue_of(case.state), case.kind.queue_of(step.target)
    return trail.changed(
        tx,
        case,
        {
            "state": str(step.target),
            # Where a case was sent by hand it stays until its table sends it elsewhere.
            "queue": case.queue if before == after else after,
            "due_at": timing.earliest(stand.values()) or store.NEVER,
            "closed_at": tx.now if ends else None,
        },
    )


def _check_claim(tx: Tx, actor: Actor, case: Case) -> None:
    if actor.kind is ActorKind.STAFF:
        claim = claim_store.find(tx, case.id)
        if claim is not None and claim.holder != actor.id:
            raise refusing.in_other_hands(case.number, claim.until)


def _keep(tx: Tx, case: Case, turned: Sequence[Turned]) -> None:
    for one in turned:
        if one.before is None:
            clock_store.add(tx, one.clock)
        elif not clock_store.keep(tx, one.clock, one.before):
            # It has just become late, or its date was counted anew.
            raise refusing.overtaken(case.number)


# -- evidence -------------------------------------------------------------------------------------


def _clocks(turned: Sequence[Turned]) -> dict[str, Any]:
    return {"clocks": [_clock_facts(one) for one in turned]}


def _clock_facts(one: Turned) -> dict[str, Any]:
    clock = one.clock
    return {
        "clock": clock.id,
        "name": clock.name,
        "rule": clock.rule,
        "effect": clock.outcome.value if clock.outcome else one.do.value,
        "due": None if clock.due is None else isoformat(clock.due),
        "provisional": clock.provisional,
    }


def _deadline_leaves(case: Case, actor: Actor, turned: Sequence[Turned]) -> Iterator[Evidence]:
    """Of each deadline whose duty was just done; and of one that is late and nobody saw it yet."""
    for clock in (one.clock for one in turned if one.clock.then is None):
        late = clock.late_at is not None
        facts = {
            "case": case.number,
            "clock": clock.id,
            "name": clock.name,
            "rule": clock.rule,
            "basis": clock.basis.value,
            "missed": int(late),
            "due": None if clock.due is None else isoformat(clock.due),
        }
        if clock.outcome is Outcome.MET:
            yield Evidence(DEADLINE_MET, (DEADLINES,), actor, case.id, facts, ())
        elif late:
            yield Evidence(DEADLINE_MISSED, (DEADLINES,), actor, case.id, facts, ())


def _decision_leaf(case: Case, actor: Actor, made: Decision) -> Evidence:
    facts = {
        "case": case.number,
        "decision": made.id,
        "verb": made.verb,
        "outcome": made.outcome,
        "grounds": [one.written() for one in made.grounds],
        "found_by_software": made.found_by_software,
        "decided_by_software": made.decided_by_software,
        "decider": made.decider,
        "second": made.second,
    }
    return Evidence(DECISION_MADE, (DECISIONS,), actor, case.id, facts, ())


# -- opening ---------------------------------------------------------------------------------------


def _now(tx: Tx) -> Now:
    return Now(tx.now, prc())


def _number(tx: Tx, kind: Kind) -> str:
    """A number for letters and the telephone: kind, day of Beijing, and what nobody guesses."""
    drawn = new_id("n")[-8:].upper()
    return f"{kind.prefix}-{tx.now.astimezone(BEIJING):%y%m%d}-{drawn[:4]}-{drawn[4:]}"
