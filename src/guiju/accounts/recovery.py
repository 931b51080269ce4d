# SPDX-License-Identifier: Apache-2.0
"""Recovery: a code that was written down, or one that two members of staff allow for a reason.

A code has 79 random bits, so that guessing needs no limit by name, which others could use up.
Recovering ends every session. What staff allowed removes all else that opened the account before:
passkeys, linked identities, codes and keys. The holder has lost theirs, and who came first may have
left theirs in an account that was made in somebody else's name.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import timedelta

from guiju.accounts import (
    flood,
    keys,
    openid_store,
    passkey_store,
    passwords,
    people,
    recovery_store,
    refusing,
    staff_store,
    staffing,
    store,
)
from guiju.accounts import refusing_entry as entry_refusing
from guiju.accounts.model import Entry, Opened, SessionKind, Visit
from guiju.accounts.noting import note_change
from guiju.accounts.recovery_model import Grant
from guiju.accounts.roles import KEEPERS, Role, requires_role
from guiju.accounts.sessions import end_sessions, owner_of
from guiju.accounts.signing import enter
from guiju.kernel import Actor, Keyring, new_id
from guiju.ledger import append
from guiju.measures import enforces
from guiju.storage import Database, Tx

_CONTROLS = ("account-recovery",)
_GONE = ("passkeys_removed", "links_removed", "codes_removed", "keys_revoked")
_COUNT = 10
# Policies of the house, not law: long enough to reach somebody, too short to lie about.
GRANTED = timedelta(hours=24)
# No letters or digits that are taken for each other when they are read aloud.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _EACH = 4, 4
_MAY_ASK = (*KEEPERS, Role.PRIVACY_OFFICER)


@enforces("account-recovery")
def make_codes(tx: Tx, actor: Actor) -> list[str]:
    """Ten new codes of one's own, shown this once; older ones are good for nothing."""
    recovery_store.drop_codes(tx, actor.id)
    codes = [_draw() for _ in range(_COUNT)]
    for one in codes:
        recovery_store.add_code(tx, actor.id, _digest(tx.keys, actor.id, one))
    note_change(tx, actor, "recovery-codes-made", actor.id, count=_COUNT)
    return codes


def codes_left(tx: Tx, owner: str) -> int:
    """How many codes of their own an owner has."""
    return recovery_store.codes_left(tx, owner)


@enforces("account-recovery")
def recover(
    database: Database, kind: SessionKind, name: str, code: str, *, password: str, visit: Visit
) -> Opened:
    """Enter by a code and set a new password; every other session of the account ends.

    Raises:
        Invalid: `password-weak`.
        Refused: 401 `recovery-wrong`, for unknown names too; 429 `sign-in-paused`.
    """
    with database.read() as tx:
        flood.admit_guess(tx, visit.address)
    hashed = passwords.hash_password(name, password)
    with database.write() as tx:
        flood.admit_guess(tx, visit.address)
        owner = _owner(tx, kind, name)
        good, grant = recovery_store.take_code(
            tx, _digest(tx.keys, owner or "nobody", _plain(code))
        )
        actor = owner_of(tx, kind, owner) if owner is not None and good else None
        if actor is not None:
            staff_store.set_credential(tx, actor.id, hashed.text)
            ended = end_sessions(tx, actor.id)
            gone = {} if grant is None else _shut_out(tx, actor)
            _settle(tx, actor, grant, ended, gone)
            return enter(tx, kind, actor, visit, Entry.RECOVERY)
        flood.count_guess(tx, visit.address)
    raise entry_refusing.wrong_recovery()


@enforces("account-recovery")
def ask_recovery(tx: Tx, actor: Actor, owner: str, reason: str) -> Grant:
    """Ask for the recovery of an account whose holder has shown, outside, that it is theirs.

    Raises:
        Refused: `role-needed`.
        Invalid: `reason-code-invalid`.
        NotFound: `person-unknown` or `staff-unknown`.
    """
    requires_role(actor, *_MAY_ASK)
    if not people.is_reason(reason):
        raise refusing.bad_reason()
    _check_known(tx, owner)
    made = Grant(new_id("rec"), owner, "asked", reason, actor.id, tx.now, None, None)
    recovery_store.add_grant(tx, made)
    _append(tx, "recovery-asked", actor, made)
    return made


