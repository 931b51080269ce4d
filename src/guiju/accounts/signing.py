# SPDX-License-Identifier: Apache-2.0
"""Signing in: equally slow for every name, paused after too many failures (Article 9).

These verbs take the database and not a transaction: a failure must be kept although the caller
gets an error, and no transaction may stay open while a password is hashed.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from guiju.accounts import (
    devices,
    flood,
    names,
    nonces,
    passkey_store,
    passwords,
    people,
    refusing,
    refusing_entry,
    staff_store,
    staffing,
    store,
)
from guiju.accounts.model import Entry, Opened, SessionKind, Visit
from guiju.accounts.sessions import open_session, owner_of
from guiju.kernel import Actor, Invalid, Keyring, digest, software
from guiju.ledger import append
from guiju.measures import enforces
from guiju.storage import Database, Tx

# Policies of the house, not law: five guesses a quarter of an hour is 480 a day for one name,
# while somebody who mistyped waits no longer than for a coffee.
MOST_FAILURES = 5
WINDOW = timedelta(minutes=15)
SECOND_STEP = "second-factor"
_NO_VISIT = Visit()
_CONTROLS = ("sign-in-guarded",)
_DOOR = software("sign-in")


class _Candidate(NamedTuple):
    """Who the name may be; both None for a name that nobody has."""

    owner: str | None
    hash: str | None


@enforces("staff-roles")
def sign_in_staff(database: Database, name: str, password: str, visit: Visit = _NO_VISIT) -> Opened:
    """A new session for a member of staff.

    Raises:
        SecondFactorNeeded: 401, with a ticket, for whoever has registered a passkey.
        Refused: 401 `sign-in-wrong`, 429 `sign-in-locked` or `sign-in-paused`.
    """
    return _sign_in(database, SessionKind.STAFF, name, password, visit)


@enforces("sign-in-guarded")
def sign_in_person(
    database: Database, name: str, password: str, visit: Visit = _NO_VISIT
) -> Opened:
    """A new session for a person, a suspended one too: they may read why and appeal.

    Raises:
        Refused: 401 `sign-in-wrong`, 429 `sign-in-locked` or `sign-in-paused`.
    """
    return _sign_in(database, SessionKind.PERSON, name, password, visit)


def enter(
    tx: Tx, kind: SessionKind, actor: Actor, visit: Visit, entry: Entry = Entry.PASSWORD
) -> Opened:
    """Open the session of somebody who was recognised; staff's goes on record."""
    opened = open_session(tx, kind, actor, visit, entry=entry)
    if kind is SessionKind.STAFF:
        append(
            tx,
            "staff-signed-in",
            controls=staffing.CONTROLS,
            actor=actor,
            subject=actor.id,
            facts={"roles": sorted(actor.roles), "entry": entry.value, "strong": entry.is_strong},
        )
    return opened


def _sign_in(
    database: Database, kind: SessionKind, name: str, password: str, visit: Visit
) -> Opened:
    try:
        login = names.login_name(name).folded
    except Invalid:
        passwords.holds(None, password)
        raise refusing.wrong_sign_in() from None
    device = devices.known(database.keys, kind.value, login, visit.device)
    index = _index(database, kind, login, device)
    with database.read() as tx:
        _admit(tx, index, visit, device)
        candidate = _candidate(tx, kind, login)
    right = passwords.holds(candidate.hash, password)
    opened = None
    with database.write() as tx:
        # Asked again, one after another: guesses made side by side must not pass the limit.
        staff_store.hold_failures(tx, index)
        _admit(tx, index, visit, device)
        still = candidate.owner if right else None
        actor = None if still is None else owner_of(tx, kind, still)
        if actor is None:
            _count(tx, kind, index, visit, device)
        else:
            staff_store.clear_failures(tx, index)
            opened = None if _needs_second(tx, kind, actor) else enter(tx, kind, actor, visit)
        now = tx.now
    if actor is None:
        raise refusing.wrong_sign_in()
    if opened is None:
        raise second_step(database.keys, actor.id, visit, now)
    return opened


def second_step(
    keys: Keyring, owner: str, visit: Visit, now: datetime
) -> refusing_entry.SecondFactorNeeded:
    """What tells a member of staff, after a first step that was right, to show a passkey."""
    ticket = nonces.issue(keys, SECOND_STEP, visit.binding, now, owner)
    return refusing_entry.SecondFactorNeeded(nonces.to_text(ticket))


def _needs_second(tx: Tx, kind: SessionKind, actor: Actor) -> bool:
    """Whoever of the staff has a passkey always shows it."""
    return kind is SessionKind.STAFF and bool(passkey_store.of_owner(tx, actor.id))


def _index(database: Database, kind: SessionKind, login: str, device: str | None) -> str:
    """What failures are counted by: the name, or one browser that it was used in before."""
    purpose = f"sign-in-{kind.value}"
    return database.keys.blind(purpose, login if device is None else f"{device}/{login}")


def _admit(tx: Tx, index: str, visit: Visit, device: str | None) -> None:
    if staff_store.failures(tx, index, tx.now - WINDOW) >= MOST_FAILURES:
        raise refusing.locked(WINDOW // timedelta(minutes=1))
    if device is None:
        flood.admit_guess(tx, visit.address)


def _count(tx: Tx, kind: SessionKind, index: str, visit: Visit, device: str | None) -> None:
    staff_store.add_failure(tx, index, tx.now - WINDOW)
    if device is None:
        flood.count_guess(tx, visit.address)
    if staff_store.failures(tx, index, tx.now - WINDOW) == MOST_FAILURES:
        append(
            tx,
            "sign-in-paused",
            controls=_CONTROLS,
            actor=_DOOR,
            subject=digest(index.encode())[:16],
            facts={
                "kind": kind.value,
                "failures": MOST_FAILURES,
                "minutes": WINDOW // timedelta(minutes=1),
                "known_browser": device is not None,
            },
        )


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
