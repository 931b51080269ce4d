# SPDX-License-Identifier: Apache-2.0
"""Make a person's copy: a zip of pages and JSON, sealed on disk, fetched once by each link.

The file is sealed piece by piece with a key of its own, and that key with the person's: what is
left of a copy after an erasure is noise. Nothing of it is ever on the disk in the clear.
"""

from __future__ import annotations

import fcntl
import hashlib
import logging
import os
import secrets
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO, NamedTuple

from guiju.casework import Case, get_case
from guiju.kernel import GuijuError, digest, seal, secret_token, software, unseal
from guiju.ledger import append
from guiju.measures import enforces
from guiju.privacy import refusing, service, store
from guiju.privacy.kind import PREPARING, REQUEST
from guiju.privacy.model import Package
from guiju.privacy.writing import Book
from guiju.storage import Database, PersonStore, Tx

_log = logging.getLogger("guiju.privacy")
HAND = software("privacy")
PACKAGE_MADE = "package-made"
PACKAGE_FETCHED = "package-fetched"
_CONTROLS = ("privacy-requests",)
MOST_BYTES = 2**30
"""How large a copy may become; files beyond are named in it and left out."""
LASTS = timedelta(days=7)
_PIECE = 2**20
_LENGTH = 4
_SAY_EVERY = 500
_FIRST, _LONGEST = timedelta(seconds=5), timedelta(hours=1)

Said = Callable[[int, int], None]


class SealedWriter:
    """A file that a zip is written to, in sealed pieces; it cannot be sought in."""

    def __init__(self, file: BinaryIO, key: bytes, name: str) -> None:
        """`name` is what each piece is bound to."""
        self._file, self._key, self._name = file, key, name
        self._buffer = bytearray()
        self._number = 0
        self._digest = hashlib.sha256()
        self.size = 0

    def write(self, data: bytes) -> int:
        """Take `data`; whole pieces go to the disk."""
        self._buffer += data
        self.size += len(data)
        while len(self._buffer) >= _PIECE:
            self._put(bytes(self._buffer[:_PIECE]))
            del self._buffer[:_PIECE]
        return len(data)

    def flush(self) -> None:
        """Nothing: pieces are whole."""

    def close(self) -> str:
        """Write what is left; the digest of the file."""
        self._put(bytes(self._buffer))
        self._buffer.clear()
        self._file.flush()
        os.fsync(self._file.fileno())
        return self._digest.hexdigest()

    def _put(self, plain: bytes) -> None:
        sealed = seal(self._key, plain, _context(self._name, self._number))
        frame = len(sealed).to_bytes(_LENGTH, "big") + sealed
        self._file.write(frame)
        self._digest.update(frame)
        self._number += 1


def opened(path: Path, key: bytes, name: str) -> Iterator[bytes]:
    """The pieces of a sealed file, opened one by one."""
    with path.open("rb") as file:
        number = 0
        while head := file.read(_LENGTH):
            yield unseal(key, file.read(int.from_bytes(head, "big")), _context(name, number))
            number += 1


def _context(name: str, number: int) -> bytes:
    return f"privacy_package/{name}/{number}".encode()


class _Made(NamedTuple):
    """A file that is whole: its key, digest and size, and how many things are in it."""

    key: bytes
    digest: str
    size: int
    entries: int


