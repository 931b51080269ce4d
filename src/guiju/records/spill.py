# SPDX-License-Identifier: Apache-2.0
"""Records that wait on this machine's disk while the database stalls, sealed (Articles 11, 13).

A file belongs to one process, which holds its lock; after a crash any other may take it up. Frames
follow each other: four bytes of length, then a sealed batch that is bound to its file and place. A
batch counts once it is flushed to the disk, so what a crash cuts off was promised to nobody.
"""

from __future__ import annotations

import fcntl
import logging
import os
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple

import msgspec

from guiju.kernel import Invalid, Keyring, Text, Unavailable, new_id, seal, unseal
from guiju.records.model import Exchange, Refusal

MOST_BYTES = 256 * 1024 * 1024
"""What one process keeps on disk at most before it refuses to take more."""

Item = Exchange | Refusal
_ENDING = ".records"
_DAMAGED = ".damaged"
_LENGTH = 4
_log = logging.getLogger("guiju.records")


class _Frame(msgspec.Struct):
    exchanges: list[Exchange]
    refusals: list[Refusal]


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Frame).decode


class _Place(NamedTuple):
    """Up to where a file was read, and how many batches that were."""

    offset: int = 0
    number: int = 0


class Spill:
    """What one process keeps aside; one thread adds, another reads."""

    def __init__(self, folder: Path, keys: Keyring, most: int = MOST_BYTES) -> None:
        """Files are made in `folder` when they are needed; `most` is in bytes."""
        self._folder = folder
        self._key = keys.service_key("records-spill")
        self._most = most
        self._lock = threading.Lock()
        self._file: BinaryIO | None = None
        self._path = folder
        self._end = _Place()
        self._read = _Place()

    @property
    def waiting(self) -> int:
        """Bytes of this process that nobody has taken up yet."""
        return self._end.offset - self._read.offset

    # -- keeping aside -----------------------------------------------------------------------------

    def add(self, items: Sequence[Item]) -> None:
        """Return once all of `items` are on the disk; raises Unavailable when there is no room."""
        exchanges = [one for one in items if isinstance(one, Exchange)]
        refusals = [one for one in items if isinstance(one, Refusal)]
        plain = _encode(_Frame(exchanges, refusals))
        with self._lock:
            try:
                self._write(plain)
            except OSError as error:
                self._take_back()
                raise _no_room() from error

    def _write(self, plain: bytes) -> None:
        file = self._file or self._open()
        sealed = seal(self._key, plain, _context(self._path, self._end.number))
        frame = len(sealed).to_bytes(_LENGTH, "big") + sealed
        if self._end.offset + len(frame) > self._most:
            raise _no_room()
        file.write(frame)
        os.fdatasync(file.fileno())
        self._end = _Place(self._end.offset + len(frame), self._end.number + 1)

    def _open(self) -> BinaryIO:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._path = self._folder / f"{new_id('spill')}{_ENDING}"
        number = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        self._file = os.fdopen(number, "r+b", buffering=0)
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        _flush_folder(self._folder)
        self._end = self._read = _Place()
        return self._file

    def _take_back(self) -> None:
        """Forget a frame that could not be written whole."""
        if self._file is not None:
            try:
                self._file.truncate(self._end.offset)
                self._file.seek(self._end.offset)
            except OSError:
                _log.exception("a batch kept aside could not be taken back")

    # -- taking up ---------------------------------------------------------------------------------

    def batches(self) -> Iterator[list[Item]]:
        """What waits, oldest file first; a batch is done with when the next one is asked for."""
        yield from self._left_behind()
        if self._file is None:
            return
        with self._path.open("rb") as file:
            while self._read.offset < self._end.offset:
                found = self._next(file, self._path, self._read)
                if found is None:
                    raise _unreadable(self._path)
                items, place = found
                yield items
                self._read = place

    def finish(self) -> bool:
        """Remove the file of this process if all of it was taken up; False when it was not."""
        with self._lock:
            if self.waiting:
                return False
            if self._file is not None:
                self._path.unlink(missing_ok=True)
                self._file.close()
                self._file = None
                self._end = self._read = _Place()
            return True

    def close(self) -> None:
        """Leave what still waits to whoever comes next."""
        if not self.finish() and self._file is not None:
            self._file.close()
            self._file = None

    def _left_behind(self) -> Iterator[list[Item]]:
        """The batches of processes that are no more."""
        for path in sorted(self._folder.glob(f"*{_ENDING}")):
            if path == self._path and self._file is not None:
                continue
            with path.open("r+b") as file:
                if _is_held(file):
                    continue
                yield from self._whole(file, path)

    def _whole(self, file: BinaryIO, path: Path) -> Iterator[list[Item]]:
        place, size = _Place(), path.stat().st_size
        while found := self._next(file, path, place):
            items, place = found
            yield items
        if self._is_torn(file, place, size):
            path.unlink()
        else:
            _log.error("%s is damaged after %d batches and was kept", path, place.number)
            path.rename(path.with_suffix(_DAMAGED))

    def _next(self, file: BinaryIO, path: Path, place: _Place) -> tuple[list[Item], _Place] | None:
        """The batch at `place` and where the next one begins; None when there is no whole one."""
        file.seek(place.offset)
        length = int.from_bytes(file.read(_LENGTH), "big")
        sealed = file.read(length)
        if not length or len(sealed) < length:
            return None
        try:
            frame = _decode(unseal(self._key, sealed, _context(path, place.number)))
        except (Invalid, msgspec.DecodeError):
            return None
        after = _Place(place.offset + _LENGTH + length, place.number + 1)
        return [*frame.exchanges, *frame.refusals], after

    @staticmethod
    def _is_torn(file: BinaryIO, place: _Place, size: int) -> bool:
        """Whether nothing whole can follow: the end, or a last frame that was not written out."""
        file.seek(place.offset)
        length = int.from_bytes(file.read(_LENGTH), "big")
        return not length or place.offset + _LENGTH + length >= size


def _context(path: Path, number: int) -> bytes:
    return f"{path.stem}/{number}".encode()


def _is_held(file: BinaryIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False


def _flush_folder(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _no_room() -> Unavailable:
    return Unavailable(
        "unavailable",
        Text(
            zh="数据库暂不可用，本机暂存也已写满，请求未被受理。",
            en="The database is not available and no more can be kept aside; nothing was accepted.",
        ),
        Text(
            zh="请恢复数据库或腾出磁盘空间后重试，无须重启。",
            en="Bring the database back or free some disk space; no restart is needed.",
        ),
        article=13,
    )


def _unreadable(path: Path) -> Unavailable:
    return Unavailable(
        "unavailable",
        Text(
            zh=f"暂存的记录 {path.name} 无法读回。",
            en=f"Records kept aside in {path.name} cannot be read back.",
        ),
        Text(zh="请保留该文件并联系维护者。", en="Keep that file and ask whoever maintains guiju."),
        article=11,
    )
