# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from guiju.accounts import (
    PersonState,
    SessionKind,
    Visit,
    appoint_staff,
    close_session,
    needs_touch,
    passwords,
    register_person,
    session,
    sessions,
    set_standing,
    sign_in_person,
    sign_in_staff,
    signing,
    touch_session,
)
from guiju.accounts.staff_store import CREDENTIAL, SESSION, SIGN_IN_FAILURE
from guiju.kernel import Refused, digest, software
from guiju.storage import Database

PASSWORD = "lantern orchard 42"
WRONG = "lantern orchard 43"


def wrong(db: Database, name: str = "officer", password: str = WRONG) -> str:
    with pytest.raises(Refused) as caught:
        sign_in_staff(db, name, password)
    return caught.value.code


@pytest.mark.control("staff-roles")
def test_signing_in_is_on_record_with_the_roles(db, house, leaves):
    """One leaf about the member, by the member."""
    opened = sign_in_staff(db, "Officer", PASSWORD)
    assert opened.session.kind is SessionKind.STAFF
    assert opened.session.actor == house.officer.actor
    (leaf,) = leaves("staff-signed-in")
    assert leaf["subject"] == leaf["actor"]["id"] == house.officer.id
    assert leaf["facts"] == {
        "roles": ["safety-officer"],
        "entry": "password",
        "strong": False,
    }


@pytest.mark.parametrize("name", ["officer", "nobody", "", "x" * 10_000, "a\x00b", "of\u200bficer"])
def test_name_and_password_are_wrong_in_the_same_words(db, house, name):
    """Whoever tries does not learn which names exist."""
    assert wrong(db, name) == "sign-in-wrong"


@pytest.mark.parametrize("password", ["", "x" * 10_000, "\x00", "\ud800", PASSWORD + "x"])
def test_hostile_passwords_are_wrong_passwords(db, house, password):
    """Empty, endless and unreadable ones are refused like any other."""
    assert wrong(db, password=password) == "sign-in-wrong"


@pytest.mark.parametrize("name", ["officer", "nobody", "a\x00b"])
def test_a_password_is_checked_for_every_name(db, house, name, monkeypatch):
    """Once for a known, an unknown and an impossible name, so that time tells nothing."""
    checked: list[bool] = []
    holds = passwords.holds

    def listen(stored: str | None, password: str) -> bool:
        checked.append(stored is None)
        return holds(stored, password)

    monkeypatch.setattr(passwords, "holds", listen)
    wrong(db, name)
    assert checked == [name != "officer"]


@pytest.mark.control("staff-roles")
@pytest.mark.parametrize("name", ["officer", "nobody"])
def test_too_many_failures_pause_a_name(db, house, clock, name):
    """After the fifth even the right password waits, whether the name exists or not."""
    assert {wrong(db, name) for _ in range(signing.MOST_FAILURES)} == {"sign-in-wrong"}
    assert wrong(db, name, PASSWORD) == "sign-in-locked"
    clock.advance(seconds=signing.WINDOW.total_seconds() - 1)
    assert wrong(db, name, PASSWORD) == "sign-in-locked"
    clock.advance(seconds=1)
    assert wrong(db, name) == "sign-in-wrong"


def test_a_pause_ends_and_the_right_password_signs_in(db, house, clock):
    """Trying during the pause does not prolong it; another name is not concerned."""
    for _ in range(signing.MOST_FAILURES + 3):
        wrong(db)
    assert sign_in_staff(db, "second", PASSWORD).session.actor == house.second.actor
    clock.advance(seconds=signing.WINDOW.total_seconds())
    assert sign_in_staff(db, "officer", PASSWORD).session.actor == house.officer.actor


def test_signing_in_forgets_earlier_failures(db, house):
    """Four mistakes, a success, four mistakes: still no pause."""
    for _ in range(2):
        for _ in range(signing.MOST_FAILURES - 1):
            wrong(db)
        sign_in_staff(db, "officer", PASSWORD)


def guess_at_once(db: Database) -> list[str]:
    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(lambda _: wrong(db), range(20)))


