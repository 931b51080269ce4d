# SPDX-License-Identifier: Apache-2.0
"""Who is calling? One look at the tables for the gateway; nothing is written (Article 9)."""

from __future__ import annotations

from guiju.accounts import agreement_store, people, refusing, store
from guiju.accounts.keys import ACTIVE_APP, known_key
from guiju.accounts.model import Caller, Key, KeyKind, Person, PersonState
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
    return Caller(
        kind=key.kind,
        key=key.id,
        app=key.app,
        person=None if person is None else person.id,
        state=PersonState.ACTIVE if person is None else person.state,
        agreement=None if person is None else agreement_store.accepted_version(tx, person.id),
        agreement_required=agreement_store.newest_version(tx),
    )


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
