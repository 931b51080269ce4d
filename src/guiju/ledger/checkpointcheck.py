# SPDX-License-Identifier: Apache-2.0
"""Every checkpoint ever signed: its signature, its columns against its note, its root and peaks."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any

from sqlalchemy import Row, text

from guiju.kernel import Invalid, micros
from guiju.ledger import store
from guiju.ledger.findings import Findings
from guiju.ledger.folder import CHECKPOINT
from guiju.ledger.notes import Statement, VerifierKey, opened, statement_of
from guiju.ledger.tree import HASH, fold
from guiju.storage import Tx, coded_row_holds

_PAGE = 2_000


class Checkpoints:
    """What the ledger has signed, in order of size, ready to be compared with the tree."""

    def __init__(self, tx: Tx, published: bytes | None, found: Findings, *, tiles: bool) -> None:
        """Check each row by itself, and the published note against them; `tiles`: any is there."""
        self._found = found
        self._keys = _sound_keys(tx, found)
        # Plain arrays: 72 bytes for a checkpoint, of which there may be millions.
        self._sizes = array("q")
        self._roots = bytearray()
        self._peaks = bytearray()
        for row in _rows(tx):
            self._take(row)
        self._order = sorted(range(len(self._sizes)), key=self._sizes.__getitem__)
        self.size = self._sizes[self._order[-1]] if self._order else 0
        self._next = 0
        self.published = self._check_published(tx, published, tiles=tiles)

    def _take(self, row: Row[Any]) -> None:
        said = self._said(row)
        columns = (row.size, row.root, row.at)
        if said is not None and columns != (said.size, said.root, micros(said.at)):
            self._add(
                row.size, "列与已签名的文本不符。", "Its columns differ from its signed note."
            )
        size, root = (row.size, row.root) if said is None else (said.size, said.root)
        if type(size) is int and size > 0 and type(root) is bytes and len(root) == HASH:
            self._sizes.append(size)
            self._roots += root
            self._peaks += _digest(row.peaks)

    def _said(self, row: Row[Any]) -> Statement | None:
        try:
            return self._open(row.note) if type(row.note) is str else None
        except Invalid as error:
            self._add(row.size, error.what.zh, error.what.en)
            return None

    def _open(self, note: str) -> Statement:
        if self._keys:
            return opened(note, self._keys)
        return statement_of(note.rpartition("\n\n")[0] + "\n")

    def _check_published(self, tx: Tx, note: bytes | None, *, tiles: bool) -> int:
        if note is None:
            if tiles:
                self._found.add(CHECKPOINT, "缺少该文件。", "The file is missing.")
            return 0
        try:
            said = self._open(note.decode())
            row = store.checkpoint_at(tx, said.size)
        except (Invalid, ValueError):
            row = None
        if row is None or row.note.encode() != note:
            self._found.add(
                CHECKPOINT,
                "与数据库中的检查点不符。",
                "It is none of the checkpoints that the database holds.",
            )
            return 0
        return int(row.size)

    def due(self, end: int) -> list[tuple[int, int]]:
        """The next checkpoints over at most `end` leaves: their sizes, and which they are."""
        found = []
        while self._next < len(self._order):
            which = self._order[self._next]
            if self._sizes[which] > end:
                break
            found.append((self._sizes[which], which))
            self._next += 1
        return found

    def compare(self, which: int, peaks: Sequence[bytes], *, doubt: bool) -> None:
        """The tree has these peaks at its size: is that what was signed then?

        With `doubt` an altered entry explains a difference, and has been named already.
        """
        at, size = which * HASH, self._sizes[which]
        if doubt:
            return
        if fold(peaks) != self._roots[at : at + HASH]:
            self._add(size, "与重算的树根不符。", "Its root is not that of the entries.")
        elif sha256(b"".join(peaks)).digest() != self._peaks[at : at + HASH]:
            self._add(size, "子树根与重算的不符。", "Its peaks are not those of the entries.")

    def _add(self, size: object, zh: str, en: str) -> None:
        self._found.add(f"ledger_checkpoint {size}", zh, en)


def _rows(tx: Tx) -> Iterator[Row[Any]]:
    # As text, so that values come as the database holds them.
    wanted = text("SELECT size, root, at, note, peaks FROM ledger_checkpoint ORDER BY size")
    result = tx.execute(wanted.execution_options(yield_per=_PAGE))
    yield from result


def _digest(peaks: object) -> bytes:
    return sha256(peaks).digest() if isinstance(peaks, bytes) else bytes(HASH)


def _sound_keys(tx: Tx, found: Findings) -> list[VerifierKey]:
    """The public keys whose rows hold; the check of tables names those that do not."""
    rows = store.keys(tx)
    sound = [
        VerifierKey(row.name, row.algorithm, row.public)
        for row in rows
        if coded_row_holds(store.KEY, row._asdict(), tx.keys)
    ]
    if not rows and store.newest_checkpoint(tx) is not None:
        found.add(
            "ledger_key",
            "签名密钥不见了，签名未核对。",
            "The signing key is gone, so signatures were not checked.",
        )
    return sound
