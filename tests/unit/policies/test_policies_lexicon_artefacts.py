# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from guiju.kernel import Keyring, LocalMasterKey
from guiju.policies.artefacts import MOST_KEPT, SUFFIX, Artefacts, Seal
from guiju.screening import Entry, Outcome

DIGEST = "a" * 64
OTHER = "b" * 64


class Format:
    """Compiles to the list of terms, and counts how often."""

    def __init__(self, version: str = "1") -> None:
        self.version = version
        self.compiled = 0

    def compile(self, entries: Iterable[Entry]) -> list[str]:
        self.compiled += 1
        return [one.term for one in entries]

    def dump(self, compiled: list[str]) -> bytes:
        return "\n".join([self.version, *compiled]).encode()

    def load(self, data: bytes) -> list[str]:
        version, *terms = data.decode().split("\n")
        if version != self.version:
            raise ValueError(version)
        return terms


def source(*terms: str) -> Callable[[], list[Entry]]:
    return lambda: [Entry(term, "A2f", Outcome.BLOCK) for term in terms]


@pytest.fixture
def form() -> Format:
    return Format()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "lexicons"


def artefacts(folder: Path | None, keys: Keyring, form: Format) -> Artefacts[list[str]]:
    return Artefacts(folder, keys, form)


def test_it_is_compiled_once_and_then_read(folder: Path, keys: Keyring, form: Format) -> None:
    """Also by another process; the file is there for its owner only."""
    for _ in range(3):
        assert artefacts(folder, keys, form).get(DIGEST, source("示例禁词甲")) == ["示例禁词甲"]
    assert form.compiled == 1
    file = folder / f"{DIGEST}{SUFFIX}"
    assert file.exists()
    assert folder.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:-1],
        lambda data: data + b"x",
        lambda data: data[:0],
        lambda data: data[:40],
        lambda data: data.replace("甲".encode(), "乙".encode()),
        lambda data: data[:20] + bytes([data[20] ^ 1]) + data[21:],
    ],
)
def test_a_damaged_file_is_made_anew(
    folder: Path, keys: Keyring, form: Format, damage: Callable[[bytes], bytes]
) -> None:
    """Whatever byte was changed, what is used comes from the attested source."""
    held = artefacts(folder, keys, form)
    held.get(DIGEST, source("示例禁词甲"))
    file = folder / f"{DIGEST}{SUFFIX}"
    file.write_bytes(damage(file.read_bytes()))
    assert held.get(DIGEST, source("示例禁词甲")) == ["示例禁词甲"]
    assert form.compiled == 2
    assert held.get(DIGEST, source("示例禁词甲")) == ["示例禁词甲"]
    assert form.compiled == 2


def test_a_file_of_another_lexicon_or_service_is_not_taken(
    folder: Path, keys: Keyring, form: Format
) -> None:
    """A signature holds for one digest and one master key."""
    artefacts(folder, keys, form).get(OTHER, source("示例禁词乙"))
    (folder / f"{OTHER}{SUFFIX}").rename(folder / f"{DIGEST}{SUFFIX}")
    assert artefacts(folder, keys, form).get(DIGEST, source("示例禁词甲")) == ["示例禁词甲"]
    stranger = Keyring(LocalMasterKey(bytes(32)))
    assert artefacts(folder, stranger, form).get(DIGEST, source("示例禁词丙")) == ["示例禁词丙"]
    assert form.compiled == 3


def test_a_file_of_another_version_is_made_anew(folder: Path, keys: Keyring) -> None:
    """A new version of the program does not stumble over the files of the old one."""
    artefacts(folder, keys, Format("1")).get(DIGEST, source("示例禁词甲"))
    newer = Format("2")
    assert artefacts(folder, keys, newer).get(DIGEST, source("示例禁词甲")) == ["示例禁词甲"]
    assert newer.compiled == 1


def test_those_who_need_it_at_once_wait_for_one_compilation(
    folder: Path, keys: Keyring, form: Format
) -> None:
    """The others find it made when the lock is theirs."""
    barrier = threading.Barrier(4)
    found: list[list[str]] = []

    def need() -> None:
        barrier.wait()
        found.append(artefacts(folder, keys, form).get(DIGEST, source("示例禁词甲")))

    threads = [threading.Thread(target=need) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert found == [["示例禁词甲"]] * 4
    assert form.compiled == 1


def test_a_folder_that_cannot_be_written_costs_time_only(
    tmp_path: Path, keys: Keyring, form: Format
) -> None:
    """The lexicon is compiled in memory, and nothing is refused."""
    blocked = tmp_path / "file"
    blocked.write_bytes(b"")
    for place in (blocked / "lexicons", None):
        assert artefacts(place, keys, form).get(DIGEST, source("示例禁词甲")) == ["示例禁词甲"]
    assert form.compiled == 2


def test_a_disk_that_is_full_costs_time_only(
    folder: Path, keys: Keyring, form: Format, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No half-written file is left behind or read."""

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert artefacts(folder, keys, form).get(DIGEST, source("示例禁词甲")) == ["示例禁词甲"]
    assert [one.name for one in folder.iterdir()] == [".lock"]


def test_old_files_are_forgotten(folder: Path, keys: Keyring, form: Format) -> None:
    """The newest stay for a roll-back; the others can be made again."""
    held = artefacts(folder, keys, form)
    for number in range(MOST_KEPT + 3):
        digest = f"{number:064}"
        held.get(digest, source("示例禁词甲"))
        os.utime(folder / f"{digest}{SUFFIX}", (number, number))
    kept = sorted(one.stem for one in folder.glob(f"*{SUFFIX}"))
    assert kept == [f"{number:064}" for number in range(3, MOST_KEPT + 3)]


def test_a_signature_says_which_bytes_and_which_lexicon(keys: Keyring) -> None:
    """Changing either makes it false."""
    seal = Seal(keys)
    signature = seal.sign(DIGEST, b"data")
    assert seal.holds(DIGEST, b"data", signature)
    assert Seal(keys).holds(DIGEST, memoryview(b"data"), signature)
    assert not seal.holds(OTHER, b"data", signature)
    assert not seal.holds(DIGEST, b"date", signature)
    assert not seal.holds(DIGEST, b"data", signature[:-1])
