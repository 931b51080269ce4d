# SPDX-License-Identifier: Apache-2.0
"""Where people want to be written to, and the mail that tells them of a notice (Articles 14, 15).

A mail says that there is something to read, and where: a number and an address of a page. What it
is about stands on the page alone, for mail is read by others than those it is meant for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row

from guiju.casework import contact_store, proof_store
from guiju.casework.case import Case
from guiju.casework.proof_store import ProofState
from guiju.kernel import Actor, Invalid, NotFound, Text
from guiju.ledger import append
from guiju.measures import enforces
from guiju.storage import Tx

MAIL = "mail"
CONTACT_KEPT = "contact-kept"
CONTACT_DROPPED = "contact-dropped"
CONTROLS = ("notices-by-mail",)
_DAY = timedelta(days=1)
_LONGEST = 254
# What every mail server takes; quoted names and addresses of other scripts are not among it.
_ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Contact:
    """An address, opened, and the language in which to write."""

    address: str
    language: str
    set_at: datetime


def is_address(words: str) -> bool:
    """Whether this is a mail address and nothing else."""
    local = words.partition("@")[0]
    dots = local.startswith(".") or local.endswith(".") or ".." in local
    return len(words) <= _LONGEST and bool(_ADDRESS.fullmatch(words)) and not dots


def read_address(address: str) -> str:
    """The address without space around it; raises Invalid `address-invalid`."""
    words = address.strip()
    if not is_address(words):
        raise _no_address()
    return words


def keep(tx: Tx, asked_by: str, subject: str, address: str, language: str) -> None:
    """Keep the confirmed address of `subject`, a person or a case, sealed by its key.

    The caller appends the evidence.
    """
    contact_store.put(
        tx,
        {
            "subject": subject,
            "address": tx.seal(subject, address.encode(), _place(subject)),
            "language": language,
            "set_by": asked_by,
            "set_at": tx.now,
        },
    )


@enforces("notices-by-mail")
def drop_contact(tx: Tx, actor: Actor, subject: str, *, erased: bool = False) -> bool:
    """Write no more mail to `subject`; False when nobody knew where to.

    An address that waits to be confirmed goes too. `erased`: nothing at all is kept, else that
    somebody has asked counts for a day.
    """
    if erased:
        waited = proof_store.drop(tx, subject) > 0
    else:
        every = set(ProofState) - {ProofState.REPLACED, ProofState.DECLINED}
        waited = proof_store.replace(tx, subject, every, tx.now - _DAY) > 0
    dropped = contact_store.drop(tx, subject)
    if dropped or waited:
        facts = {"channel": MAIL}
        append(tx, CONTACT_DROPPED, controls=CONTROLS, actor=actor, subject=subject, facts=facts)
    return dropped or waited


def contact_of(tx: Tx, subject: str) -> Contact | None:
    """Where to write to, opened: a confirmed address that no mail server has refused since.

    None for nowhere, also of who was erased.
    """
    row = _counting(tx, subject)
    address = None if row is None else kept_address(tx, subject)
    if row is None or address is None:
        return None
    return Contact(address, row.language, row.set_at)


def language_of(tx: Tx, subject: str) -> str | None:
    """In which language to write to `subject`; None when nobody wants to be written to."""
    row = _counting(tx, subject)
    return None if row is None else str(row.language)


def kept_address(tx: Tx, subject: str) -> str | None:
    """The address that is kept, opened, whether it counts or not; one of old was not confirmed."""
    row = contact_store.find(tx, subject)
    if row is None:
        return None
    try:
        return tx.unseal(subject, row.address, _place(subject)).decode()
    except NotFound:
        return None


def _counting(tx: Tx, subject: str) -> Row[Any] | None:
    confirmed = proof_store.confirmed(tx, subject) is not None
    return contact_store.find(tx, subject) if confirmed else None


def said(case: Case) -> Text:
    """All that a mail about this case says, besides the address of the page."""
    number = case.number
    return Text(
        zh=f"有一条给你的通知，编号 {number}。内容只在下面的页面上，本邮件不含任何内容。",
        en=f"There is a notice for you, number {number}. It stands on the page below and not in "
        "this mail.",
    )


def _place(subject: str) -> str:
    return f"casework_contact/{subject}"


def _no_address() -> Invalid:
    return Invalid(
        "address-invalid",
        Text(zh="这不是可用的电子邮箱地址。", en="This is no mail address that can be used."),
        Text(zh="请填写如 name@example.com 的地址。", en="Give one like name@example.com."),
        param="address",
    )
