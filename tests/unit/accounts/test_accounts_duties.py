# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from itertools import combinations

import pytest

from guiju.accounts import Role, appoint_staff, find_staff, granting
from guiju.accounts.duties import check_apart, duties, powerful
from guiju.accounts.granting_model import RoleGrant
from guiju.kernel import GuijuError, Refused, software
from guiju.storage import Database

from .conftest import PASSWORD

pytestmark = pytest.mark.control("duties-separated")


def held(db: Database, name: str) -> list[str]:
    with db.read() as tx:
        found = find_staff(tx, name)
        assert found is not None
        return [one.value for one in found.roles]


def asked(db: Database, house, name: str, *roles: str, reason: str = "new-duty"):
    with db.write() as tx:
        return granting.ask_roles(tx, house.boss.actor, name, roles, reason)


@pytest.mark.parametrize(
    "pair", [one.pair for one in duties().apart], ids=lambda one: "+".join(sorted(one))
)
def test_nobody_holds_roles_that_belong_apart(db, house, pair):
    """Not by appointment, not by change, not with others beside them; the error says why."""
    roles = sorted(one.value for one in pair)
    with pytest.raises(Refused, match="duties-apart"):
        check_apart({*pair, Role.POLICY_EDITOR, Role.DATA_STEWARD})
    with db.write() as tx, pytest.raises(Refused, match="duties-apart"):
        appoint_staff(tx, software("test"), "both", PASSWORD, roles)
    with pytest.raises(Refused, match="duties-apart"):
        asked(db, house, "legal", *roles)


def test_the_data_keep_apart_what_the_duties_of_roles_ask_for():
    """An auditor acts in nothing; who runs the machines opens nothing and decides about nobody."""
    apart = {one.pair for one in duties().apart}
    others = set(Role) - {Role.AUDITOR}
    assert {frozenset({Role.AUDITOR, one}) for one in others} <= apart
    for one in (Role.PRIVACY_OFFICER, Role.CUSTODIAN, Role.SAFETY_OFFICER):
        assert frozenset({Role.OPERATOR, one}) in apart
    assert frozenset({Role.FILING_MANAGER, Role.ACCOUNTABLE_PERSON}) in apart
    allowed = [set(pair) for pair in combinations(Role, 2) if frozenset(pair) not in apart]
    for pair in allowed:
        check_apart(pair)
    assert set(duties().approve) <= set(duties().powerful)


def test_a_powerful_role_takes_two_people(db, house, leaves):
    """One asks, another approves; until then nothing has changed."""
    made = asked(db, house, "legal", "agreement-manager", "privacy-officer")
    assert isinstance(made, RoleGrant)
    assert held(db, "legal") == ["agreement-manager"]
    with db.write() as tx:
        for who in (house.boss, house.legal):
            with pytest.raises(Refused):
                granting.approve_roles(tx, who.actor, made.id)
        granting.approve_roles(tx, house.officer.actor, made.id)
        with pytest.raises(GuijuError, match="grant-not-found"):
            granting.approve_roles(tx, house.second.actor, made.id)
    assert held(db, "legal") == ["privacy-officer", "agreement-manager"]
    (leaf,) = leaves("staff-power-given")
    assert leaf["facts"]["asked_by"] == house.boss.id != leaf["actor"]["id"]
    assert leaf["facts"]["powerful"] == ["privacy-officer"]


def test_nobody_changes_their_own_roles_or_approves_for_themselves(db, house):
    """Privilege escalation by who may ask, and by who may approve."""
    with db.write() as tx:
        with pytest.raises(Refused, match="second-person-needed"):
            granting.ask_roles(tx, house.boss.actor, "boss", ["accountable-person"], "more")
        made = granting.ask_roles(
            tx, house.boss.actor, "officer", ["safety-officer", "privacy-officer"], "more"
        )
        assert isinstance(made, RoleGrant)
        for who in (house.officer, house.boss):
            with pytest.raises(Refused, match="second-person-needed"):
                granting.approve_roles(tx, who.actor, made.id)


@pytest.mark.parametrize("who", ["officer", "appeals", "legal", "auditor"])
def test_only_the_accountable_person_asks(db, house, who):
    """Whoever else."""
    with db.write() as tx, pytest.raises(Refused, match="role-needed"):
        granting.ask_roles(tx, getattr(house, who).actor, "appeals", ["reviewer"], "more")


def test_what_gives_no_power_takes_effect_at_once(db, house, leaves):
    """An ordinary role given, a powerful one taken away."""
    asked(db, house, "appeals", "appeals-officer", "reviewer")
    assert held(db, "appeals") == ["reviewer", "appeals-officer"]
    asked(db, house, "second", "policy-editor")
    assert held(db, "second") == ["policy-editor"]
    assert [one["facts"]["powerful"] for one in leaves("staff-roles-changed")] == [[], []]


def test_a_newcomer_holds_a_powerful_role_once_another_has_approved(db, house, clock):
    """Appointed at once with what is ordinary; the rest waits."""
    clock.advance(hours=1)
    with db.write() as tx:
        made = appoint_staff(
            tx, house.boss.actor, "newcomer", PASSWORD, ["reviewer", "safety-officer"]
        )
        assert [one.value for one in made.roles] == ["reviewer"]
        (grant,) = granting.grants(tx)
        granting.approve_roles(tx, house.officer.actor, grant.id)
    assert held(db, "newcomer") == ["safety-officer", "reviewer"]


def test_a_request_can_be_refused(db, house, leaves):
    """Then it is over."""
    made = asked(db, house, "legal", "privacy-officer")
    assert isinstance(made, RoleGrant)
    with db.write() as tx:
        with pytest.raises(Refused, match="role-needed"):
            granting.refuse_roles(tx, house.auditor.actor, made.id)
        granting.refuse_roles(tx, house.second.actor, made.id)
        with pytest.raises(GuijuError, match="grant-not-found"):
            granting.approve_roles(tx, house.second.actor, made.id)
    assert held(db, "legal") == ["agreement-manager"]
    assert len(leaves("staff-roles-refused")) == 1


@pytest.mark.parametrize(
    ("roles", "reason", "code"),
    [
        ([], "x", "roles-invalid"),
        (["king"], "x", "roles-invalid"),
        (["reviewer"], "A b", "reason-code-invalid"),
    ],
)
def test_what_is_asked_for_must_be_roles_and_a_reason(db, house, roles, reason, code):
    """Each with its own error."""
    with pytest.raises(GuijuError, match=code):
        asked(db, house, "legal", *roles, reason=reason)
    with pytest.raises(GuijuError, match="staff-unknown"):
        asked(db, house, "nobody", "reviewer")


def test_which_roles_are_powerful_is_data():
    """Those that open what is sealed, end accounts, sign, or run the machines."""
    assert powerful(Role) == duties().powerful
    assert powerful({Role.REVIEWER}) == frozenset()