class Packer:
    """Makes copies of what the stores hold in `folder`."""

    def __init__(self, database: Database, stores: Sequence[PersonStore], folder: Path) -> None:
        """Nothing is made yet."""
        self._database, self._folder = database, folder
        self._stores = sorted(stores, key=lambda one: one.stage)

    def work(self, said: Said | None = None) -> int:
        """Make what is to be made, and clear away what nobody fetched in time; how many made."""
        with self._database.read() as tx:
            due, over = store.packages_to_make(tx), store.packages_over(tx)
        for one in over:
            self.drop(one)
        return sum(self._try(one, said) for one in due)

    def drop(self, package: Package) -> None:
        """Remove a copy: its key with its row first, so that the file is noise whatever happens."""
        with self._database.write() as tx:
            store.drop_package(tx, package.case)
        self.path(package.case).unlink(missing_ok=True)

    def path(self, case: str) -> Path:
        """Where the copy of a case is."""
        return self._folder / f"{case}.copy"

    def _try(self, package: Package, said: Said | None) -> bool:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = self._folder / f"{package.case}.part"
        number = os.open(part, os.O_RDWR | os.O_CREAT, 0o600)
        with os.fdopen(number, "r+b") as file:
            try:
                fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            try:
                file.truncate(0)
                self._make(package, file, part, said)
            except GuijuError as error:
                self._failed(package, error.code, part)
            except Exception as error:  # noqa: BLE001 - whatever it is: visible, and tried again
                self._failed(package, type(error).__name__, part)
            else:
                return True
        return False

    def _make(self, package: Package, file: BinaryIO, part: Path, said: Said | None) -> None:
        key = secrets.token_bytes(32)
        with self._database.read() as tx:
            case = get_case(tx, REQUEST, package.case)
            language = store.head(tx, case.id).language
            total = sum(sum(one.what_of(tx, package.person).values()) for one in self._stores)
        writer = SealedWriter(file, key, package.case)
        book = Book(writer, case.number, language, MOST_BYTES)
        done = 0
        for one in self._stores:
            for piece in one.export(self._database, HAND, package.person):
                book.add(one, piece)
                _check_size(writer)
                done += 1
                if done % _SAY_EVERY == 0:
                    self._progress(package, done, max(total, done), said)
        book.close()
        _check_size(writer)
        made = _Made(key, writer.close(), writer.size, done)
        if said is not None:
            said(done, done)
        self._keep(package, made, part)

    def _progress(self, package: Package, done: int, total: int, said: Said | None) -> None:
        # How far it has come may be forgotten by a power cut: the copy begins anew after one.
        with self._database.write(durable=False) as tx:
            store.change_package(tx, package.case, {"done": done, "total": total})
        if said is not None:
            said(done, total)

    @enforces("privacy-requests")
    def _keep(self, package: Package, made: _Made, part: Path) -> None:
        part.rename(self.path(package.case))
        with self._database.write() as tx:
            changes = {
                "done": made.entries,
                "total": made.entries,
                "size": made.size,
                "digest": made.digest,
                "sealed_key": tx.seal(package.person, made.key, _place(package.case)),
                "trouble": None,
                "made_at": tx.now,
                "expires_at": tx.now + LASTS,
            }
            if not store.change_package(tx, package.case, changes, made_at=None):
                self.path(package.case).unlink(missing_ok=True)
                return
            case = get_case(tx, REQUEST, package.case)
            facts = {
                "case": case.number,
                "size": made.size,
                "digest": made.digest,
                "entries": made.entries,
            }
            append(
                tx,
                PACKAGE_MADE,
                controls=_CONTROLS,
                actor=HAND,
                subject=package.case,
                facts=facts,
            )
            if case.state == PREPARING:
                service.deliver(tx, HAND, case)

    def _failed(self, package: Package, trouble: str, part: Path) -> None:
        _log.warning("copy %s, attempt %d: %s", package.case, package.tries + 1, trouble)
        part.unlink(missing_ok=True)
        wait = min(_FIRST * 2 ** min(package.tries, 20), _LONGEST)
        with self._database.write() as tx:
            changes = {"tries": package.tries + 1, "trouble": trouble[:80]}
            store.change_package(tx, package.case, {**changes, "next_at": tx.now + wait})

    # -- fetching ----------------------------------------------------------------------------------

    def fetch(self, token: str) -> tuple[str, Iterator[bytes]]:
        """A name for the file and its bytes, opened; the link is spent.

        Raises:
            NotFound: `package-gone`, or `key-destroyed`.
        """
        mark = digest(token.encode())
        with self._database.write() as tx:
            package = store.package_by_token(tx, mark)
            if package is None or package.expires_at is None or package.expires_at <= tx.now:
                raise refusing.no_package()
            sealed = store.package_key(tx, package.case)
            if sealed is None or not self.path(package.case).exists():
                raise refusing.no_package()
            key = tx.unseal(package.person, sealed, _place(package.case))
            changes = {"token": None, "fetched": package.fetched + 1}
            if not store.change_package(tx, package.case, changes, token=mark):
                raise refusing.no_package()
            case = get_case(tx, REQUEST, package.case)
            append(
                tx,
                PACKAGE_FETCHED,
                controls=_CONTROLS,
                actor=service.REQUESTER,
                subject=case.id,
                facts={"case": case.number, "fetched": package.fetched + 1},
            )
        return f"{case.number}.zip", opened(self.path(package.case), key, package.case)


def _check_size(writer: SealedWriter) -> None:
    if writer.size > MOST_BYTES:
        raise refusing.package_too_large(MOST_BYTES >> 20)


@enforces("privacy-requests")
def link(tx: Tx, case: Case) -> str:
    """A new link to the copy, shown this once; an earlier one counts no more.

    Raises:
        NotFound: `package-gone`.
        Conflict: `package-not-ready`.
    """
    package = store.package(tx, case.id)
    if package is None:
        raise refusing.no_package()
    if not package.is_ready:
        raise refusing.package_not_ready()
    token = secret_token("gj-copy")
    store.change_package(tx, case.id, {"token": digest(token.encode())})
    return token


def _place(case: str) -> str:
    return f"privacy_package/{case}"
