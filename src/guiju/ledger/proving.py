# SPDX-License-Identifier: Apache-2.0
"""Proofs: that one leaf stands under a checkpoint, and that one checkpoint continues another."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from guiju.kernel import Invalid, NotFound, Text, parse
from guiju.ledger import store
from guiju.ledger.folder import CHECKPOINT, Folder, TileHashes
from guiju.ledger.model import Checkpoint, broken
from guiju.ledger.notes import encode, opened
from guiju.ledger.service import checkpoint
from guiju.ledger.signing import verifier_keys
from guiju.ledger.tree import (
    Subtree,
    consistency_holds,
    consistency_proof,
    inclusion_holds,
    inclusion_proof,
    leaf_hash,
    root_of,
)
from guiju.storage import Tx


@dataclass(frozen=True, slots=True)
class Proof:
    """A leaf, its place, and the hashes that lead from it to the root of a signed checkpoint."""

    index: int
    leaf: bytes
    hashes: tuple[bytes, ...]
    checkpoint: Checkpoint

    def as_json(self) -> dict[str, Any]:
        """The form of `guiju ledger prove --json`."""
        return {
            **self.as_file(),
            "root": encode(self.checkpoint.root),
            "leaf": parse(self.leaf),
            "checkpoint": self.checkpoint.note,
        }

    def as_file(self) -> dict[str, Any]:
        """The form of `proofs/<index>.json` in a bundle."""
        return {
            "index": self.index,
            "size": self.checkpoint.size,
            "hashes": [encode(one) for one in self.hashes],
        }


def prove(tx: Tx, entry: int | str, folder: Path | None = None) -> Proof:
    """The proof for an entry by position or id, under the published checkpoint.

    Without a folder it is the newest checkpoint, and every leaf is hashed for it.

    Raises:
        NotFound: there is no such entry, or it has no checkpoint yet.
        Unavailable: the ledger contradicts itself here; run verify.
    """
    under, hashes = source(tx, folder)
    return prove_under(tx, position_of(tx, entry), under, hashes)


def source(tx: Tx, folder: Path | None) -> tuple[Checkpoint, Subtree]:
    """The checkpoint that proofs lead to, and the hashes they are made of."""
    if folder is not None:
        found = published(tx, folder)
        if found is not None:
            return found, TileHashes(Folder(folder), found.size)
    newest = checkpoint(tx)
    if newest is None:
        raise no_checkpoint()
    return newest, _from_entries(tx)


def published(tx: Tx, folder: Path) -> Checkpoint | None:
    """The checkpoint in the folder, as far as it is signed by this ledger."""
    note = Folder(folder).read(CHECKPOINT)
    if note is None:
        return None
    try:
        said = opened(note.decode(errors="replace"), verifier_keys(tx))
    except Invalid:
        return None
    return Checkpoint(said.size, said.root, said.at, note.decode())


def prove_under(tx: Tx, index: int, under: Checkpoint, hashes: Subtree) -> Proof:
    """The proof for position `index` under a checkpoint, checked before it is given."""
    rows = store.leaves(tx, index, 1)
    if not rows or rows[0].position != index or index >= under.size:
        raise _no_entry(str(index))
    leaf = rows[0].leaf
    steps = inclusion_proof(index, under.size, hashes)
    if not inclusion_holds(leaf_hash(leaf), index, under.size, steps, under.root):
        raise broken(
            Text(
                zh=f"位置 {index} 的条目与检查点不符。",
                en=f"The entry at position {index} contradicts the checkpoint.",
            )
        )
    return Proof(index, leaf, tuple(steps), under)


def prove_growth(
    first: int, first_root: bytes, under: Checkpoint, hashes: Subtree
) -> tuple[bytes, ...]:
    """The proof that `under` continues the tree of `first` leaves, checked before it is given."""
    steps = consistency_proof(first, under.size, hashes) if first <= under.size else []
    if not consistency_holds(first, under.size, steps, first_root, under.root):
        raise broken(
            Text(
                zh=f"检查点 {under.size} 不是检查点 {first} 的延续。",
                en=f"Checkpoint {under.size} does not continue checkpoint {first}.",
            )
        )
    return tuple(steps)


def position_of(tx: Tx, entry: int | str) -> int:
    """The position of an entry named by its position or id.

    Raises:
        NotFound: `no-such-evidence` or `evidence-pending`.
    """
    if isinstance(entry, int) or entry.isdecimal():
        return int(entry)
    found = store.positions(tx, [entry])
    if entry not in found:
        raise _no_entry(entry)
    position = found[entry]
    if position is None:
        raise NotFound(
            "evidence-pending",
            Text(
                zh=f"证据 {entry} 尚未进入检查点。",
                en=f"Evidence {entry} is not under a checkpoint yet.",
            ),
            Text(zh="请几秒后再试。", en="Try again in a few seconds."),
        )
    return position


def _from_entries(tx: Tx) -> Subtree:
    def subtree(level: int, index: int) -> bytes:
        leaves = store.stream_leaves(tx, index << level, (index + 1) << level)
        return root_of(leaf_hash(leaf) for leaf in leaves)

    return subtree


def _no_entry(name: str) -> NotFound:
    return NotFound(
        "no-such-evidence",
        Text(zh=f"账本中没有证据 {name}。", en=f"The ledger has no evidence {name}."),
        Text(
            zh="请给出证据编号（ev_…）或已发布范围内的位置。",
            en="Give an evidence id (ev_...) or a position that has been published.",
        ),
    )


def no_checkpoint() -> NotFound:
    """The error for a ledger that has signed nothing yet."""
    return NotFound(
        "no-checkpoint",
        Text(zh="账本还没有检查点。", en="The ledger has no checkpoint yet."),
        Text(zh="请启动服务并稍候几秒。", en="Start the service and wait a few seconds."),
    )
