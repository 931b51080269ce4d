# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from guiju.accounts import (
    Entry,
    SessionKind,
    Visit,
    flood,
    known_key,
    openid,
    recovery,
    sign_in_person,
    sign_in_staff,
)
from guiju.accounts.openid_model import Identity
from guiju.accounts.openid_refusing import NotLinked
from guiju.accounts.passkey_store import of_owner
from guiju.kernel import GuijuError, Refused
from guiju.storage import Database

from .conftest import PASSWORD
from .test_accounts_passkeys import added
from .vouching import put_provider

NEW = "harbour candle 7 mist"
HERE = Visit(address="192.0.2.7")
pytestmark = pytest.mark.control("account-recovery")


def codes(db: Database, actor) -> list[str]:
    with db.write() as tx:
        return recovery.make_codes(tx, actor)


def recovers(db: Database, code: str, name: str = "wanderer", kind=SessionKind.PERSON, **more):
    return recovery.recover(db, kind, name, code, password=more.get("password", NEW), visit=HERE)


def refused(db: Database, code: str, name: str = "wanderer") -> str:
    with pytest.raises(Refused) as caught:
        recovers(db, code, name)
    return caught.value.code


def granted(db: Database, house, owner: str, reason: str = "shown-in-person") -> tuple[str, str]:
    with db.write() as tx:
        made = recovery.ask_recovery(tx, house.officer.actor, owner, reason)
    with db.write() as tx:
        approved, code = recovery.approve_recovery(tx, house.boss.actor, made.id)
    return approved.id, code


def test_a_code_opens_once_and_sets_a_new_password(db, person, leaves):
    """The old password and every other session are over; the second use finds nothing."""
    before = sign_in_person(db, "wanderer", PASSWORD)
    first, second, *_ = codes(db, person.actor)
    opened = recovers(db, first.upper().replace("-", " "))
    assert opened.session.entry is Entry.RECOVERY
    assert refused(db, first) == "recovery-wrong"
    with pytest.raises(Refused):
        sign_in_person(db, "wanderer", PASSWORD)
    assert sign_in_person(db, "wanderer", NEW)
    (leaf,) = leaves("account-recovered")
    assert leaf["facts"]["by"] == "code"
    assert leaf["facts"]["sessions_ended"] == 1
    from guiju.accounts import session  # noqa: PLC0415 - the name is a fixture's elsewhere

    with db.read() as tx:
        assert session(tx, before.token) is None
        assert recovery.codes_left(tx, person.id) == 9
    assert recovers(db, second, password="another mist harbour 8")


def test_new_codes_make_the_old_ones_void(db, person):
    """Ten at a time."""
    old = codes(db, person.actor)
    new = codes(db, person.actor)
    assert len(set(old + new)) == 20
    assert refused(db, old[0]) == "recovery-wrong"
    assert recovers(db, new[0])


@pytest.mark.parametrize("name", ["wanderer", "nobody", "", "a\x00b"])
def test_which_names_exist_is_not_said(db, person, name):
    """A wrong code sounds the same for every name."""
    codes(db, person.actor)
    assert refused(db, "aaaa-bbbb-cccc-dddd", name) == "recovery-wrong"


def test_a_code_of_somebody_else_opens_nothing(db, house, person):
    """It is bound to its owner, and to what kind of account it is."""
    mine = codes(db, person.actor)
    assert refused(db, mine[0], "officer") == "recovery-wrong"
    with pytest.raises(Refused, match="recovery-wrong"):
        recovers(db, mine[0], "officer", SessionKind.STAFF)


def test_guessing_codes_is_paused_by_address(db, person):
    """Thirty in a quarter of an hour, out of 2^79."""
    for _ in range(flood.GUESSES):
        refused(db, "aaaa-bbbb-cccc-dddd")
    assert refused(db, "aaaa-bbbb-cccc-dddd") == "sign-in-paused"


def test_a_weak_new_password_does_not_use_the_code_up(db, person):
    """Nothing is lost by a mistake."""
    (code, *_) = codes(db, person.actor)
    with pytest.raises(GuijuError, match="password-weak"):
        recovers(db, code, password="short")
    assert recovers(db, code)


