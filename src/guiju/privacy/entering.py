# SPDX-License-Identifier: Apache-2.0
"""What every face of requests does around the service: proofs, limits, slow digests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from guiju import accounts
from guiju.casework import Case, draw_receipt, get_case, receipt_digest
from guiju.kernel import Actor, ActorKind, Refused
from guiju.privacy import filing, flood, refusing, service, store
from guiju.privacy.kind import REQUEST
from guiju.privacy.model import Asking, Proof
from guiju.storage import Database, Tx

_PURPOSE = "privacy-receipt"
# Whoever has just signed in has just proved who they are, by whatever means.
RECENT = timedelta(minutes=10)


class Filed(NamedTuple):
    """A request that was just taken in, with the code that nobody will see again."""

    case: Case
    code: str


def proof_of(database: Database, person: str, password: str, since: datetime | None) -> Proof:
    """How surely somebody who is signed in is this person.

    `password` empty: none was given. `since`: when they signed in, where that is known.

    Raises:
        Refused: `password-wrong` or `sign-in-locked`.
    """
    if password:
        _check_password(database, person, password)
        return Proof.RECENT
    recent = since is not None and database.clock.now() - since <= RECENT
    return Proof.RECENT if recent else Proof.SESSION


def _check_password(database: Database, person: str, password: str) -> None:
    """By the same verb as signing in, so that guesses are counted in one place."""
    with database.read() as tx:
        name = accounts.name_of(tx, person)
    if name is None:
        raise refusing.password_wrong()
    try:
        opened = accounts.sign_in_person(database, name, password)
    except Refused as error:
        if error.status == _LOCKED:
            raise
        raise refusing.password_wrong() from error
    with database.write() as tx:
        accounts.close_session(tx, opened.token)


_LOCKED = 429


def file_by_person(database: Database, asking: Asking) -> Filed:
    """Take in what somebody who is signed in asks.

    Raises:
        Refused: `proof-needed`.
        Conflict: `request-under-way`.
    """
    actor = Actor(ActorKind.PERSON, asking.person or "")
    return _filed(database, actor, asking, None)


def file_from(database: Database, address: str, read: Callable[[], Asking]) -> Filed:
    """Take in what somebody without an account asks.

    Raises:
        Refused: `privacy-requests-too-many`.
        Invalid: as `reading.asking`.
    """
    with database.read() as tx:
        flood.admit(tx, address)
    return _filed(database, service.REQUESTER, read(), address)


def file_by(database: Database, actor: Actor, asking: Asking) -> Filed:
    """Take in what reached a privacy officer otherwise; raises Refused `role-needed`."""
    service.check_officer(actor)
    return _filed(database, actor, asking, None)


def _filed(database: Database, actor: Actor, asking: Asking, address: str | None) -> Filed:
    code = draw_receipt()
    receipt = receipt_digest(database.keys, code, _PURPOSE)
    with database.write() as tx:
        if address is not None:
            flood.admit(tx, address)
            flood.count(tx, address)
        return Filed(filing.file_request(tx, actor, asking, receipt), code)


def look_up(database: Database, address: str, code: str) -> str:
    """The id of the case of a receipt code.

    Raises:
        Refused: `receipts-too-many`.
        Invalid: `receipt-unreadable`.
        NotFound: `receipt-unknown`.
    """
    with database.read() as tx:
        flood.admit_code(tx, address)
    receipt = receipt_digest(database.keys, code, _PURPOSE)
    with database.read() as tx:
        case = service.by_receipt(tx, receipt)
    if case is not None:
        return case.id
    with database.write() as tx:
        flood.count_wrong_code(tx, address)
    raise refusing.receipt_unknown()


def mine(tx: Tx, person: str, number: str) -> Case:
    """A request of this person; raises NotFound `case-unknown`, for another's as for none."""
    case = get_case(tx, REQUEST, number)
    if store.head(tx, case.id).person != person:
        raise refusing.not_yours(number)
    return case
