# SPDX-License-Identifier: Apache-2.0
"""Compiled lexicons as files: made once by whoever first needs one, signed, and checked before use.

A file only saves time. What counts is the attested source in the database: a file that is missing,
damaged, of another version or not signed by this service is made anew from there (Article 4).
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from guiju.kernel import GuijuError, Keyring, new_id
from guiju.screening import Entry

SUFFIX = ".gjlex"
MOST_KEPT = 8
_PURPOSE = "lexicon-artefact"
_MAGIC = b"guiju-lexicon/1\n"
_SIGNATURE = 64
_LOCK = ".lock"

T = TypeVar("T")


class Format(Protocol[T]):
    """How a lexicon is compiled, and written as bytes and back; screening knows one."""

    def compile(self, entries: Iterable[Entry]) -> T:
        """The compiled form; raises Invalid for entries that cannot work."""
        ...

    def dump(self, compiled: T) -> bytes:
        """As bytes."""
        ...

    def load(self, data: bytes) -> T:
        """Back from bytes; raises a GuijuError or ValueError for those of another version."""
        ...


class Seal:
    """Signs for this service: Ed25519, by a key that the master key alone gives."""

    def __init__(self, keys: Keyring) -> None:
        """Derive the key; every process with the master key has the same."""
        self._private = Ed25519PrivateKey.from_private_bytes(keys.service_key(_PURPOSE))
        self._public = self._private.public_key()

    def sign(self, name: str, data: bytes) -> bytes:
        """The signature that `data` are those of the lexicon `name`."""
        return self._private.sign(_message(name, data))

    def holds(self, name: str, data: bytes | memoryview, signature: bytes) -> bool:
        """Whether this service signed `data` for the lexicon `name`."""
        try:
            self._public.verify(signature, _message(name, data))
        except InvalidSignature:
            return False
        return True


class Artefacts(Generic[T]):
    """The folder of compiled lexicons; without a folder each is made when it is asked for."""

    def __init__(self, folder: Path | None, keys: Keyring, form: Format[T]) -> None:
        """Nothing is read or made yet."""
        self._folder = folder
        self._seal = Seal(keys)
        self._form = form

    def get(self, name: str, source: Callable[[], Iterable[Entry]]) -> T:
        """The lexicon `name`, from its file or compiled from `source` and kept for the next.

        Raises:
            Invalid: an entry that screening cannot use.
        """
        if self._folder is None:
            return self._form.compile(source())
        found = self._read(self._path(name))
        return found if found is not None else self._make(name, source)

    def _make(self, name: str, source: Callable[[], Iterable[Entry]]) -> T:
        with self._locked() as may_write:
            # Somebody may have made it while we waited for the lock.
            found = self._read(self._path(name)) if may_write else None
            if found is not None:
                return found
            compiled = self._form.compile(source())
            if may_write:
                self._keep(name, self._form.dump(compiled))
        return compiled

    def _path(self, name: str) -> Path:
        return (self._folder or Path()) / f"{name}{SUFFIX}"

    def _read(self, path: Path) -> T | None:
        """What the file holds, None when it cannot be trusted."""
        try:
            data = path.read_bytes()
        except OSError:
            return None
        begin = len(_MAGIC) + _SIGNATURE
        signature, body = data[len(_MAGIC) : begin], memoryview(data)[begin:]
        signed = data.startswith(_MAGIC) and len(signature) == _SIGNATURE
        if not signed or not self._seal.holds(path.stem, body, signature):
            return None
        try:
            return self._form.load(bytes(body))
        except (GuijuError, ValueError):
            return None

    def _keep(self, name: str, data: bytes) -> None:
        """Write beside and move into place, so that nobody ever reads half a file."""
        path = self._path(name)
        beside = path.with_name(f".{new_id('lex')}.tmp")
        try:
            with beside.open("xb") as file:
                file.write(_MAGIC + self._seal.sign(name, data))
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
            self._forget_old(path)
        except OSError:
            # A full disk costs the next one the time to compile, and nothing else.
            with suppress(OSError):
                beside.unlink()

    def _forget_old(self, but: Path) -> None:
        """The newest stay: a roll-back finds them; the others can be made again at any time."""
        others = [one for one in but.parent.glob(f"*{SUFFIX}") if one != but]
        others.sort(key=lambda one: one.stat().st_mtime_ns, reverse=True)
        for one in others[MOST_KEPT - 1 :]:
            one.unlink(missing_ok=True)

    @contextmanager
    def _locked(self) -> Iterator[bool]:
        """Hold the folder's lock; False, without a lock, when the folder cannot be written."""
        handle = self._open_lock()
        if handle is None:
            yield False
            return
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield True
        finally:
            os.close(handle)

    def _open_lock(self) -> int | None:
        folder = self._folder or Path()
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            return os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError:
            return None


def _message(name: str, data: bytes | memoryview) -> bytes:
    return _MAGIC + name.encode() + b"\n" + hashlib.sha256(data).digest()
