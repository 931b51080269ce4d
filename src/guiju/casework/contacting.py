# SPDX-License-Identifier: Apache-2.0
"""Where people want to be written to, and the mail that tells them of a notice (Articles 14, 15).

A mail says that there is something to read, and where: a number and an address of a page. What it
is about stands on the page alone, for mail is read by others than those it is meant for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from guiju.casework import contact_store
from guiju.casework.case import Case
from guiju.kernel import Actor, Invalid, NotFound, Text
from guiju.ledger import append
from guiju.measures import enforces
from guiju.storage import Tx

MAIL = "mail"
CONTACT_KEPT = "contact-kept"
CONTACT_DROPPED = "contact-dropped"
_CONTROLS = ("notices-by-mail",)
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


@enforces("notices-by-mail")
def set_contact(tx: Tx, actor: Actor, subject: str, address: str, language: str) -> None:
    """Keep where `subject`, a person or a case, wants to be written to; sealed by its key.

    Raises:
        Invalid: `address-invalid`.
    """
    words = address.strip()
    if not is_address(words):
        raise _no_address()
    contact_store.put(
        tx,
        {
            "subject": subject,
            "address": tx.seal(subject, words.encode(), _place(subject)),
            "language": "en" if language == "en" else "zh",
            "set_by": actor.id,
            "set_at": tx.now,
        },
    )
    facts = {"channel": MAIL}
    append(tx, CONTACT_KEPT, controls=_CONTROLS, actor=actor, subject=subject, facts=facts)


@enforces("notices-by-mail")
def drop_contact(tx: Tx, actor: Actor, subject: str) -> bool:
    """Write no more mail to `subject`; False when none was written before."""
    dropped = contact_store.drop(tx, subject)
    if dropped:
        facts = {"channel": MAIL}
        append(tx, CONTACT_DROPPED, controls=_CONTROLS, actor=actor, subject=subject, facts=facts)
    return dropped


def contact_of(tx: Tx, subject: str) -> Contact | None:
    """Where to write to, opened; None for nowhere, also of who was erased."""
    row = contact_store.find(tx, subject)
    if row is None:
        return None
    try:
        address = tx.unseal(subject, row.address, _place(subject)).decode()
    except NotFound:
        return None
    return Contact(address, row.language, row.set_at)


def language_of(tx: Tx, subject: str) -> str | None:
    """In which language to write to `subject`; None when nobody wants to be written to."""
    row = contact_store.find(tx, subject)
    return None if row is None else str(row.language)


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
