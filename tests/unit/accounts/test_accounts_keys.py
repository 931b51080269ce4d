# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
from sqlalchemy import select

from guiju import measures
from guiju.accounts import (
    KeyKind,
    PersonState,
    introduce_end_user,
    issue_app_key,
    issue_key,
    keys,
    keys_of,
    known_key,
    register_app,
    register_person,
    revoke_key,
    set_standing,
)
from guiju.accounts.store import API_KEY
from guiju.kernel import Actor, ActorKind, Conflict, Invalid, NotFound, Refused, digest, software
from guiju.storage import Database

PASSWORD = "lantern orchard 42"


def refusal(db: Database, token: str) -> Refused:
    with db.read() as tx, pytest.raises(Refused) as caught:
        known_key(tx, token)
    return caught.value


@pytest.mark.control("account-and-keys")
def test_a_key_is_kept_as_a_digest_only(db, person, key):
    """The token is shown once; the row has its SHA-256 and last four characters."""
    assert key.token.startswith("gj-user-")
    with db.read() as tx:
        (row,) = tx.rows(select(API_KEY))
        assert known_key(tx, key.token) == key.key
    assert row.token_digest == digest(key.token.encode())
    assert (row.last4, row.label) == (key.token[-4:], "laptop")
    assert key.token not in str(tuple(row))


@pytest.mark.control("account-and-keys")
def test_each_key_belongs_to_a_registered_account(db, person, key, app, leaves):
    """The evidence of issuing names the owner, as the control's own check asks."""
    issued = leaves("key-issued")
    assert {one["subject"] for one in issued} == {person.id, app.app.id}
    assert {one["facts"]["key"] for one in issued} == {key.key.id, app.key.id}


def test_a_revoked_key_opens_nothing(db, person, key, leaves):
    """401 `key-revoked`, and the revocation is on record."""
    with db.write() as tx:
        revoked = revoke_key(tx, person.actor, key.key.id)
    assert revoked.revoked_at is not None
    error = refusal(db, key.token)
    assert (error.code, error.status) == ("key-revoked", 401)
    (leaf,) = leaves("key-revoked")
    assert (leaf["subject"], leaf["facts"]["key"]) == (person.id, key.key.id)


def test_a_key_is_revoked_once(db, person, key):
    """The second time is a Conflict."""
    with db.write() as tx:
        revoke_key(tx, person.actor, key.key.id)
    with pytest.raises(Conflict) as caught, db.write() as tx:
        revoke_key(tx, person.actor, key.key.id)
    assert caught.value.code == "key-already-revoked"


@pytest.mark.parametrize(
    "token",
    [
        "",
        "gj-user-",
        "gj-user-" + "0" * 40,
        "gj-user-" + "0" * 39,
        "gj-user-" + "0" * 40 + "\n",
        "gj-admin-" + "0" * 40,
        "GJ-USER-" + "0" * 40,
        "x" * 10_000,
        "gj-user-\ud800",
        "' OR 1=1 --",
    ],
)
def test_what_is_no_key_of_ours_is_unknown(db, token):
    """401 `key-unknown` for garbage, near misses and well-formed guesses alike."""
    error = refusal(db, token)
    assert (error.code, error.status) == ("key-unknown", 401)
    assert len(str(error)) < 200


def test_nobody_takes_a_key_for_somebody_else(db, house, person):
    """Neither another person, nor an app, nor staff whose role it is not."""
    with db.write() as tx:
        other = register_person(tx, None, "other", PASSWORD)
    strangers = (other.actor, Actor(ActorKind.APP, "ap_x"), house.auditor.actor)
    codes = []
    for actor in strangers:
        with pytest.raises(Refused) as caught, db.write() as tx:
            issue_key(tx, actor, person.id)
        codes.append(caught.value.code)
    assert codes == ["not-yours", "not-yours", "role-needed"]


def test_somebody_elses_key_is_not_there(db, key):
    """Another person cannot revoke it, nor learn that it exists."""
    with db.write() as tx:
        other = register_person(tx, None, "other", PASSWORD)
    with pytest.raises(NotFound) as caught, db.write() as tx:
        revoke_key(tx, other.actor, key.key.id)
    assert caught.value.code == "key-not-found"


