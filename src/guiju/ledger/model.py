# SPDX-License-Identifier: Apache-2.0
"""What the ledger speaks of: evidence, its leaf, checkpoints, and what a check found (Article 19).

A leaf is canonical JSON with ids, digests, integers and words; never content or personal data.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import msgspec

from guiju.kernel import Actor, Invalid, Statement, Text, Unavailable, canonical
from guiju.storage import RowDigest

LEAF_VERSION = 1
# Entry bundles carry a leaf's length in sixteen bits (C2SP tlog-tiles).
LEAF_LIMIT = 65_535
_LEAF = (
    b'{"actor":%b,"at":"%b","controls":%b,"facts":%b,"id":"%b","kind":"%b","rows":%b,"subject":%b,'
    b'"v":%d}'
).replace(b"%d", str(LEAF_VERSION).encode())


class Evidence(msgspec.Struct, frozen=True):
    """What a caller wants on record; `rows` None means: what changed since the last leaf."""

    kind: str
    controls: tuple[str, ...]
    actor: Actor
    subject: str | None = None
    facts: Mapping[str, Any] | Statement = msgspec.field(default_factory=dict)
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


def leaf_of(one: Evidence, evidence_id: str, at: str, rows: Sequence[RowDigest]) -> bytes:
    """The bytes that go into the tree; `at` as `isoformat` has it.

    Equal to `canonical` over the whole, but what repeats from leaf to leaf is encoded once. The
    kind is a known one, and id and time are plain ASCII, so they stand as they are.

    Raises:
        Invalid: `evidence-too-large`.
    """
    facts = one.facts if isinstance(one.facts, dict | Statement) else dict(one.facts)
    leaf = _LEAF % (
        _actor(one.actor),
        at.encode(),
        _words(one.controls),
        canonical(facts),
        evidence_id.encode(),
        one.kind.encode(),
        canonical(rows) if rows else b"[]",
        b"null" if one.subject is None else canonical(one.subject),
    )
    if len(leaf) > LEAF_LIMIT:
        raise _too_large(one.kind, len(leaf))
    return leaf


@lru_cache(maxsize=1024)
def _actor(actor: Actor) -> bytes:
    return canonical(actor.as_evidence())


@lru_cache(maxsize=1024)
def _words(words: tuple[str, ...]) -> bytes:
    return canonical(words)


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
