# SPDX-License-Identifier: Apache-2.0
"""The table of lexicons: each version once, under the digest of its entries, packed and sealed."""

from __future__ import annotations

from sqlalchemy import Column, Integer, LargeBinary, String, select

from guiju.kernel import seal, unseal
from guiju.policies.lexicons_model import LexiconHead
from guiju.storage import CanonicalJson, Instant, Tx, table

_PURPOSE = "lexicon"

LEXICON = table(
    "lexicon",
    Column("digest", String(64), primary_key=True),
    Column("entries", Integer, nullable=False),
    # The days on which an entry begins or ends to count.
    Column("days", CanonicalJson, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("stored_by", String(80), nullable=False),
    Column("stored_at", Instant, nullable=False),
)
_HEAD = [column for column in LEXICON.columns if column.name != "content"]


def add(tx: Tx, head: LexiconHead, packed: bytes) -> None:
    """Keep a lexicon unless it is there; the seal is bound to its digest."""
    if find(tx, head.digest) is not None:
        return
    content = seal(_key(tx), packed, _context(head.digest))
    tx.insert(
        LEXICON,
        {
            "digest": head.digest,
            "entries": head.entries,
            "days": list(head.days),
            "content": content,
            "stored_by": head.stored_by,
            "stored_at": head.stored_at,
        },
    )


def find(tx: Tx, digest: str) -> LexiconHead | None:
    """What is known of the lexicon with this digest, without its entries."""
    row = tx.row(select(*_HEAD).where(LEXICON.c.digest == digest))
    if row is None:
        return None
    days = tuple(row.days)
    return LexiconHead(row.digest, row.entries, days, row.stored_by, row.stored_at)


def packed(tx: Tx, digest: str) -> bytes | None:
    """The packed entries; raises Invalid `seal-broken` when the row was changed."""
    row = tx.row(select(LEXICON.c.content).where(LEXICON.c.digest == digest))
    return None if row is None else unseal(_key(tx), row.content, _context(digest))


def _key(tx: Tx) -> bytes:
    return tx.keys.service_key(_PURPOSE)


def _context(digest: str) -> bytes:
    return f"lexicon/{digest}".encode()