def test_two_members_of_staff_recover_an_account(db, house, person, leaves):
    """One asks with a reason, another allows; the lost passkeys are gone, and all is on record."""
    added(db, person.actor)
    grant, code = granted(db, house, person.id)
    assert recovers(db, code)
    with db.read() as tx:
        assert of_owner(tx, person.id) == []
        (one,) = recovery.recoveries(tx, person.id)
    assert one.state == "used"
    (leaf,) = leaves("account-recovered")
    facts = leaf["facts"]
    assert (facts["by"], facts["grant"], facts["passkeys_removed"]) == ("staff", grant, 1)
    assert (facts["asked_by"], facts["approved_by"]) == (house.officer.id, house.boss.id)
    (approved,) = leaves("recovery-approved")
    assert approved["facts"]["reason"] == "shown-in-person"
    assert code not in str(leaves())


def test_nobody_recovers_an_account_alone(db, house, person):
    """Not who asked, and not the member whose account it is."""
    with db.write() as tx:
        made = recovery.ask_recovery(tx, house.officer.actor, person.id, "lost")
        with pytest.raises(Refused, match="second-person-needed"):
            recovery.approve_recovery(tx, house.officer.actor, made.id)
        own = recovery.ask_recovery(tx, house.officer.actor, house.boss.id, "lost")
        with pytest.raises(Refused, match="second-person-needed"):
            recovery.approve_recovery(tx, house.boss.actor, own.id)


@pytest.mark.parametrize("who", ["appeals", "auditor", "legal"])
def test_it_takes_a_role(db, house, person, who):
    """And a reason that is a code."""
    actor = getattr(house, who).actor
    with db.write() as tx:
        with pytest.raises(Refused, match="role-needed"):
            recovery.ask_recovery(tx, actor, person.id, "lost")
        made = recovery.ask_recovery(tx, house.officer.actor, person.id, "lost")
        with pytest.raises(Refused, match="role-needed"):
            recovery.approve_recovery(tx, actor, made.id)
        with pytest.raises(GuijuError, match="reason-code-invalid"):
            recovery.ask_recovery(tx, house.officer.actor, person.id, "He called me.")


def test_a_granted_code_is_good_for_a_day(db, house, person, clock):
    """Then it opens nothing."""
    _, code = granted(db, house, person.id)
    clock.advance(hours=24)
    assert refused(db, code) == "recovery-wrong"


def test_the_person_can_refuse_it(db, house, person):
    """It was not they who asked: the code is void, and it cannot be approved any more."""
    grant, code = granted(db, house, person.id)
    with db.write() as tx:
        recovery.refuse_recovery(tx, person.actor, grant)
    assert refused(db, code) == "recovery-wrong"
    with db.write() as tx, pytest.raises(GuijuError, match="recovery-not-found"):
        recovery.approve_recovery(tx, house.boss.actor, grant)


def test_staff_recover_as_well(db, house):
    """With a code of their own, for a lost passkey."""
    (code, *_) = codes(db, house.officer.actor)
    added(db, house.officer.actor)
    opened = recovers(db, code, "officer", SessionKind.STAFF)
    assert opened.session.actor == house.officer.actor
    with pytest.raises(Refused, match="second-factor-needed"):
        sign_in_staff(db, "officer", NEW)


def test_what_staff_give_back_opens_to_nobody_who_had_it_before(db, house, person, key, leaves):
    """Pre-hijacking: keys, codes, passkeys and identities left by who came first are void."""
    added(db, person.actor)
    left = codes(db, person.actor)
    put_provider(db, house.boss.actor)
    with db.write() as tx:
        openid.link_identity(tx, person.actor, SessionKind.PERSON, Identity("corp", "attacker"))
    _, code = granted(db, house, person.id)
    assert recovers(db, code)
    assert refused(db, left[0]) == "recovery-wrong"
    with pytest.raises(NotLinked):
        openid.enter_by_identity(db, Identity("corp", "attacker"), HERE)
    with db.read() as tx:
        assert known_key_refused(tx, key.token)
    (leaf,) = leaves("account-recovered")
    facts = leaf["facts"]
    assert [facts[one] for one in ("links_removed", "codes_removed", "keys_revoked")] == [1, 10, 1]


def test_a_code_of_one_s_own_leaves_keys_and_identities_alone(db, house, person, key):
    """Nobody else had a hand in it."""
    put_provider(db, house.boss.actor)
    with db.write() as tx:
        openid.link_identity(tx, person.actor, SessionKind.PERSON, Identity("corp", "u-1"))
    assert recovers(db, codes(db, person.actor)[0])
    with db.read() as tx:
        assert known_key(tx, key.token).id == key.key.id
        assert len(openid.links_of(tx, person.id)) == 1


def known_key_refused(tx, token: str) -> bool:
    try:
        known_key(tx, token)
    except Refused:
        return True
    return False
