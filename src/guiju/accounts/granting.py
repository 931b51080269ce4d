# SPDX-License-Identifier: Apache-2.0
"""Giving and taking roles: duties that belong apart stay apart, and powerful roles take two people.

The accountable person asks. What gives nobody a powerful role takes effect at once; everything else
waits until somebody else, who may, has approved it. Nobody changes their own roles.
"""

from __future__ import annotations

from collections.abc import Iterable

from guiju.accounts import grant_store, names, people, refusing, staff_store
from guiju.accounts import refusing_entry as entry_refusing
from guiju.accounts.duties import check_apart, duties, powerful
from guiju.accounts.granting_model import RoleGrant
from guiju.accounts.model import Staff
from guiju.accounts.roles import Role, in_order, requires_role
from guiju.kernel import Actor, new_id
from guiju.ledger import append
from guiju.measures import enforces
from guiju.storage import Tx

CONTROLS = ("duties-separated",)


@enforces("duties-separated")
def ask_roles(
    tx: Tx, actor: Actor, name: str, roles: Iterable[str], reason: str
) -> RoleGrant | Staff:
    """Let a member hold exactly `roles`: at once, or once somebody else has approved it.

    Raises:
        Refused: `role-needed`, `duties-apart`, or `second-person-needed` for one's own roles.
        Invalid: `roles-invalid` or `reason-code-invalid`.
        NotFound: `staff-unknown`.
    """
    requires_role(actor, Role.ACCOUNTABLE_PERSON)
    member = staff_store.find_staff_by_name(tx, names.login_name(name).folded)
    if member is None or member.dismissed_at is not None:
        raise refusing.no_such_staff()
    if member.id == actor.id:
        raise entry_refusing.second_person_needed()
    if not people.is_reason(reason):
        raise refusing.bad_reason()
    wanted = known_roles(roles)
    check_apart(wanted)
    if powerful(set(wanted) - set(member.roles)):
        return ask(tx, actor, member.id, wanted, reason)
    return _change(tx, actor, member, wanted, reason=reason, by=actor.id)


def ask(tx: Tx, actor: Actor, staff: str, roles: tuple[Role, ...], reason: str) -> RoleGrant:
    """Put on record that roles are asked for; somebody else decides."""
    made = RoleGrant(new_id("rgr"), staff, roles, reason, "asked", actor.id, tx.now, None, None)
    grant_store.add(tx, made)
    append(
        tx,
        "staff-roles-asked",
        controls=CONTROLS,
        actor=actor,
        subject=staff,
        facts={"grant": made.id, "roles": [one.value for one in roles], "reason": reason},
    )
    return made


@enforces("duties-separated")
def approve_roles(tx: Tx, actor: Actor, grant: str) -> Staff:
    """Approve what somebody else asked for; it takes effect at once.

    Raises:
        Refused: `role-needed`, `duties-apart`, or `second-person-needed` for who asked or gets it.
        NotFound: `grant-not-found`.
    """
    requires_role(actor, *duties().approve)
    one, member = _open(tx, grant)
    if actor.id in {one.asked_by, one.staff}:
        raise entry_refusing.second_person_needed()
    check_apart(one.roles)
    if not grant_store.decide(tx, one, "approved", actor.id):
        raise entry_refusing.no_such_grant()
    return _change(tx, actor, member, one.roles, reason=one.reason, by=one.asked_by)


def refuse_roles(tx: Tx, actor: Actor, grant: str) -> RoleGrant:
    """Refuse it; who asked may take it back.

    Raises:
        Refused: `role-needed`.
        NotFound: `grant-not-found`.
    """
    requires_role(actor, *duties().approve)
    one, _ = _open(tx, grant)
    if not grant_store.decide(tx, one, "refused", actor.id):
        raise entry_refusing.no_such_grant()
    append(
        tx,
        "staff-roles-refused",
        controls=CONTROLS,
        actor=actor,
        subject=one.staff,
        facts={"grant": one.id, "asked_by": one.asked_by},
    )
    return grant_store.find(tx, one.id) or one


def grants(tx: Tx) -> list[RoleGrant]:
    """What was asked for, the newest first."""
    return grant_store.newest(tx)


def known_roles(roles: Iterable[str]) -> tuple[Role, ...]:
    """The roles of these names, in order; raises Invalid `roles-invalid`."""
    try:
        known = in_order(roles)
    except ValueError as error:
        raise refusing.roles_invalid() from error
    if not known:
        raise refusing.roles_invalid()
    return known


def _change(
    tx: Tx, actor: Actor, member: Staff, roles: tuple[Role, ...], *, reason: str, by: str
) -> Staff:
    staff_store.set_roles(tx, member.id, roles)
    given = powerful(set(roles) - set(member.roles))
    append(
        tx,
        "staff-power-given" if given else "staff-roles-changed",
        controls=CONTROLS,
        actor=actor,
        subject=member.id,
        facts={
            "before": [one.value for one in member.roles],
            "roles": [one.value for one in roles],
            "powerful": sorted(one.value for one in given),
            "asked_by": by,
            "reason": reason,
        },
    )
    return staff_store.find_staff(tx, member.id) or member


def _open(tx: Tx, grant: str) -> tuple[RoleGrant, Staff]:
    found = grant_store.find(tx, grant)
    member = None if found is None else staff_store.find_staff(tx, found.staff)
    if found is None or found.state != "asked" or member is None or member.dismissed_at is not None:
        raise entry_refusing.no_such_grant()
    return found, member
