# SPDX-License-Identifier: Apache-2.0
"""A database that was put back from a backup, and the published ledger that knows more than it.

The files hold every leaf, so the ledger itself is the list of what was deleted since: a leaf names
each attested row that went, the wrapped keys of people among them. Here the ledger gets back what
it lacks and says which rows are not as evidence has them; what is deleted again is for others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Table, select, text

from guiju.kernel import Invalid, Text, Unavailable, parse
from guiju.ledger import store
from guiju.ledger.folder import CHECKPOINT, Folder
from guiju.ledger.model import Checkpoint, broken
from guiju.ledger.notes import Statement, opened
from guiju.ledger.rowcheck import Named
from guiju.ledger.service import code_key, entry_code
from guiju.ledger.signing import verifier_keys
from guiju.ledger.tiles import ENTRIES, WIDTH, Tile, tile_at, unbundle
from guiju.ledger.tree import HASH, Range, leaf_hashes
from guiju.ledger.wholeness import RESTORING
from guiju.storage import (
    Database,
    RowDigest,
    Tx,
    clear_mark,
    mark,
    metadata,
    named_key,
    row_digest,
    row_key,
    set_mark,
)

_OURS = frozenset({"ledger_entry", "ledger_checkpoint", "ledger_key"})
_TAKE_PLACE = text("UPDATE ledger_entry SET position = :position WHERE arrival = :arrival")


class Behind(NamedTuple):
    """How many leaves a database holds, and how many were published of the same ledger."""

    size: int
    published: int


def behind(tx: Tx, folder: Path) -> Behind | None:
    """How far the database is older than what it once published; None when it is not.

    A folder of another ledger says nothing about this one. One whose checkpoint is gone still says
    by its leaves that there were more, but not which: `Returned` needs a copy that is whole. A
    return that was begun and not ended counts as well, from wherever it was made.
    """
    found, begun = _behind(tx, folder), mark(tx, RESTORING)
    if found is None and begun is not None:
        newest = store.newest_checkpoint(tx)
        return Behind(0 if newest is None else int(newest.size), int(begun))
    return found


def _behind(tx: Tx, folder: Path) -> Behind | None:
    place = Folder(folder)
    note = place.read(CHECKPOINT)
    newest = store.newest_checkpoint(tx)
    if newest is None or (note is not None and newest.note.encode() == note):
        return None
    if note is None:
        least = _more_than(place, int(newest.size))
        return None if least is None else Behind(int(newest.size), least)
    try:
        said = opened(note.decode(errors="replace"), verifier_keys(tx))
    except Invalid:
        return None
    return Behind(int(newest.size), said.size) if said.size > newest.size else None


def _more_than(place: Folder, size: int) -> int | None:
    """How many leaves the files hold at least, when that is more than `size`."""
    number, rest = divmod(size, WIDTH)
    full = Tile(ENTRIES, number)
    if place.read(full.path) is not None:
        return (number + 1) * WIDTH
    names = (one.name for one in (place.path / f"{full.path}.p").glob("*"))
    widest = max((int(one) for one in names if one.isdigit()), default=0)
    return number * WIDTH + widest if widest > rest else None


class Returned:
    """The published leaves that a database lacks, and the way back to where it was.

    Each step may be taken again after a kill: the database counts as older until `adopt`.
    """

    def __init__(self, database: Database, folder: Path) -> None:
        """Read what was signed last, here and there.

        Raises:
            Unavailable: `ledger-broken`, when the files do not continue what the database holds.
            Invalid: `checkpoint-unreadable`, when their checkpoint is gone.
        """
        self._place = Folder(folder)
        with database.read() as tx:
            found = behind(tx, folder)
            if found is None:
                raise RuntimeError("the database is not older than what was published")
            row = store.newest_checkpoint(tx)
            note = (self._place.read(CHECKPOINT) or b"").decode()
            self._signed: Statement = opened(note, verifier_keys(tx))
        self._note = note
        self.behind = found
        self._peaks = self._checked(row)

    def _checked(self, row: Any) -> bytes:
        """Read all of them once: with what the database holds they make the tree that was signed.

        So no file can have been altered, and this database has not run on by itself.
        """
        peaks = [row.peaks[at : at + HASH] for at in range(0, len(row.peaks), HASH)]
        tree = Range(int(row.size), peaks)
        for _, leaves in self.leaves():
            tree.extend(leaf_hashes(leaves))
        if (tree.size, tree.root()) != (self._signed.size, self._signed.root):
            raise _no_continuation()
        return b"".join(tree.peaks)

    def leaves(self) -> Iterator[tuple[int, list[bytes]]]:
        """What the database lacks, in order: the position of the first, and at most 256 leaves.

        Raises:
            Unavailable: `ledger-broken`, where a file is missing or too short.
        """
        begin, end = self.behind.size, self.behind.published
        for number in range(begin // WIDTH, -(-end // WIDTH)):
            tile = tile_at(ENTRIES, number, end)
            found = unbundle(self._place.read(tile.path) or b"")
            if len(found) != tile.width:
                raise _no_continuation()
            first = max(begin, number * WIDTH)
            yield first, found[first - number * WIDTH :]

    def place(self, tx: Tx, first: int, leaves: Sequence[bytes]) -> list[Mapping[str, Any]]:
        """Give leaves their places back; what they say. Leaves that are there stay.

        Some may have been pending when the backup was made: those only get their place. What was
        appended to this database since may hold it, and is left without one until `integrate`,
        which waits from the first of these until `adopt`.

        Raises:
            Unavailable: `ledger-broken`, when this database has run on by itself meanwhile.
        """
        self._check_same(tx)
        set_mark(tx, RESTORING, str(self.behind.published))
        said = [parse(leaf) for leaf in leaves]
        known = store.arrivals(tx, [str(one["id"]) for one in said])
        key = code_key(tx.keys)
        absent = [at for at, one in enumerate(said) if str(one["id"]) not in known]
        arrivals = store.new_places(tx, len(absent)).arrivals
        for arrival, at in zip(arrivals, absent, strict=True):
            leaf, one = leaves[at], said[at]
            known[str(one["id"])] = arrival
            code = entry_code(key, arrival, leaf)
            store.add_entries(tx, [(arrival, str(one["id"]), one["subject"], leaf, code)], None)
        places = [
            {"position": first + at, "arrival": known[str(one["id"])]}
            for at, one in enumerate(said)
        ]
        store.take_back(tx, first)
        tx.execute(_TAKE_PLACE, places)
        return said

    def differing(self, tx: Tx, most: int) -> Iterator[list[RowDigest]]:
        """Rows that are not as the last leaf about them says, as they are now, some at a time.

        What was changed after the backup is lost with the newer database. Evidence that names the
        rows as they stand lets the loss be seen, and everything after it be verified.
        """
        named = Named()
        try:
            for _, leaves in self.leaves():
                named.take([row for leaf in leaves for row in parse(leaf)["rows"]])
            for leaf in store.pending_after(tx, self.behind.published):
                named.take(parse(leaf)["rows"])
            found: list[RowDigest] = []
            for name, key, digest in named.each():
                now = _now(tx, metadata.tables.get(name), key)
                if name not in _OURS and now != digest:
                    found.append(RowDigest(name, key, now))
                if len(found) == most:
                    yield found
                    found = []
            if found:
                yield found
        finally:
            named.close()

    def adopt(self, tx: Tx) -> None:
        """Take up what was signed last: from here on the ledger goes on from there.

        Raises:
            Unavailable: as `place`.
        """
        self._check_same(tx)
        clear_mark(tx, RESTORING)
        said = self._signed
        made = Checkpoint(said.size, said.root, said.at, self._note)
        store.add_checkpoint(tx, made, self._peaks)

    def _check_same(self, tx: Tx) -> None:
        newest = store.newest_checkpoint(tx)
        if newest is None or int(newest.size) != self.behind.size:
            raise _no_continuation()


def _now(tx: Tx, subject: Table | None, key: str) -> str | None:
    """The digest of a row as it stands; None when there is none."""
    named = None if subject is None else named_key(subject, key)
    if subject is None or named is None:
        return None
    wanted = select(subject).where(*(subject.c[name] == value for name, value in named.items()))
    row = tx.row(wanted)
    if row is None:
        return None
    values = dict(row._mapping)  # noqa: SLF001 - the documented accessor of SQLAlchemy rows
    return row_digest(subject, values) if row_key(subject, values) == key else None


def _no_continuation() -> Unavailable:
    return broken(
        Text(
            zh="已发布的账本文件不能与本数据库的账本相接，未作改动。",
            en="The published files do not continue this database's ledger; nothing was changed.",
        )
    )
