# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from guiju import limits
from guiju.accounts import (
    Directory,
    PersonState,
    apps,
    barred,
    close_app,
    introduce_end_user,
    own_limits,
    revoke_key,
    set_limits,
    set_standing,
)
from guiju.accounts.limiting import limits_in_force
from guiju.kernel import Actor, ActorKind, Conflict, Invalid, NotFound, Refused
from guiju.limits import Limits, Meter, packed, save


@pytest.mark.control("usage-limits")
def test_named_staff_give_a_key_and_a_person_limits_of_their_own(db, house, key, ask, leaves):
    """With a reason and evidence; the gateway meets them at the next look."""
    with db.write() as tx:
        set_limits(tx, house.boss.actor, key.key.id, {"requests": 5, "day": None}, "pilot")
        set_limits(tx, house.boss.actor, key.key.owner, {"month": 10}, "pilot")
    found = ask(key.token)
    assert found.key_limits == {"requests": 5, "day": None}
    assert found.person_limits == {"month": 10}
    first, second = leaves("limits-changed")
    assert first["facts"] == {"from": {}, "to": {"requests": 5, "day": None}, "reason": "pilot"}
    assert (first["subject"], second["subject"]) == (key.key.id, key.key.owner)
    assert first["actor"]["id"] == house.boss.id


def test_without_limits_of_its_own_the_policy_counts_again(db, house, key, ask, leaves):
    """And what they were stays in the evidence."""
    with db.write() as tx:
        set_limits(tx, house.boss.actor, key.key.id, {"requests": 5}, "pilot")
        set_limits(tx, house.boss.actor, key.key.id, {"tokens": 7}, "pilot-two")
        set_limits(tx, house.boss.actor, key.key.id, {}, "pilot-over")
        assert own_limits(tx, [key.key.id]) == {}
    assert ask(key.token).key_limits == {}
    changes = [(one["facts"]["from"], one["facts"]["to"]) for one in leaves("limits-changed")]
    assert changes == [
        ({}, {"requests": 5}),
        ({"requests": 5}, {"tokens": 7}),
        ({"tokens": 7}, {}),
    ]


def test_a_limit_that_is_none_is_refused(db, house, key):
    """A zero would be a revocation in disguise."""
    for changes, reason, code in (
        ({"requests": 0}, "pilot", "limits-invalid"),
        ({"requests": -5}, "pilot", "limits-invalid"),
        ({"tokens": 10**13}, "pilot", "limits-invalid"),
        ({"minutes": 5}, "pilot", "limits-invalid"),
        ({"requests": 5}, "because Xiaoming asked", "reason-code-invalid"),
    ):
        with db.write() as tx, pytest.raises(Invalid) as refused:
            set_limits(tx, house.boss.actor, key.key.id, changes, reason)
        assert refused.value.code == code


def test_only_those_who_keep_accounts_set_limits(db, house, person, key):
    """Neither the owner nor an auditor."""
    for actor in (person.actor, house.auditor.actor):
        with db.write() as tx, pytest.raises(Refused):
            set_limits(tx, actor, key.key.id, {"requests": 5}, "pilot")
    for subject in ("key_unknown", "pe_unknown", "anything"):
        with db.write() as tx, pytest.raises(NotFound):
            set_limits(tx, house.boss.actor, subject, {"requests": 5}, "pilot")


def test_limits_in_force_are_the_policys_but_for_what_is_set_apart(db, house, key, app):
    """Without a policy there are none."""
    with db.write() as tx:
        set_limits(tx, house.boss.actor, app.key.id, {"requests": 5}, "pilot")
        assert limits_in_force(tx, [app.key.id, key.key.id, key.key.owner]) == {
            app.key.id: Limits(requests=5),
            key.key.id: Limits(),
            key.key.owner: Limits(),
        }


@pytest.mark.control("account-and-keys")
def test_a_closed_app_opens_nothing_and_its_answers_under_way_end(db, house, app, ask, leaves):
    """With all its keys at once; closing it again is told."""
    with db.write() as tx:
        introduce_end_user(tx, Actor(ActorKind.APP, app.app.id), "u-1")
    caller = ask(app.token, "u-1")
    with db.write() as tx:
        assert barred(tx, [caller]) == {}
        closed = close_app(tx, house.boss.actor, app.app.id)
        assert [one.state for one in apps(tx)] == [closed.state] == ["closed"]
        assert barred(tx, [caller])[app.key.id].code == "key-revoked"
        with pytest.raises(Conflict):
            close_app(tx, house.boss.actor, app.app.id)
    with pytest.raises(Refused) as refused:
        ask(app.token, "u-1")
    assert refused.value.code == "key-revoked"
    assert [one["subject"] for one in leaves("app-closed")] == [app.app.id]


@pytest.mark.control("account-and-keys")
def test_whoever_is_barred_is_known_by_key_and_by_person(db, house, agreed, key, ask):
    """A revoked key, a suspended person; nobody else."""
    caller = ask(key.token)
    with db.write() as tx:
        assert barred(tx, [caller]) == {}
        revoke_key(tx, agreed.actor, key.key.id)
        assert {one: why.code for one, why in barred(tx, [caller]).items()} == {
            key.key.id: "key-revoked"
        }
        set_standing(tx, house.officer.actor, agreed.id, PersonState.SUSPENDED, "abuse")
        assert barred(tx, [caller])[agreed.id].code == "account-suspended"
        set_standing(tx, house.second.actor, agreed.id, PersonState.TERMINATED, "abuse")
        assert barred(tx, [caller] * 700)[agreed.id].code == "account-terminated"


def test_a_directory_takes_up_new_limits_once_it_is_told(db, house, agreed, key):
    """A change of limits is announced like a change of standing."""
    directory = Directory(db)
    assert directory.fetch(key.token).person_limits == {}
    with db.write() as tx:
        set_limits(tx, house.boss.actor, agreed.id, {"requests": 5}, "pilot")
    directory.forget(agreed.id)
    assert directory.cached(key.token) is None
    assert directory.fetch(key.token).person_limits == {"requests": 5}


def test_use_is_shown_without_content(db, key):
    """Numbers and a time, for a page or the command line."""
    with db.write() as tx:
        save(tx, packed([Meter(key.key.id, last=1)]))
        assert limits.used(tx, [key.key.id])[key.key.id].last_at is not None
