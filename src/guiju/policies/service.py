# SPDX-License-Identifier: Apache-2.0
"""What is done with policies: propose, approve, reject; one person proposes and another decides.

Each verb changes the table and appends evidence in the same transaction (Article 4, item 1).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from guiju.kernel import Actor, canonical, digest, new_id, software
from guiju.ledger import append
from guiju.measures import enforces
from guiju.policies import body as bodies
from guiju.policies import lists_store, store, urgent_folding
from guiju.policies.lists_model import SHELVES, facts_of, not_stored, references
from guiju.policies.model import (
    MACHINE,
    Policy,
    PolicyHead,
    PolicyState,
    already_installed,
    altered,
    no_such,
    none_active,
    overtaken,
    unchanged,
)
from guiju.storage import Tx

_CONTROLS = ("policy-four-eyes",)


def propose(tx: Tx, actor: Actor, body: Mapping[str, Any], note: str = "") -> Policy:
    """Propose `body` as the next version; nothing is in force by it.

    Raises:
        Refused: `person-needed` or `role-needed`.
        Invalid: `policy-invalid`, with the place of the fault, `lexicon-not-stored` or
            `picture-list-not-stored`.
        Conflict: `policy-unchanged`, when it is the body in force.
    """
    step = MACHINE.step(PolicyState.DRAFT, "propose", actor)
    note = bodies.checked_words("note", note)
    whole = bodies.checked(body)
    _check_lists(tx, whole)
    proposed = Policy(
        id=new_id("policy"),
        version=store.next_version(tx),
        state=PolicyState(step.target),
        digest=digest(canonical(whole)),
        note=note,
        proposer=actor.id,
        proposed_at=tx.now,
        decider=None,
        decided_at=None,
        reason=None,
        body=whole,
    )
    bodies.compiled(whole, proposed.digest)
    now = store.find_active_head(tx)
    if now is not None and now.digest == proposed.digest:
        raise unchanged(now.version)
    store.add(tx, proposed)
    append(
        tx,
        "policy-proposed",
        controls=_CONTROLS,
        actor=actor,
        subject=proposed.id,
        facts=_facts(proposed),
    )
    return proposed


@enforces("policy-four-eyes")
def approve(tx: Tx, actor: Actor, policy: str) -> Policy:
    """Put a proposed version in force; the one before it is superseded at the same moment.

    Raises:
        Refused: `second-person-needed` for the proposer, `person-needed`, `role-needed`.
        Conflict: `wrong-state`, or `policy-overtaken` by somebody else.
        NotFound: `policy-unknown`.
    """
    proposed = get(tx, policy)
    step = MACHINE.step(proposed.state, "approve", actor, earlier=(proposed.proposer,))
    facts = {**_facts(proposed), "approver": actor.id}
    append(tx, "policy-approved", controls=_CONTROLS, actor=actor, subject=proposed.id, facts=facts)
    before = _supersede_active(tx)
    activated = _decide(tx, proposed, step.target, actor, None)
    append(
        tx,
        "policy-activated",
        controls=_CONTROLS,
        actor=actor,
        subject=activated.id,
        facts={**facts, "supersedes": None if before is None else before.id},
    )
    urgent_folding.fold(tx, activated.body)
    return activated


def reject(tx: Tx, actor: Actor, policy: str, reason: str) -> Policy:
    """Turn a proposed version down, with a reason; it can be proposed again as a new version.

    Raises:
        Refused: `second-person-needed` for the proposer, `person-needed`, `role-needed`.
        Invalid: `reason-needed`.
        Conflict: `wrong-state`, or `policy-overtaken` by somebody else.
        NotFound: `policy-unknown`.
    """
    proposed = get(tx, policy)
    step = MACHINE.step(
        proposed.state, "reject", actor, earlier=(proposed.proposer,), reason=reason
    )
    words = bodies.checked_words("reason", step.reason or "")
    rejected = _decide(tx, proposed, step.target, actor, words)
    append(
        tx,
        "policy-rejected",
        controls=_CONTROLS,
        actor=actor,
        subject=rejected.id,
        facts={**_facts(rejected), "decider": actor.id},
    )
    return rejected


def install_default(tx: Tx, proposer: Actor, approver: Actor) -> Policy:
    """Put the default policy in force on an empty house, by the same two persons' path.

    Raises:
        Conflict: `policy-exists`.
    """
    if store.next_version(tx) != 1:
        raise already_installed()
    return approve(tx, approver, propose(tx, proposer, bodies.default_body(), "default").id)


def active(tx: Tx) -> Policy | None:
    """The policy in force; raises Unavailable `policy-altered` when it is not what was approved."""
    found = store.find_active(tx)
    return None if found is None else _true(found)


def in_force(tx: Tx) -> Policy:
    """The policy in force; raises NotFound `policy-none-active` when there is none yet."""
    now = active(tx)
    if now is None:
        raise none_active()
    return now


def active_head(tx: Tx) -> PolicyHead | None:
    """The policy in force without its body: cheap enough to ask often."""
    return store.find_active_head(tx)


def get(tx: Tx, policy: str) -> Policy:
    """One version; raises NotFound `policy-unknown`, or Unavailable `policy-altered`."""
    found = store.find(tx, policy)
    if found is None:
        raise no_such(policy)
    return _true(found)


def with_digest(tx: Tx, digest: str) -> Policy | None:
    """The version that a record or a case is pinned to; raises Unavailable `policy-altered`."""
    found = store.find_by_digest(tx, digest)
    return None if found is None else _true(found)


def listed(tx: Tx, limit: int = 100) -> list[PolicyHead]:
    """The newest versions without their bodies, newest first."""
    return store.newest(tx, limit)


def _supersede_active(tx: Tx) -> PolicyHead | None:
    before = store.find_active_head(tx)
    if before is None:
        return None
    step = MACHINE.step(before.state, "supersede", software("policies"))
    if not store.move(tx, before, step.target):
        raise overtaken()
    return before


def _decide(tx: Tx, policy: Policy, target: str, actor: Actor, reason: str | None) -> Policy:
    changes = {"decider": actor.id, "decided_at": tx.now, "reason": reason}
    if not store.move(tx, policy, target, **changes):
        raise overtaken()
    return replace(
        policy, state=PolicyState(target), decider=actor.id, decided_at=tx.now, reason=reason
    )


def _true(policy: Policy) -> Policy:
    if digest(canonical(policy.body)) != policy.digest:
        raise altered(policy.id)
    return policy


def _check_lists(tx: Tx, body: Mapping[str, Any]) -> None:
    """Refuse a policy whose lists could not be screened by."""
    for shelf in SHELVES:
        for one in references(body, shelf):
            stored = lists_store.find(tx, shelf, one.digest)
            if stored is None or stored.entries != one.entries:
                raise not_stored(shelf, one)


def _facts(policy: Policy) -> dict[str, Any]:
    facts = {
        "policy": policy.id,
        "version": policy.version,
        "digest": policy.digest,
        "proposer": policy.proposer,
    }
    return facts | facts_of(policy.body)
