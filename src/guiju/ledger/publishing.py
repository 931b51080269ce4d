# SPDX-License-Identifier: Apache-2.0
"""Publishing: the ledger as static files that anyone can be handed and can check (Article 19).

Tiles first, the checkpoint last: a reader who sees a checkpoint finds all its tiles, also when the
writer was killed in between. What a killed writer had begun is simply written again.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from guiju.kernel import Invalid, Text, Unavailable
from guiju.ledger import store
from guiju.ledger.folder import CHECKPOINT, Folder, TileHashes, missing
from guiju.ledger.fresh import Fresh
from guiju.ledger.model import Checkpoint, broken
from guiju.ledger.notes import opened
from guiju.ledger.service import checkpoint, code_key, is_sound
from guiju.ledger.signing import verifier_keys
from guiju.ledger.tiles import ENTRIES, WIDTH, Tile, bundle, count_at, levels, split
from guiju.ledger.tree import leaf_hash, perfect_root, subtree_root
from guiju.storage import Database, Tx


def publish(db: Database, folder: Path, fresh: Fresh | None = None) -> int:
    """Bring the files in `folder` up to the newest checkpoint; its size.

    What `integrate` has put into `fresh` is not read again.

    Raises:
        Unavailable: the folder cannot be written, or it and the database contradict each other.
    """
    place = Folder(folder)
    with db.read() as tx:
        newest = checkpoint(tx)
    if newest is None:
        return 0
    if place.read(CHECKPOINT) == newest.note.encode():
        return newest.size
    with place.locked(), db.read() as tx:
        return _bring_up(tx, place, Fresh() if fresh is None else fresh)


def published_at(folder: Path) -> datetime | None:
    """When the files in `folder` were last brought up; None while there are none."""
    try:
        return datetime.fromtimestamp((folder / CHECKPOINT).stat().st_mtime, UTC)
    except OSError:
        return None


def _bring_up(tx: Tx, place: Folder, fresh: Fresh) -> int:
    newest = checkpoint(tx)
    if newest is None:
        return 0
    place.sweep()
    done = _published(tx, place, newest)
    if place.read(CHECKPOINT) == newest.note.encode():
        return newest.size
    # A file that was lost or altered below has all be written again from the entries.
    ways = [(done, fresh), (0, Fresh())] if done else [(0, fresh)]
    if not any(_tiles_hold(tx, place, begin, newest, known) for begin, known in ways):
        raise broken(
            Text(
                zh="账本条目与已签名的检查点不符，未发布。",
                en="The entries contradict the signed checkpoint; nothing was published.",
            )
        )
    place.settle()
    place.write(CHECKPOINT, newest.note.encode())
    place.settle()
    _drop_partials(place, done, newest.size)
    fresh.forget(newest.size)
    return newest.size


def _published(tx: Tx, place: Folder, newest: Checkpoint) -> int:
    """How many leaves the folder holds; what another ledger has published is never written over."""
    note = place.read(CHECKPOINT)
    if note is None:
        return 0
    try:
        size = opened(note.decode(errors="replace"), verifier_keys(tx)).size
    except Invalid:
        size = newest.size + 1
    known = None if size > newest.size else store.checkpoint_at(tx, size)
    if known is None or known.note.encode() != note:
        raise broken(
            Text(
                zh="账本目录中的检查点不在本数据库之内，未覆盖。",
                en="The folder holds a checkpoint that the database lacks; it was left alone.",
            )
        )
    return size


def _tiles_hold(tx: Tx, place: Folder, done: int, newest: Checkpoint, fresh: Fresh) -> bool:
    """Write the tiles from `done` on; whether they now lead to the signed root."""
    try:
        made = _write_leaves(tx, place, done, newest.size, fresh)
        for level in levels(newest.size):
            if level:
                made = _write_level(place, level, done, newest.size, made)
        root = subtree_root(0, newest.size, TileHashes(place, newest.size))
    except Unavailable:
        if done:
            return False
        raise
    return root == newest.root


def _write_leaves(tx: Tx, place: Folder, done: int, size: int, fresh: Fresh) -> list[bytes]:
    """Write entry bundles and their hash tiles; the hashes of full ones, for the level above."""
    first = done // WIDTH
    leaves = _sound_leaves(tx, first * WIDTH, size, fresh)
    parents = []
    for number in range(first, -(-size // WIDTH)):
        some = list(islice(leaves, WIDTH))
        hashes = [hashed for _, hashed in some]
        place.write(Tile(ENTRIES, number, len(some)).path, bundle([leaf for leaf, _ in some]))
        place.write(Tile(0, number, len(some)).path, b"".join(hashes))
        if len(some) == WIDTH:
            parents.append(perfect_root(hashes))
    return parents


def _sound_leaves(tx: Tx, begin: int, end: int, fresh: Fresh) -> Iterator[tuple[bytes, bytes]]:
    """The leaves and their hashes, each checked: an altered entry never replaces a true file."""
    known = max(fresh.begin(end), begin)
    expected, key = begin, code_key(tx.keys)
    for row in store.stream_entries(tx, begin, known):
        if row.position != expected or not is_sound(key, row.arrival, row.leaf, row.code):
            break
        yield row.leaf, leaf_hash(row.leaf)
        expected += 1
    if expected != known:
        raise broken(
            Text(
                zh=f"位置 {expected} 的条目已被改动或缺失，未发布。",
                en=f"The entry at position {expected} was altered or is gone; nothing published.",
            )
        )
    yield from fresh.between(known, end)


def _write_level(
    place: Folder, level: int, done: int, size: int, fresh: list[bytes]
) -> list[bytes]:
    """Write the tiles of one level after what it held for `done` leaves; hashes for the next."""
    before, after = count_at(level, done), count_at(level, size)
    first, kept = divmod(before, WIDTH)
    hashes = _kept_hashes(place, level, first, kept) + fresh
    parents = []
    for number in range(first, -(-after // WIDTH)):
        some = hashes[(number - first) * WIDTH : (number - first + 1) * WIDTH]
        place.write(Tile(level, number, len(some)).path, b"".join(some))
        if len(some) == WIDTH:
            parents.append(perfect_root(some))
    return parents


def _kept_hashes(place: Folder, level: int, number: int, count: int) -> list[bytes]:
    if count == 0:
        return []
    tile = Tile(level, number, count)
    data = place.read_tile(tile)
    if data is None:
        raise missing(tile.path)
    return split(data)


def _drop_partials(place: Folder, done: int, size: int) -> None:
    for level in (ENTRIES, *levels(size)):
        first, last = count_at(level, done) // WIDTH, count_at(level, size) // WIDTH
        for number in range(first, last):
            place.drop_partials(Tile(level, number))
