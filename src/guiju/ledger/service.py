# SPDX-License-Identifier: Apache-2.0
"""The ledger's verbs: put evidence on record, give it its place, sign, and read it back.

Appending only adds a pending entry, so writers never wait for each other; `integrate` later takes
pending entries into the tree and signs a checkpoint, in whichever process calls it (Article 19).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import Any, NamedTuple

from sqlalchemy import Row

from guiju.kernel import Actor, Keyring, Text, give_way, isoformat, new_id, parse
from guiju.ledger import store
from guiju.ledger.fresh import Fresh
from guiju.ledger.model import Checkpoint, Evidence, broken, leaf_of
from guiju.ledger.notes import Statement, sign
from guiju.ledger.signing import signers_or_first
from guiju.ledger.tree import HASH, Range, leaf_hashes
from guiju.ledger.wholeness import check_whole
from guiju.measures import enforces, require_kind
from guiju.storage import Database, RowDigest, Tx, UnattestedChangeError

_BATCH = 20_000
_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"  # those of `new_id`
_ENDINGS = [one + other for one in _DIGITS for other in _DIGITS]


# -- putting on record ---------------------------------------------------------------------------


def append(
    tx: Tx,
    kind: str,
    *,
    controls: Sequence[str],
    actor: Actor,
    subject: str | None = None,
    facts: Mapping[str, Any] | None = None,
) -> str:
    """Put one piece of evidence on record, covering the rows changed since the last; its id.

    Raises:
        Invalid: a control does not list this kind, or the leaf is too large.
    """
    return append_many(tx, [Evidence(kind, tuple(controls), actor, subject, facts or {})])[0]


def append_many(tx: Tx, items: Sequence[Evidence]) -> list[str]:
    """Put several pieces on record with one statement; their ids, in order.

    Raises:
        Invalid: a control does not list a kind, or a leaf is too large.
        UnattestedChangeError: rows changed that no item takes.
    """
    return append_numbered(tx, items).ids if items else []


class Appended(NamedTuple):
    """What was put on record: the ids in order, and the arrival of the first.

    Arrivals count all evidence, about: numbers that were drawn and not used are missing.
    """

    ids: list[str]
    arrival: int


def append_numbered(tx: Tx, items: Sequence[Evidence]) -> Appended:
    """As `append_many`, of one piece or more, for who counts by arrivals."""
    covered = _covered(items, tx.take_noted())
    at = isoformat(tx.now)
    ids: list[str] = []
    rows: list[store.NewEntry] = []
    (arrivals, first), key = store.new_places(tx, len(items)), code_key(tx.keys)
    names = _new_ids(len(items))
    for one, arrival, attested, evidence_id in zip(items, arrivals, covered, names, strict=True):
        require_kind(one.kind, one.controls)
        leaf = leaf_of(one, evidence_id, at, attested)
        ids.append(evidence_id)
        code = entry_code(key, arrival, leaf)
        rows.append((arrival, evidence_id, one.subject, leaf, code))
    store.add_entries(tx, rows, first)
    return Appended(ids, arrivals[0])


def _new_ids(count: int) -> list[str]:
    """Ids that rise as the evidence does: one random beginning, and two digits that count on."""
    ids: list[str] = []
    while len(ids) < count:
        beginning = new_id("ev")[:-2]
        ids += [beginning + ending for ending in _ENDINGS[: count - len(ids)]]
    return ids


def _covered(items: Sequence[Evidence], noted: list[RowDigest]) -> list[Sequence[RowDigest]]:
    """Which rows each leaf attests: its own, and the first that asks takes what is left over."""
    left = noted
    if left:
        named = {row for one in items for row in one.rows or ()}
        left = [row for row in noted if row not in named]
    covered: list[Sequence[RowDigest]] = []
    for one in items:
        covered.append(left if one.rows is None else one.rows)
        if one.rows is None:
            left = []
    if left:
        tables = sorted({row.table for row in left})
        raise UnattestedChangeError(f"rows changed that no evidence names: {', '.join(tables)}")
    return covered


def entry_code(key: bytes, arrival: int, leaf: bytes) -> bytes:
    """The keyed code that holds an entry together until, and after, it stands in the tree.

    BLAKE2b with a key, as every leaf is checked several times in its life.
    """
    code = _begun(key).copy()
    code.update(arrival.to_bytes(8, "big", signed=True) + leaf)
    return code.digest()


@lru_cache(maxsize=8)
def _begun(key: bytes) -> blake2b:
    """The state after the key, which is a third of the work."""
    return blake2b(digest_size=16, key=key)


@lru_cache(maxsize=8)
def code_key(keys: Keyring) -> bytes:
    """The key of `entry_code`."""
    return keys.service_key("ledger-entry")


# -- giving places -------------------------------------------------------------------------------


@enforces("evidence-ledger")
def integrate(db: Database, fresh: Fresh | None = None) -> Checkpoint | None:
    """Take pending entries into the tree and sign; None when nothing was pending.

    Any process may call it at any time; `fresh` takes what got its place, for `publish` in the same
    process. An entry that was altered while pending stays out of the tree, for `verify` to show;
    the position that it had goes to the next one. Between its steps it lets others on, as a serving
    process does this beside its event loop.

    Raises:
        Unavailable: `ledger-broken`, when the newest checkpoint contradicts itself, or
            `database-older`, while a backup is being put back.
    """
    newest = None
    while True:
        with db.read() as tx:
            if not store.anything_pending(tx):
                return newest
        give_way()
        with db.write() as tx:
            placed = _integrate_some(tx)
        if placed is None:
            return newest
        newest = placed.checkpoint
        if fresh is not None:
            fresh.add(placed.first, placed.leaves, placed.hashes)
        if placed.found < _BATCH:
            return newest


class _Placed(NamedTuple):
    """What one integration has done; `found` entries were pending, altered ones among them."""

    checkpoint: Checkpoint
    first: int
    leaves: list[bytes]
    hashes: list[bytes]
    found: int


def _integrate_some(tx: Tx) -> _Placed | None:
    store.lock_integration(tx)
    check_whole(tx)
    found, sound = _pending(tx)
    if not sound:
        return None
    tree = _tree_of(store.newest_checkpoint(tx))
    first = tree.size
    if [row.position for row in sound] != list(range(first, first + len(sound))):
        if store.take_back(tx, first):
            found, sound = _pending(tx)
            if not sound:
                return None
        store.set_positions(tx, [row.arrival for row in sound], first)
    leaves = [row.leaf for row in sound]
    hashes = leaf_hashes(leaves)
    tree.extend(hashes)
    give_way()
    return _Placed(_sign(tx, tree, fresh=first == 0), first, leaves, hashes, len(found))


def _pending(tx: Tx) -> tuple[list[Any], list[Any]]:
    """A batch of pending entries, and those of it that are as they were appended."""
    found, key = store.pending(tx, _BATCH), code_key(tx.keys)
    return found, [row for row in found if is_sound(key, row.arrival, row.leaf, row.code)]


def is_sound(key: bytes, arrival: int, leaf: object, code: object) -> bool:
    """Whether arrival and leaf of an entry are as they were appended."""
    return type(leaf) is bytes and entry_code(key, arrival, leaf) == code


def _tree_of(row: Any | None) -> Range:
    if row is None:
        return Range()
    peaks = [row.peaks[at : at + HASH] for at in range(0, len(row.peaks), HASH)]
    try:
        tree = Range(row.size, peaks)
    except ValueError:
        tree = Range()
    if tree.root() != row.root:
        raise broken(
            Text(
                zh=f"检查点 {row.size} 与自身不符。",
                en=f"Checkpoint {row.size} contradicts itself.",
            )
        )
    return tree


def _sign(tx: Tx, tree: Range, *, fresh: bool) -> Checkpoint:
    signers = signers_or_first(tx, fresh=fresh)
    root = tree.root()
    note = sign(Statement(signers[0].key.name, tree.size, root, tx.now), signers)
    made = Checkpoint(tree.size, root, tx.now, note)
    store.add_checkpoint(tx, made, b"".join(tree.peaks))
    return made


# -- reading back --------------------------------------------------------------------------------


def checkpoint(tx: Tx) -> Checkpoint | None:
    """The newest checkpoint, or None for an empty ledger."""
    row = store.newest_checkpoint(tx)
    return None if row is None else Checkpoint(row.size, row.root, row.at, row.note)


def size(tx: Tx) -> int:
    """How many leaves the newest checkpoint covers."""
    row = store.newest_checkpoint(tx)
    return 0 if row is None else int(row.size)


def leaves(tx: Tx, since: int = 0, limit: int = 10_000) -> list[dict[str, Any]]:
    """Integrated leaves from position `since`, each as a mapping with its `index`."""
    return [_read(row) for row in store.leaves(tx, since, limit)]


def entry(tx: Tx, evidence_id: str) -> dict[str, Any] | None:
    """One leaf with its `index`, which is None while it is pending; None when there is none."""
    row = store.entry(tx, evidence_id)
    return None if row is None else _read(row)


def of_case(tx: Tx, case: str) -> list[dict[str, Any]]:
    """The leaves about a case by arrival, each with its `index`, which is None while pending."""
    return [_read(row) for row in store.about_case(tx, case)]


def _read(row: Row[Any]) -> dict[str, Any]:
    leaf: dict[str, Any] = parse(row.leaf)
    leaf["index"] = row.position
    return leaf
