# SPDX-License-Identifier: Apache-2.0
"""The table of policies: every version ever proposed, and at most one active."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Index, Integer, Row, String, Text, func, select

from guiju.policies.model import Policy, PolicyHead, PolicyState
from guiju.storage import CanonicalJson, Instant, Question, Tx, table

POLICY = table(
    "policy",
    Column("id", String(40), primary_key=True),
    Column("version", Integer, nullable=False, unique=True),
    Column("state", String(12), nullable=False),
    Column("body", CanonicalJson, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("note", Text, nullable=False),
    Column("proposer", String(80), nullable=False),
    Column("proposed_at", Instant, nullable=False),
    Column("decider", String(80)),
    Column("decided_at", Instant),
    Column("reason", Text),
)
# Two approvals at the same moment cannot both end up active.
Index(
    "uq_policy_one_active",
    POLICY.c.state,
    unique=True,
    sqlite_where=POLICY.c.state == PolicyState.ACTIVE.value,
    postgresql_where=POLICY.c.state == PolicyState.ACTIVE.value,
)

_HEAD = [column for column in POLICY.columns if column.name != "body"]
_ACTIVE_HEAD = Question(select(*_HEAD).where(POLICY.c.state == PolicyState.ACTIVE.value))


def next_version(tx: Tx) -> int:
    """One more than the highest version, 1 for the first."""
    row = tx.row(select(func.coalesce(func.max(POLICY.c.version), 0)))
    return 1 + int(row[0]) if row else 1


def add(tx: Tx, policy: Policy) -> None:
    """Keep a new version."""
    tx.insert(
        POLICY,
        {
            "id": policy.id,
            "version": policy.version,
            "state": policy.state.value,
            "body": dict(policy.body),
            "digest": policy.digest,
            "note": policy.note,
            "proposer": policy.proposer,
            "proposed_at": policy.proposed_at,
        },
    )


def move(tx: Tx, policy: PolicyHead, target: str, **changes: object) -> bool:
    """Bring a version into another state, unless it has left its own; False then."""
    return tx.update(
        POLICY,
        {"id": policy.id},
        {"state": str(target), **changes},
        expect={"state": policy.state.value},
    )


def find(tx: Tx, policy: str) -> Policy | None:
    """The version with this id; what cannot be an id is not even asked for."""
    if not (policy.isascii() and policy.isprintable()):
        return None
    return _policy(tx.row(select(POLICY).where(POLICY.c.id == policy)))


def find_active(tx: Tx) -> Policy | None:
    """The version in force."""
    return _policy(tx.row(select(POLICY).where(POLICY.c.state == PolicyState.ACTIVE.value)))


def find_by_digest(tx: Tx, digest: str) -> Policy | None:
    """A version that says exactly this; the newest, when it was proposed more than once."""
    wanted = select(POLICY).where(POLICY.c.digest == digest)
    return _policy(tx.row(wanted.order_by(POLICY.c.version.desc()).limit(1)))


def find_active_head(tx: Tx) -> PolicyHead | None:
    """The version in force without its body."""
    row = tx.ask_first(_ACTIVE_HEAD)
    return None if row is None else _head(row)


def newest(tx: Tx, limit: int) -> list[PolicyHead]:
    """The newest versions, newest first."""
    wanted = select(*_HEAD).order_by(POLICY.c.version.desc()).limit(limit)
    return [_head(row) for row in tx.rows(wanted)]


def _head(row: Any) -> PolicyHead:
    """Of a row of a query, or of one of a question."""
    values = row._asdict()
    return PolicyHead(**{**values, "state": PolicyState(values["state"])})


def _policy(row: Row[tuple[object, ...]] | None) -> Policy | None:
    if row is None:
        return None
    values = dict(row._mapping)  # noqa: SLF001 - the documented accessor of SQLAlchemy rows
    return Policy(**{**values, "state": PolicyState(values["state"])})
