# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from collections.abc import Callable
from dataclasses import FrozenInstanceError, replace

import pytest
from sqlalchemy import select

from guiju.accounts import (
    EVERYBODY,
    Caller,
    Directory,
    KeyKind,
    PersonState,
    accept_agreement,
    app_accepts,
    check_may_use,
    directory,
    look_up,
    may_use,
    require_agreement,
    require_standing,
    revoke_key,
    set_standing,
)
from guiju.accounts.store import APP, PERSON
from guiju.kernel import Conflict, GuijuError, Invalid, Refused, Text, Unavailable
from guiju.storage import Database, Tx

CALLER = Caller(KeyKind.USER, "key_x", None, "pe_x", PersonState.ACTIVE, 2, 2)


def refusal(caller: Caller) -> GuijuError:
    with pytest.raises((Refused, Unavailable)) as caught:
        check_may_use(caller)
    return caught.value


@pytest.mark.control("agreement-before-use")
@pytest.mark.parametrize(
    "caller",
    [
        replace(CALLER, agreement=None),
        replace(CALLER, agreement=1),
        replace(CALLER, person=None, agreement=None, kind=KeyKind.APP, app="ap_x"),
        replace(CALLER, person=None),
    ],
)
def test_who_has_not_accepted_the_version_in_force_is_refused(caller):
    """403 `agreement-not-accepted` of Article 9, and the remedy says where to accept."""
    error = refusal(caller)
    assert (error.code, error.status, error.article) == ("agreement-not-accepted", 403, 9)
    for language in ("zh", "en"):
        assert "/agreement" in error.remedy.to(language)
        assert "POST /api/agreement/acceptances" in error.remedy.to(language)
    assert not may_use(caller)


def test_without_any_agreement_the_door_is_closed():
    """503: what nobody can accept nobody has accepted."""
    caller = replace(CALLER, agreement=None, agreement_required=None)
    assert (refusal(caller).code, refusal(caller).status) == ("agreement-none", 503)
    assert not may_use(caller)


@pytest.mark.parametrize("state", ["suspended", "terminated"])
def test_who_is_suspended_is_refused_and_told_how_to_appeal(state):
    """403 of Article 14."""
    caller = replace(CALLER, state=PersonState(state))
    error = refusal(caller)
    assert (error.code, error.status, error.article) == (f"account-{state}", 403, 14)
    assert "申诉" in error.remedy.zh
    assert "appeal" in error.remedy.en
    assert not may_use(caller)


@pytest.mark.parametrize("state", ["active", "restricted"])
def test_who_has_accepted_and_stands_well_may_use_it(state):
    """All three gates pass."""
    caller = replace(CALLER, state=PersonState(state))
    require_agreement(caller)
    require_standing(caller)
    check_may_use(caller)
    assert may_use(caller)


def test_a_caller_cannot_be_changed():
    """Stations share it."""
    with pytest.raises(FrozenInstanceError):
        CALLER.state = PersonState.SUSPENDED  # type: ignore[misc]


# -- looking up ------------------------------------------------------------------------------------


@pytest.mark.control("account-and-keys", "agreement-before-use")
def test_a_key_leads_to_its_person_and_agreement(db, key, person, publish, ask):
    """Before, after and once the agreement is superseded."""
    assert ask(key.token).agreement_required is None
    version = publish("one")
    before = ask(key.token)
    assert before == Caller(
        KeyKind.USER,
        key.key.id,
        None,
        person.id,
        PersonState.ACTIVE,
        None,
        version,
        agreement_newest=version,
    )
    with db.write() as tx:
        accept_agreement(tx, person.actor, person.id, version)
    assert may_use(ask(key.token))
    publish("two")
    after = ask(key.token)
    assert (after.agreement, after.agreement_required) == (1, 2)
    assert not may_use(after)


def test_a_persons_key_speaks_for_nobody_else(key, person, ask):
    """Whatever end user the request names."""
    assert ask(key.token, "somebody-else").person == person.id


@pytest.mark.control("account-and-keys")
def test_an_app_speaks_for_the_end_user_it_names(db, app, publish, ask):
    """Unknown ones have no person and no agreement; accepting makes them one."""
    version = publish("one")
    stranger = ask(app.token, "u-1")
    assert (stranger.person, stranger.agreement, stranger.app) == (None, None, app.app.id)
    with db.write() as tx:
        accepted = app_accepts(tx, app.app.id, "u-1", version)
    caller = ask(app.token, "u-1")
    assert caller.person == accepted.person
    assert may_use(caller)
    assert ask(app.token, "u-2").person is None


