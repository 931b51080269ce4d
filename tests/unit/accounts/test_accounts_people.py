# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from guiju.accounts import (
    Person,
    PersonState,
    Staff,
    find_person,
    get_person,
    introduce_end_user,
    name_of,
    register_person,
    set_standing,
    store,
)
from guiju.accounts.store import PERSON
from guiju.kernel import (
    Actor,
    ActorKind,
    Conflict,
    GuijuError,
    Invalid,
    NotFound,
    Refused,
    canonical,
    software,
)
from guiju.storage import Database, destroy_key

PASSWORD = "lantern orchard 42"


def change(
    db: Database,
    who: Actor | Staff | Person,
    person: Person,
    state: str,
    reason: str = "repeated-abuse",
) -> Person:
    actor = who if isinstance(who, Actor) else who.actor
    with db.write() as tx:
        return set_standing(tx, actor, person.id, PersonState(state), reason)


@pytest.mark.control("account-and-keys")
def test_registering_leaves_evidence_of_a_pseudonym(db, person, leaves):
    """One leaf about the person, by the person, without their name."""
    (leaf,) = leaves("person-registered")
    assert leaf["subject"] == person.id
    assert leaf["actor"]["id"] == person.id
    assert leaf["controls"] == ["account-and-keys"]
    assert leaf["facts"] == {"by": "self", "app": None, "language": "zh"}


@pytest.mark.control("account-and-keys")
def test_no_name_password_or_token_is_readable_anywhere(db, person, key, app, *, tmp_path, leaves):
    """Neither in a leaf nor in any byte of the database: name, end user, password, tokens."""
    with db.write() as tx:
        introduce_end_user(tx, Actor(ActorKind.APP, app.app.id), "customer-7731")
    kept = b"".join(canonical(one) for one in leaves())
    assert person.id.encode() in kept
    db.close()
    kept += b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
    for secret in ("wanderer", "customer-7731", PASSWORD, key.token, app.token):
        assert secret.encode() not in kept


def test_two_people_cannot_have_one_name(db, person):
    """Also when it is spelt in full width and capitals."""
    with pytest.raises(Conflict) as caught, db.write() as tx:
        register_person(tx, None, "ＷＡＮＤＥＲＥＲ", PASSWORD)
    assert caught.value.code == "name-taken"
    with db.read() as tx:
        assert len(tx.rows(select(PERSON.c.id))) == 1


def register_at_once(db: Database, name: str) -> list[str]:
    def register(_: int) -> str:
        try:
            with db.write() as tx:
                return register_person(tx, None, name, PASSWORD).id
        except GuijuError as error:
            return error.code

    with ThreadPoolExecutor(4) as pool:
        return sorted(pool.map(register, range(4)))


def test_of_four_who_register_one_name_at_once_one_gets_it(db):
    """The others are told that it is taken, on SQLite."""
    results = register_at_once(db, "wanderer")
    assert [one[:3] for one in results].count("pe_") == 1
    assert results.count("name-taken") == 3


def test_of_four_who_register_one_name_at_once_one_gets_it_on_postgresql(pg_db):
    """The others are told that it is taken, on PostgreSQL."""
    results = register_at_once(pg_db, "wanderer")
    assert [one[:3] for one in results].count("pe_") == 1
    assert results.count("name-taken") == 3


def test_a_person_is_found_by_name_and_reads_it_back(db, person):
    """The blind index finds, the seal opens; what cannot be a name finds nobody."""
    with db.read() as tx:
        assert find_person(tx, " WANDERER ") == person
        assert name_of(tx, person.id) == "wanderer"
        assert find_person(tx, "nobody") is None
        assert find_person(tx, "x" * 10_000) is None


def test_destroying_the_key_erases_the_name(db, person):
    """After it the name cannot be read, while the person's row stays."""
    with db.write() as tx:
        destroy_key(tx, person.id)
        tx.take_noted()  # the evidence of it belongs to another room
    with db.read() as tx:
        with pytest.raises(NotFound) as caught:
            name_of(tx, person.id)
        assert get_person(tx, person.id) == person
    assert caught.value.code == "key-destroyed"


