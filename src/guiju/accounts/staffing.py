# SPDX-License-Identifier: Apache-2.0
"""Appointing staff to roles and dismissing them; the role decides what somebody may do (Art. 9)."""

from __future__ import annotations

from collections.abc import Iterable

from guiju.accounts import granting, names, passwords, refusing, staff_store
from guiju.accounts.duties import check_apart, powerful
from guiju.accounts.model import Staff
from guiju.accounts.passwords import Hashed
from guiju.accounts.roles import Role, requires_role
from guiju.kernel import Actor, ActorKind, Invalid, new_id
from guiju.ledger import append
from guiju.measures import enforces
from guiju.storage import Tx

CONTROLS = ("staff-roles",)
_MOST_SHOWN = 500


@enforces("staff-roles")
def appoint_staff(
    tx: Tx,
    actor: Actor,
    name: str,
    password: str | Hashed,
    roles: Iterable[str],
    *,
    display: str = "",
) -> Staff:
    """Appoint who will sign in as `name` to `roles`.

    The accountable person appoints; software does so once, for the first staff of the house. Roles
    that take two people are held once somebody else has approved them (`granting`).

    Raises:
        Refused: `role-needed`, `duties-apart`, or `person-needed` for software when there is staff.
        Invalid: `name-invalid`, `password-weak`, `roles-invalid` or `label-invalid`.
        Conflict: `name-taken`.
    """
    _check_may_appoint(tx, actor)
    login = names.login_name(name)
    wanted = granting.known_roles(roles)
    check_apart(wanted)
    first = actor.kind is ActorKind.SOFTWARE
    waits = frozenset() if first else powerful(wanted)
    member = Staff(
        id=new_id("st"),
        name=login.folded,
        display=names.label(display) or login.shown,
        roles=tuple(one for one in wanted if one not in waits),
        appointed_by=actor.id,
        appointed_at=tx.now,
        dismissed_at=None,
    )
    hashed = passwords.ready(name, password)
    if not staff_store.add_staff(tx, member):
        raise refusing.name_taken()
    staff_store.set_credential(tx, member.id, hashed.text)
    _append(tx, "staff-appointed", actor, member, wanted)
    if waits:
        granting.ask(tx, actor, member.id, wanted, "appointed")
    return member


def dismiss_staff(tx: Tx, actor: Actor, name: str) -> Staff:
    """End an appointment and every session of it; the name is not given out again.

    Raises:
        Refused: `role-needed`.
        NotFound: `staff-unknown`.
    """
    requires_role(actor, Role.ACCOUNTABLE_PERSON)
    member = _member(tx, name)
    staff_store.dismiss(tx, member.id)
    staff_store.drop_sessions_of(tx, member.id)
    _append(tx, "staff-dismissed", actor, member)
    return staff_store.find_staff(tx, member.id) or member


def staff_actor(tx: Tx, name: str) -> Actor:
    """The member who signs in as `name`, with their roles; raises NotFound `staff-unknown`."""
    return _member(tx, name).actor


def get_staff(tx: Tx, staff: str) -> Staff:
    """The member with this id, also a dismissed one; raises NotFound `staff-unknown`."""
    found = staff_store.find_staff(tx, staff)
    if found is None:
        raise refusing.no_such_staff()
    return found


def staff_listed(tx: Tx) -> list[Staff]:
    """All members by name, the dismissed ones too."""
    return staff_store.staff(tx, _MOST_SHOWN)


def find_staff(tx: Tx, name: str) -> Staff | None:
    """Who signs in as `name` and was not dismissed; None too for what cannot be a name."""
    try:
        login = names.login_name(name)
    except Invalid:
        return None
    found = staff_store.find_staff_by_name(tx, login.folded)
    return found if found is not None and found.dismissed_at is None else None


def _append(
    tx: Tx, kind: str, actor: Actor, member: Staff, wanted: Iterable[Role] | None = None
) -> None:
    roles = member.roles if wanted is None else wanted
    facts: dict[str, object] = {"roles": [role.value for role in roles]}
    append(tx, kind, controls=CONTROLS, actor=actor, subject=member.id, facts=facts)


def _member(tx: Tx, name: str) -> Staff:
    found = find_staff(tx, name)
    if found is None:
        raise refusing.no_such_staff()
    return found


def _check_may_appoint(tx: Tx, actor: Actor) -> None:
    if actor.kind is not ActorKind.SOFTWARE:
        requires_role(actor, Role.ACCOUNTABLE_PERSON)
    elif staff_store.staff_before(tx, tx.now):
        raise refusing.first_staff_only()
