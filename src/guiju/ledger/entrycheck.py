# SPDX-License-Identifier: Apache-2.0
"""One walk over all entries in order: codes, canonical form, ids, and the tree they make.

When an entry was altered but its published copy is whole, the walk goes on with the copy, so that
one changed byte is shown as one problem in its place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from typing import Any

import msgspec
from sqlalchemy import text

from guiju.ledger.checkpointcheck import Checkpoints
from guiju.ledger.findings import Findings
from guiju.ledger.rowcheck import Named
from guiju.ledger.service import code_key, entry_code, is_sound
from guiju.ledger.tilecheck import Files
from guiju.ledger.tiles import WIDTH
from guiju.ledger.tree import HASH, Range, perfect_root
from guiju.storage import Tx

Progress = Callable[[int, int], None]
_PAGE = 16 * WIDTH
_UNKNOWN = bytes(HASH)
# Plain text, so that values come as the database holds them.
_COLUMNS = "SELECT arrival, id, position, subject, leaf, code FROM ledger_entry WHERE "
_BETWEEN = text(_COLUMNS + "position >= :low AND position < :high ORDER BY position")
_PENDING = text(_COLUMNS + "position IS NULL ORDER BY arrival")
_STRAY = text(_COLUMNS + "position >= :size OR position < 0 ORDER BY position")
_LAST = text("SELECT max(position) FROM ledger_entry WHERE position < :size")


_NOTHING: dict[str, Any] = {"rows": []}


def _refuse_fraction(said: str) -> float:
    raise ValueError(f"evidence holds no fractions: {said}")


_decode = msgspec.json.Decoder(dict[str, Any], float_hook=_refuse_fraction).decode
_encode = msgspec.json.Encoder(order="deterministic").encode


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

    def run(self, progress: Progress) -> bytes:
        """Walk to the end; the root over all entries that have a place."""
        size = self._checkpoints.size
        last = self._tx.execute(_LAST, {"size": size}).scalar()
        end = 0 if last is None else min(size, int(last) + 1)
        peaks: list[bytes] = []
        for number, rows in self._bundles(end):
            peaks = self._bundle(number, min(WIDTH, end - number * WIDTH), rows)
            progress(min(end, (number + 1) * WIDTH), size)
        if end < size:
            self._gone(end, size - 1)
        self._files.finish(end)
        self._strays(size)
        self._pending()
        return Range(end, peaks).root()

    def _bundles(self, end: int) -> Iterator[tuple[int, Sequence[Any]]]:
        for start in range(0, end, _PAGE):
            stop = min(start + _PAGE, end)
            rows = self._tx.execute(_BETWEEN, {"low": start, "high": stop}).all()
            at = 0
            for low in range(start, stop, WIDTH):
                begin = at
                while at < len(rows) and rows[at].position < low + WIDTH:
                    at += 1
                yield low // WIDTH, rows[begin:at]

    def _bundle(self, number: int, width: int, rows: Sequence[Any]) -> list[bytes]:
        """Check one bundle; the peaks of the whole tree after it."""
        first = number * WIDTH
        leaves = self._leaves(number, width, rows)
        hashes = [_UNKNOWN if leaf is None else sha256(b"\x00" + leaf).digest() for leaf in leaves]
        due = self._checkpoints.due(first + width)
        if width == WIDTH and all(size == first + WIDTH for size, _ in due):
            inner = Range(WIDTH, [perfect_root(hashes)])
        else:
            inner = Range()
        for size, which in due:
            inner.extend(hashes[inner.size : size - first])
            self._checkpoints.compare(which, self._peaks(inner), doubt=self._doubt)
        inner.extend(hashes[inner.size :])
        self._files.take(number, leaves, hashes, inner.root())
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

    def _leaves(self, number: int, width: int, rows: Sequence[Any]) -> list[bytes | None]:
        """The leaves of a bundle, with published copies for what is altered or gone."""
        first = number * WIDTH
        leaves: list[bytes | None] = [None] * width
        attested: list[Any] = []
        wrong: list[int] = []
        key = self._key
        for row in rows:
            arrival, name, place, subject, leaf, code = row
            if type(place) is not int:
                self._found.add(f"ledger_entry position {place}", *_NO_POSITION)
                continue
            # The straight way for what is sound; `_sound` finds the words for what is not.
            if type(leaf) is bytes and entry_code(key, arrival, leaf) == code:
                value = _canonical(leaf)
                if value is None or value["id"] != name or value["subject"] != subject:
                    value = self._sound(row, f"ledger_entry position {place}") or _NOTHING
                attested += value["rows"]
                leaves[place - first] = leaf
            else:
                self._sound(row, f"ledger_entry position {place}")
                wrong.append(place - first)
                leaves[place - first] = leaf if type(leaf) is bytes else None
        absent = [at for at in range(width) if leaves[at] is None and at not in wrong]
        for place in absent:
            self._gone(first + place, first + place)
        if wrong or absent:
            self._stand_in(number, leaves, sorted([*wrong, *absent]))
            attested = [pair for leaf in leaves for pair in _rows_of(leaf)]
        if attested:
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
        if not is_sound(self._key, row):
            self._found.add(where, *_ALTERED)
            return None
        value = _canonical(row.leaf)
        if value is None:
            self._found.add(where, *_NOT_CANONICAL)
            return _NOTHING
        if value.get("id") != row.id or value.get("subject") != row.subject:
            self._found.add(where, *_OTHER)
        return value

    def _gone(self, first: int, last: int) -> None:
        name = f"position {first}" if first == last else f"positions {first} to {last}"
        self._found.add(f"ledger_entry {name}", *_GONE)

    def _strays(self, size: int) -> None:
        for row in self._tx.execute(_STRAY, {"size": size}):
            self._found.add(f"ledger_entry position {row.position}", *_NO_POSITION)

    def _pending(self) -> None:
        for row in self._tx.execute(_PENDING):
            self._sound(row, f"ledger_entry arrival {row.arrival}")
            if type(row.leaf) is bytes and _id_of(row.leaf) not in self._stood_in:
                # Altered or not: the rows it speaks of are not to blame.
                self._named.take(_rows_of(row.leaf))


def _canonical(leaf: bytes) -> dict[str, Any] | None:
    try:
        value = _decode(leaf)
    except (ValueError, RecursionError):
        return None
    whole = "id" in value and "subject" in value and type(value.get("rows")) is list
    return value if whole and _encode(value) == leaf else None


def _rows_of(leaf: bytes | None) -> list[Any]:
    value = None if leaf is None else _canonical(leaf)
    return [] if value is None else value["rows"]


def _id_of(leaf: bytes) -> object:
    value = _canonical(leaf)
    return None if value is None else value.get("id")


_ALTERED = (
    "条目、到达次序或校验码已被改动。",
    "Its leaf, its arrival or its code was altered.",
)
_NOT_CANONICAL = ("证据不是规范格式。", "The leaf is not in canonical form.")
_OTHER = ("编号或对象与证据不符。", "Its id or subject is not that of the leaf.")
_GONE = ("条目不见了。", "The entry is gone.")
_NO_POSITION = ("没有检查点覆盖此位置。", "No checkpoint covers this position.")
