# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import update

from guiju.accounts import Entry, SessionKind, Visit, passkeys, sign_in_staff
from guiju.accounts.passkey_store import PASSKEY
from guiju.accounts.refusing_entry import SecondFactorNeeded
from guiju.accounts.sessions import session
from guiju.kernel import Conflict, GuijuError, Invalid, Refused
from guiju.storage import Database

from .authenticator import PRESENT, Authenticator
from .conftest import PASSWORD

HERE = Visit(binding="browser one")
OTHER = Visit(binding="browser two")
pytestmark = pytest.mark.control("sign-in-guarded")


def asked_to_add(db: Database, actor, visit: Visit = HERE):
    with db.read() as tx:
        known = passkeys.passkeys_of(tx, actor.id)
    now = db.clock.now()
    return passkeys.options_to_add(db.keys, actor, "wanderer", visit, known=known, now=now)


def asked(db: Database, visit: Visit = HERE):
    return passkeys.options_to_enter(db.keys, visit, db.clock.now())


def added(db: Database, actor, one: Authenticator | None = None, label: str = "phone"):
    one = one or Authenticator()
    answer = one.make(asked_to_add(db, actor))
    with db.write() as tx:
        return one, passkeys.add_passkey(tx, actor, answer, label, HERE)


def enters(db: Database, answer: str, kind=SessionKind.PERSON, visit: Visit = HERE):
    return passkeys.sign_in_by_passkey(db, kind, answer, visit)


def refused(db: Database, answer: str, kind=SessionKind.PERSON, visit: Visit = HERE) -> str:
    with pytest.raises(GuijuError) as caught:
        enters(db, answer, kind, visit)
    return caught.value.code


def test_a_passkey_signs_in_without_a_password(db, person, leaves):
    """It was kept with its name, and its use is noted; the session is one of two factors."""
    one, kept = added(db, person.actor)
    opened = enters(db, one.sign(asked(db)))
    assert opened.session.actor == person.actor
    assert opened.session.entry is Entry.PASSKEY
    with db.read() as tx:
        (now,) = passkeys.passkeys_of(tx, person.id)
        assert session(tx, opened.token) == opened.session
    assert (now.label, now.sign_count, now.used_at) == ("phone", 1, db.clock.now())
    (leaf,) = leaves("credential-changed")
    assert leaf["facts"] == {"what": "passkey-added", "passkey": kept.id}
    assert leaf["subject"] == person.id


def test_the_browser_is_asked_for_a_key_that_stays_and_for_its_holder(db, person):
    """Resident, with user verification, for this site; keys that are known are not made twice."""
    one, _ = added(db, person.actor)
    options = asked_to_add(db, person.actor)
    assert options["authenticatorSelection"]["residentKey"] == "required"
    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert options["rp"]["id"] == "localhost"
    assert len(options["excludeCredentials"]) == 1
    assert asked(db)["userVerification"] == "required"
    with pytest.raises(Conflict, match="passkey-known"):
        added(db, person.actor, one)


@pytest.mark.parametrize(
    "odd",
    [
        {"origin": "https://evil.example"},
        {"origin": "http://localhost:8081"},
        {"origin": "https://localhost:8080"},
        {"domain": "evil.example"},
        {"client": {"crossOrigin": True}},
        {"kind": "webauthn.create"},
        {"flags": PRESENT},
        {"flags": 0x04},
        {"user": b"pe_somebody_else"},
        {"key": ec.generate_private_key(ec.SECP256R1())},
    ],
    ids=lambda odd: "-".join(f"{key}" for key in odd),
)
def test_an_answer_for_another_site_frame_or_holder_opens_nothing(db, person, odd):
    """Origin, domain, frame, kind, presence, verification, owner and key are each looked at."""
    one, _ = added(db, person.actor)
    assert refused(db, one.sign(asked(db), **odd)) == "passkey-refused"
    assert enters(db, one.sign(asked(db)))


def test_an_answer_works_once(db, person):
    """Replayed in the same browser, at once, it is refused."""
    one, _ = added(db, person.actor)
    answer = one.sign(asked(db))
    assert enters(db, answer)
    assert refused(db, answer) == "sign-in-step-expired"


def test_a_failed_answer_uses_its_challenge_up_only_if_it_was_ours(db, person):
    """A challenge of another browser, of another purpose, or none of ours is worth nothing."""
    one, _ = added(db, person.actor)
    assert refused(db, one.sign(asked(db, OTHER))) == "sign-in-step-expired"
    assert refused(db, one.sign({"rpId": "localhost", "challenge": "AAAA"})) == (
        "sign-in-step-expired"
    )
    to_add = asked_to_add(db, person.actor)
    assert refused(db, one.sign({"rpId": "localhost", "challenge": to_add["challenge"]})) == (
        "sign-in-step-expired"
    )


def test_a_challenge_lives_five_minutes(db, person, clock):
    """Just before it works, at the limit it does not."""
    one, _ = added(db, person.actor)
    early, late = asked(db), asked(db)
    clock.advance(minutes=5, seconds=-1)
    assert enters(db, one.sign(early))
    clock.advance(seconds=1)
    assert refused(db, one.sign(late)) == "sign-in-step-expired"


def test_an_authenticator_that_counts_backwards_is_barred(db, person, leaves):
    """The copy opens nothing, and from then on neither does the first; it is on record."""
    one, kept = added(db, person.actor)
    enters(db, one.sign(asked(db), count=7))
    assert refused(db, one.sign(asked(db), count=7)) == "passkey-refused"
    assert refused(db, one.sign(asked(db), count=9)) == "passkey-refused"
    assert leaves("credential-changed")[-1]["facts"] == {
        "what": "passkey-barred",
        "passkey": kept.id,
    }


