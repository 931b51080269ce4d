# SPDX-License-Identifier: Apache-2.0
"""The folder of tiles on disk: every file appears whole or not at all, one writer at a time."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from guiju.kernel import Text, Unavailable, give_way
from guiju.ledger.tiles import ENTRIES, Tile, split, tile_at
from guiju.ledger.tree import Range

CHECKPOINT = "checkpoint"
_LOCK = ".lock"
_WRITING = ".writing"
_KEPT = 64


class Folder:
    """Reads and writes the files of one published ledger."""

    def __init__(self, path: Path) -> None:
        """Of the folder at `path`, which need not exist yet."""
        self.path = path
        self._touched: set[Path] = set()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the folder's lock; the kernel gives it back when the process dies.

        Raises:
            Unavailable: the folder cannot be written.
        """
        try:
            (self.path / _WRITING).mkdir(parents=True, exist_ok=True)
            handle = os.open(self.path / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise _not_writable(self.path, error) from error
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        except OSError as error:
            raise _not_writable(self.path, error) from error
        finally:
            os.close(handle)

    def read(self, name: str) -> bytes | None:
        """The bytes of a file, or None when it is not there."""
        try:
            return (self.path / name).read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None

    def read_tile(self, wanted: Tile) -> bytes | None:
        """A tile's bytes; a partial hash tile that has since become full is cut from that."""
        data = self.read(wanted.path)
        if data is not None or wanted.level == ENTRIES:
            return data
        full = self.read(Tile(wanted.level, wanted.number).path)
        return None if full is None else b"".join(split(full)[: wanted.width])

    def write(self, name: str, data: bytes) -> None:
        """Put a file in place: temporary file, fsync, rename. Only under the lock."""
        target, temporary = self.path / name, self.path / _WRITING / str(os.getpid())
        target.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.rename(target)
        while target != self.path:
            target = target.parent
            self._touched.add(target)
        # A serving process publishes several files beside its event loop.
        give_way()

    def settle(self) -> None:
        """Make the names of all files written so far last through a power cut."""
        for place in sorted(self._touched):
            handle = os.open(place, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
        self._touched.clear()

    def sweep(self) -> None:
        """Remove what a killed writer left behind. Only under the lock."""
        for left in (self.path / _WRITING).iterdir():
            left.unlink()

    def drop_partials(self, full: Tile) -> None:
        """Remove the partial tiles that a full one replaces, as C2SP allows."""
        shutil.rmtree(self.path / f"{full.path}.p", ignore_errors=True)

    def files(self) -> list[str]:
        """Every file by its name below the folder, without our own lock and temporary files."""
        found = (path for path in self.path.rglob("*") if not path.is_dir())
        names = sorted(path.relative_to(self.path).as_posix() for path in found)
        return [name for name in names if not name.startswith((_LOCK, _WRITING))]


class TileHashes:
    """The hashes of complete subtrees, read from the tiles of a tree of `size` leaves."""

    def __init__(self, folder: Folder, size: int) -> None:
        """Nothing is read before it is asked for."""
        self._folder = folder
        self._size = size
        self._kept: dict[tuple[int, int], list[bytes]] = {}

    def __call__(self, level: int, index: int) -> bytes:
        """The hash of subtree `index` on `level`; raises Unavailable when its tile is missing."""
        tile_level, rest = divmod(level, 8)
        first = index << rest
        hashes = self._hashes(tile_level, first >> 8)
        inside = Range()
        inside.extend(hashes[first & 255 : (first & 255) + (1 << rest)])
        return inside.root()

    def _hashes(self, level: int, number: int) -> list[bytes]:
        known = self._kept.get((level, number))
        if known is None:
            wanted = tile_at(level, number, self._size)
            data = self._folder.read_tile(wanted)
            if data is None:
                raise missing(wanted.path)
            if len(self._kept) >= _KEPT:
                self._kept.clear()
            known = self._kept[level, number] = split(data)
        return known


def missing(name: str) -> Unavailable:
    """The error for a file of the published ledger that is not there."""
    return Unavailable(
        "tile-missing",
        Text(zh=f"账本文件 {name} 不见了。", en=f"The ledger file {name} is missing."),
        Text(
            zh="请运行 guiju ledger verify；删除 checkpoint 文件即可全部重建。",
            en="Run guiju ledger verify; removing the file checkpoint has all rebuilt.",
        ),
    )


def _not_writable(path: Path, error: OSError) -> Unavailable:
    return Unavailable(
        "ledger-folder",
        Text(
            zh=f"无法写入账本目录 {path}：{error.strerror}。",
            en=f"The ledger folder {path} cannot be written: {error.strerror}.",
        ),
        Text(
            zh="请检查磁盘空间与目录权限；证据仍在数据库中。",
            en="Check disk space and permissions; the evidence is safe in the database.",
        ),
    )
