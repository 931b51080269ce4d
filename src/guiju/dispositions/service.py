# SPDX-License-Identifier: Apache-2.0
"""What is done about a person: proposed or held, decided, put in force, lifted (Article 14).

Each verb is a step of the table in `action_kind`; what follows from it is in `acting`.
"""

from __future__ import annotations

from collections.abc import Sequence

from guiju import accounts
from guiju.casework import Case, Origin, Ruling, Severity, get_case, open_case
from guiju.dispositions import acting, action_store, findings, policy, refusing
from guiju.dispositions.action_kind import CONFIRM, END, USER_ACTION
from guiju.dispositions.grounds import agreed_in, grounds_of, require_clause
from guiju.dispositions.model import (
    ABUSE_RULE,
    Action,
    Cause,
    Effect,
    Finding,
    Measure,
    Proposal,
    Strike,
    Trigger,
)
from guiju.dispositions.policy import Now
from guiju.dispositions.stepping import ORIGINS, step
from guiju.dispositions.wording import TRIGGERS
from guiju.kernel import Actor, ActorKind, Text, software
from guiju.measures import enforces
from guiju.policies import FUNCTIONS, LadderStep
from guiju.storage import Tx

_RULE = Actor(ActorKind.SOFTWARE, ABUSE_RULE, frozenset({ABUSE_RULE}))
_SOFTWARE = software("dispositions")
_BY_STAFF = Cause()
_MOST_DAYS = 366


# -- beginning -------------------------------------------------------------------------------------


@enforces("provisional-holds")
def hold_for_abuse(tx: Tx, person: str, trigger: Trigger, now: Now) -> Case | None:
    """Hold a person provisionally because the rule about abuse was reached.

    None when they are held already, also by another worker just now.
    """
    if not action_store.hold(tx, person):
        return None
    strikes = action_store.counting(tx, person, tx.now)
    proposal = _of_step(now.rules.step_at(strikes + 1))
    version = agreed_in(tx, proposal.clause)
    case = _open(tx, _RULE, person, Origin.AUTOMATION, now)
    found = trigger.findings
    action = _new(case, proposal, trigger.rule, _RULE, strikes=strikes, agreement=version)
    _begin(tx, action, found)
    said = TRIGGERS[trigger.rule]
    facts = Text(
        zh=f"{said.zh}，{len(found)} 次。", en=f"Rule reached: {said.en}, {len(found)} times."
    )
    ruling = Ruling(
        outcome="hold",
        grounds=grounds_of(proposal.clause, version),
        facts=f"{facts.zh} {facts.en}",
        found_by_software=True,
        appeal=now.to_appeal,
    )
    evidence = {
        "trigger": trigger.rule,
        "tier": now.tier.value,
        "findings": [one.id for one in found],
    }
    return step(
        tx, _RULE, case, "hold", ruling=ruling, limits={CONFIRM: now.to_confirm}, facts=evidence
    )


def propose(
    tx: Tx,
    actor: Actor,
    person: str,
    proposal: Proposal,
    reason: str,
    *,
    cause: Cause = _BY_STAFF,
) -> Case:
    """Propose a measure against a person; another one decides.

    Raises:
        NotFound: `person-unknown`.
        Invalid: `measure-invalid`, `clause-unknown` or `reason-needed`.
        Refused: `person-needed` or `role-needed`.
    """
    case = _opened_by_hand(tx, actor, person, proposal, cause)
    return step(tx, actor, case, "propose", reason=reason)


def hold(
    tx: Tx,
    actor: Actor,
    person: str,
    proposal: Proposal,
    reason: str,
    *,
    cause: Cause = _BY_STAFF,
) -> Case:
    """Hold a person at once and provisionally, with a measure that another one decides on.

    Raises:
        Conflict: `held-already`.
        All that `propose` raises.
    """
    if not action_store.hold(tx, person):
        raise refusing.held_already()
    case = _opened_by_hand(tx, actor, person, proposal, cause)
    now, action = policy.now(tx), action_store.get(tx, case.id)
    ruling = _ruling(action, "hold", reason, now, found_by_software=False)
    limits = {CONFIRM: now.to_confirm}
    return step(tx, actor, case, "hold", ruling=ruling, limits=limits)


def revise(tx: Tx, actor: Actor, case: Case, proposal: Proposal, reason: str) -> Case:
    """Say another measure; whoever does may not decide on it.

    Raises:
        Invalid: `measure-invalid`, `clause-unknown` or `reason-needed`.
        Conflict: `wrong-state`.
        Refused: `person-needed` or `role-needed`.
    """
    check_proposal(proposal)
    version = require_clause(tx, proposal.clause)
    facts = {"measure": proposal.measure.value, "days": proposal.days}
    # The case first, as when it is decided: two at once wait for it, and not for each other.
    moved = step(tx, actor, case, "revise", reason=reason, facts=facts)
    changes = {**_changes(proposal), "agreement": version, "measure_by": actor.id}
    action_store.change(tx, case.id, changes)
    acting.put_on_record(tx, actor, moved)
    return moved


# -- deciding --------------------------------------------------------------------------------------