def test_a_forged_count_bars_nobody(db, person):
    """Whoever has no key cannot lock the passkey of somebody else."""
    one, _ = added(db, person.actor)
    enters(db, one.sign(asked(db), count=7))
    stranger = ec.generate_private_key(ec.SECP256R1())
    assert refused(db, one.sign(asked(db), count=0, key=stranger)) == "passkey-refused"
    assert enters(db, one.sign(asked(db), count=8))


def test_one_that_does_not_count_goes_on(db, person):
    """Synchronised passkeys always say nought."""
    one, _ = added(db, person.actor)
    for _ in range(2):
        assert enters(db, one.sign(asked(db), count=0))


def test_a_passkey_of_a_person_opens_no_console(db, house, person):
    """Nor the other way round: whose it is decides, not where it is shown."""
    one, _ = added(db, person.actor)
    assert refused(db, one.sign(asked(db)), SessionKind.STAFF) == "passkey-refused"
    staff, _ = added(db, house.officer.actor)
    assert refused(db, staff.sign(asked(db))) == "passkey-refused"
    opened = enters(db, staff.sign(asked(db)), SessionKind.STAFF)
    assert opened.session.actor == house.officer.actor


@pytest.mark.control("staff-roles")
def test_staff_with_a_passkey_need_both_steps(db, house, leaves):
    """The password alone gives a ticket, good once and in this browser only."""
    one, _ = added(db, house.officer.actor)
    with pytest.raises(SecondFactorNeeded) as caught:
        sign_in_staff(db, "officer", PASSWORD, HERE)
    ticket = caught.value.ticket
    for visit in (OTHER, HERE):
        answer = one.sign(asked(db, visit))
        if visit is OTHER:
            with pytest.raises(Refused, match="sign-in-step-expired"):
                passkeys.confirm_by_passkey(db, ticket, answer, visit)
        else:
            opened = passkeys.confirm_by_passkey(db, ticket, answer, visit)
    assert opened.session.entry is Entry.BOTH
    with pytest.raises(Refused, match="sign-in-step-expired"):
        passkeys.confirm_by_passkey(db, ticket, one.sign(asked(db)), HERE)
    assert leaves("staff-signed-in")[-1]["facts"]["strong"] is True


def test_the_second_step_takes_the_passkey_of_who_gave_the_password(db, house):
    """A colleague's does not do."""
    added(db, house.officer.actor)
    colleague, _ = added(db, house.second.actor)
    with pytest.raises(SecondFactorNeeded) as caught:
        sign_in_staff(db, "officer", PASSWORD, HERE)
    with pytest.raises(Refused, match="passkey-refused"):
        passkeys.confirm_by_passkey(db, caught.value.ticket, colleague.sign(asked(db)), HERE)


@pytest.mark.parametrize(
    "answer",
    ["", "{}", "[]", "null", "x" * 30_000, "[" * 10_000, '{"id":"é","response":{}}', '{"id": 7}'],
    ids=range(8),
)
def test_what_is_no_answer_is_told_so(db, person, answer):
    """One clear error, whatever was sent."""
    assert refused(db, answer) == "passkey-unreadable"


def test_each_part_of_an_answer_may_be_garbage(db, person):
    """A refusal of ours for every part that is taken away or broken, never a crash."""
    one, _ = added(db, person.actor)
    for part in ("clientDataJSON", "authenticatorData", "signature"):
        for broken in (None, "", "AAAA", 7, "%%%"):
            whole = json.loads(one.sign(asked(db)))
            whole["response"][part] = broken
            code = refused(db, json.dumps(whole))
            assert code in {"passkey-refused", "passkey-unreadable"}


def test_a_passkey_lent_in_the_database_is_not_believed(db, house, person):
    """Giving somebody else's account one's own key by SQL opens nothing."""
    one, kept = added(db, person.actor)
    with db.write() as tx:
        tx.execute(update(PASSKEY).where(PASSKEY.c.id == kept.id).values(owner=house.boss.id))
    assert refused(db, one.sign(asked(db), user=house.boss.id.encode()), SessionKind.STAFF) == (
        "passkey-refused"
    )


def test_only_one_s_own_passkey_is_removed(db, house, person, leaves):
    """Somebody else's is not even there."""
    _, kept = added(db, person.actor)
    with db.write() as tx, pytest.raises(GuijuError, match="passkey-not-found"):
        passkeys.remove_passkey(tx, house.boss.actor, kept.id)
    with db.write() as tx:
        passkeys.remove_passkey(tx, person.actor, kept.id)
        assert passkeys.passkeys_of(tx, person.id) == []
    assert leaves("credential-changed")[-1]["facts"]["what"] == "passkey-removed"


def test_a_registration_of_another_browser_or_account_is_refused(db, house, person):
    """The challenge is bound to both."""
    one = Authenticator()
    answer = one.make(asked_to_add(db, person.actor, OTHER))
    with db.write() as tx, pytest.raises(Refused, match="sign-in-step-expired"):
        passkeys.add_passkey(tx, person.actor, answer, "", HERE)
    answer = one.make(asked_to_add(db, person.actor))
    with db.write() as tx, pytest.raises(Refused, match="sign-in-step-expired"):
        passkeys.add_passkey(tx, house.boss.actor, answer, "", HERE)


def test_no_account_has_ever_more_passkeys(db, person):
    """Twenty are enough for anybody."""
    for _ in range(passkeys.MOST):
        added(db, person.actor)
    with pytest.raises(Conflict, match="passkeys-too-many"):
        added(db, person.actor)


def test_a_label_is_a_label(db, person):
    """As everywhere."""
    with pytest.raises(Invalid, match="label-invalid"):
        added(db, person.actor, label="x" * 61)
