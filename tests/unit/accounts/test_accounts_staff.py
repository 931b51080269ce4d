# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
from sqlalchemy import select

from guiju import measures
from guiju.accounts import (
    Role,
    appoint_staff,
    dismiss_staff,
    find_staff,
    get_staff,
    register_person,
    requires_role,
    session,
    sign_in_staff,
    staff_actor,
    staff_listed,
)
from guiju.accounts.staff_store import SESSION
from guiju.kernel import Actor, ActorKind, Conflict, Invalid, NotFound, Refused, canonical, software
from guiju.storage import Database

PASSWORD = "lantern orchard 42"


def appoint(
    db: Database, actor: Actor, name: str = "newcomer", roles: tuple[str, ...] = ("reviewer",)
) -> str:
    with db.write() as tx:
        return appoint_staff(tx, actor, name, PASSWORD, roles).id


@pytest.mark.control("staff-roles")
def test_an_appointment_is_on_record_with_its_roles(db, house, leaves):
    """Each leaf names the roles, by pseudonym and not by name."""
    mine = appoint(db, house.boss.actor, "Zanzibarina", ("reviewer", "policy-editor"))
    leaf = leaves("staff-appointed")[-1]
    assert leaf["subject"] == mine
    assert leaf["actor"]["id"] == house.boss.id
    assert leaf["facts"] == {"roles": ["reviewer", "policy-editor"]}
    assert b"anzibarina" not in b"".join(canonical(one) for one in leaves())


@pytest.mark.control("staff-roles")
def test_the_role_decides_what_somebody_may_do(house):
    """Only staff who hold one of the roles pass; a person with the word does not."""
    requires_role(house.officer.actor, Role.SAFETY_OFFICER, Role.REVIEWER)
    pretender = Actor(ActorKind.PERSON, "pe_x", frozenset({"safety-officer"}))
    for actor in (house.auditor.actor, pretender, software("gateway")):
        with pytest.raises(Refused) as caught:
            requires_role(actor, Role.SAFETY_OFFICER)
        assert caught.value.code == "role-needed"
        assert "内容安全负责人" in caught.value.what.zh


def test_only_the_accountable_person_appoints(db, house):
    """Another officer, a person, and software once there is staff: refused."""
    for actor in (house.officer.actor, Actor(ActorKind.PERSON, "pe_x")):
        with pytest.raises(Refused) as caught:
            appoint(db, actor)
        assert caught.value.code == "role-needed"


def test_software_appoints_the_first_staff_only(db, house, clock):
    """Within the first transaction; later it is refused, so that no program makes officers."""
    clock.advance(seconds=1)
    with pytest.raises(Refused) as caught:
        appoint(db, software("installer"))
    assert caught.value.code == "person-needed"


@pytest.mark.parametrize("roles", [(), ("emperor",), ("reviewer", "emperor"), ("",)])
def test_a_role_that_does_not_exist_is_refused(db, house, roles):
    """No role is no appointment either."""
    with pytest.raises(Invalid) as caught:
        appoint(db, house.boss.actor, roles=roles)
    assert caught.value.code == "roles-invalid"


def test_every_role_has_its_names():
    """In both languages, each different."""
    assert len({one.text.zh for one in Role}) == len({one.text.en for one in Role}) == len(Role)


@pytest.mark.parametrize("name", ["boss", "BOSS", "ｂｏｓｓ"])
def test_a_staff_name_is_given_once(db, house, name):
    """Whatever its case and width; also after a dismissal."""
    with pytest.raises(Conflict) as caught:
        appoint(db, house.boss.actor, name)
    assert caught.value.code == "name-taken"


def test_a_person_and_a_member_may_share_a_name(db, house):
    """They sign in at different doors."""
    with db.write() as tx:
        register_person(tx, None, "boss", PASSWORD)


@pytest.mark.parametrize("password", ["short", "newcomer", "newcomer-1" * 30, "aaaaaaaaaaaaaa"])
def test_staff_get_no_weak_password(db, house, password):
    """Invalid `password-weak`."""
    with pytest.raises(Invalid) as caught, db.write() as tx:
        appoint_staff(tx, house.boss.actor, "newcomer", password, ["reviewer"])
    assert caught.value.code == "password-weak"


@pytest.mark.control("staff-roles")
def test_a_dismissed_member_is_out_at_once(db, house, leaves):
    """Name, roles and open sessions end together, and it is on record."""
    opened = sign_in_staff(db, "officer", PASSWORD)
    with db.write() as tx:
        gone = dismiss_staff(tx, house.boss.actor, "officer")
    assert gone.dismissed_at is not None
    assert leaves("staff-dismissed")[-1]["facts"]["roles"]
    with db.read() as tx:
        assert session(tx, opened.token) is None
        assert find_staff(tx, "officer") is None
        assert get_staff(tx, house.officer.id) == gone
        with pytest.raises(NotFound):
            staff_actor(tx, "officer")
        assert tx.rows(select(SESSION)) == []
    with pytest.raises(Refused) as caught:
        sign_in_staff(db, "officer", PASSWORD)
    assert caught.value.code == "sign-in-wrong"
    with pytest.raises(NotFound), db.write() as tx:
        dismiss_staff(tx, house.boss.actor, "officer")
    with pytest.raises(Conflict):
        appoint(db, house.boss.actor, "officer")


def test_only_the_accountable_person_dismisses(db, house):
    """An officer cannot remove another."""
    with pytest.raises(Refused), db.write() as tx:
        dismiss_staff(tx, house.officer.actor, "second")


def test_staff_are_listed_by_name_with_roles(db, house):
    """What the command line and the console show."""
    with db.read() as tx:
        listed = staff_listed(tx)
        assert staff_actor(tx, "Officer") == house.officer.actor
    assert [one.name for one in listed] == sorted(one.name for one in house)
    assert house.officer.actor.roles == frozenset({"safety-officer"})


@pytest.mark.parametrize("name", ["", "nobody", "x" * 10_000, "a\x00b"])
def test_an_unknown_name_is_nobody(db, house, name):
    """NotFound `staff-unknown`, not a crash."""
    with db.read() as tx, pytest.raises(NotFound) as caught:
        staff_actor(tx, name)
    assert caught.value.code == "staff-unknown"


@pytest.mark.control("staff-roles")
def test_the_control_is_enforced_by_roles_and_sign_in():
    """Both the check and the door carry it."""
    named = measures.enforcers()["staff-roles"]
    assert "guiju.accounts.roles.requires_role" in named
    assert "guiju.accounts.signing.sign_in_staff" in named
