# SPDX-License-Identifier: Apache-2.0
"""Becoming a user: the agreement is shown, read and accepted first, and nobody is made before.

What a page showed, in which language and when, is on record once there is somebody to whom it was
shown. Until then it stands in a token that the page carries, bound to one browser: so looking at
the page writes nothing, and no field of a form can say that something else was read (Article 9).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from guiju import profile
from guiju.accounts import consents, flood, nonces, openid, people
from guiju.accounts import refusing_entry as refusing
from guiju.accounts.agreement_model import Served
from guiju.accounts.agreement_refusing import agreement_superseded
from guiju.accounts.agreements import (
    accept_agreement,
    agreement_in_force,
    annex_digest,
    keep_served,
)
from guiju.accounts.consent_model import Answer, Purpose
from guiju.accounts.model import (
    Acceptance,
    Entry,
    Opened,
    Person,
    SessionKind,
    Visit,
    Way,
)
from guiju.accounts.passwords import Hashed
from guiju.accounts.signing import enter
from guiju.casework import ask_contact
from guiju.kernel import Keyring, Refused, from_micros, micros
from guiju.measures import enforces
from guiju.storage import Tx

# A policy of the house: whoever reads over night may go on in the morning.
TO_READ = timedelta(hours=12)
_PAGE = "registration"


class Shown(NamedTuple):
    """What a page to register showed: which text with which annex, in which language, when."""

    version: int
    digest: str
    annex: str | None
    language: str
    at: datetime


class Newcomer(NamedTuple):
    """What somebody filled in: a password or, by its ticket, an identity of another provider.

    `page` is the token of the page that was shown; `consents` are the purposes said yes to.
    """

    name: str
    hashed: Hashed | None
    ticket: str
    page: str
    email: str = ""
    consents: Sequence[Purpose] = ()


class Registered(NamedTuple):
    """A new person, signed in, and what they accepted."""

    opened: Opened
    accepted: Acceptance


def registration_is_open(tx: Tx) -> bool:
    """Whether people register themselves: once there is an agreement that they can accept.

    Not where the service is for the provider's own people only (Article 2): staff register these.
    """
    said = profile.current(tx)
    internal = said is not None and said.statement.is_internal
    return not internal and agreement_in_force(tx) is not None


def page_token(keys: Keyring, visit: Visit, shown: Shown) -> str:
    """What a page carries that shows this, and now."""
    said = json.dumps([*shown[:-1], micros(shown.at)])
    return nonces.to_text(nonces.issue(keys, _PAGE, visit.binding, shown.at, said, lasts=TO_READ))


@enforces("agreement-before-use", "account-and-keys")
def register(
    tx: Tx, visit: Visit, newcomer: Newcomer, ask: Callable[[Tx, Person], None] = lambda *_: None
) -> Registered:
    """Register somebody who accepts what their page showed; `ask` keeps what else was asked.

    All or nothing. The session is opened here: signing in by that name could be paused, for
    failures of others who tried it. Afterwards caches must be told of the person.

    Raises:
        Refused: `registration-closed`, `registrations-too-many`, `registration-page-expired`,
            `sign-in-step-expired`, and what `ask` refuses.
        Conflict: `agreement-superseded`, `name-taken` or `openid-linked`.
        Invalid: `name-invalid`, `address-invalid`, and what `ask` finds invalid.
    """
    flood.admit_registration(tx, visit.address)
    flood.count_registration(tx, visit.address)
    if not registration_is_open(tx):
        raise refusing.registration_closed()
    shown = _spend(tx, visit, newcomer.page)
    _check_in_force(tx, shown)
    person = people.register_person(
        tx, None, newcomer.name, newcomer.hashed, language=shown.language
    )
    actor = person.actor
    if newcomer.hashed is None:
        openid.link_newcomer(tx, actor, newcomer.ticket, visit)
    if newcomer.email:
        ask_contact(tx, actor, person.id, newcomer.email, shown.language)
    ask(tx, person)
    way, language = Way.PAGE, shown.language
    keep_served(
        tx,
        actor,
        Served(person.id, shown.version, language, way.value, shown.digest, shown.annex, shown.at),
    )
    accepted = accept_agreement(tx, actor, person.id, shown.version, way, language=language)
    for purpose in newcomer.consents:
        consents.answer(tx, actor, Answer(person.id, purpose, given=True), way, language)
    entry = Entry.OPENID if newcomer.hashed is None else Entry.PASSWORD
    return Registered(enter(tx, SessionKind.PERSON, actor, visit, entry), accepted)


def _spend(tx: Tx, visit: Visit, page: str) -> Shown:
    try:
        said = nonces.spend(tx, _PAGE, visit.binding, nonces.from_text(page))
    except Refused as error:
        raise refusing.page_expired() from error
    version, digest, annex, language, at = json.loads(said)
    return Shown(version, digest, annex, language, from_micros(at))


def _check_in_force(tx: Tx, shown: Shown) -> None:
    """Text or annex may have changed while somebody read: then the new one is read first."""
    now = agreement_in_force(tx)
    if now is None:
        raise refusing.registration_closed()
    if (shown.version, shown.digest, shown.annex) != (
        now.version,
        now.digest,
        annex_digest(tx),
    ):
        raise agreement_superseded(now.version)