def test_guesses_made_side_by_side_count_one_by_one(db, house):
    """Twenty at once: five are judged, the rest find the door paused."""
    codes = guess_at_once(db)
    assert codes.count("sign-in-wrong") == signing.MOST_FAILURES
    assert codes.count("sign-in-locked") == 20 - signing.MOST_FAILURES


def test_guesses_made_side_by_side_count_one_by_one_on_postgresql(pg_db):
    """The same where writers of different names do not queue."""
    with pg_db.write() as tx:
        appoint_staff(tx, software("test"), "officer", PASSWORD, ["reviewer"])
    codes = guess_at_once(pg_db)
    assert codes.count("sign-in-wrong") == signing.MOST_FAILURES
    assert wrong(pg_db, password=PASSWORD) == "sign-in-locked"


def test_old_failures_are_cleared_side_by_side_on_postgresql(pg_db, clock):
    """Many names at once clear up for each other, and nobody waits for ever."""
    names = [f"nobody{number}" for number in range(16)]
    for _ in range(2):
        with ThreadPoolExecutor(8) as pool:
            codes = set(pool.map(lambda name: wrong(pg_db, name), names))
        assert codes == {"sign-in-wrong"}
        clock.advance(seconds=signing.WINDOW.total_seconds())


def test_old_failures_are_not_kept(db, house, clock):
    """Names that were tried once do not pile up."""
    for number in range(3):
        wrong(db, f"nobody{number}")
    clock.advance(seconds=signing.WINDOW.total_seconds())
    wrong(db, "nobody9")
    with db.read() as tx:
        assert len(tx.rows(select(SIGN_IN_FAILURE))) == 1


def test_a_counter_set_back_behind_our_back_counts_as_full(db, house):
    """Whoever can write to the database cannot unlock the door."""
    for _ in range(signing.MOST_FAILURES):
        wrong(db)
    with db.write() as tx:
        tx.execute(update(SIGN_IN_FAILURE).values(tries=0))
    assert wrong(db, password=PASSWORD) == "sign-in-locked"


def test_a_password_hash_cannot_be_lent_to_another(db, house):
    """A row copied from one owner to another is not believed."""
    with db.write() as tx:
        mine = select(CREDENTIAL).where(CREDENTIAL.c.owner == house.second.id)
        row = tx.row(mine)
        assert row is not None
        other = update(CREDENTIAL).where(CREDENTIAL.c.owner == house.officer.id)
        tx.execute(other.values(hash=row.hash, code=row.code, changed_at=row.changed_at))
    assert wrong(db, password=PASSWORD) == "sign-in-wrong"


def test_persons_sign_in_at_their_own_door(db, house, person, leaves):
    """A member's name is nobody there, and a person's is nobody at the staff's."""
    opened = sign_in_person(db, "ＷＡＮＤＥＲＥＲ", PASSWORD)
    assert opened.session.actor == person.actor
    assert wrong(db, "wanderer", PASSWORD) == "sign-in-wrong"
    with pytest.raises(Refused):
        sign_in_person(db, "officer", PASSWORD)
    assert leaves("staff-signed-in") == []


def test_a_suspended_person_may_sign_in(db, house, person):
    """To read why and to appeal."""
    with db.write() as tx:
        set_standing(tx, house.officer.actor, person.id, PersonState.SUSPENDED, "abuse")
    assert sign_in_person(db, "wanderer", PASSWORD).session.actor == person.actor


# -- sessions --------------------------------------------------------------------------------------


def alive(db: Database, token: str | None) -> bool:
    with db.read() as tx:
        return session(tx, token) is not None


def test_a_session_is_kept_by_the_digest_of_its_token(db, house):
    """The table holds neither the token nor a readable form of it."""
    opened = sign_in_staff(db, "officer", PASSWORD)
    with db.read() as tx:
        (row,) = tx.rows(select(SESSION))
        assert session(tx, opened.token) == opened.session
    assert row.token_digest == digest(opened.token.encode())
    assert opened.token not in str(tuple(row))


