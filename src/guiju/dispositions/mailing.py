# SPDX-License-Identifier: Apache-2.0
"""The mail to somebody who is told of a case that is about somebody else (Article 14).

Notices of a case go to whom it is about. Whoever got the same content as was withdrawn has a
statement of reasons of their own, and a mail says that there is one: a number and a link.
"""

from __future__ import annotations

from guiju.casework import Mail, contact_of
from guiju.dispositions import content_store, statement_store
from guiju.dispositions.content_kind import CONTENT_ACTION
from guiju.kernel import Text
from guiju.storage import Tx


def statement_mail(tx: Tx, statement: str) -> Mail | None:
    """What is to be sent for a statement; None when there is nobody to send it to any more."""
    row = statement_store.find(tx, statement)
    contact = None if row is None else contact_of(tx, row.person)
    if row is None or contact is None:
        return None
    number = content_store.get(tx, row.case).number
    words = Text(
        zh=f"有一份给你的处置理由书，案件编号 {number}。内容只在下面的页面上，本邮件不含任何内容。",
        en=f"There is a statement of reasons for you, case number {number}. It stands on the page "
        "below and not in this mail.",
    )
    return Mail(
        id=row.id,
        address=contact.address,
        language=contact.language,
        number=number,
        words=words.to(contact.language),
        page=CONTENT_ACTION.read_at,
        written_at=row.made_at,
    )
