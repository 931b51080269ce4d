# SPDX-License-Identifier: Apache-2.0
"""Tiles on disk, read back by a reader that shares no code with the writer."""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from sqlalchemy import text

from guiju.kernel import NotFound, Unavailable, canonical
from guiju.ledger import integrate, leaves, prove, publish, verify
from guiju.ledger.folder import Folder
from guiju.ledger.tree import inclusion_holds, leaf_hash
from guiju.storage import Database

SIZES = [1, 2, 255, 256, 257, 511, 512, 513, 1_000]


class Reader:
    """A client of tlog-tiles written from its specification alone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        lines = (folder / "checkpoint").read_text().split("\n")
        self.size, self.root = int(lines[1]), base64.b64decode(lines[2])

    def path(self, level: str, number: int, size: int) -> Path:
        text = f"{number:03d}"
        while len(text) % 3:
            text = "0" + text
        parts = [text[i : i + 3] for i in range(0, len(text), 3)]
        name = "/".join(["x" + part for part in parts[:-1]] + [parts[-1]])
        tail = "" if size == 256 else f".p/{size}"
        return self.folder / "tile" / level / (name + tail)

    def tiles(self, level: str, count: int) -> list[bytes]:
        sizes = [256] * (count // 256) + ([count % 256] if count % 256 else [])
        return [self.path(level, n, size).read_bytes() for n, size in enumerate(sizes)]

    def entries(self) -> list[bytes]:
        found = []
        for data in self.tiles("entries", self.size):
            rest = data
            while rest:
                length = rest[0] * 256 + rest[1]
                found.append(rest[2 : 2 + length])
                rest = rest[2 + length :]
        return found

    def check(self) -> None:
        """Every level from the one below, and the root from the entries."""
        hashes = [hashlib.sha256(b"\0" + leaf).digest() for leaf in self.entries()]
        assert len(hashes) == self.size
        assert tree(hashes) == self.root
        level = 0
        while hashes:
            assert b"".join(self.tiles(str(level), len(hashes))) == b"".join(hashes)
            full = len(hashes) // 256
            hashes = [tree(hashes[256 * n : 256 * n + 256]) for n in range(full)]
            level += 1


def tree(hashes: list[bytes]) -> bytes:
    if len(hashes) == 1:
        return hashes[0]
    half = 1 << ((len(hashes) - 1).bit_length() - 1)
    return hashlib.sha256(b"\1" + tree(hashes[:half]) + tree(hashes[half:])).digest()


def contents(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in Folder(folder).files()}


def grow_to(db: Database, record, size: int, done: int) -> None:
    if size > done:
        record(db, size - done)
    integrate(db)


def test_published_files_are_those_of_the_specification(db, record, folder) -> None:
    """At sizes around every edge, a foreign reader finds entries, tiles and root in accord."""
    done = 0
    for size in SIZES:
        grow_to(db, record, size, done)
        assert publish(db, folder) == size
        done = size
        reader = Reader(folder)
        reader.check()
        with db.read() as tx:
            found = leaves(tx)
        for leaf in found:
            del leaf["index"]
        assert reader.entries() == [canonical(leaf) for leaf in found]


@pytest.mark.slow
def test_a_third_level_appears_where_it_must(db, record, folder) -> None:
    """Past 65,536 leaves there is a tile of level two, also when published in two steps."""
    record(db, 65_500)
    integrate(db)
    publish(db, folder)
    record(db, 100)
    integrate(db)
    publish(db, folder)
    Reader(folder).check()
    assert (folder / "tile/2/000.p/1").exists()
    assert verify(db, folder).ok


def test_it_does_not_matter_in_how_many_steps_one_published(db, record, tmp_path) -> None:
    """A folder grown step by step needs nothing that one written at once does not have."""
    steps, once = tmp_path / "steps", tmp_path / "once"
    done = 0
    for size in SIZES:
        grow_to(db, record, size, done)
        publish(db, steps)
        done = size
    publish(db, once)
    grown, written = contents(steps), contents(once)
    assert {name: grown[name] for name in written} == written
    assert all(".p/" in name for name in grown.keys() - written.keys())


def test_nothing_new_writes_nothing(db, record, folder) -> None:
    """An empty ledger makes no folder; a second call touches no file."""
    assert publish(db, folder) == 0
    assert not folder.exists()
    record(db, 300)
    integrate(db)
    publish(db, folder)
    before = {name: (folder / name).stat().st_mtime_ns for name in Folder(folder).files()}
    assert publish(db, folder) == 300
    after = {name: (folder / name).stat().st_mtime_ns for name in Folder(folder).files()}
    assert after == before


def test_partial_tiles_go_once_the_full_one_is_there(db, record, folder) -> None:
    """As the specification allows, and not before."""
    for count in (10, 20, 30):
        record(db, count)
        integrate(db)
        publish(db, folder)
    assert len(list((folder / "tile/0/000.p").iterdir())) == 3
    record(db, 300)
    integrate(db)
    publish(db, folder)
    assert not (folder / "tile/0/000.p").exists()
    assert not (folder / "tile/entries/000.p").exists()


@pytest.mark.parametrize("left", [None, bytes(64)], ids=["lost", "altered"])
def test_an_upper_tile_that_is_no_more_is_written_again(db, record, folder, left) -> None:
    """The next publication sees that the tiles do not lead to the signed root, and starts over."""
    record(db, 600)
    integrate(db)
    publish(db, folder)
    tile = folder / "tile/1/000.p/2"
    tile.unlink() if left is None else tile.write_bytes(left)
    record(db, 256)
    integrate(db)
    publish(db, folder)
    Reader(folder).check()


def test_removing_the_checkpoint_has_all_written_again(db, record, folder) -> None:
    """The remedy that `verify` and `prove` name for lost tiles."""
    record(db, 600)
    integrate(db)
    publish(db, folder)
    before = contents(folder)
    (folder / "tile/0/001").unlink()
    (folder / "tile/entries/000").write_bytes(b"wrong")
    (folder / "checkpoint").unlink()
    publish(db, folder)
    assert contents(folder) == before
    assert verify(db, folder).ok


def test_what_another_ledger_published_is_left_alone(db, record, folder) -> None:
    """A database that lacks the published checkpoint (restored, or replaced) writes nothing."""
    record(db, 5)
    integrate(db)
    publish(db, folder)
    before = contents(folder)
    with db.write() as tx:
        for name in ("entry", "checkpoint", "key"):
            tx.execute(text(f"DELETE FROM ledger_{name}"))
    record(db, 9)
    integrate(db)
    with pytest.raises(Unavailable, match="ledger-broken"):
        publish(db, folder)
    assert contents(folder) == before


def test_an_altered_entry_never_replaces_a_true_file(db, record, folder) -> None:
    """Publication stops; the files stay as the evidence was."""
    record(db, 100)
    integrate(db)
    publish(db, folder)
    before = contents(folder)
    with db.write() as tx:
        tx.execute(
            text("UPDATE ledger_entry SET leaf = replace(leaf, 'abab', 'abba') WHERE position = 7")
        )
    record(db, 100)
    integrate(db)
    with pytest.raises(Unavailable, match="position 7"):
        publish(db, folder)
    assert contents(folder) == before


def test_a_folder_that_cannot_be_written_is_named(db, record, tmp_path) -> None:
    """The remedy speaks of disk and permissions."""
    record(db, 1)
    integrate(db)
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Unavailable, match="ledger-folder"):
        publish(db, tmp_path / "file" / "tiles")


WORKER = """
import sys
from pathlib import Path
from guiju.kernel import Keyring, LocalMasterKey
from guiju.ledger import integrate, publish
from guiju.storage import Database
db = Database.open(sys.argv[1], Keyring(LocalMasterKey(bytes(range(32)))))
print("ready", flush=True)
while True:
    integrate(db)
    publish(db, Path(sys.argv[2]))
