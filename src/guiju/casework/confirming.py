# SPDX-License-Identifier: Apache-2.0
"""No mail before the address was confirmed: a link that works once, for three days (Article 11).

Whoever leaves an address is sent a mail with a link; only who follows it has the address kept, so
that nobody is told of other people's cases by a slip of the pen. Who asks is told the same whether
an address is known here or not; one address gets three such mails a day, whoever asks.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row

from guiju.casework import contacting, outbox, paper_store, proof_store, store
from guiju.casework.contacting import CONTACT_KEPT, CONTROLS, MAIL, Contact
from guiju.casework.kind import Kinds
from guiju.casework.proof_store import OPEN, ProofState
from guiju.kernel import Actor, ActorKind, NotFound, Refused, Text, new_id
from guiju.ledger import append
from guiju.measures import enforces
from guiju.storage import Tx

CONFIRM_TOPIC = "contact:confirm"
CONTACT_ASKED = "contact-asked"
LASTS = timedelta(hours=72)
ASKS_A_DAY = 5
MAILS_A_DAY = 3
_DAY = timedelta(days=1)
_MONTH = timedelta(days=30)
_BYTES = 24


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A mail with a link; `secret` is what the link ends with, `until` when it is over."""

    id: str
    address: str
    language: str
    secret: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Asked:
    """An address that is to be confirmed, opened; `state` as it stands, over or not."""

    address: str
    state: ProofState
    asked_at: datetime
    until: datetime
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class RefusedAddress:
    """A mail server refused a mail to an address; `case` None: a person's own, seen at theirs."""

    case: str | None
    at: datetime


@enforces("notices-by-mail")
def ask_contact(tx: Tx, actor: Actor, subject: str, address: str, language: str) -> str:
    """Ask whoever reads mail at `address` to confirm that `subject` is told there; an id.

    What counted before goes on to count until then; an earlier link does no longer.

    Raises:
        Invalid: `address-invalid`.
        Refused: `mail-asks-too-many`, after five times within a day.
    """
    words = contacting.read_address(address)
    since = tx.now - _DAY
    if proof_store.asked(tx, subject, since) >= ASKS_A_DAY:
        raise _too_many()
    mark = tx.keys.blind("contact-address", words.lower())
    held = proof_store.mailed(tx, mark, since) >= MAILS_A_DAY
    others = {*OPEN, ProofState.HELD, ProofState.REFUSED}
    proof_store.replace(tx, subject, others, since)
    name, secret = new_id("cpr"), secrets.token_urlsafe(_BYTES)
    values = {
        "id": name,
        "subject": subject,
        "mark": mark,
        "digest": _digest(tx, secret),
        "address": tx.seal(subject, words.encode(), _place(name, "address")),
        "secret": tx.seal(subject, secret.encode(), _place(name, "secret")),
        "language": "en" if language == "en" else "zh",
        "state": (ProofState.HELD if held else ProofState.WAITING).value,
        "asked_by": actor.id,
        "asked_at": tx.now,
        "until": tx.now + LASTS,
        "settled_at": None,
    }
    proof_store.add(tx, values)
    if not held:
        outbox.afterwards(tx, CONFIRM_TOPIC, name)
    facts = {"channel": MAIL}
    append(tx, CONTACT_ASKED, controls=CONTROLS, actor=actor, subject=subject, facts=facts)
    return name


def ask_again(tx: Tx, actor: Actor, subject: str, language: str) -> bool:
    """Send the link anew to the address that waits, or was kept unconfirmed; False: there is none.

    Raises as `ask_contact`.
    """
    found = asked_of(tx, subject)
    address = contacting.kept_address(tx, subject) if found is None else found.address
    if not address:
        return False
    ask_contact(tx, actor, subject, address, language)
    return True


@enforces("notices-by-mail")
def confirm_contact(tx: Tx, secret: str, viewer: str | None) -> None:
    """Keep the address whose link this is; from now on notices are announced there.

    `viewer`: the person who is signed in. Who has an account confirms for themselves alone.

    Raises:
        NotFound: `mail-link-over`, for a link that is unknown, used, replaced or over.
        Refused: `mail-link-sign-in`.
    """
    row = _open(tx, secret)
    if _is_of_an_account(row) and viewer != row.subject:
        raise _sign_in_first()
    address = _unsealed(tx, row, "address")
    if address is None:
        raise _over()
    before = proof_store.confirmed(tx, row.subject)
    if before is not None:
        proof_store.settle(tx, before.id, ProofState.REPLACED)
    proof_store.settle(tx, row.id, ProofState.CONFIRMED)
    contacting.keep(tx, row.asked_by, row.subject, address, row.language)
    actor = Actor(ActorKind.PERSON, row.asked_by)
    facts = {"channel": MAIL, "confirmed": "yes"}
    append(tx, CONTACT_KEPT, controls=CONTROLS, actor=actor, subject=row.subject, facts=facts)


def decline_contact(tx: Tx, secret: str) -> None:
    """Whoever reads mail there never asked: the address is forgotten. Raises `mail-link-over`."""
    proof_store.settle(tx, _open(tx, secret).id, ProofState.DECLINED)


def link_stands(tx: Tx, secret: str, viewer: str | None) -> bool:
    """Whether this viewer may confirm by the link now; False: they sign in first.

    Raises:
        NotFound: `mail-link-over`.
    """
    row = _open(tx, secret)
    return not _is_of_an_account(row) or viewer == row.subject


