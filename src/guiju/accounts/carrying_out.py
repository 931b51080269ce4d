# SPDX-License-Identifier: Apache-2.0
"""How a person stands after what was decided in cases about them (Article 14).

Who may decide what, and with how many eyes, stands in the table of those cases; here it takes
effect. What staff did by hand, with `set_standing`, is never made milder by a case that ends.
"""

from __future__ import annotations

from typing import NamedTuple

from guiju.accounts import closed_store, people, refusing, store
from guiju.accounts.model import Person, PersonState
from guiju.kernel import Actor
from guiju.ledger import append
from guiju.measures import enforces
from guiju.storage import Tx

_BY_CASE = "case."
_FROM_MILD_TO_STRICT = (
    PersonState.ACTIVE,
    PersonState.RESTRICTED,
    PersonState.SUSPENDED,
    PersonState.TERMINATED,
)


class Decided(NamedTuple):
    """What all cases in force come to: the state, the functions closed, and the case behind it."""

    state: PersonState
    closed: frozenset[str] = frozenset()
    case: str = "none"


@enforces("account-and-keys")
def carry_out(tx: Tx, actor: Actor, person: str, decided: Decided) -> Person:
    """Let the person stand as cases have decided; afterwards caches must be told.

    Nothing changes where they stand so already, or staff suspended them by hand for longer.

    Raises:
        NotFound: `person-unknown`.
        Conflict: `standing-overtaken` by somebody else.
    """
    before = people.get_person(tx, person)
    closed = closed_store.functions_closed(tx, person)
    if _by_hand(before) and _rank(decided.state) <= _rank(before.state):
        return before
    if before.state is decided.state and closed == decided.closed:
        return before
    changes = {
        "state": decided.state.value,
        "reason": f"{_BY_CASE}{decided.state.value}",
        "standing_by": actor.id,
        "standing_at": tx.now,
    }
    if not store.move_person(tx, before, changes):
        raise refusing.standing_overtaken()
    if closed != decided.closed:
        closed_store.put(tx, person, decided.closed)
    append(
        tx,
        "person-standing-changed",
        controls=people.CONTROLS,
        actor=actor,
        subject=person,
        facts=_facts(before, decided),
    )
    return people.get_person(tx, person)


def _facts(before: Person, decided: Decided) -> dict[str, object]:
    return {
        "from": before.state.value,
        "to": decided.state.value,
        "reason": f"{_BY_CASE}{decided.state.value}",
        "case": decided.case,
        "closed": sorted(decided.closed),
    }


def _by_hand(person: Person) -> bool:
    barred = person.state is not PersonState.ACTIVE
    return barred and not person.reason.startswith(_BY_CASE)


def _rank(state: PersonState) -> int:
    return _FROM_MILD_TO_STRICT.index(state)
