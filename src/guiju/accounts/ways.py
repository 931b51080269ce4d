# SPDX-License-Identifier: Apache-2.0
"""By which name and password somebody signs in; both only for themselves."""

from __future__ import annotations

from guiju.accounts import people, refusing, staff_store, staffing
from guiju.accounts.noting import note_change
from guiju.accounts.passwords import Hashed
from guiju.accounts.roles import KEEPERS, requires_role
from guiju.kernel import Actor, ActorKind, NotFound
from guiju.measures import enforces
from guiju.storage import Tx


@enforces("sign-in-guarded")
def change_password(tx: Tx, actor: Actor, hashed: Hashed) -> None:
    """Set another password of one's own; that the old one was known is asked before."""
    staff_store.set_credential(tx, actor.id, hashed.text)
    note_change(tx, actor, "password-changed", actor.id)


@enforces("sign-in-guarded")
def end_sessions_of(tx: Tx, actor: Actor, owner: str, reason: str) -> int:
    """Sign somebody out everywhere, as one who keeps accounts, for a reason given as a code.

    Raises:
        Refused: `role-needed`.
        Invalid: `reason-code-invalid`.
    """
    requires_role(actor, *KEEPERS)
    if not people.is_reason(reason):
        raise refusing.bad_reason()
    count = staff_store.drop_sessions_of(tx, owner)
    note_change(tx, actor, "sessions-ended", owner, count=count, reason=reason)
    return count


def stored(tx: Tx, actor: Actor) -> str | None:
    """The hash of somebody's password; None for who has none."""
    return staff_store.find_credential(tx, actor.id)


def sign_in_name(tx: Tx, actor: Actor) -> str:
    """The name somebody signs in by; their id once the name was erased."""
    if actor.kind is ActorKind.STAFF:
        return staffing.get_staff(tx, actor.id).name
    try:
        return people.name_of(tx, actor.id) or actor.id
    except NotFound:
        # Whoever was erased has a pseudonym left, and must still be able to sign out.
        return actor.id


def name_shown(tx: Tx, actor: Actor) -> str:
    """How a page greets whoever is signed in."""
    if actor.kind is ActorKind.STAFF:
        return staffing.get_staff(tx, actor.id).display
    return sign_in_name(tx, actor)
