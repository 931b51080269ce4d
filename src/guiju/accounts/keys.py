# SPDX-License-Identifier: Apache-2.0
"""API keys, and the apps that hold some: kept as a digest, revoked at any time (Article 9)."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace

from guiju.accounts import names, refusing, store
from guiju.accounts.gates import require_standing
from guiju.accounts.model import App, Issued, IssuedApp, Key, KeyKind
from guiju.accounts.people import CONTROLS, get_person, is_reason
from guiju.accounts.roles import KEEPERS, requires_role
from guiju.kernel import Actor, ActorKind, Refused, Text, digest, new_id, secret_token
from guiju.ledger import append
from guiju.measures import enforces
from guiju.storage import Tx

# The house's own limit, so that a leaked password does not leave keys nobody can survey.
MOST_KEYS = 20
_MOST_SHOWN = 200
_TOKEN = re.compile(r"gj-(?:user|app)-[0-9a-z]{40}")
ACTIVE_APP, CLOSED_APP = "active", "closed"


@enforces("account-and-keys")
def issue_key(tx: Tx, actor: Actor, person: str, label: str = "") -> Issued:
    """A new key for `person`, who may ask for it; so may those who keep the accounts.

    Raises:
        NotFound: `person-unknown`.
        Refused: `not-yours`, `role-needed`, `account-suspended` or `account-terminated`.
        Conflict: `keys-too-many`.
        Invalid: `label-invalid`.
    """
    owner = get_person(tx, person)
    _check_keeper(actor, owner.id)
    if owner.app is not None:
        # An app speaks for its end users; a key of their own would pass the app by.
        raise _speaks_by_app()
    require_standing(owner)
    return _issue(tx, actor, KeyKind.USER, owner.id, label)


@enforces("account-and-keys")
def register_app(tx: Tx, actor: Actor, name: str, label: str = "") -> IssuedApp:
    """A new app of the provider with its first key.

    Raises:
        Refused: `role-needed`.
        Conflict: `name-taken`.
        Invalid: `label-invalid`.
    """
    _check_keeper(actor, None)
    app = App(new_id("ap"), names.app_name(name), ACTIVE_APP, tx.now, actor.id)
    if not store.add_app(tx, app):
        raise refusing.name_taken()
    issued = _issue(tx, actor, KeyKind.APP, app.id, label)
    return IssuedApp(app, issued.key, issued.token)


def issue_app_key(tx: Tx, actor: Actor, app: str, label: str = "") -> Issued:
    """One more key for `app`; raises NotFound `app-unknown` and as `issue_key` does."""
    if store.find_app(tx, app) is None:
        raise refusing.no_such_app()
    _check_keeper(actor, None)
    return _issue(tx, actor, KeyKind.APP, app, label)


@enforces("account-and-keys")
def revoke_key(tx: Tx, actor: Actor, key: str, reason: str = "") -> Key:
    """Let a key open nothing from now on; afterwards caches must be told of `key.owner`.

    `reason` is a code such as `leaked`; people need none for keys of their own.

    Raises:
        NotFound: `key-not-found`, also for a key of somebody else.
        Refused: `role-needed`.
        Conflict: `key-already-revoked`.
        Invalid: `reason-code-invalid`.
    """
    if reason and not is_reason(reason):
        raise refusing.bad_reason()
    found = store.find_key(tx, key)
    if found is None or (actor.kind is ActorKind.PERSON and found.owner != actor.id):
        raise refusing.no_such_key()
    _check_keeper(actor, found.owner)
    if not store.revoke(tx, key):
        raise refusing.already_revoked()
    append(
        tx,
        "key-revoked",
        controls=CONTROLS,
        actor=actor,
        subject=found.owner,
        facts={"key": found.id, "kind": found.kind.value} | ({"reason": reason} if reason else {}),
    )
    return store.find_key(tx, key) or found


@enforces("account-and-keys")
def close_app(tx: Tx, actor: Actor, app: str) -> App:
    """Let none of an app's keys open anything from now on; afterwards caches must be told of it.

    Raises:
        Refused: `role-needed`.
        NotFound: `app-unknown`.
        Conflict: `app-already-closed`.
    """
    _check_keeper(actor, None)
    found = store.find_app(tx, app)
    if found is None:
        raise refusing.no_such_app()
    if not store.move_app(tx, app, ACTIVE_APP, CLOSED_APP):
        raise refusing.already_closed()
    append(tx, "app-closed", controls=CONTROLS, actor=actor, subject=app, facts={"app": app})
    return replace(found, state=CLOSED_APP)


def known_key(tx: Tx, token: str) -> Key:
    """The valid key behind `token`; raises Refused 401 `key-unknown` or `key-revoked`."""
    found = store.find_key_by_digest(tx, digest(token.encode())) if is_token(token) else None
    if found is None:
        raise refusing.key_unknown()
    if found.revoked_at is not None:
        raise refusing.key_revoked()
    return found


def is_token(token: str) -> bool:
    """Whether `token` could be a key at all; what could not is never looked up."""
    return _TOKEN.fullmatch(token) is not None


def keys_like(tx: Tx, wanted: str, start: int, count: int) -> tuple[int, list[Key]]:
    """How many keys have this id, owner or end (all, for nothing), and some of them in order."""
    return store.keys_like(tx, wanted, start, count)


def app_names(tx: Tx, ids: Collection[str]) -> dict[str, str]:
    """The names of these apps."""
    return store.app_names(tx, ids)


def get_key(tx: Tx, key: str) -> Key:
    """The key with this id; raises NotFound `key-not-found`."""
    found = store.find_key(tx, key)
    if found is None:
        raise refusing.no_such_key()
    return found


def keys_of(tx: Tx, owner: str) -> list[Key]:
    """The keys of a person or an app, newest first, the revoked ones too."""
    return store.keys_of(tx, owner, _MOST_SHOWN)


def apps(tx: Tx) -> list[App]:
    """All apps by name."""
    return store.apps(tx, _MOST_SHOWN)


def _issue(tx: Tx, actor: Actor, kind: KeyKind, owner: str, label: str) -> Issued:
    if store.live_keys(tx, owner) >= MOST_KEYS:
        raise refusing.too_many_keys(MOST_KEYS)
    token = secret_token(f"gj-{kind.value}")
    key = Key(
        id=new_id("key"),
        kind=kind,
        person=owner if kind is KeyKind.USER else None,
        app=owner if kind is KeyKind.APP else None,
        label=names.label(label),
        last4=token[-4:],
        issued_at=tx.now,
        revoked_at=None,
    )
    store.add_key(tx, key, digest(token.encode()))
    append(
        tx,
        "key-issued",
        controls=CONTROLS,
        actor=actor,
        subject=owner,
        facts={"key": key.id, "kind": kind.value},
    )
    return Issued(key, token)


def _check_keeper(actor: Actor, owner: str | None) -> None:
    """The owner, whoever keeps the accounts, and the house itself at its first run."""
    if actor.kind is ActorKind.SOFTWARE:
        return
    if actor.kind is ActorKind.STAFF:
        requires_role(actor, *KEEPERS)
    elif actor.kind is not ActorKind.PERSON or actor.id != owner:
        raise refusing.not_yours()


def _speaks_by_app() -> Refused:
    return Refused(
        "not-yours",
        Text(
            zh="这是某个应用的最终用户，不能有自己的密钥。",
            en="This is an app's end user, who has no key of their own.",
        ),
        Text(
            zh="请为其应用（ap_…）签发密钥，或请其自行注册。",
            en="Issue one to the app (ap_...), or let the person register.",
        ),
    )