@enforces("account-recovery")
def approve_recovery(tx: Tx, actor: Actor, grant: str) -> tuple[Grant, str]:
    """Allow what somebody else asked for; the code is good for a day and shown this once.

    Raises:
        Refused: `role-needed`, or `second-person-needed` for whoever asked, or whose account it is.
        NotFound: `recovery-not-found`.
    """
    requires_role(actor, *_MAY_ASK)
    one = _open(tx, grant, "asked")
    if actor.id in {one.asked_by, one.owner}:
        raise entry_refusing.second_person_needed()
    code = _draw()
    recovery_store.add_code(
        tx, one.owner, _digest(tx.keys, one.owner, code), grant=one.id, until=tx.now + GRANTED
    )
    return _append_move(tx, actor, one, "approved", "recovery-approved"), code


@enforces("account-recovery")
def refuse_recovery(tx: Tx, actor: Actor, grant: str) -> Grant:
    """Refuse it, as staff, or as the person whose account it is; a code of it opens nothing.

    Raises:
        Refused: `role-needed`.
        NotFound: `recovery-not-found`.
    """
    one = _open(tx, grant, "asked", "approved")
    if actor.id != one.owner:
        requires_role(actor, *_MAY_ASK)
    recovery_store.drop_codes(tx, one.owner, grant=one.id)
    return _append_move(tx, actor, one, "refused", "recovery-refused")


def recoveries(tx: Tx, owner: str | None = None) -> list[Grant]:
    """What was asked for one owner or all, the newest first."""
    return recovery_store.grants(tx, owner=owner)


def _settle(tx: Tx, actor: Actor, grant: str | None, ended: int, gone: Mapping[str, int]) -> None:
    found = None if grant is None else recovery_store.find_grant(tx, grant)
    if found is not None:
        recovery_store.move_grant(tx, found, {"state": "used"})
    append(
        tx,
        "account-recovered",
        controls=_CONTROLS,
        actor=actor,
        subject=actor.id,
        facts={
            "by": "code" if found is None else "staff",
            "grant": grant,
            "asked_by": None if found is None else found.asked_by,
            "approved_by": None if found is None else found.decided_by,
            "sessions_ended": ended,
            **{name: gone.get(name, 0) for name in _GONE},
        },
    )


def _append_move(tx: Tx, actor: Actor, one: Grant, state: str, leaf: str) -> Grant:
    changes = {"state": state, "decided_by": actor.id, "decided_at": tx.now}
    if not recovery_store.move_grant(tx, one, changes):
        raise entry_refusing.no_such_recovery()
    moved = recovery_store.find_grant(tx, one.id) or one
    _append(tx, leaf, actor, moved)
    return moved


def _append(tx: Tx, evidence: str, actor: Actor, one: Grant) -> None:
    append(
        tx,
        evidence,
        controls=_CONTROLS,
        actor=actor,
        subject=one.owner,
        facts={"grant": one.id, "reason": one.reason, "asked_by": one.asked_by},
    )


def _open(tx: Tx, grant: str, *states: str) -> Grant:
    found = recovery_store.find_grant(tx, grant)
    if found is None or found.state not in states:
        raise entry_refusing.no_such_recovery()
    return found


def _shut_out(tx: Tx, actor: Actor) -> dict[str, int]:
    """Let nothing open the account that did before; how much there was of each."""
    owner = actor.id
    passkeys = sum(passkey_store.remove(tx, one.id) for one in passkey_store.of_owner(tx, owner))
    links = sum(openid_store.drop_link(tx, one.id) for one in openid_store.links_of(tx, owner))
    codes = recovery_store.codes_left(tx, owner)
    recovery_store.drop_codes(tx, owner)
    live = store.unrevoked(tx, owner)
    for one in live:
        keys.revoke_key(tx, actor, one.id)
    return dict(zip(_GONE, (passkeys, links, codes, len(live)), strict=True))


def _owner(tx: Tx, kind: SessionKind, name: str) -> str | None:
    found = (staffing.find_staff if kind is SessionKind.STAFF else people.find_person)(tx, name)
    return None if found is None else found.id


def _check_known(tx: Tx, owner: str) -> None:
    if owner.startswith("st_"):
        staffing.get_staff(tx, owner)
    else:
        people.get_person(tx, owner)


def _draw() -> str:
    drawn = ["".join(secrets.choice(_LETTERS) for _ in range(_EACH)) for _ in range(_GROUPS)]
    return "-".join(drawn)


def _plain(code: str) -> str:
    """The code as it was drawn, however it was typed."""
    said = "".join(one for one in code[:100].casefold() if one.isalnum())
    return "-".join(said[at : at + _EACH] for at in range(0, len(said), _EACH))


def _digest(keys: Keyring, owner: str, code: str) -> str:
    return keys.blind("recovery-code", f"{owner}/{code}")
