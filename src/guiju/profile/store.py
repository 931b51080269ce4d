# SPDX-License-Identifier: Apache-2.0
"""Versions on their way, those published, and which of them were filed with an authority.

The highest published version is the one in force. A body lies with its proposal until it is
published, and in `statement` from then on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Integer, Row, String, Text, select, type_coerce

from guiju.storage import CanonicalJson, Instant, Question, Tx, table

STATEMENT = table(
    "statement",
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("body", CanonicalJson, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("published_by", String(80), nullable=False),
    Column("published_at", Instant, nullable=False),
)

PROPOSAL = table(
    "statement_proposal",
    Column("id", String(40), primary_key=True),
    Column("state", String(12), nullable=False),
    Column("body", CanonicalJson),
    Column("digest", String(64), nullable=False),
    Column("note", Text, nullable=False),
    Column("proposer", String(80), nullable=False),
    Column("proposed_at", Instant, nullable=False),
    Column("decider", String(80)),
    Column("decided_at", Instant),
    Column("reason", Text),
    Column("version", Integer, unique=True),
)

FILED = table(
    "statement_filed",
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("number", String(200), primary_key=True),
    Column("kind", String(24), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("filed_on", String(10), nullable=False),
    # What ran when it was filed; later it is held against what runs then.
    Column("running", CanonicalJson, nullable=False),
    Column("marked_by", String(80), nullable=False),
    Column("marked_at", Instant, nullable=False),
)


_S = STATEMENT.c
_CURRENT = Question(
    select(
        _S.version,
        type_coerce(_S.body, Text).label("body"),
        _S.digest,
        _S.published_by,
        _S.published_at,
    )
    .order_by(_S.version.desc())
    .limit(1)
)


def add(tx: Tx, version: int, body: Mapping[str, Any], digest: str, published_by: str) -> None:
    """Keep a new published version."""
    values = {
        "version": version,
        "body": dict(body),
        "digest": digest,
        "published_by": published_by,
        "published_at": tx.now,
    }
    tx.insert(STATEMENT, values)


def newest(tx: Tx, limit: int) -> Sequence[Row[Any]]:
    """The newest published versions, newest first."""
    return tx.rows(select(STATEMENT).order_by(STATEMENT.c.version.desc()).limit(limit))


def current(tx: Tx) -> Any | None:
    """The newest published version, its body as the text that it is kept as; asked each second."""
    return tx.ask_first(_CURRENT)


def find(tx: Tx, version: int) -> Row[Any] | None:
    """This published version."""
    return tx.row(select(STATEMENT).where(STATEMENT.c.version == version))


def add_proposal(tx: Tx, values: Mapping[str, Any]) -> None:
    """Keep a proposal."""
    tx.insert(PROPOSAL, values)


def move(tx: Tx, proposal: str, state: str, changes: Mapping[str, Any]) -> bool:
    """Change a proposal, unless it has left `state`; False then."""
    return tx.update(PROPOSAL, {"id": proposal}, changes, expect={"state": state})


def find_proposal(tx: Tx, proposal: str) -> Row[Any] | None:
    """The proposal with this id; what cannot be an id is not even asked for."""
    if not (proposal.isascii() and proposal.isprintable()):
        return None
    return tx.row(_proposals().where(PROPOSAL.c.id == proposal))


def proposals(tx: Tx, limit: int) -> Sequence[Row[Any]]:
    """The newest proposals, newest first."""
    order = (PROPOSAL.c.proposed_at.desc(), PROPOSAL.c.id.desc())
    return tx.rows(_proposals().order_by(*order).limit(limit))


def of_version(tx: Tx, version: int) -> Row[Any] | None:
    """The proposal that became this version; None for one from before there were any."""
    return tx.row(_proposals().where(PROPOSAL.c.version == version))


def add_filed(tx: Tx, values: Mapping[str, Any]) -> bool:
    """Keep that a version was filed; False when it was known."""
    return tx.insert_if_absent(FILED, values)


def filed(tx: Tx) -> Sequence[Row[Any]]:
    """Every mark, the latest first."""
    return tx.rows(select(FILED).order_by(FILED.c.marked_at.desc(), FILED.c.version.desc()))


def _proposals() -> Any:
    """Proposals with their bodies, wherever these lie."""
    joined = PROPOSAL.outerjoin(STATEMENT, PROPOSAL.c.version == STATEMENT.c.version)
    return select(PROPOSAL, STATEMENT.c.body.label("published_body")).select_from(joined)
