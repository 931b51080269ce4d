# SPDX-License-Identifier: Apache-2.0
"""Signing in with another provider: authorization code with PKCE, state and nonce (Article 9).

An identity opens the account that it was linked to while its holder was signed in, and no other:
never one of the same mail address or name. What must be remembered on the way is in the
state, which is bound to one browser and good once; verifier and nonce are derived from it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import quote, urlencode

from guiju.accounts import nonces, openid_store, passkey_store, staff_store
from guiju.accounts import openid_refusing as refusing
from guiju.accounts import refusing_entry as entry_refusing
from guiju.accounts.model import Entry, Opened, SessionKind, Visit
from guiju.accounts.noting import note_change
from guiju.accounts.openid_asking import Descriptions, check_url
from guiju.accounts.openid_model import Begun, Identity, Link, Provider
from guiju.accounts.openid_tokens import Expected, head_of, subject_of
from guiju.accounts.passkeys import passkeys_of
from guiju.accounts.roles import Role, requires_role
from guiju.accounts.sessions import owner_of
from guiju.accounts.signing import enter, second_step
from guiju.kernel import Actor, GuijuError, Keyring, new_id, seal, software, unseal
from guiju.ledger import append
from guiju.measures import enforces
from guiju.storage import Database, Tx

CALLBACK = "/sign-in/openid/callback"
_CONTROLS = ("federated-sign-in",)
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
_DOOR = software("sign-in")
_PURPOSE = "openid"
_NEWCOMER = "openid-newcomer"
# A policy of the house: long enough to read an agreement.
TO_REGISTER = timedelta(minutes=60)
_LONGEST_CLIENT, _LONGEST_ISSUER, _LONGEST_TITLE = 200, 500, 60
_LONGEST_CODE = 2_000


@enforces("federated-sign-in")
def set_provider(tx: Tx, actor: Actor, wanted: Provider, secret: str | None) -> Provider:
    """Let a provider vouch for people, or for staff; the secret is sealed, and bound to its name.

    Raises:
        Refused: `role-needed`.
        Invalid: `openid-invalid`.
    """
    requires_role(actor, Role.ACCOUNTABLE_PERSON)
    _check(wanted)
    sealed = None
    if secret:
        sealed = seal(_key(tx.keys), secret.encode(), wanted.name.encode())
    openid_store.put_provider(tx, wanted, sealed)
    facts = {"kind": wanted.kind.value, "issuer": wanted.issuer, "secret": secret is not None}
    append(
        tx,
        "openid-provider-set",
        controls=_CONTROLS,
        actor=actor,
        subject=wanted.name,
        facts={"provider": wanted.name, **facts},
    )
    return wanted


def remove_provider(tx: Tx, actor: Actor, name: str) -> None:
    """Take a provider off: from now on it vouches for nobody.

    Raises:
        Refused: `role-needed`.
        NotFound: `openid-provider-unknown`.
    """
    requires_role(actor, Role.ACCOUNTABLE_PERSON)
    if not openid_store.remove_provider(tx, name):
        raise refusing.no_such_provider()
    append(
        tx,
        "openid-provider-removed",
        controls=_CONTROLS,
        actor=actor,
        subject=name,
        facts={"provider": name},
    )


def providers(tx: Tx, kind: SessionKind | None = None) -> list[Provider]:
    """Who vouches now, for people, for staff, or for either."""
    found = openid_store.providers(tx)
    return [one for one in found if one.removed_at is None and kind in {None, one.kind}]


def begin(
    database: Database,
    asked: Descriptions,
    name: str,
    visit: Visit,
    *,
    target: str = "",
    owner: str = "",
) -> str:
    """The address at the provider to which a browser is sent, to come back to `CALLBACK`.

    Raises:
        NotFound: `openid-provider-unknown`.
        Unavailable: `openid-unavailable`.
    """
    with database.read() as tx:
        provider, now = _provider(tx, name), tx.now
    said = json.dumps([provider.name, target, owner])
    state = nonces.to_text(nonces.issue(database.keys, _PURPOSE, visit.binding, now, said))
    challenge = hashlib.sha256(_derived(database.keys, "verifier", state).encode()).digest()
    query = {
        "response_type": "code",
        "scope": "openid",
        "client_id": provider.client,
        "redirect_uri": visit.party.origin + CALLBACK,
        "state": state,
        "nonce": _derived(database.keys, "nonce", state),
        "code_challenge": nonces.to_text(challenge),
        "code_challenge_method": "S256",
    }
    where = asked.endpoints(provider.issuer).authorize
    return f"{where}{'&' if '?' in where else '?'}{urlencode(query)}"


@enforces("federated-sign-in")
def finish(
    database: Database, asked: Descriptions, visit: Visit, *, state: str, code: str, issuer: str
) -> tuple[Begun, Identity]:
    """Who came back: the state is used up, the code is traded in, the token looked at.

    `issuer` is what the answer says of where it comes from (RFC 9207); empty where it says nothing.

    Raises:
        Refused: `sign-in-step-expired`, `openid-refused` or `openid-token-refused`.
        Unavailable: `openid-unavailable`.
    """
    with database.write() as tx:
        said = nonces.spend(tx, _PURPOSE, visit.binding, nonces.from_text(state))
        begun = Begun(*json.loads(said))
        provider = _provider(tx, begun.provider)
        sealed = openid_store.sealed_secret(tx, provider.name)
    if not 0 < len(code) <= _LONGEST_CODE or not _comes_from(asked, provider, issuer):
        raise refusing.provider_refused()
    secret = None
    if sealed is not None:
        secret = unseal(_key(database.keys), sealed, provider.name.encode()).decode()
    verifier = _derived(database.keys, "verifier", state)
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": visit.party.origin + CALLBACK,
        "client_id": provider.client,
        "code_verifier": verifier,
    }
    token = _traded(asked, provider, secret, form)
    keys = asked.keys(provider.issuer, head_of(token).get("kid"))
    nonce, now = _derived(database.keys, "nonce", state), database.clock.now()
    try:
        subject = subject_of(token, keys, Expected(provider.issuer, provider.client, nonce, now))
    except GuijuError as error:
        _note_refused(database, provider, error)
        raise
    return begun, Identity(provider.name, subject)


@enforces("federated-sign-in")
def enter_by_identity(database: Database, identity: Identity, visit: Visit) -> Opened:
    """A new session in the account that the identity is linked to.

    Raises:
        SecondFactorNeeded: for staff who have a passkey.
        NotLinked: `openid-not-linked`; a person's has a ticket, by which the browser may register.
    """
    with database.write() as tx:
        provider = _provider(tx, identity.provider)
        index = _index(tx.keys, provider, identity.subject)
        link = openid_store.find_link(tx, index)
        actor = None if link is None else owner_of(tx, provider.kind, link.owner)
        if actor is not None and not (
            provider.kind is SessionKind.STAFF and passkey_store.of_owner(tx, actor.id)
        ):
            return enter(tx, provider.kind, actor, visit, Entry.OPENID)
        now = tx.now
    if actor is None:
        raise refusing.NotLinked(_ticket(database.keys, provider, index, visit, now))
    raise second_step(database.keys, actor.id, visit, now)


@enforces("federated-sign-in")
def link_identity(tx: Tx, actor: Actor, kind: SessionKind, identity: Identity) -> Link:
    """Let an identity open one's own account from now on.

    Raises:
        Conflict: `openid-linked`, to this account or another.
        NotFound: `openid-provider-unknown`, also for one of another kind of account.
    """
    provider = _provider(tx, identity.provider)
    if provider.kind is not kind:
        raise refusing.no_such_provider()
    return _linked(tx, actor, provider, _index(tx.keys, provider, identity.subject))


def vouching(tx: Tx, ticket: str, visit: Visit) -> Provider:
    """Who vouches for the newcomer with this ticket, to say so on a page; nothing is used up.

    Raises:
        Refused: `sign-in-step-expired`.
        NotFound: `openid-provider-unknown`, once it was taken off.
    """
    token = nonces.from_text(ticket)
    return _newcomer(tx, nonces.look(tx.keys, _NEWCOMER, visit.binding, tx.now, token))[0]


@enforces("federated-sign-in")
def link_newcomer(tx: Tx, actor: Actor, ticket: str, visit: Visit) -> Link:
    """Let the identity that a ticket stands for open the account that is made in this transaction.

    Raises:
        Refused: `sign-in-step-expired`.
        NotFound: `openid-provider-unknown`.
        Conflict: `openid-linked`, when another registration was faster.
    """
    said = nonces.spend(tx, _NEWCOMER, visit.binding, nonces.from_text(ticket))
    provider, index = _newcomer(tx, said)
    return _linked(tx, actor, provider, index)


@enforces("federated-sign-in")
def unlink(tx: Tx, actor: Actor, link: str) -> None:
    """Let an identity open one's account no more.

    Raises:
        NotFound: `openid-link-not-found`.
        Conflict: `sign-in-last-way`.
    """
    mine = openid_store.links_of(tx, actor.id)
    if all(one.id != link for one in mine):
        raise refusing.no_such_link()
    others = passkeys_of(tx, actor.id) or staff_store.find_credential(tx, actor.id)
    if not others and len(mine) == 1:
        raise entry_refusing.last_way_in()
    openid_store.drop_link(tx, link)
    note_change(tx, actor, "openid-unlinked", actor.id)


def links_of(tx: Tx, owner: str) -> list[Link]:
    """What an account is linked to, oldest first."""
    return openid_store.links_of(tx, owner)


def _linked(tx: Tx, actor: Actor, provider: Provider, index: str) -> Link:
    made = Link(new_id("idl"), actor.id, provider.name, tx.now)
    if not openid_store.add_link(tx, made, index):
        raise refusing.linked_elsewhere()
    note_change(tx, actor, "openid-linked", actor.id, provider=provider.name)
    return made


def _ticket(keys: Keyring, provider: Provider, index: str, visit: Visit, now: datetime) -> str:
    """What lets one browser register by an identity: its keyed digest; empty for staff's."""
    if provider.kind is not SessionKind.PERSON:
        return ""
    said = json.dumps([provider.name, provider.issuer, index])
    return nonces.to_text(
        nonces.issue(keys, _NEWCOMER, visit.binding, now, said, lasts=TO_REGISTER)
    )


