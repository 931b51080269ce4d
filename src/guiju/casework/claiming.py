# SPDX-License-Identifier: Apache-2.0
"""Take a case in hand, for a while and alone; it comes back by itself when the time is over."""

from __future__ import annotations

from datetime import timedelta

from guiju.casework import claim_store, queue_store, refusing
from guiju.casework.case import Case, Claim
from guiju.casework.kind import Kinds
from guiju.kernel import Actor, ActorKind
from guiju.storage import Tx

LASTS = timedelta(minutes=30)
_TRIES = 8


def claim(tx: Tx, actor: Actor, case: Case, lasts: timedelta = LASTS) -> Claim:
    """Take the case in hand until `lasts` is over, or keep it for longer when one has it already.

    Raises:
        Refused: `person-needed` or `role-needed`.
        Conflict: `case-claimed` by somebody else, or `case-not-waiting`.
    """
    _check(actor, case)
    taken = Claim(case.id, actor.id, tx.now, tx.now + lasts)
    if not claim_store.take(tx, taken):
        stands = claim_store.find(tx, case.id)
        raise refusing.in_other_hands(case.number, stands.until if stands else taken.until)
    return claim_store.find(tx, case.id) or taken


def claim_next(tx: Tx, actor: Actor, kinds: Kinds, queue: str) -> Case | None:
    """Take the first case of the queue that one may work on and nobody has in hand.

    None when there is none, or others were quicker eight times in a row.
    """
    mine = Kinds(one for one in kinds if actor.kind is ActorKind.STAFF and actor.has(*one.roles))
    for case in queue_store.page(tx, mine, queue, free=True, size=_TRIES).cases:
        if claim_store.take(tx, Claim(case.id, actor.id, tx.now, tx.now + LASTS)):
            return case
    return None


def release(tx: Tx, actor: Actor, case: Case) -> bool:
    """Give the case back to its queue; False when one does not have it.

    Raises:
        Conflict: `case-claimed`, when somebody else has it.
    """
    stands = claim_store.find(tx, case.id)
    if stands is None:
        return False
    if stands.holder != actor.id:
        raise refusing.in_other_hands(case.number, stands.until)
    return claim_store.drop(tx, case.id)


def claimed(tx: Tx, case: Case) -> Claim | None:
    """Who has the case in hand now."""
    return claim_store.find(tx, case.id)


def _check(actor: Actor, case: Case) -> None:
    verb = refusing.TAKE
    if actor.kind is not ActorKind.STAFF:
        raise refusing.person_needed(verb, case.kind.roles)
    if not actor.has(*case.kind.roles):
        raise refusing.role_needed(verb, case.kind.roles)
    if case.queue is None:
        raise refusing.not_waiting(case.number)
