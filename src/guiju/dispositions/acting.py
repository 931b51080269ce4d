# SPDX-License-Identifier: Apache-2.0
"""What follows from each step of a case about a person, in the transaction of the step.

So it follows whoever takes the step: a reviewer, a page of another room, or software when a time is
over. The person's account stands as all cases about them come to; the person is told why.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from guiju import accounts
from guiju.accounts import Decided, PersonState
from guiju.casework import Case, Decision, Transition, Unit, afterwards, decisions, due, prc
from guiju.dispositions import (
    action_store,
    appeal_store,
    finding_store,
    findings,
    policy,
    reasons,
    telling,
)
from guiju.dispositions.model import Action, Effect, FindingState, Measure, Strike
from guiju.kernel import Actor, isoformat, new_id
from guiju.ledger import append
from guiju.measures import enforces
from guiju.storage import Tx

STANDING_CHANGED = "standing-changed"
"""The topic by which all processes are told to look at a person anew."""

TOOK_EFFECT = "disposition-took-effect"
STRIKE_COUNTED = "strike-counted"
STRIKE_REMOVED = "strike-removed"
_CONTROLS = ("user-dispositions",)
_STATES = {
    Measure.WARN: PersonState.ACTIVE,
    Measure.RESTRICT: PersonState.RESTRICTED,
    Measure.SUSPEND: PersonState.SUSPENDED,
    Measure.TERMINATE: PersonState.TERMINATED,
}
_FROM_MILD_TO_STRICT = tuple(_STATES.values())


def carried_out(tx: Tx, actor: Actor, case: Case, line: Transition) -> None:
    """Do what follows from the step that was just taken."""
    follow = _FOLLOWS.get(line.verb)
    action = action_store.find(tx, case.id)
    if follow is None or action is None:
        return
    follow(tx, actor, case, action)
    put_on_record(tx, actor, case)


def put_on_record(tx: Tx, actor: Actor, case: Case) -> None:
    """Say in the evidence what the case does to the person as of now, and with which measure."""
    now = action_store.get(tx, case.id)
    facts = {
        "case": case.number,
        "effect": now.effect.value,
        "held": now.held,
        "measure": now.measure.value,
        "until": now.ends_at and isoformat(now.ends_at),
    }
    append(tx, TOOK_EFFECT, controls=_CONTROLS, actor=actor, subject=now.person, facts=facts)


# -- how the account stands ------------------------------------------------------------------------


def stand(tx: Tx, actor: Actor, person: str) -> None:
    """Let the account stand as all that takes effect now comes to; the strictest counts."""
    before = accounts.get_person(tx, person)
    decided = _decided(action_store.taking_effect(tx, person))
    if accounts.carry_out(tx, actor, person, decided) != before:
        afterwards(tx, STANDING_CHANGED, person)


def _decided(actions: list[Action]) -> Decided:
    strictest, behind = PersonState.ACTIVE, "none"
    closed: set[str] = set()
    for one in actions:
        state = _state(one)
        if _rank(state) > _rank(strictest):
            strictest, behind = state, one.case
        if one.effect is Effect.IN_FORCE and one.measure is Measure.RESTRICT:
            closed |= set(one.functions)
    return Decided(strictest, frozenset(closed), behind)


def _state(action: Action) -> PersonState:
    """A hold closes all, whatever the measure will be; what was decided counts once in force."""
    if action.effect is Effect.IN_FORCE:
        return _STATES[action.measure]
    return PersonState.SUSPENDED if action.held else PersonState.ACTIVE


def _rank(state: PersonState) -> int:
    return _FROM_MILD_TO_STRICT.index(state)


# -- what follows from which step ------------------------------------------------------------------


@enforces("provisional-holds")
def _hold(tx: Tx, actor: Actor, case: Case, action: Action) -> None:
    action_store.change(tx, case.id, {"held": True})
    stand(tx, actor, action.person)
    reasons.state(tx, actor, case, action_store.get(tx, case.id))


def _approve(tx: Tx, actor: Actor, case: Case, _: Action) -> None:
    action_store.change(tx, case.id, {"effect": Effect.DECIDED.value})
    findings.settle(tx, actor, finding_store.of_case(tx, case.id), FindingState.CONFIRMED)


@enforces("statements-of-reasons")
def _enforce(tx: Tx, actor: Actor, case: Case, action: Action) -> None:
    ends = None if action.days is None else due(action.days, Unit.DAYS, tx.now, prc())
    changes = {
        "effect": Effect.IN_FORCE.value,
        "held": False,
        "in_force_at": tx.now,
        "ends_at": ends and ends.at,
    }
    action_store.change(tx, case.id, changes)
    _let_go(tx, action)
    # What an appeal has varied counts as it was counted.
    if not action_store.strikes_of_case(tx, case.id):
        _strike(tx, actor, action)
    stand(tx, actor, action.person)
    reasons.state(tx, actor, case, action_store.get(tx, case.id), _because(tx, case))


def _because(tx: Tx, case: Case) -> Decision | None:
    """The decision on an appeal that put another measure in the place of the first."""
    found = [one for one in appeal_store.against(tx, case.id) if one.outcome == "varied"]
    if not found:
        return None
    # Both cases are of one person, so the words of both are sealed by one key.
    return decisions(tx, replace(case, id=found[-1].case), opened=True)[-1]


def _end(tx: Tx, actor: Actor, case: Case, action: Action) -> None:
    """It takes effect no more: access comes back unless another case stands against it."""
    action_store.change(tx, case.id, {"effect": Effect.ENDED.value, "held": False})
    _let_go(tx, action)
    stand(tx, actor, action.person)
    if action.held or action.effect is Effect.IN_FORCE:
        telling.ended(tx, actor, case)


def _let_go(tx: Tx, action: Action) -> None:
    if action.held:
        action_store.let_go(tx, action.person)


def _dismiss(tx: Tx, actor: Actor, case: Case, action: Action) -> None:
    findings.settle(tx, actor, finding_store.of_case(tx, case.id), FindingState.DISMISSED)
    _end(tx, actor, case, action)


def _overturn(tx: Tx, actor: Actor, case: Case, action: Action) -> None:
    take_back_strikes(tx, actor, action)
    _dismiss(tx, actor, case, action)


_FOLLOWS: Mapping[str, Callable[[Tx, Actor, Case, Action], None]] = {
    "hold": _hold,
    "approve": _approve,
    "enforce": _enforce,
    "dismiss": _dismiss,
    "lapse": _end,
    "lift": _end,
    "expire": _end,
    "overturn": _overturn,
}


# -- strikes ---------------------------------------------------------------------------------------


def _strike(tx: Tx, actor: Actor, action: Action) -> None:
    days = policy.pinned(tx, action.policy).rules.strike_days
    until = due(days, Unit.DAYS, tx.now, prc())
    made = Strike(
        id=new_id("stk"),
        person=action.person,
        case=action.case,
        at=tx.now,
        expires_at=until.at if until else tx.now,
        removed_at=None,
    )
    action_store.add_strike(tx, made)
    facts = {
        "strike": made.id,
        "case": action.case,
        "counting": action_store.counting(tx, action.person, tx.now),
        "expires": isoformat(made.expires_at),
    }
    append(tx, STRIKE_COUNTED, controls=_CONTROLS, actor=actor, subject=action.person, facts=facts)


def take_back_strikes(tx: Tx, actor: Actor, action: Action) -> None:
    """Let the strikes of a case count no more."""
    for one in action_store.strikes_of_case(tx, action.case):
        action_store.take_back(tx, one)
        facts = {"strike": one.id, "case": action.case}
        append(
            tx, STRIKE_REMOVED, controls=_CONTROLS, actor=actor, subject=action.person, facts=facts
        )
