# SPDX-License-Identifier: Apache-2.0
"""What whoever sends mail needs to know of a notice, and which notices nobody has got.

Sending is `app`'s: it takes what waits in the outbox, asks here what to send, and says by `settle`
what became of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from guiju.casework import contacting, outbox_store, paper_store
from guiju.casework.contacting import MAIL
from guiju.casework.kind import Kinds
from guiju.casework.paper import NoticeState
from guiju.casework.store import find_case
from guiju.casework.writing import opened_words
from guiju.kernel import NotFound
from guiju.storage import Tx

MAIL_TOPIC = f"notice:{MAIL}"
_LATE = timedelta(minutes=10)
_MONTH = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail to be sent: `id` names it for ever, so that a second copy is known as one.

    `page`: the path of the page where the notice stands.
    """

    id: str
    address: str
    language: str
    number: str
    words: str
    page: str
    written_at: datetime


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A notice by mail that came back, or has waited for long; `trouble`: why it waits."""

    notice: str
    case: str
    state: NoticeState
    written_at: datetime
    attempts: int
    trouble: str | None


def is_pending(tx: Tx, notice: str) -> bool:
    """Whether a notice waits to be sent."""
    row = paper_store.find_notice(tx, notice)
    return row is not None and row.state == NoticeState.PENDING


def mail(tx: Tx, kinds: Kinds, notice: str) -> Mail | None:
    """What is to be sent for a notice that waits; None when there is nobody to send it to."""
    row = paper_store.find_notice(tx, notice)
    case = None if row is None else find_case(tx, kinds, row.case_id)
    if row is None or case is None:
        return None
    contact = contacting.contact_of(tx, case.sealed_for)
    if contact is None:
        return None
    try:
        words = opened_words(tx, case, row)
    except NotFound:
        return None
    return Mail(
        id=row.id,
        address=contact.address,
        language=row.language,
        number=case.number,
        words=words,
        page=case.kind.read_at,
        written_at=row.written_at,
    )


def undelivered(tx: Tx, kinds: Kinds, most: int = 200) -> Sequence[Undelivered]:
    """Mails that came back within thirty days, and those that have waited for ten minutes."""
    found = []
    for row in paper_store.undelivered(tx, MAIL, tx.now - _MONTH, tx.now - _LATE, most):
        case, waits = find_case(tx, kinds, row.case_id), outbox_store.of(tx, MAIL_TOPIC, row.id)
        if case is not None:
            attempts, trouble = (0, None) if waits is None else (waits.attempts, waits.trouble)
            state = NoticeState(row.state)
            found.append(Undelivered(row.id, case.number, state, row.written_at, attempts, trouble))
    return found
