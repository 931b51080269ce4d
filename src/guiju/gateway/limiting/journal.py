# SPDX-License-Identifier: Apache-2.0
"""What the authority has booked since it last wrote its meters down: so a kill forgets nothing.

Meters answer the same to the same turns, so the turns are all that must be kept. The files are not
forced to the disk: a power cut may take the last second with it, a killed process nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import msgspec

from guiju.limits import Moment, Turn

_LENGTH = 4


class Entry(msgspec.Struct, frozen=True, array_like=True):
    """A holder's turns at a moment."""

    holder: str
    when: Moment
    said: list[Turn]


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Entry).decode


class Journal:
    """Files `journal-1`, `journal-2` ... in a folder; the last one is written to."""

    def __init__(self, folder: Path) -> None:
        """Files that are there already belong to whoever was the authority before."""
        self._folder = folder
        self._number = max((_number(one) for one in self._files()), default=0)
        self._file: int | None = None

    def entries(self) -> Iterator[Entry]:
        """All that is there, in order; a torn last entry was answered to nobody."""
        for path in self._files():
            data, at = path.read_bytes(), 0
            while at + _LENGTH <= len(data):
                end = at + _LENGTH + int.from_bytes(data[at : at + _LENGTH])
                if end > len(data):
                    break
                try:
                    yield _decode(data[at + _LENGTH : end])
                except msgspec.DecodeError:
                    break
                at = end

    def add(self, entry: Entry) -> None:
        """Keep one; raises OSError when the disk takes no more."""
        if self._file is None:
            self.turn_over()
        body = _encode(entry)
        data = len(body).to_bytes(_LENGTH) + body
        whole = False
        try:
            whole = self._file is not None and os.write(self._file, data) == len(data)
        finally:
            if not whole:
                # What comes next must not stand behind a torn entry.
                self.close()
        if not whole:
            raise OSError("the disk is full")

    def turn_over(self) -> None:
        """Begin a new file: what stands in those before it is about to be written down."""
        self.close()
        self._number += 1
        path = self._folder / f"journal-{self._number}"
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)

    def forget_before(self) -> None:
        """All files but the last are written down."""
        for path in self._files():
            if self._file is None or _number(path) < self._number:
                path.unlink(missing_ok=True)

    def close(self) -> None:
        """Write no more to the last file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob("journal-*"), key=_number)


def _number(path: Path) -> int:
    number = path.name.partition("-")[2]
    return int(number) if number.isdigit() else 0
