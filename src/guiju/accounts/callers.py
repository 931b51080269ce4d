# SPDX-License-Identifier: Apache-2.0
"""Who is calling? One look at the tables for the gateway; nothing is written (Article 9)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from guiju.accounts import (
    agreement_store,
    closed_store,
    consent_store,
    key_model_store,
    limit_store,
    people,
    refusing,
    store,
    verifying_store,
    waiver_store,
)
from guiju.accounts.consent_model import Purpose
from guiju.accounts.keys import ACTIVE_APP, known_key
from guiju.accounts.model import Caller, Key, KeyKind, Person, PersonState
from guiju.kernel import Refused
from guiju.measures import enforces
from guiju.storage import Tx


@enforces("account-and-keys")
def look_up(tx: Tx, token: str, end_user: str | None = None) -> Caller:
    """Whose key `token` is, and how the person behind it stands.

    `end_user` counts for an app's key only. An end user whom the app has not introduced is a
    caller without person and without agreement; introducing them is `app_accepts`.

    Raises:
        Refused: 401 `key-unknown` or `key-revoked`.
        Invalid: 400 `user-missing` or `user-invalid`, for an app's key.
    """
    key = known_key(tx, token)
    person = _person(tx, key, end_user)
    own = limit_store.of_caller(tx, key.id, None if person is None else person.id)
    said = {} if person is None else consent_store.standing(tx, person.id)
    asked = agreement_store.in_force(tx)
    return Caller(
        kind=key.kind,
        key=key.id,
        app=key.app,
        person=None if person is None else person.id,
        state=PersonState.ACTIVE if person is None else person.state,
        agreement=_agreed(tx, person, said),
        agreement_required=asked.least,
        key_limits=_of(own.get(key.id)),
        person_limits={} if person is None else _of(own.get(person.id)),
        models=key_model_store.models_of_key(tx, key.id),
        closed=_closed(tx, person),
        level=0 if person is None else verifying_store.level_of(tx, person.id, tx.now),
        waivers=frozenset() if person is None else frozenset(waiver_store.accepted(tx, person.id)),
        agreement_newest=asked.newest,
        consents={purpose: number for purpose, number in said.items() if number > 0},
    )


@enforces("account-and-keys")
def barred(tx: Tx, callers: Iterable[Caller]) -> dict[str, Refused]:
    """Who of these may be served no longer: by the id of the key or person, and why.

    For those whose answers are under way; whoever may not begin is told by `look_up`.
    """
    every = list(callers)
    keys = store.revoked_among(tx, {one.key for one in every})
    closed = store.closed_among(tx, {one.app for one in every if one.app is not None})
    states = store.states_of(tx, {one.person for one in every if one.person is not None})
    found = dict.fromkeys(keys, refusing.key_revoked())
    found |= {one.key: refusing.key_revoked() for one in every if one.app in closed}
    for person, state in states.items():
        if state is PersonState.SUSPENDED:
            found[person] = refusing.suspended()
        elif state is PersonState.TERMINATED:
            found[person] = refusing.terminated()
    return found


def _agreed(tx: Tx, person: Person | None, said: Mapping[str, int]) -> int | None:
    """The newest version that somebody accepted, unless they have withdrawn that consent."""
    if person is None or said.get(Purpose.SERVICE, 0) < 0:
        return None
    return agreement_store.accepted_version(tx, person.id)


def restricted(tx: Tx, callers: Iterable[Caller]) -> dict[tuple[str, str], Refused]:
    """Which functions are closed to whom of these: by person and function, and why.

    For those whose answers are under way, as `barred` is.
    """
    persons = {one.person for one in callers if one.person is not None}
    states = store.states_of(tx, persons)
    found = closed_store.closed_among(
        tx, [one for one, state in states.items() if state is PersonState.RESTRICTED]
    )
    why = refusing.function_restricted()
    return {(one, function): why for one, closed in found.items() for function in closed}


def _closed(tx: Tx, person: Person | None) -> frozenset[str]:
    restricted = person is not None and person.state is PersonState.RESTRICTED
    return closed_store.functions_closed(tx, person.id) if person and restricted else frozenset()


def _of(own: limit_store.Override | None) -> Mapping[str, int | None]:
    return {} if own is None else own.limits


def _person(tx: Tx, key: Key, end_user: str | None) -> Person | None:
    if key.kind is KeyKind.USER:
        found = store.find_person(tx, key.owner)
        if found is None:
            raise refusing.key_unknown()
        return found
    app = store.find_app(tx, key.owner)
    if app is None or app.state != ACTIVE_APP:
        raise refusing.key_revoked()
    return people.find_end_user(tx, app.id, end_user)
