# SPDX-License-Identifier: Apache-2.0
"""The tables of lists: each version once, under the digest of its lines, packed and sealed.

One for lexicons and one for known pictures, and one of who read the words of a list and why.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Column, Integer, LargeBinary, String, Table, select

from guiju.kernel import seal, unseal
from guiju.policies.lists_model import LEXICONS, PICTURES, ListHead, Reading, Shelf
from guiju.storage import CanonicalJson, Instant, Tx, table


def _lists(name: str) -> Table:
    return table(
        name,
        Column("digest", String(64), primary_key=True),
        Column("entries", Integer, nullable=False),
        # The days on which an entry begins or ends to count.
        Column("days", CanonicalJson, nullable=False),
        Column("content", LargeBinary, nullable=False),
        Column("stored_by", String(80), nullable=False),
        Column("stored_at", Instant, nullable=False),
    )


LEXICON = _lists("lexicon")
PICTURE_LIST = _lists("picture_list")
_TABLES: Mapping[Shelf, Table] = {LEXICONS: LEXICON, PICTURES: PICTURE_LIST}

READING = table(
    "lexicon_reading",
    Column("id", String(40), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("purpose", String(20), nullable=False),
    Column("reader", String(80), nullable=False),
    Column("reason", String(500), nullable=False),
    Column("at", Instant, nullable=False),
)


def add(tx: Tx, shelf: Shelf, head: ListHead, packed: bytes) -> None:
    """Keep a list unless it is there; the seal is bound to its digest."""
    if find(tx, shelf, head.digest) is not None:
        return
    subject = _TABLES[shelf]
    content = seal(_key(tx, subject), packed, _context(subject, head.digest))
    tx.insert(
        subject,
        {
            "digest": head.digest,
            "entries": head.entries,
            "days": list(head.days),
            "content": content,
            "stored_by": head.stored_by,
            "stored_at": head.stored_at,
        },
    )


def find(tx: Tx, shelf: Shelf, digest: str) -> ListHead | None:
    """What is known of the list with this digest, without its lines."""
    subject = _TABLES[shelf]
    head = [column for column in subject.columns if column.name != "content"]
    row = tx.row(select(*head).where(subject.c.digest == digest))
    if row is None:
        return None
    days = tuple(row.days)
    return ListHead(row.digest, row.entries, days, row.stored_by, row.stored_at)


def packed(tx: Tx, shelf: Shelf, digest: str) -> bytes | None:
    """The packed lines; raises Invalid `seal-broken` when the row was changed."""
    subject = _TABLES[shelf]
    row = tx.row(select(subject.c.content).where(subject.c.digest == digest))
    if row is None:
        return None
    return unseal(_key(tx, subject), row.content, _context(subject, digest))


def add_reading(tx: Tx, one: Reading) -> None:
    """Keep who read the words of which list, for what and why."""
    tx.insert(READING, {**one._asdict(), "at": tx.now})


def _key(tx: Tx, subject: Table) -> bytes:
    return tx.keys.service_key(str(subject.name))


def _context(subject: Table, digest: str) -> bytes:
    return f"{subject.name}/{digest}".encode()