@pytest.mark.parametrize("end_user", [None, "", "x" * 300, "a\x00b"])
def test_an_app_must_name_an_end_user(app, ask, end_user):
    """400 with the field that is missing or unfit."""
    with pytest.raises(Invalid) as caught:
        ask(app.token, end_user)
    assert caught.value.param == "safety_identifier"
    assert caught.value.code == ("user-invalid" if end_user else "user-missing")


def test_a_refused_look_leaves_nothing_behind(db, app, publish):
    """Looking up an unknown end user in a writing transaction makes no row."""
    publish("one")
    with db.write() as tx:
        assert look_up(tx, app.token, "u-1").person is None
        assert tx.take_noted() == []
    with db.read() as tx:
        assert tx.rows(select(PERSON.c.id)) == []


def test_a_key_whose_app_is_closed_opens_nothing(db, app, ask):
    """401, as if the key had been revoked."""
    with db.write() as tx:
        tx.update(APP, {"id": app.app.id}, {"state": "closed"})
        tx.take_noted()  # closing apps belongs to a later verb; here it is only how it reads
    with pytest.raises(Refused) as caught:
        ask(app.token, "u-1")
    assert (caught.value.code, caught.value.status) == ("key-revoked", 401)


# -- the directory ---------------------------------------------------------------------------------