"""


@pytest.mark.slow
def test_a_writer_killed_at_any_moment_is_continued(db, record, folder, tmp_path) -> None:
    """SIGKILL again and again, after ever other delays; then one more publication heals all."""
    script = tmp_path / "worker.py"
    script.write_text(textwrap.dedent(WORKER))
    address = f"sqlite:///{tmp_path / 'guiju.db'}"
    total = 0
    for turn in range(6):
        command = [sys.executable, str(script), address, str(folder)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as worker:
            assert worker.stdout is not None
            worker.stdout.readline()
            for _ in range(3):
                record(db, 700)
                total += 700
            time.sleep(0.004 * turn)
            os.kill(worker.pid, signal.SIGKILL)
        if (folder / "checkpoint").exists():
            Reader(folder).check()
    integrate(db)
    assert publish(db, folder) == total
    Reader(folder).check()
    report = verify(db, folder)
    assert report.problems == ()
    assert report.size == total


def test_left_over_temporary_files_are_swept(db, record, folder) -> None:
    """What a killed writer had begun does not lie about."""
    record(db, 1)
    integrate(db)
    (folder / ".writing").mkdir(parents=True)
    (folder / ".writing" / "4711").write_bytes(b"half")
    publish(db, folder)
    assert list((folder / ".writing").iterdir()) == []
    assert verify(db, folder).ok


def test_a_proof_leads_from_the_tiles_to_the_checkpoint(db, record, folder) -> None:
    """By position or id; the same proof comes from the entries when nothing is published."""
    names = record(db, 700)
    integrate(db)
    with db.read() as tx:
        from_entries = prove(tx, 345, folder)
    publish(db, folder)
    with db.read() as tx:
        for entry in (0, 255, 256, 345, "699", names[345]):
            proof = prove(tx, entry, folder)
            root = proof.checkpoint.root
            steps = list(proof.hashes)
            assert inclusion_holds(leaf_hash(proof.leaf), proof.index, 700, steps, root)
        assert proof.index == 345
        assert proof == from_entries


def test_what_has_no_proof_says_why(db, record, folder) -> None:
    """Unknown, pending, beyond the published tree, or no checkpoint at all."""
    with db.read() as tx, pytest.raises(NotFound, match="no-checkpoint"):
        prove(tx, 0, folder)
    record(db, 2)
    integrate(db)
    publish(db, folder)
    (name,) = record(db, 1)
    with db.read() as tx:
        with pytest.raises(NotFound, match="evidence-pending"):
            prove(tx, name, folder)
        with pytest.raises(NotFound, match="no-such-evidence"):
            prove(tx, "ev_nothing", folder)
        with pytest.raises(NotFound, match="no-such-evidence"):
            prove(tx, 2, folder)


def test_no_proof_is_given_from_altered_or_missing_tiles(db, record, folder) -> None:
    """A proof is checked before it is handed out."""
    record(db, 300)
    integrate(db)
    publish(db, folder)
    tile = folder / "tile/0/000"
    whole = tile.read_bytes()
    tile.write_bytes(bytes(32) + whole[32:])
    with db.read() as tx, pytest.raises(Unavailable, match="ledger-broken"):
        prove(tx, 1, folder)
    shutil.rmtree(folder / "tile")
    with db.read() as tx, pytest.raises(Unavailable, match="tile-missing"):
        prove(tx, 1, folder)