def test_staff_who_keep_accounts_issue_and_revoke(db, house, person):
    """The safety officer may do both for a person."""
    with db.write() as tx:
        issued = issue_key(tx, house.officer.actor, person.id)
        revoke_key(tx, house.officer.actor, issued.key.id)
    assert refusal(db, issued.token).code == "key-revoked"


def test_a_suspended_person_gets_no_new_key(db, house, person):
    """403 with the way to appeal."""
    with db.write() as tx:
        set_standing(tx, house.officer.actor, person.id, PersonState.SUSPENDED, "abuse")
    with pytest.raises(Refused) as caught, db.write() as tx:
        issue_key(tx, person.actor, person.id)
    assert (caught.value.code, caught.value.article) == ("account-suspended", 14)
    assert "appeal" in caught.value.remedy.en


def test_keys_are_limited_in_number(db, person):
    """Twenty at a time; revoking one makes room."""
    with db.write() as tx:
        issued = [issue_key(tx, person.actor, person.id) for _ in range(keys.MOST_KEYS)]
    with pytest.raises(Conflict) as caught, db.write() as tx:
        issue_key(tx, person.actor, person.id)
    assert caught.value.code == "keys-too-many"
    with db.write() as tx:
        revoke_key(tx, person.actor, issued[0].key.id)
        issue_key(tx, person.actor, person.id)
        assert len(keys_of(tx, person.id)) == keys.MOST_KEYS + 1


@pytest.mark.parametrize("label", ["x" * 61, "line\nbreak", "bell\x07", "bidi\u202e", "x" * 10_000])
def test_a_label_is_short_and_printable(db, person, label):
    """Invalid `label-invalid`, naming the field."""
    with pytest.raises(Invalid) as caught, db.write() as tx:
        issue_key(tx, person.actor, person.id, label)
    assert (caught.value.code, caught.value.param) == ("label-invalid", "label")


def test_an_app_has_keys_of_its_own_kind(db, house, app):
    """Its tokens say so, a second one may be issued, and its name is taken."""
    with db.write() as tx:
        more = issue_app_key(tx, house.boss.actor, app.app.id, "second")
        assert {one.id for one in keys_of(tx, app.app.id)} == {app.key.id, more.key.id}
    assert app.token.startswith("gj-app-")
    assert (more.key.kind, more.key.owner) == (KeyKind.APP, app.app.id)
    with pytest.raises(Conflict), db.write() as tx:
        register_app(tx, software("test"), "teahouse")


def test_an_app_needs_a_name_and_a_keeper(db, house, person):
    """No name, an unseen name, a person or another role: refused."""
    for name in ("", "  ", "\u200b", "---"):
        with pytest.raises(Invalid), db.write() as tx:
            register_app(tx, house.boss.actor, name)
    for actor in (person.actor, house.auditor.actor):
        with pytest.raises(Refused), db.write() as tx:
            register_app(tx, actor, "inn")
    with pytest.raises(NotFound), db.write() as tx:
        issue_app_key(tx, house.boss.actor, "ap_none")


def test_an_end_user_of_an_app_gets_no_key(db, app):
    """Such a key would pass the app by; whoever asked learns what to issue instead."""
    with db.write() as tx:
        user = introduce_end_user(tx, Actor(ActorKind.APP, app.app.id), "u-1")
    with pytest.raises(Refused) as caught, db.write() as tx:
        issue_key(tx, software("test"), user.id)
    assert caught.value.code == "not-yours"
    assert "Issue one to the app" in caught.value.remedy.en


@pytest.mark.control("account-and-keys")
def test_the_control_is_enforced_here():
    """The verbs that carry it out say so."""
    named = measures.enforcers()["account-and-keys"]
    for verb in ("people.register_person", "keys.issue_key", "keys.revoke_key", "callers.look_up"):
        assert f"guiju.accounts.{verb}" in named
