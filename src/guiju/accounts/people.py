# SPDX-License-Identifier: Apache-2.0
"""Registering a person and changing how they stand (Articles 9 and 14).

A name is kept twice and readable nowhere: as a keyed digest that finds it, and sealed under the
person's own key, so that destroying the key erases it.
"""

from __future__ import annotations

import re

from guiju.accounts import names, passwords, refusing, staff_store, store
from guiju.accounts.model import STANDING, VERB_TO, Person, PersonState
from guiju.accounts.passwords import Hashed
from guiju.kernel import Actor, ActorKind, Invalid, new_id
from guiju.ledger import append
from guiju.measures import enforces
from guiju.storage import Tx

CONTROLS = ("account-and-keys",)
_REASON = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,58}[a-z0-9])?")
_LANGUAGES = frozenset({"zh", "en"})
_SEALED_AS = "person-name"


@enforces("account-and-keys")
def register_person(
    tx: Tx,
    actor: Actor | None,
    name: str,
    password: str | Hashed | None,
    *,
    language: str = "zh",
) -> Person:
    """Register who will sign in as `name`; `actor` None means they do it themselves.

    Give a `Hashed` password where many may call: hashing is slow and this holds a transaction.
    None is for whom another provider vouches, whose identity the caller links in the same one.

    Raises:
        Invalid: `name-invalid`, `password-weak` or `language-invalid`.
        Conflict: `name-taken`.
    """
    login = names.login_name(name)
    hashed = None if password is None else passwords.ready(name, password)
    person = _new(tx, actor, None, language)
    sealed = tx.seal(person.id, login.shown.encode(), _SEALED_AS)
    if not store.add_person(tx, person, name_index(tx, login.folded), sealed):
        raise refusing.name_taken()
    if hashed is not None:
        staff_store.set_credential(tx, person.id, hashed.text)
    _put_on_record(tx, actor, person)
    return person


def introduce_end_user(tx: Tx, app: Actor, end_user: str, *, language: str = "zh") -> Person:
    """The person behind an app's own id of its end user, registered on first sight.

    Raises:
        Invalid: `user-missing` or `user-invalid`.
    """
    index = end_user_index(tx, app.id, end_user)
    found = store.find_person_by_index(tx, index)
    if found is not None:
        return found
    person = _new(tx, app, app.id, language)
    if not store.add_person(tx, person, index, None):
        # Another process registered them just now: theirs counts.
        return store.find_person_by_index(tx, index) or person
    _put_on_record(tx, app, person)
    return person


def look_up_end_user(tx: Tx, app: str, end_user: str) -> Person | None:
    """The person behind an app's own id of its end user; None for whom it has not introduced.

    Raises:
        Invalid: `user-missing` or `user-invalid`.
    """
    return store.find_person_by_index(tx, end_user_index(tx, app, end_user))


@enforces("account-and-keys")
def set_standing(tx: Tx, actor: Actor, person: str, state: PersonState, reason: str) -> Person:
    """Change how a person stands, for a reason given as a code; afterwards caches must be told.

    Terminating takes two people: one suspends, another terminates. Notices, strikes and appeals
    belong to dispositions.

    Raises:
        Refused: `person-needed`, `role-needed` or `second-person-needed`.
        Conflict: `wrong-state`, or `standing-overtaken` by somebody else.
        Invalid: `reason-code-invalid`.
        NotFound: `person-unknown`.
    """
    before = get_person(tx, person)
    step = STANDING.step(
        before.state, VERB_TO[state], actor, earlier=(before.standing_by,), reason=reason
    )
    if not is_reason(reason):
        raise refusing.bad_reason()
    changes = {
        "state": str(step.target),
        "reason": reason,
        "standing_by": actor.id,
        "standing_at": tx.now,
    }
    if not store.move_person(tx, before, changes):
        raise refusing.standing_overtaken()
    append(
        tx,
        "person-standing-changed",
        controls=CONTROLS,
        actor=actor,
        subject=person,
        facts={"from": before.state.value, "to": str(step.target), "reason": reason},
    )
    return get_person(tx, person)


def is_reason(reason: str) -> bool:
    """Whether a reason is a code, as evidence can hold it."""
    return _REASON.fullmatch(reason) is not None


def get_person(tx: Tx, person: str) -> Person:
    """The person with this id; raises NotFound `person-unknown`."""
    found = store.find_person(tx, person)
    if found is None:
        raise refusing.no_such_person()
    return found


def persons(tx: Tx, most: int) -> list[str]:
    """The ids of everybody, end users of apps included, at most so many."""
    return store.persons(tx, most)


def find_person(tx: Tx, name: str) -> Person | None:
    """The person who signs in as `name`; None too for what cannot be a name."""
    try:
        login = names.login_name(name)
    except Invalid:
        return None
    return store.find_person_by_index(tx, name_index(tx, login.folded))


def find_end_user(tx: Tx, app: str, end_user: str | None) -> Person | None:
    """The person behind an app's id of its end user; raises Invalid `user-missing`."""
    return store.find_person_by_index(tx, end_user_index(tx, app, end_user))


def name_of(tx: Tx, person: str) -> str | None:
    """The login name, for the person's own eyes; None for an end user of an app.

    Raises:
        NotFound: `key-destroyed` once the person was erased.
    """
    sealed = store.sealed_name(tx, person)
    return None if sealed is None else tx.unseal(person, sealed, _SEALED_AS).decode()


def name_index(tx: Tx, folded: str) -> str:
    """The blind index of a folded login name."""
    return tx.keys.blind("person-name", folded)


def end_user_index(tx: Tx, app: str, end_user: str | None) -> str:
    """The blind index of an app's id of its end user."""
    return tx.keys.blind("end-user", f"{app}\0{names.end_user(end_user)}")


def _new(tx: Tx, actor: Actor | None, app: str | None, language: str) -> Person:
    if language not in _LANGUAGES:
        raise refusing.bad_language()
    person = new_id("pe")
    return Person(
        id=person,
        app=app,
        language=language,
        state=PersonState.ACTIVE,
        reason="registered",
        standing_by="self" if actor is None else actor.id,
        standing_at=tx.now,
        registered_at=tx.now,
        registered_by="self" if actor is None else actor.id,
    )


def _put_on_record(tx: Tx, actor: Actor | None, person: Person) -> None:
    append(
        tx,
        "person-registered",
        controls=CONTROLS,
        actor=actor or Actor(ActorKind.PERSON, person.id),
        subject=person.id,
        facts={"by": person.registered_by, "app": person.app, "language": person.language},
    )
