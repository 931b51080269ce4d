# SPDX-License-Identifier: Apache-2.0
"""One walk over all entries in order: codes, canonical form, ids, and the tree they make.

When an entry was altered but its published copy is whole, the walk goes on with the copy, so that
one changed byte is shown as one problem in its place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from heapq import merge
from operator import attrgetter
from typing import Any

from sqlalchemy import text

from guiju.ledger.bundlecheck import (
    COLUMNS,
    Looked,
    Looker,
    Page,
    Place,
    Rows,
    Sound,
    canonical_leaf,
    looked_apart,
    looked_here,
    rows_between,
)
from guiju.ledger.checkpointcheck import Checkpoints
from guiju.ledger.findings import Findings
from guiju.ledger.rowcheck import Named
from guiju.ledger.service import code_key, is_sound
from guiju.ledger.tilecheck import Files
from guiju.ledger.tiles import WIDTH
from guiju.ledger.tree import HASH, Range, leaf_hash, root_of
from guiju.storage import Tx

Progress = Callable[[int, int], None]
_PAGE = 16 * WIDTH
_WORTH = 50_000  # leaves for which other processes are worth starting
_UNKNOWN = bytes(HASH)
_UNPLACED = text(COLUMNS + "position IS NULL ORDER BY arrival")
_STRAY = text(COLUMNS + "position >= :size OR position < 0 ORDER BY position")
_NEGATIVE = text(COLUMNS + "position < 0 ORDER BY position")
_PLACED = text(COLUMNS + "position >= :size ORDER BY position")
_COUNT = text("SELECT count(*) FROM ledger_entry WHERE position >= :size")
_LAST = text("SELECT max(position) FROM ledger_entry WHERE position < :size")
_BY_ARRIVAL = attrgetter("arrival")
_NOTHING: dict[str, Any] = {"rows": []}


class EntryWalk:
    """Reads entries bundle by bundle and tells files, checkpoints and rows what they must be."""

    def __init__(
        self, tx: Tx, files: Files, checkpoints: Checkpoints, named: Named, found: Findings
    ) -> None:
        """Nothing is read yet."""
        self._tx = tx
        self._key = code_key(tx.keys)
        self._files = files
        self._checkpoints = checkpoints
        self._named = named
        self._found = found
        self._blocks = Range()  # over the roots of complete bundles
        self._doubt = False  # an entry is altered or gone, and no copy stood in for it
        self._stood_in: set[object] = set()

    def run(self, progress: Progress, processes: int = 1) -> bytes:
        """Walk to the end, with the help of so many; the root over all that have a place."""
        size = self._checkpoints.size
        last = self._tx.execute(_LAST, {"size": size}).scalar()
        end = 0 if last is None else min(size, int(last) + 1)
        peaks: list[bytes] = []
        for page, seen in self._looked(end, processes):
            for first, sound in zip(range(page.begin, page.end, WIDTH), seen, strict=True):
                width = min(WIDTH, end - first)
                peaks = self._bundle(first, width, sound)
                progress(first + width, size)
        if end < size:
            self._gone(end, size - 1)
        self._files.finish(end)
        self._after(size)
        return Range(end, peaks).root()

    def _looked(self, end: int, processes: int) -> Looked:
        published = self._files.whole
        pages = (Page(begin, min(begin + _PAGE, end), published) for begin in range(0, end, _PAGE))
        looker = Looker(self._rows, self._key, self._files.path)
        if processes == 1 or end < _WORTH:
            return looked_here(looker, pages)
        url = self._tx.connection.engine.url.render_as_string(hide_password=False)
        place = Place(url, self._key, self._files.path)
        return looked_apart(looker, place, pages, processes)

    def _rows(self, low: int, high: int) -> Rows:
        return rows_between(self._tx.connection, low, high)

    def _bundle(self, first: int, width: int, sound: Sound | None) -> list[bytes]:
        """Take one bundle; the peaks of the whole tree after it."""
        number = first // WIDTH
        if sound is not None and self._files.settled(number):
            hashes, root = sound.hashes, sound.root
            self._files.pass_over(number, width, root)
            if sound.attested:
                self._named.take(sound.attested)
        else:
            leaves = self._leaves(first, width)
            hashes = [_UNKNOWN if leaf is None else leaf_hash(leaf) for leaf in leaves]
            root = root_of(hashes)
            self._files.take(number, leaves, hashes, root)
        inner = Range()
        for size, which in self._checkpoints.due(first + width):
            inner = _grown(inner, hashes, root, size - first)
            self._checkpoints.compare(which, self._peaks(inner), doubt=self._doubt)
        inner = _grown(inner, hashes, root, width)
        peaks = self._peaks(inner)
        if width == WIDTH:
            self._blocks.extend(inner.peaks)
        return peaks

    def _peaks(self, inner: Range) -> list[bytes]:
        if inner.size < WIDTH:
            return self._blocks.peaks + inner.peaks
        whole = Range(self._blocks.size, self._blocks.peaks)
        whole.extend(inner.peaks)
        return whole.peaks

    def _leaves(self, first: int, width: int) -> list[bytes | None]:
        """The leaves of a bundle, with published copies for what is altered or gone.

        Says what is wrong with each.
        """
        leaves: list[bytes | None] = [None] * width
        wrong: list[int] = []
        for row in self._rows(first, first + width):
            place = row.position
            if type(place) is not int:
                self._found.add(f"ledger_entry position {place}", *_NO_POSITION)
                continue
            if self._sound(row, f"ledger_entry position {place}") is None:
                wrong.append(place - first)
            leaves[place - first] = row.leaf if type(row.leaf) is bytes else None
        absent = [at for at, leaf in enumerate(leaves) if leaf is None and at not in wrong]
        for at in absent:
            self._gone(first + at, first + at)
        if wrong or absent:
            self._stand_in(first // WIDTH, leaves, sorted([*wrong, *absent]))
        if attested := [pair for leaf in leaves for pair in _rows_of(leaf)]:
            self._named.take(attested)
        return leaves

    def _stand_in(self, number: int, leaves: list[bytes | None], places: Sequence[int]) -> None:
        copies = self._files.entries(number)
        for place in places:
            if place < len(copies):
                leaves[place] = copies[place]
                self._stood_in.add(_id_of(copies[place]))
            else:
                self._doubt = True

    def _sound(self, row: Any, where: str) -> dict[str, Any] | None:
        """The leaf as a value after saying what is wrong with it; None when it was altered."""
        if not is_sound(self._key, row.arrival, row.leaf, row.code):
            self._found.add(where, *_ALTERED)
            return None
        value = canonical_leaf(row.leaf)
        if value is None:
            self._found.add(where, *_NOT_CANONICAL)
            return _NOTHING
        if value.get("id") != row.id or value.get("subject") != row.subject:
            self._found.add(where, *_OTHER)
        return value

    def _gone(self, first: int, last: int) -> None:
        name = f"position {first}" if first == last else f"positions {first} to {last}"
        self._found.add(f"ledger_entry {name}", *_GONE)

    def _after(self, size: int) -> None:
        """What no checkpoint covers: on PostgreSQL it has no position, as `integrate` gives it."""
        unplaced = self._tx.execute(_UNPLACED)
        if self._tx.dialect == "postgresql":
            self._strays(self._tx.execute(_STRAY, {"size": size}))
            self._pending(unplaced)
            return
        self._strays(self._tx.execute(_NEGATIVE))
        placed = self._in_turn(self._tx.execute(_PLACED, {"size": size}), size)
        self._pending(merge(unplaced, placed, key=_BY_ARRIVAL))

    def _strays(self, rows: Iterable[Any]) -> None:
        for row in rows:
            self._found.add(f"ledger_entry position {row.position}", *_NO_POSITION)

    def _in_turn(self, rows: Iterable[Any], size: int) -> Iterator[Any]:
        """The same rows, by position, after saying which has another than its turn gives it.

        They have the next places if none is beyond so many: so one that was moved away is named,
        and not all that came after it. One that was altered is named anyway.
        """
        end = size + self._tx.execute(_COUNT, {"size": size}).scalar_one()
        latest = 0
        for row in rows:
            place = row.position
            if is_sound(self._key, row.arrival, row.leaf, row.code):
                if type(place) is int and place < end and row.arrival > latest:
                    latest = row.arrival
                else:
                    self._found.add(f"ledger_entry position {place}", *_OUT_OF_TURN)
            yield row

    def _pending(self, rows: Iterable[Any]) -> None:
        for row in rows:
            self._sound(row, f"ledger_entry arrival {row.arrival}")
            if type(row.leaf) is bytes and _id_of(row.leaf) not in self._stood_in:
                # Altered or not: the rows it speaks of are not to blame.
                self._named.take(_rows_of(row.leaf))


def _grown(inner: Range, hashes: Sequence[bytes], root: bytes, size: int) -> Range:
    """The tree over the first `size` hashes of a bundle, of which `inner` holds a beginning."""
    if size == WIDTH:
        return Range(WIDTH, [root])
    inner.extend(hashes[inner.size : size])
    return inner


def _rows_of(leaf: bytes | None) -> list[Any]:
    value = None if leaf is None else canonical_leaf(leaf)
    return [] if value is None else value["rows"]


def _id_of(leaf: bytes) -> object:
    value = canonical_leaf(leaf)
    return None if value is None else value.get("id")


_ALTERED = (
    "条目、到达次序或校验码已被改动。",
    "Its leaf, its arrival or its code was altered.",
)
_NOT_CANONICAL = ("证据不是规范格式。", "The leaf is not in canonical form.")
_OTHER = ("编号或对象与证据不符。", "Its id or subject is not that of the leaf.")
_GONE = ("条目不见了。", "The entry is gone.")
_NO_POSITION = ("没有检查点覆盖此位置。", "No checkpoint covers this position.")
_OUT_OF_TURN = (
    "尚未进入检查点的条目，位置应按到达次序紧接检查点之后。",
    "It waits for a checkpoint, and its position is not the next one in order of arrival.",
)