@pytest.fixture
def seconds(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The monotonic clock of the directory, as a list of one that tests may set."""
    now = [100.0]
    monkeypatch.setattr(directory, "monotonic", lambda: now[0])
    return now


@pytest.fixture
def known(db: Database, seconds: list[float]) -> Directory:
    return Directory(db)


def test_a_caller_is_remembered_for_half_a_second(known, key, agreed, seconds):
    """Then asked for again."""
    assert known.cached(key.token) is None
    caller = known.fetch(key.token)
    assert known.cached(key.token) is caller
    seconds[0] += directory.LIVES_SECONDS - 0.001
    assert known.cached(key.token) is caller
    seconds[0] += 0.001
    assert known.cached(key.token) is None


def test_a_persons_caller_is_one_whatever_end_user_is_named(known, key, agreed):
    """So a client cannot fill the memory with made-up end users."""
    known.fetch(key.token, "u-1")
    for number in range(5):
        assert known.cached(key.token, f"u-{number}") is not None
    assert len(known._known) == 1


def test_end_users_of_an_app_are_kept_apart(db, known, app, publish):
    """The memory of one is not served to another."""
    version = publish("one")
    with db.write() as tx:
        people = {one: app_accepts(tx, app.app.id, one, version).person for one in ("u-1", "u-2")}
    for user, person in people.items():
        assert known.fetch(app.token, user).person == person
    assert {user: known.cached(app.token, user).person for user in people} == people
    assert known.cached(app.token) is None


def test_whoever_may_not_use_the_service_is_not_remembered(db, known, key, person, publish):
    """So that an acceptance counts with the next request."""
    version = publish("one")
    assert not may_use(known.fetch(key.token))
    assert known.cached(key.token) is None
    with db.write() as tx:
        accept_agreement(tx, person.actor, person.id, version)
    assert may_use(known.fetch(key.token))


@pytest.mark.control("account-and-keys")
def test_a_revoked_key_is_forgotten_when_told(db, known, key, agreed):
    """By the person, by the key, and all at once; the next fetch refuses."""
    for subject in (agreed.id, key.key.id, EVERYBODY):
        known.fetch(key.token)
        known.forget("pe_other")
        assert known.cached(key.token) is not None
        known.forget(subject)
        assert known.cached(key.token) is None
    with db.write() as tx:
        revoke_key(tx, agreed.actor, key.key.id)
    with pytest.raises(Refused) as caught:
        known.fetch(key.token)
    assert caught.value.code == "key-revoked"


def test_another_process_forgets_within_a_second(db, known, key, agreed, house, *, seconds):
    """Where nobody tells it: a suspension is seen once the memory has run out."""
    known.fetch(key.token)
    with db.write() as tx:
        set_standing(tx, house.officer.actor, agreed.id, PersonState.SUSPENDED, "abuse")
    assert directory.LIVES_SECONDS < 0.6, "the second has room for the look itself"
    seconds[0] += directory.LIVES_SECONDS
    assert known.cached(key.token) is None
    assert known.fetch(key.token).state is PersonState.SUSPENDED


def test_who_is_known_ages_before_the_second_is_over(known, key, agreed, *, seconds):
    """So that they can be asked for again before anybody has to wait; nobody lives longer by it."""
    assert known.remembered(key.token) is None
    caller = known.fetch(key.token)
    assert known.remembered(key.token) == (caller, False)
    seconds[0] += directory.LIVES_SECONDS - directory.AGES_SECONDS
    assert known.remembered(key.token) == (caller, True)
    caller = known.fetch(key.token)
    assert known.remembered(key.token) == (caller, False)


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Takes the database away."""

    def look_up_nobody(tx: Tx, token: str, end_user: str | None) -> Caller:
        raise Unavailable("unavailable", Text(zh="字", en="word"), Text(zh="字", en="word"))

    return lambda: monkeypatch.setattr(directory, "look_up", look_up_nobody)


@pytest.mark.control("records-kept-aside")
def test_who_was_known_before_the_database_went_away_counts_for_a_minute(
    known, key, agreed, away, seconds
):
    """Then the door closes: what nobody could check for so long is not known any more."""
    caller = known.fetch(key.token)
    away()
    seconds[0] += directory.LIVES_SECONDS
    assert known.fetch(key.token) is caller
    assert known.cached(key.token) is caller
    seconds[0] += directory.GRACE_SECONDS
    with pytest.raises(Unavailable):
        known.fetch(key.token)


def test_a_stranger_is_not_served_while_the_database_is_away(known, key, agreed, away, seconds):
    """Nor whose standing was told to have changed."""
    away()
    with pytest.raises(Unavailable):
        known.fetch(key.token)
    assert known.cached(key.token) is None


def test_who_was_refused_last_is_not_known_when_the_database_goes_away(
    db, known, key, agreed, house, *, away, seconds
):
    """What was remembered before the refusal is gone."""
    known.fetch(key.token)
    with db.write() as tx:
        set_standing(tx, house.officer.actor, agreed.id, PersonState.SUSPENDED, "abuse")
    seconds[0] += directory.LIVES_SECONDS
    assert known.fetch(key.token).state is PersonState.SUSPENDED
    away()
    with pytest.raises(Unavailable):
        known.fetch(key.token)


def test_what_was_read_before_a_change_is_not_remembered_after_it(known, key, agreed, monkeypatch):
    """A fetch that a forgetting overtakes leaves nothing stale behind."""

    def overtaken(tx: Tx, token: str, end_user: str | None) -> Caller:
        caller = look_up(tx, token, end_user)
        known.forget(agreed.id)
        return caller

    monkeypatch.setattr(directory, "look_up", overtaken)
    assert known.fetch(key.token).person == agreed.id
    assert known.cached(key.token) is None


def test_the_memory_is_bounded(db, known, app, publish, seconds, *, monkeypatch):
    """What has run out goes first; when all is fresh, all goes."""
    monkeypatch.setattr(directory, "MOST_CALLERS", 3)
    version = publish("one")
    users = [f"u-{number}" for number in range(8)]
    with db.write() as tx:
        for user in users:
            app_accepts(tx, app.app.id, user, version)
    known.fetch(app.token, users[0])
    seconds[0] += directory.LIVES_SECONDS / 2
    for user in users[1:3]:
        known.fetch(app.token, user)
    seconds[0] += directory.LIVES_SECONDS / 2
    known.fetch(app.token, users[3])
    assert [known.cached(app.token, user) is not None for user in users[:4]] == [
        False,
        True,
        True,
        True,
    ]
    for user in users:
        known.fetch(app.token, user)
        assert len(known._known) <= 3


def test_tokens_stay_out_of_memory(known, key, agreed):
    """The directory keys on a digest."""
    known.fetch(key.token)
    assert key.token not in repr(known._known)


@pytest.mark.parametrize("token", ["", "\ud800", "x" * 100_000])
def test_no_token_crashes_the_hot_path(known, token):
    """Garbage is not known, and fetching it is refused."""
    assert known.cached(token) is None
    with pytest.raises(Refused):
        known.fetch(token)


def test_an_unfit_end_user_is_refused_by_the_directory(known, app, agreed):
    """And is not remembered."""
    with pytest.raises((Invalid, Conflict)):
        known.fetch(app.token, "x" * 10_000)
    assert known._known == {}
