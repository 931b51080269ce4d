# SPDX-License-Identifier: Apache-2.0
"""The tables of reports: how each stands, every version of its words (sealed), its attachments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, Row, String, Text, and_, select

from guiju.casework import owned_with_case, wiped
from guiju.reporting.model import Attachment
from guiju.storage import CanonicalJson, Instant, Tx, sealed, table

REPORT = table(
    "authority_report",
    Column("case_id", String(40), primary_key=True),
    Column("cause", String(40), index=True),
    Column("room", String(40), nullable=False),
    Column("stage", String(40), nullable=False),
    Column("authority", String(200), nullable=False),
    Column("basis", CanonicalJson, nullable=False),
    Column("version", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("author", String(80), nullable=False),
    Column("signer", String(80)),
    Column("signed_at", Instant),
    Column("sent_by", String(80)),
    Column("sent_at", Instant),
    Column("recorded_at", Instant),
    Column("channel", String(200)),
    Column("number", String(200)),
    Column("acknowledged_at", Instant),
)
WORDS = table(
    "authority_report_words",
    Column("case_id", String(40), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("author", String(80), nullable=False),
    Column("at", Instant, nullable=False),
    Column(
        "words",
        LargeBinary,
        nullable=False,
        info=sealed("authority_report/{case_id}/{version}", owned_with_case()),
    ),
)
ATTACHMENT = table(
    "authority_report_attachment",
    Column("case_id", String(40), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("size", BigInteger, nullable=False),
)


def add(tx: Tx, values: Mapping[str, Any]) -> None:
    """Keep a new report."""
    tx.insert(REPORT, values)


def change(tx: Tx, case: str, changes: Mapping[str, Any]) -> None:
    """Write down how it now stands; the case's version keeps two writers apart."""
    tx.update(REPORT, {"case_id": case}, changes)


def add_words(tx: Tx, case: str, version: int, author: str, sealed: bytes) -> None:
    """Keep a version of its words."""
    row = {"case_id": case, "version": version, "author": author, "at": tx.now, "words": sealed}
    tx.insert(WORDS, row)


def words(tx: Tx, case: str, version: int) -> bytes | None:
    """The sealed words of a version."""
    wanted = select(WORDS.c.words).where(WORDS.c.case_id == case, WORDS.c.version == version)
    row = tx.row(wanted)
    return None if row is None else bytes(row.words)


def forgotten(tx: Tx, case: str) -> Iterator[int]:
    """Delete every version of the words; digests and who signed stay."""
    spoken = and_(WORDS.c.case_id == case, WORDS.c.words != b"")
    yield from wiped(tx, WORDS, spoken, {"words": b""})


def versions(tx: Tx, case: str) -> Sequence[Row[Any]]:
    """Who wrote which version when."""
    columns = (WORDS.c.version, WORDS.c.author, WORDS.c.at)
    return tx.rows(select(*columns).where(WORDS.c.case_id == case).order_by(WORDS.c.version))


def add_attachment(tx: Tx, case: str, seq: int, one: Attachment) -> None:
    """Put a file into the manifest."""
    tx.insert(ATTACHMENT, {"case_id": case, "seq": seq, **one._asdict()})


def attachments(tx: Tx, case: str) -> list[Attachment]:
    """The manifest, in order."""
    a = ATTACHMENT.c
    rows = tx.rows(select(a.name, a.digest, a.size).where(a.case_id == case).order_by(a.seq))
    return [Attachment(row.name, row.digest, row.size) for row in rows]


def find(tx: Tx, case: str) -> Row[Any] | None:
    """The report of this case."""
    return tx.row(select(REPORT).where(REPORT.c.case_id == case))


def newest(tx: Tx, limit: int, cause: str | None) -> Sequence[Row[Any]]:
    """The newest reports; those of one cause in the order in which they were begun."""
    wanted = select(REPORT).limit(limit)
    if cause is not None:
        return tx.rows(wanted.where(REPORT.c.cause == cause).order_by(REPORT.c.case_id))
    return tx.rows(wanted.order_by(REPORT.c.case_id.desc()))
