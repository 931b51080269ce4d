# SPDX-License-Identifier: Apache-2.0
"""The published files against the tree as it is computed again, byte for byte."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from guiju.ledger.findings import Findings
from guiju.ledger.folder import CHECKPOINT, Folder
from guiju.ledger.tiles import (
    ENTRIES,
    WIDTH,
    Tile,
    bundle,
    count_at,
    needed,
    read_path,
    unbundle,
)
from guiju.ledger.tree import HASH, perfect_root

_Place = tuple[int, int]


class Files:
    """The files of one folder, told tile by tile what they must hold."""

    def __init__(self, path: Path | None, found: Findings) -> None:
        """List them under the folder's lock, so that no half-finished publication is seen."""
        self._found = found
        self._tiles: dict[_Place, list[Tile]] = defaultdict(list)
        self.checkpoint: bytes | None = None
        self._folder = None if path is None or not path.is_dir() else Folder(path)
        if self._folder is not None:
            with self._folder.locked():
                names = self._folder.files()
                self.checkpoint = self._folder.read(CHECKPOINT)
            self._sort(names)
        # How many bundles, from the first on, have their two full files and no other.
        self.whole = self._count_whole()
        self._upper: dict[int, list[bytes]] = defaultdict(list)
        self._begun: dict[int, int] = defaultdict(int)

    def _sort(self, names: Sequence[str]) -> None:
        for name in names:
            tile = read_path(name)
            if tile is not None:
                self._tiles[tile.level, tile.number].append(tile)
            elif name != CHECKPOINT:
                self._found.add(name, "不应有此文件。", "No such file belongs here.")

    def _count_whole(self) -> int:
        number = 0
        while all(
            self._tiles.get((level, number)) == [Tile(level, number)] for level in (ENTRIES, 0)
        ):
            number += 1
        return number

    @property
    def any(self) -> bool:
        """Whether there is any tile."""
        return bool(self._tiles)

    def require(self, size: int) -> None:
        """Every file that a published tree of `size` leaves must have is listed."""
        for tile in needed(size):
            there = self._tiles.get((tile.level, tile.number), ())
            if not any(one.width in {tile.width, WIDTH} for one in there):
                self._found.add(tile.path, "缺少该文件。", "The file is missing.")

    def entries(self, number: int) -> list[bytes]:
        """The leaves of a bundle as published: a second source when the table is altered."""
        there = self._tiles.get((ENTRIES, number))
        if not there or self._folder is None:
            return []
        return unbundle(self._folder.read(max(there, key=_width).path) or b"")

    @property
    def path(self) -> Path | None:
        """The folder; None when there is none."""
        return None if self._folder is None else self._folder.path

    def settled(self, number: int) -> bool:
        """Whether bundle `number` needs no `take` when all its rows are sound.

        Its two files, full and no others, were compared with the rows; or it has none.
        """
        listed = (ENTRIES, number) in self._tiles or (0, number) in self._tiles
        return number < self.whole or not listed

    def pass_over(self, number: int, width: int, root: bytes) -> None:
        """Bundle `number`, which is settled and has this root, stands for itself."""
        self._tiles.pop((ENTRIES, number), None)
        self._tiles.pop((0, number), None)
        if width == WIDTH:
            self._rise(0, root)

    def take(
        self, number: int, leaves: Sequence[bytes | None], hashes: Sequence[bytes], root: bytes
    ) -> None:
        """Bundle `number` as computed (None: a leaf is lost); compares it and its hash tiles."""
        whole = [leaf for leaf in leaves if leaf is not None]
        for tile in self._tiles.pop((ENTRIES, number), ()):
            if len(whole) == len(leaves):
                self._compare(tile, len(leaves), bundle(whole[: tile.width]))
        self._compare_hashes(0, number, hashes)
        if len(hashes) == WIDTH:
            self._rise(0, root)

    def _compare_hashes(self, level: int, number: int, hashes: Sequence[bytes]) -> None:
        if there := self._tiles.pop((level, number), None):
            whole = b"".join(hashes)
            for tile in there:
                self._compare(tile, len(hashes), whole[: tile.width * HASH])

    def _rise(self, level: int, root: bytes) -> None:
        """A full tile of `level` has this root, which is a hash of the level above."""
        above = self._upper[level + 1]
        above.append(root)
        if len(above) == WIDTH:
            full = self._upper.pop(level + 1)
            self._compare_hashes(level + 1, self._begun[level + 1], full)
            self._begun[level + 1] += 1
            self._rise(level + 1, perfect_root(full))

    def finish(self, size: int) -> None:
        """No more leaves: the last tiles of the upper levels, and files that are beyond them."""
        for level in sorted(self._upper):
            if self._upper[level]:
                self._compare_hashes(level, self._begun[level], self._upper[level])
        for level, number in sorted(self._tiles):
            for tile in self._tiles[level, number]:
                if number * WIDTH >= count_at(level, size):
                    self._found.add(
                        tile.path,
                        "该文件超出账本范围。",
                        "The file is beyond what the ledger holds.",
                    )

    def _compare(self, tile: Tile, available: int, expected: bytes) -> None:
        if self._folder is None:
            return
        data = self._folder.read(tile.path)
        if data is None:
            # A partial tile may give way to the full one while we read.
            if self._folder.read(Tile(tile.level, tile.number).path) is None:
                self._found.add(tile.path, "缺少该文件。", "The file is missing.")
        elif tile.width > available:
            self._found.add(
                tile.path, "该文件超出账本范围。", "The file is beyond what the ledger holds."
            )
        elif data != expected:
            at = _first_difference(data, expected)
            self._found.add(
                tile.path,
                f"从第 {at} 字节起与账本不符。",
                f"It differs from the ledger from byte {at} on.",
            )


def _width(tile: Tile) -> int:
    return tile.width


def _first_difference(one: bytes, other: bytes) -> int:
    for at, (left, right) in enumerate(zip(one, other, strict=False)):
        if left != right:
            return at
    return min(len(one), len(other))
