# SPDX-License-Identifier: Apache-2.0
"""What the ledger speaks of: evidence, its leaf, checkpoints, and what a check found (Article 19).

A leaf is canonical JSON with ids, digests, integers and words; never content or personal data.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from guiju.kernel import Actor, Invalid, Text, Unavailable, canonical, isoformat
from guiju.storage import RowDigest

LEAF_VERSION = 1
# Entry bundles carry a leaf's length in sixteen bits (C2SP tlog-tiles).
LEAF_LIMIT = 65_535


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a caller wants on record; `rows` None means: what changed since the last leaf."""

    kind: str
    controls: tuple[str, ...]
    actor: Actor
    subject: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    rows: tuple[RowDigest, ...] | None = None


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A signed statement: at this moment the ledger had so many leaves and this root."""

    size: int
    root: bytes
    at: datetime
    note: str


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that does not hold, and where it is."""

    where: str
    what: Text


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """What a check of the whole ledger found; `root` is Base64 as in a checkpoint."""

    ok: bool
    size: int
    root: str
    problems: tuple[Problem, ...]


def leaf_of(one: Evidence, evidence_id: str, at: datetime, rows: Sequence[RowDigest] = ()) -> bytes:
    """The bytes that go into the tree; raises Invalid `evidence-too-large`."""
    return leaf_bytes(one, evidence_id, isoformat(at), one.actor.as_evidence(), rows)


def leaf_bytes(
    one: Evidence, evidence_id: str, at: str, actor: Any, rows: Sequence[RowDigest]
) -> bytes:
    """As `leaf_of`, with time and actor already in the form they take in evidence."""
    leaf = canonical(
        {
            "v": LEAF_VERSION,
            "id": evidence_id,
            "kind": one.kind,
            "at": at,
            "controls": one.controls,
            "actor": actor,
            "subject": one.subject,
            "facts": one.facts if type(one.facts) is dict else dict(one.facts),
            "rows": [(row.table, row.key, row.digest) for row in rows],
        }
    )
    if len(leaf) > LEAF_LIMIT:
        raise _too_large(one.kind, len(leaf))
    return leaf


def _too_large(kind: str, size: int) -> Invalid:
    return Invalid(
        "evidence-too-large",
        Text(
            zh=f"证据 {kind} 有 {size} 字节，上限为 {LEAF_LIMIT}。",
            en=f"Evidence {kind} has {size} bytes; the limit is {LEAF_LIMIT}.",
        ),
        Text(
            zh="请在证据中只写标识与摘要，或分成几条。",
            en="Put only ids and digests into evidence, or split it over several entries.",
        ),
    )


def broken(what: Text) -> Unavailable:
    """The error for a ledger that cannot be continued because it contradicts itself."""
    return Unavailable(
        "ledger-broken",
        what,
        Text(
            zh="请运行 guiju ledger verify 定位，并从备份恢复。",
            en="Run guiju ledger verify to locate it, and restore from a backup.",
        ),
    )