def asked_of(tx: Tx, subject: str) -> Asked | None:
    """The address that waits to be confirmed, or that was refused; None: there is none."""
    row = proof_store.newest(tx, subject)
    if row is None or not row.address:
        return None
    address = _unsealed(tx, row, "address")
    if address is None:
        return None
    return Asked(address, ProofState(row.state), row.asked_at, row.until, row.settled_at)


@dataclass(frozen=True, slots=True)
class MailStanding:
    """How somebody is told by mail: `contact` counts, `asked` waits, `kept` does not count.

    `refused_at`: when a mail server refused a mail to the last address.
    """

    contact: Contact | None
    asked: Asked | None
    kept: str | None
    refused_at: datetime | None


def mail_standing(tx: Tx, subject: str) -> MailStanding:
    """Where it stands, opened for whom it is about."""
    contact, last = contacting.contact_of(tx, subject), proof_store.newest(tx, subject)
    refused = last is not None and last.state == ProofState.REFUSED.value
    return MailStanding(
        contact=contact,
        asked=asked_of(tx, subject),
        kept=None if contact is not None else contacting.kept_address(tx, subject),
        refused_at=last.settled_at if last is not None and refused else None,
    )


# -- sending ---------------------------------------------------------------------------------------


def confirmation(tx: Tx, name: str) -> Confirmation | None:
    """What is to be sent; None when nobody waits for it any more."""
    row = proof_store.get(tx, name)
    if row is None or row.state != ProofState.WAITING.value or row.until <= tx.now:
        return None
    address, secret = _unsealed(tx, row, "address"), _unsealed(tx, row, "secret")
    if address is None or secret is None:
        return None
    return Confirmation(row.id, address, row.language, secret, row.until)


def settle_confirmation(tx: Tx, name: str, *, sent: bool) -> None:
    """Say what became of it, unless somebody was quicker with the link."""
    row = proof_store.get(tx, name)
    if row is not None and row.state == ProofState.WAITING.value:
        proof_store.settle(tx, name, ProofState.SENT if sent else ProofState.REFUSED, keep=True)


def address_refused(tx: Tx, notice: str) -> None:
    """A mail server has refused a notice for good: its address counts no longer."""
    row = paper_store.find_notice(tx, notice)
    case = None if row is None else store.case_row(tx, row.case_id)
    subject = None if case is None else (case.subject or case.id)
    found = None if subject is None else proof_store.confirmed(tx, subject)
    if found is not None:
        proof_store.settle(tx, found.id, ProofState.REFUSED)


def refused_addresses(tx: Tx, kinds: Kinds, most: int = 200) -> Sequence[RefusedAddress]:
    """Addresses that a mail server has refused within thirty days: of which case, and when."""
    found = []
    for row in proof_store.refused(tx, tx.now - _MONTH, most):
        case = store.find_case(tx, kinds, row.subject)
        of_nobody_here = case is None and store.case_row(tx, row.subject) is not None
        if not of_nobody_here:
            found.append(RefusedAddress(None if case is None else case.number, row.settled_at))
    return found


# -- inside ----------------------------------------------------------------------------------------


def _open(tx: Tx, secret: str) -> Row[Any]:
    """The row whose link this is, as long as it works. Unknown and over sound the same."""
    row = proof_store.by_digest(tx, _digest(tx, secret))
    if row is None or row.state not in OPEN or row.until <= tx.now:
        raise _over()
    return row


def _is_of_an_account(row: Row[Any]) -> bool:
    return bool(row.asked_by == row.subject)


def _unsealed(tx: Tx, row: Row[Any], what: str) -> str | None:
    """What is sealed in the row; None once its key or itself is gone."""
    sealed = getattr(row, what)
    if not sealed:
        return None
    try:
        return tx.unseal(row.subject, sealed, _place(row.id, what)).decode()
    except NotFound:
        return None


def _digest(tx: Tx, secret: str) -> str:
    return tx.keys.blind("contact-proof", secret)


def _place(name: str, what: str) -> str:
    return f"casework_contact_proof/{name}/{what}"


def _over() -> NotFound:
    return NotFound(
        "mail-link-over",
        Text(
            zh="这个链接无效，或已经用过、过期、被新的代替。",
            en="This link is none of ours, or it was used, replaced, or is over.",
        ),
        Text(
            zh="如仍想收到邮件提醒，请在原处重新填写邮箱。",
            en="Leave your address once more where you left it, if you still want mail.",
        ),
    )


def _sign_in_first() -> Refused:
    return Refused(
        "mail-link-sign-in",
        Text(
            zh="请先登录填写此邮箱的账号，再确认。",
            en="Sign in as the account that left this address, then confirm it.",
        ),
        Text(zh="若不是您填写的，请选择“不是我”。", en="If that was not you, choose “Not mine”."),
    )


def _too_many() -> Refused:
    return Refused(
        "mail-asks-too-many",
        Text(
            zh=f"一天内最多发送 {ASKS_A_DAY} 次确认邮件。",
            en=f"A confirmation is asked for {ASKS_A_DAY} times a day at most.",
        ),
        Text(zh="请明天再试，或先查看垃圾邮件。", en="Try tomorrow, and look among unwanted mail."),
        param="address",
    )