@enforces("user-dispositions")
def approve(tx: Tx, actor: Actor, case: Case, facts: str) -> Case:
    """Decide on the measure as it stands, and put it in force; `facts` are what was found.

    Raises:
        Refused: `person-needed`, `second-person-needed` or `role-needed`.
        Conflict: `wrong-state`, or `guard-fails` where the end of service takes two.
        Invalid: `ruling-needed`.
    """
    action, now = action_store.get(tx, case.id), policy.pinned(tx, case.policy)
    known = action.trigger.startswith("abuse.")
    ruling = _ruling(action, action.measure.value, facts, now, found_by_software=known)
    evidence = {"measure": action.measure.value, "days": action.days}
    moved = step(tx, actor, case, "approve", ruling=ruling, facts=evidence)
    return enforce(tx, moved, actor)


def enforce(tx: Tx, case: Case, actor: Actor = _SOFTWARE) -> Case:
    """Put in force what was decided.

    Raises:
        Conflict: `wrong-state`.
    """
    ends = policy.pinned(tx, case.policy).measure_ends(action_store.get(tx, case.id).days)
    return step(tx, actor, case, "enforce", limits={END: ends})


def dismiss(tx: Tx, actor: Actor, case: Case, reason: str) -> Case:
    """Take no measure; the findings are dismissed with it."""
    return step(tx, actor, case, "dismiss", reason=reason)


def lift(tx: Tx, actor: Actor, case: Case, reason: str) -> Case:
    """End a hold or a measure before its time; strikes stay."""
    return step(tx, actor, case, "lift", reason=reason)


def settle_decided(tx: Tx, most: int = 100) -> int:
    """Put in force what was decided elsewhere, as by a page of another room; how many."""
    waiting = action_store.decided(tx, most)
    for one in waiting:
        enforce(tx, get_case(tx, USER_ACTION, one.case))
    return len(waiting)


# -- reading ---------------------------------------------------------------------------------------


def action_of(tx: Tx, case: Case) -> Action:
    """What is done about the person in this case."""
    return action_store.get(tx, case.id)


def actions_of(tx: Tx, person: str) -> list[Action]:
    """What is and was done about a person, the newest first."""
    return action_store.of_person(tx, person)


def strikes_of(tx: Tx, person: str) -> Sequence[Strike]:
    """All strikes of a person, the newest first."""
    return action_store.strikes_of(tx, person)


def suggested(tx: Tx, person: str) -> Proposal:
    """What the ladder of the policy says for one strike more."""
    strikes = action_store.counting(tx, person, tx.now)
    return _of_step(policy.now(tx).rules.step_at(strikes + 1))


# -- inside ----------------------------------------------------------------------------------------


def _opened_by_hand(tx: Tx, actor: Actor, person: str, proposal: Proposal, cause: Cause) -> Case:
    accounts.get_person(tx, person)
    check_proposal(proposal)
    version, now = require_clause(tx, proposal.clause), policy.now(tx)
    case = _open(tx, actor, person, ORIGINS[cause.source], now)
    strikes = action_store.counting(tx, person, tx.now)
    action = _new(case, proposal, cause.source.value, actor, strikes=strikes, agreement=version)
    _begin(tx, action, cause.findings)
    return case


def _open(tx: Tx, actor: Actor, person: str, origin: Origin, now: Now) -> Case:
    return open_case(
        tx,
        actor,
        USER_ACTION,
        origin=origin,
        severity=Severity.HIGH,
        subject=person,
        policy=now.policy,
    )


def _begin(tx: Tx, action: Action, because_of: Sequence[Finding]) -> None:
    action_store.add(tx, action)
    findings.spend(tx, because_of, action.case)


def _new(
    case: Case,
    proposal: Proposal,
    trigger: str,
    actor: Actor,
    *,
    strikes: int,
    agreement: int | None,
) -> Action:
    return Action(
        case=case.id,
        person=case.subject or "",
        effect=Effect.NONE,
        held=False,
        measure=proposal.measure,
        days=proposal.days,
        clause=proposal.clause,
        functions=proposal.functions,
        agreement=agreement,
        trigger=trigger,
        measure_by=actor.id,
        strikes=strikes,
        policy=case.policy,
    )


def _ruling(
    action: Action, outcome: str, facts: str, now: Now, *, found_by_software: bool
) -> Ruling:
    return Ruling(
        outcome=outcome,
        grounds=grounds_of(action.clause, action.agreement),
        facts=facts,
        found_by_software=found_by_software,
        appeal=now.to_appeal,
    )


def _of_step(step: LadderStep) -> Proposal:
    return Proposal(Measure(step.measure), step.days, step.clause, step.functions)


def _changes(proposal: Proposal) -> dict[str, object]:
    return {
        "measure": proposal.measure.value,
        "days": proposal.days,
        "clause": proposal.clause,
        "functions": list(proposal.functions),
    }


def check_proposal(proposal: Proposal) -> None:
    """All but the end of service name how long they last, a restriction what it closes."""
    ends = proposal.measure is Measure.TERMINATE
    if (proposal.days is None) is not ends:
        raise refusing.bad_measure(
            "终止服务没有期限，其他处置须写明天数",
            "the end of service has no days, and every other measure has",
        )
    if proposal.days is not None and not 1 <= proposal.days <= _MOST_DAYS:
        raise refusing.bad_measure(
            f"天数应在 1 到 {_MOST_DAYS} 之间", f"days are between 1 and {_MOST_DAYS}"
        )
    restricts = proposal.measure is Measure.RESTRICT
    if bool(proposal.functions) is not restricts or set(proposal.functions) - set(FUNCTIONS):
        raise refusing.bad_measure(
            f"限制功能须写明功能（{'、'.join(FUNCTIONS)}），其他处置不写",
            f"a restriction names functions ({', '.join(FUNCTIONS)}), and nothing else does",
        )
