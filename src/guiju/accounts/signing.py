# SPDX-License-Identifier: Apache-2.0
"""Signing in: equally slow for every name, paused after too many failures (Article 9).

These verbs take the database and not a transaction: a failure must be kept although the caller
gets an error, and no transaction may stay open while a password is hashed.
"""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from guiju.accounts import names, passwords, people, refusing, staff_store, staffing, store
from guiju.accounts.model import Opened, SessionKind
from guiju.accounts.sessions import open_session, owner_of
from guiju.kernel import Actor, Invalid
from guiju.ledger import append
from guiju.measures import enforces
from guiju.storage import Database, Tx

# Policies of the house, not law: five guesses a quarter of an hour is 480 a day for one name,
# while somebody who mistyped waits no longer than for a coffee.
MOST_FAILURES = 5
WINDOW = timedelta(minutes=15)


class _Candidate(NamedTuple):
    """Who the name may be; both None for a name that nobody has."""

    owner: str | None
    hash: str | None


@enforces("staff-roles")
def sign_in_staff(
    database: Database, name: str, password: str, *, replacing: str | None = None
) -> Opened:
    """A new session for a member of staff; `replacing` is the token this browser had before.

    Raises:
        Refused: 401 `sign-in-wrong`, 429 `sign-in-locked`.
    """
    return _sign_in(database, SessionKind.STAFF, name, password, replacing)


def sign_in_person(
    database: Database, name: str, password: str, *, replacing: str | None = None
) -> Opened:
    """A new session for a person, a suspended one too: they may read why and appeal.

    Raises:
        Refused: 401 `sign-in-wrong`, 429 `sign-in-locked`.
    """
    return _sign_in(database, SessionKind.PERSON, name, password, replacing)


def _sign_in(
    database: Database, kind: SessionKind, name: str, password: str, replacing: str | None
) -> Opened:
    try:
        login = names.login_name(name).folded
    except Invalid:
        passwords.holds(None, password)
        raise refusing.wrong_sign_in() from None
    index = database.keys.blind(f"sign-in-{kind.value}", login)
    with database.read() as tx:
        _refuse_locked(tx, index)
        candidate = _candidate(tx, kind, login)
    right = passwords.holds(candidate.hash, password)
    with database.write() as tx:
        # Asked again, one after another: guesses made side by side must not pass the limit.
        staff_store.hold_failures(tx, index)
        _refuse_locked(tx, index)
        still = candidate.owner if right else None
        actor = None if still is None else owner_of(tx, kind, still)
        if actor is not None:
            staff_store.clear_failures(tx, index)
            return _opened(tx, kind, actor, replacing)
        staff_store.add_failure(tx, index, tx.now - WINDOW)
    raise refusing.wrong_sign_in()


def _opened(tx: Tx, kind: SessionKind, actor: Actor, replacing: str | None) -> Opened:
    opened = open_session(tx, kind, actor, replacing=replacing)
    if kind is SessionKind.STAFF:
        append(
            tx,
            "staff-signed-in",
            controls=staffing.CONTROLS,
            actor=actor,
            subject=actor.id,
            facts={"roles": sorted(actor.roles)},
        )
    return opened


def _candidate(tx: Tx, kind: SessionKind, login: str) -> _Candidate:
    if kind is SessionKind.STAFF:
        member = staffing.find_staff(tx, login)
        owner = None if member is None else member.id
    else:
        person = store.find_person_by_index(tx, people.name_index(tx, login))
        owner = None if person is None else person.id
    # Asked for nobody too, so that both ways cost the same.
    hashed = staff_store.find_credential(tx, owner or "nobody")
    return _Candidate(owner if hashed else None, hashed)


def _refuse_locked(tx: Tx, index: str) -> None:
    if staff_store.failures(tx, index, tx.now - WINDOW) >= MOST_FAILURES:
        raise refusing.locked(WINDOW // timedelta(minutes=1))