def test_each_sign_in_makes_a_new_token_and_ends_the_old_one(db, house):
    """A token planted in a browser before signing in is worth nothing after it."""
    planted = "gj-session-" + "0" * 40
    first = sign_in_staff(db, "officer", PASSWORD, Visit(replacing=planted))
    second = sign_in_staff(db, "officer", PASSWORD, Visit(replacing=first.token))
    assert len({planted, first.token, second.token}) == 3
    assert first.session.csrf != second.session.csrf
    assert [alive(db, one) for one in (planted, first.token, second.token)] == [False, False, True]


@pytest.mark.parametrize("kind", list(SessionKind))
def test_an_idle_session_ends(db, house, person, clock, kind):
    """Just before the limit it lives, at the limit it does not."""
    sign_in = sign_in_staff if kind is SessionKind.STAFF else sign_in_person
    token = sign_in(db, "officer" if kind is SessionKind.STAFF else "wanderer", PASSWORD).token
    clock.advance(seconds=sessions.IDLE[kind].total_seconds() - 1)
    assert alive(db, token)
    clock.advance(seconds=1)
    assert not alive(db, token)


def test_a_session_in_use_ends_after_its_time(db, house, clock):
    """However busy, a working day later one signs in again."""
    opened = sign_in_staff(db, "officer", PASSWORD)
    step = sessions.IDLE[SessionKind.STAFF] - timedelta(minutes=1)
    while clock.now() + step < opened.session.expires_at:
        clock.advance(seconds=step.total_seconds())
        with db.write() as tx:
            found = session(tx, opened.token)
            assert found is not None
            assert touch_session(tx, found)
    clock.advance(seconds=(opened.session.expires_at - clock.now()).total_seconds())
    assert not alive(db, opened.token)


def test_use_is_noted_once_a_minute(db, house, clock):
    """Reading pages does not write each time."""
    opened = sign_in_staff(db, "officer", PASSWORD)
    assert not needs_touch(opened.session, clock.now())
    clock.advance(minutes=1)
    assert needs_touch(opened.session, clock.now())
    with db.write() as tx:
        touch_session(tx, opened.session)
        found = session(tx, opened.token)
    assert found is not None
    assert not needs_touch(found, clock.now())


def test_a_closed_session_is_closed(db, house):
    """Closing twice is no error, and touching it afterwards finds nothing."""
    opened = sign_in_staff(db, "officer", PASSWORD)
    with db.write() as tx:
        assert close_session(tx, opened.token)
        assert not close_session(tx, opened.token)
        assert not touch_session(tx, opened.session)
    assert not alive(db, opened.token)


@pytest.mark.parametrize(
    "token", [None, "", "gj-session-", "gj-session-" + "0" * 40, "x" * 10_000, "\ud800", "a\x00b"]
)
def test_what_is_no_token_is_nobody(db, token):
    """None for garbage and for guesses."""
    assert not alive(db, token)


def test_a_session_forged_in_the_database_is_not_believed(db, house, person):
    """Handing a person's session to a member of staff by SQL opens nothing."""
    token = sign_in_person(db, "wanderer", PASSWORD).token
    with db.write() as tx:
        tx.execute(update(SESSION).values(owner=house.boss.id, kind="staff"))
    assert not alive(db, token)


def test_expired_sessions_are_dropped(db, house, person, clock):
    """The next sign-in clears them away."""
    sign_in_staff(db, "officer", PASSWORD)
    clock.advance(days=1)
    sign_in_person(db, "wanderer", PASSWORD)
    with db.read() as tx:
        assert [row.kind for row in tx.rows(select(SESSION))] == ["person"]


def test_a_name_registered_elsewhere_signs_in_by_its_own_password(db, house):
    """The member and the person of one name have two passwords."""
    with db.write() as tx:
        mine = register_person(tx, None, "officer", "another secret 77")
    assert sign_in_person(db, "officer", "another secret 77").session.actor == mine.actor
    with pytest.raises(Refused):
        sign_in_person(db, "officer", PASSWORD)


def test_csrf_and_token_are_not_printed(db, house):
    """A session that lands in a log tells no secret."""
    opened = sign_in_staff(db, "officer", PASSWORD)
    assert opened.session.csrf not in repr(opened.session)