@pytest.mark.parametrize("language", ["", "fr", "ZH"])
def test_a_language_we_do_not_speak_is_refused(db, language):
    """Only zh and en."""
    with pytest.raises(Invalid) as caught, db.write() as tx:
        register_person(tx, None, "wanderer", PASSWORD, language=language)
    assert caught.value.code == "language-invalid"


def test_an_end_user_is_introduced_once(db, app, leaves):
    """The second introduction is the same person; another app's user of that id is another."""
    here, there = Actor(ActorKind.APP, app.app.id), Actor(ActorKind.APP, "ap_other")
    with db.write() as tx:
        first = introduce_end_user(tx, here, "u-1")
        again = introduce_end_user(tx, here, "u-1")
        elsewhere = introduce_end_user(tx, there, "u-1")
    assert first == again
    assert first.id != elsewhere.id
    assert (first.app, first.registered_by) == (app.app.id, app.app.id)
    assert len(leaves("person-registered")) == 2
    with db.read() as tx:
        assert name_of(tx, first.id) is None


# -- standing --------------------------------------------------------------------------------------


@pytest.mark.control("account-and-keys")
def test_a_named_officer_suspends_and_reinstates(db, house, person, leaves):
    """Each change says from where, to where and why, and who did it."""
    suspended = change(db, house.officer, person, "suspended")
    assert (suspended.state, suspended.reason) == (PersonState.SUSPENDED, "repeated-abuse")
    assert suspended.standing_by == house.officer.id
    assert change(db, house.appeals, person, "active", "appeal-upheld").state == "active"
    facts = [one["facts"] for one in leaves("person-standing-changed")]
    assert facts == [
        {"from": "active", "to": "suspended", "reason": "repeated-abuse"},
        {"from": "suspended", "to": "active", "reason": "appeal-upheld"},
    ]


@pytest.mark.parametrize("state", ["restricted", "suspended"])
def test_software_suspends_nobody(db, person, state):
    """What binds a person is a named person's decision."""
    with pytest.raises(Refused) as caught:
        change(db, software("gateway"), person, state)
    assert caught.value.code == "person-needed"


def test_a_person_cannot_reinstate_themself(db, house, person):
    """A user is no officer, whatever the id."""
    change(db, house.officer, person, "suspended")
    with pytest.raises(Refused) as caught:
        change(db, person, person, "active")
    assert caught.value.code == "role-needed"


def test_terminating_takes_two_people(db, house, person):
    """Whoever suspended may not terminate; a second officer may, and nothing follows it."""
    change(db, house.officer, person, "suspended")
    with pytest.raises(Refused) as caught:
        change(db, house.officer, person, "terminated")
    assert caught.value.code == "second-person-needed"
    assert change(db, house.second, person, "terminated").state is PersonState.TERMINATED
    with pytest.raises(Conflict):
        change(db, house.boss, person, "active")


def test_nobody_is_terminated_without_a_suspension_before(db, house, person):
    """Otherwise one person could end an account alone."""
    with pytest.raises(Conflict) as caught:
        change(db, house.officer, person, "terminated")
    assert caught.value.code == "wrong-state"


@pytest.mark.parametrize("reason", ["", "  ", "He Is Rude", "a" * 61, "dash-", "zh原因", "line\nx"])
def test_a_reason_is_a_code(db, house, person, reason):
    """So that no free text about a person gets into evidence."""
    with pytest.raises(Invalid):
        change(db, house.officer, person, "suspended", reason)


def test_an_unknown_person_has_no_standing(db, house):
    """NotFound, not a crash."""
    with pytest.raises(NotFound) as caught, db.write() as tx:
        set_standing(tx, house.officer.actor, "pe_none", PersonState.SUSPENDED, "x")
    assert caught.value.code == "person-unknown"


def test_a_decision_on_an_old_view_is_refused(db, house, person):
    """Who looked before a suspension that was lifted again decides about what is no more."""
    change(db, house.officer, person, "suspended")
    db.clock.advance(seconds=1)
    change(db, house.appeals, person, "active", "appeal-upheld")
    with db.write() as tx:
        assert not store.move_person(tx, person, {"state": "suspended"})
