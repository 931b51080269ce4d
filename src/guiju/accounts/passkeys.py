# SPDX-License-Identifier: Apache-2.0
"""Passkeys: an authenticator that proves itself to this site alone and asks its holder for a PIN.

Challenges are used once and live for minutes. An authenticator that counts backwards is barred:
there may be two of it. The library is loaded where it is used, as that takes a fifth of a second.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from guiju.accounts import names, nonces, passkey_store, staff_store
from guiju.accounts import refusing_entry as refusing
from guiju.accounts.model import Entry, Opened, SessionKind, Visit
from guiju.accounts.noting import note_change
from guiju.accounts.passkey_model import Passkey
from guiju.accounts.sessions import owner_of
from guiju.accounts.signing import SECOND_STEP, enter
from guiju.kernel import Actor, Keyring, digest, new_id
from guiju.measures import enforces
from guiju.storage import Database, Tx

MOST = 20
_LONGEST = 20_000
_TIMEOUT = 300_000  # milliseconds: as long as the challenge lives
_ADDING, _ENTERING = "passkey-add", "passkey-enter"
# ES256, EdDSA, RS256: what authenticators make.
_ALGORITHMS = (-7, -8, -257)


class _Answer(NamedTuple):
    """What came back from a browser: the whole, which credential, and the challenge it signed."""

    whole: dict[str, Any]
    credential: bytes
    challenge: bytes


def options_to_add(
    keys: Keyring,
    actor: Actor,
    name: str,
    visit: Visit,
    *,
    known: Sequence[Passkey],
    now: datetime,
) -> dict[str, Any]:
    """What the browser is asked for to make a passkey: kept in it, and with user verification."""
    challenge = nonces.issue(keys, _ADDING, visit.binding, now, actor.id)
    return {
        "rp": {"id": visit.party.domain, "name": visit.party.domain},
        "user": {"id": _text(actor.id.encode()), "name": name, "displayName": name},
        "challenge": _text(challenge),
        "pubKeyCredParams": [{"type": "public-key", "alg": one} for one in _ALGORITHMS],
        "timeout": _TIMEOUT,
        "excludeCredentials": [_named(one) for one in known],
        "authenticatorSelection": {
            "residentKey": "required",
            "requireResidentKey": True,
            "userVerification": "required",
        },
        "attestation": "none",
    }


def options_to_enter(keys: Keyring, visit: Visit, now: datetime) -> dict[str, Any]:
    """What the browser is asked for to sign in: any passkey that it has for this site."""
    challenge = nonces.issue(keys, _ENTERING, visit.binding, now)
    return {
        "rpId": visit.party.domain,
        "challenge": _text(challenge),
        "timeout": _TIMEOUT,
        "userVerification": "required",
        "allowCredentials": [],
    }


@enforces("sign-in-guarded")
def add_passkey(tx: Tx, actor: Actor, given: str, label: str, visit: Visit) -> Passkey:
    """Register the authenticator whose answer was `given` for the person or member who acts.

    Raises:
        Refused: `passkey-refused` or `sign-in-step-expired`.
        Conflict: `passkey-known` or `passkeys-too-many`.
        Invalid: `passkey-unreadable` or `label-invalid`.
    """
    from webauthn import verify_registration_response  # noqa: PLC0415 - see the head of this file
    from webauthn.helpers.cose import COSEAlgorithmIdentifier  # noqa: PLC0415 - as above
    from webauthn.helpers.exceptions import WebAuthnException  # noqa: PLC0415 - as above

    answer = _read(given)
    if nonces.spend(tx, _ADDING, visit.binding, answer.challenge) != actor.id:
        raise refusing.step_expired()
    if len(passkey_store.of_owner(tx, actor.id)) >= MOST:
        raise refusing.passkeys_too_many(MOST)
    try:
        made = verify_registration_response(
            credential=answer.whole,
            expected_challenge=answer.challenge,
            expected_rp_id=visit.party.domain,
            expected_origin=visit.party.origin,
            require_user_verification=True,
            supported_pub_key_algs=[COSEAlgorithmIdentifier(one) for one in _ALGORITHMS],
        )
    except (WebAuthnException, ValueError, TypeError, KeyError) as error:
        raise refusing.passkey_refused() from error
    one = Passkey(
        id=new_id("pk"),
        owner=actor.id,
        handle=made.credential_id,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
        label=names.label(label),
        backed_up=made.credential_backed_up,
        added_at=tx.now,
        used_at=None,
        barred_at=None,
    )
    if not passkey_store.add(tx, one, _mark(one.handle)):
        raise refusing.passkey_known()
    note_change(tx, actor, "passkey-added", actor.id, passkey=one.id)
    return one


@enforces("sign-in-guarded")
def sign_in_by_passkey(database: Database, kind: SessionKind, given: str, visit: Visit) -> Opened:
    """A new session for whoever holds the authenticator; no password is asked for.

    Raises:
        Refused: `passkey-refused` or `sign-in-step-expired`.
        Invalid: `passkey-unreadable`.
    """
    return _entered(database, kind, given, visit)


@enforces("staff-roles")
def confirm_by_passkey(database: Database, ticket: str, given: str, visit: Visit) -> Opened:
    """The second step of staff's sign-in: the passkey of whoever gave the right password.

    Raises:
        Refused: `passkey-refused` or `sign-in-step-expired`.
        Invalid: `passkey-unreadable`.
    """
    with database.write() as tx:
        owner = nonces.spend(tx, SECOND_STEP, visit.binding, nonces.from_text(ticket))
    return _entered(database, SessionKind.STAFF, given, visit, owner=owner)


def passkeys_of(tx: Tx, owner: str) -> list[Passkey]:
    """The passkeys of a person or member of staff, oldest first."""
    return passkey_store.of_owner(tx, owner)


@enforces("sign-in-guarded")
def remove_passkey(tx: Tx, actor: Actor, passkey: str) -> None:
    """Remove one of one's own passkeys.

    Raises:
        NotFound: `passkey-not-found`.
        Conflict: `sign-in-last-way`, when there is no password.
    """
    mine = passkey_store.of_owner(tx, actor.id)
    if all(one.id != passkey for one in mine):
        raise refusing.no_such_passkey()
    if len(mine) == 1 and staff_store.find_credential(tx, actor.id) is None:
        raise refusing.last_way_in()
    passkey_store.remove(tx, passkey)
    note_change(tx, actor, "passkey-removed", actor.id, passkey=passkey)


def _entered(
    database: Database, kind: SessionKind, given: str, visit: Visit, *, owner: str | None = None
) -> Opened:
    """Enter by an answer; `owner` is who has given the right password before."""
    answer = _read(given)
    entry = Entry.PASSKEY if owner is None else Entry.BOTH
    with database.write() as tx:
        # Used up first, whatever follows: an answer that fails is not tried again.
        nonces.spend(tx, _ENTERING, visit.binding, answer.challenge)
        one = passkey_store.by_credential(tx, _mark(answer.credential))
        actor = None if one is None else owner_of(tx, kind, one.owner)
        if one is not None and actor is not None and owner in {None, one.owner}:
            count = _verified(answer, one, visit)
            if count is not None and _counted(tx, actor, one, count):
                return enter(tx, kind, actor, visit, entry)
    raise refusing.passkey_refused()


def _counted(tx: Tx, actor: Actor, one: Passkey, count: int) -> bool:
    """Note the use of a passkey; one that does not count upwards is barred and opens nothing."""
    if one.barred_at is not None:
        return False
    if (count or one.sign_count) and count <= one.sign_count:
        passkey_store.change(tx, one.id, {"barred_at": tx.now})
        note_change(tx, actor, "passkey-barred", one.owner, passkey=one.id)
        return False
    return passkey_store.change(tx, one.id, {"sign_count": count, "used_at": tx.now})


def _verified(answer: _Answer, one: Passkey, visit: Visit) -> int | None:
    """What the authenticator has counted up to; None when the answer is not its own.

    The count is compared by us, after the signature: otherwise whoever sends a small number bars
    the passkey of somebody else.
    """
    from webauthn import verify_authentication_response  # noqa: PLC0415 - see the head of this file
    from webauthn.helpers.exceptions import WebAuthnException  # noqa: PLC0415 - as above

    said = answer.whole.get("response", {}).get("userHandle")
    if said is not None and nonces.from_text(str(said)) != one.owner.encode():
        return None
    try:
        found = verify_authentication_response(
            credential=answer.whole,
            expected_challenge=answer.challenge,
            expected_rp_id=visit.party.domain,
            expected_origin=visit.party.origin,
            credential_public_key=one.public_key,
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, TypeError, KeyError):
        return None
    return found.new_sign_count


def _read(given: str) -> _Answer:
    """The browser's answer; a page of another site inside a frame is none of ours."""
    try:
        if len(given) > _LONGEST:
            raise refusing.passkey_unreadable()
        whole = json.loads(given)
        client = json.loads(_bytes(whole["response"]["clientDataJSON"]))
        credential, challenge = _bytes(whole["id"]), _bytes(client["challenge"])
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise refusing.passkey_unreadable() from error
    if not isinstance(whole, Mapping) or client.get("crossOrigin"):
        raise refusing.passkey_refused()
    return _Answer(dict(whole), credential, challenge)


def _mark(credential: bytes) -> str:
    return digest(b"passkey\0" + credential)


def _named(one: Passkey) -> dict[str, str]:
    return {"type": "public-key", "id": _text(one.handle)}


def _text(data: bytes) -> str:
    return nonces.to_text(data)


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