def _newcomer(tx: Tx, said: str) -> tuple[Provider, str]:
    """Who vouches, and the digest; not one that was set to another issuer meanwhile."""
    name, issuer, index = json.loads(said)
    provider = _provider(tx, name)
    if provider.kind is not SessionKind.PERSON or provider.issuer != issuer:
        raise entry_refusing.step_expired()
    return provider, index


def _comes_from(asked: Descriptions, provider: Provider, issuer: str) -> bool:
    """Whether an answer is this provider's, which names itself if it said it would (RFC 9207)."""
    if issuer:
        return issuer == provider.issuer
    return not asked.endpoints(provider.issuer).names_itself


def _traded(
    asked: Descriptions, provider: Provider, secret: str | None, form: Mapping[str, str]
) -> str:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    if secret is not None:
        pair = f"{quote(provider.client, safe='')}:{quote(secret, safe='')}"
        headers["authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    where = asked.endpoints(provider.issuer).token
    token = asked.read_json(where, urlencode(form).encode(), headers).get("id_token")
    if not isinstance(token, str):
        raise refusing.provider_away()
    return token


def _note_refused(database: Database, provider: Provider, error: GuijuError) -> None:
    """A token that does not hold is a fault of the provider's or an attack: it goes on record."""
    with database.write() as tx:
        append(
            tx,
            "openid-token-refused",
            controls=_CONTROLS,
            actor=_DOOR,
            subject=provider.name,
            facts={"provider": provider.name, "why": error.param},
        )


def _provider(tx: Tx, name: str) -> Provider:
    found = openid_store.find_provider(tx, name) if _NAME.fullmatch(name) else None
    if found is None or found.removed_at is not None:
        raise refusing.no_such_provider()
    return found


def _check(one: Provider) -> None:
    if not _NAME.fullmatch(one.name) or one.name == "callback":
        raise refusing.bad_setting("name", "应为小写字母、数字和 -", "is not a-z, 0-9 and -")
    parts = check_url("issuer", one.issuer)
    if parts.query or len(one.issuer) > _LONGEST_ISSUER:
        raise refusing.bad_setting("issuer", "不得带参数或过长", "has a query or is too long")
    if not 0 < len(one.client) <= _LONGEST_CLIENT or not one.client.isprintable():
        raise refusing.bad_setting("client", "缺失或过长", "is missing or too long")
    if not 0 < len(one.title) <= _LONGEST_TITLE or not one.title.isprintable():
        raise refusing.bad_setting("title", "缺失或过长", "is missing or too long")


def _index(keys: Keyring, provider: Provider, subject: str) -> str:
    """By issuer and kind, not by our name for it: what staff are linked to opens no person's."""
    return keys.blind(f"openid-{provider.kind.value}", f"{provider.issuer}\0{subject}")


def _derived(keys: Keyring, what: str, state: str) -> str:
    key = keys.service_key(f"openid-{what}")
    return nonces.to_text(hmac.digest(key, state.encode(), "sha256"))


def _key(keys: Keyring) -> bytes:
    return keys.service_key("openid-secrets")
