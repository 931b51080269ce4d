# SPDX-License-Identifier: Apache-2.0
"""Verifying who a person is, to the level that the policy asks for (Article 9).

Kept are the provider's number for it, the level, the provider and the times. The number that
somebody gave goes to the provider, and is neither kept nor put on record. What a document says of
an age is told to who hears of verifications (`Proofs`), and not kept here.
"""

from __future__ import annotations

import json
import re
from datetime import timedelta

from guiju.accounts import guard_store, nonces, people, store, verifying_store
from guiju.accounts import refusing as plain_refusing
from guiju.accounts import verifying_refusing as refusing
from guiju.accounts.identity_rules import rules_now
from guiju.accounts.model import Caller, Visit
from guiju.accounts.roles import KEEPERS, requires_role
from guiju.accounts.verifying_model import (
    UNHEARD,
    Proof,
    Proofs,
    Started,
    Verification,
    Verifier,
    Verifiers,
)
from guiju.kernel import Actor, ActorKind, new_id
from guiju.ledger import append
from guiju.measures import enforces
from guiju.storage import Database, Tx

CONTROLS = ("identity-verification",)
_PURPOSE = "verify"
# Policies of the house, not law: a text message costs money, and somebody's patience.
_MOST_BEGUN, _WHILE = 5, timedelta(hours=1)
_WORD = re.compile(r"[A-Za-z0-9._:-]{4,200}")
_LONGEST_NUMBER = 11
_PROVIDER = re.compile(r"[A-Za-z0-9._:-]{2,60}")


def start(
    database: Database, verifiers: Verifiers, person: str, proof: str, *, given: str, visit: Visit
) -> tuple[Started, str]:
    """Begin: what the provider asks next, and the token that the answer comes with.

    Raises:
        NotFound: `verifier-unknown`.
        Refused: 429 `verifications-too-many`.
        Invalid: `verification-number-invalid`.
        Unavailable: `verifier-unavailable`.
    """
    verifier, kind = _verifier(verifiers, proof)
    with database.write() as tx:
        name = f"verify/{tx.keys.blind('verify', person)[:40]}"
        if guard_store.tallied(tx, name) >= _MOST_BEGUN:
            raise refusing.too_many(_WHILE // timedelta(minutes=1))
        guard_store.count(tx, name, _WHILE)
        now = tx.now
    started = verifier.start(kind, given)
    said = json.dumps([person, kind.value, verifier.name, started.ticket])
    token = nonces.issue(database.keys, _PURPOSE, visit.binding, now, said)
    return started, nonces.to_text(token)


@enforces("identity-verification")
def finish(
    database: Database,
    verifiers: Verifiers,
    actor: Actor,
    *,
    token: str,
    answer: str,
    visit: Visit,
    proofs: Proofs = UNHEARD,
) -> Verification:
    """End it: what the provider asserts is kept, once, for who began it in this browser.

    `proofs` hear of it in the same transaction, with the age that a document tells.

    Raises:
        Refused: `sign-in-step-expired` or `verification-wrong`.
        Unavailable: `verifier-unavailable`.
    """
    with database.write() as tx:
        said = nonces.spend(tx, _PURPOSE, visit.binding, nonces.from_text(token))
    person, proof, name, ticket = json.loads(said)
    verifier, kind = _verifier(verifiers, proof)
    if person != actor.id or verifier.name != name:
        raise refusing.wrong_answer()
    assertion = verifier.finish(kind, ticket, answer)
    if assertion is None:
        raise refusing.wrong_answer()
    with database.write() as tx:
        made = _keep(tx, actor, person, kind, assertion=assertion.number, by=verifier)
        proofs.verified(tx, made, assertion.age if kind.tells_age else None)
        return made


@enforces("identity-verification")
def report(
    tx: Tx, app: str, end_user: str, proof: str, *, provider: str, assertion: str
) -> Verification:
    """An app of the provider's own reports that its end user was verified, and where.

    Raises:
        Invalid: `verification-invalid`, also where the number itself seems to be given.
        NotFound: `app-unknown` or `person-unknown`: who has not accepted the agreement is nobody.
    """
    if store.find_app(tx, app) is None:
        raise refusing.no_such_verifier()
    kind = next((one for one in Proof if one.value == proof), None)
    if kind is None:
        raise refusing.bad_report("proof")
    digits = assertion.isdigit() and len(assertion) >= _LONGEST_NUMBER
    if not _WORD.fullmatch(assertion) or digits:
        raise refusing.bad_report("assertion")
    if not _PROVIDER.fullmatch(provider):
        raise refusing.bad_report("provider")
    person = people.find_end_user(tx, app, end_user)
    if person is None:
        raise plain_refusing.no_such_person()
    actor = Actor(ActorKind.APP, app)
    return _keep(tx, actor, person.id, kind, assertion=assertion, by=_Reported(f"app:{provider}"))


@enforces("identity-verification")
def withdraw(
    tx: Tx,
    actor: Actor,
    verification: str,
    reason: str = "by-person",
    *,
    proofs: Proofs = UNHEARD,
) -> Verification:
    """Let a verification count no more: by the person, or by staff for a reason given as a code.

    `proofs` hear of it in the same transaction. Afterwards caches must be told.

    Raises:
        NotFound: `verification-not-found`, also for somebody else's.
        Refused: `role-needed`.
        Invalid: `reason-code-invalid`.
    """
    found = verifying_store.find(tx, verification)
    if found is None:
        raise refusing.no_such_verification()
    if actor.id != found.person:
        if actor.kind is ActorKind.PERSON:
            raise refusing.no_such_verification()
        requires_role(actor, *KEEPERS)
    if not people.is_reason(reason):
        raise plain_refusing.bad_reason()
    if not verifying_store.withdraw(tx, found.id):
        raise refusing.no_such_verification()
    append(
        tx,
        "identity-withdrawn",
        controls=CONTROLS,
        actor=actor,
        subject=found.person,
        facts={"verification": found.id, "level": found.level, "reason": reason},
    )
    gone = verifying_store.find(tx, found.id) or found
    proofs.withdrawn(tx, gone)
    return gone


def verifications_of(tx: Tx, person: str) -> list[Verification]:
    """All of one person, the newest first, also those that count no more."""
    return verifying_store.of_person(tx, person)


@enforces("identity-verification")
def require_level(caller: Caller, level: int) -> None:
    """Pass whoever is known well enough; raises Refused 403 `identity-not-verified`."""
    if caller.level < level:
        raise refusing.not_verified(level)


class _Reported:
    """Who an app says has verified."""

    development = False

    def __init__(self, name: str) -> None:
        self.name = name


def _keep(
    tx: Tx, actor: Actor, person: str, proof: Proof, *, assertion: str, by: Verifier | _Reported
) -> Verification:
    made = Verification(
        id=new_id("ver"),
        person=person,
        proof=proof,
        level=proof.level,
        provider=by.name,
        assertion=assertion,
        development=by.development,
        verified_at=tx.now,
        until=tx.now + timedelta(days=rules_now(tx).valid_days),
        withdrawn_at=None,
    )
    verifying_store.add(tx, made)
    append(
        tx,
        "identity-verified",
        controls=CONTROLS,
        actor=actor,
        subject=person,
        facts={
            "verification": made.id,
            "proof": proof.value,
            "level": made.level,
            "provider": made.provider,
            "development": made.development,
        },
    )
    return made


def _verifier(verifiers: Verifiers, proof: str) -> tuple[Verifier, Proof]:
    for kind, one in verifiers.items():
        if kind.value == proof:
            return one, kind
    raise refusing.no_such_verifier()
