# SPDX-License-Identifier: Apache-2.0
"""Several processes append and integrate at once: one tree, no gap, no fork, nothing lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import text

from guiju.kernel import software
from guiju.ledger import Evidence, append_many, integrate, leaves, publish, size, verify
from guiju.ledger.store import CHECKPOINT
from guiju.storage import Database

WRITER = """
import sys
from pathlib import Path
from guiju.kernel import Keyring, LocalMasterKey, software
from guiju.ledger import Evidence, append_many, integrate, publish
from guiju.storage import Database

address, name, turns, folder = sys.argv[1], sys.argv[2], int(sys.argv[3]), Path(sys.argv[4])
db = Database.open(address, Keyring(LocalMasterKey(bytes(range(32)))))
print("ready", flush=True)
sys.stdin.readline()
for turn in range(turns):
    items = [
        Evidence("service-started", ("evidence-ledger",), software(name), facts={"n": [turn, n]})
        for n in range(turn % 5 + 1)
    ]
    with db.write() as tx:
        append_many(tx, items)
    print(turn, flush=True)
    integrate(db)
    if turn % 4 == 0:
        publish(db, folder)
"""
TURNS = 40
EACH = sum(turn % 5 + 1 for turn in range(TURNS))


class Writers:
    """Processes that start together."""

    def __init__(self, address: str, count: int, script: Path, folder: Path, turns: int) -> None:
        script.write_text(WRITER)
        self.processes = [
            subprocess.Popen(
                [sys.executable, str(script), address, f"w{n}", str(turns), str(folder)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for n in range(count)
        ]

    def start(self) -> None:
        for one in self.processes:
            assert one.stdout is not None
            assert one.stdout.readline() == "ready\n"
        for one in self.processes:
            assert one.stdin is not None
            one.stdin.write("go\n")
            one.stdin.flush()

    def wait(self) -> list[int]:
        for one in self.processes:
            one.communicate(timeout=120)
        return [one.returncode for one in self.processes]


@pytest.fixture(params=["sqlite", "postgresql"])
def any_db(request):
    return request.getfixturevalue("db" if request.param == "sqlite" else "pg_db")


def address_of(db: Database) -> str:
    return db.engine.url.render_as_string(hide_password=False).replace("+psycopg", "")


def check(db, folder: Path, names: list[str]) -> dict[str, list[list[int]]]:
    """Consecutive positions, checkpoints that hold, and each writer's leaves in its own order."""
    integrate(db)
    publish(db, folder)
    report = verify(db, folder)
    assert report.problems == ()
    with db.read() as tx:
        found = leaves(tx)
        sizes = [row.size for row in tx.rows(CHECKPOINT.select().order_by(CHECKPOINT.c.size))]
        pending = text(
            "SELECT count(*) FROM ledger_entry WHERE position IS NULL"
            " OR position >= (SELECT max(size) FROM ledger_checkpoint)"
        )
        assert tx.execute(pending).scalar() == 0
    assert [leaf["index"] for leaf in found] == list(range(len(found)))
    assert sizes[-1] == report.size == len(found)
    written = {
        name: [leaf["facts"]["n"] for leaf in found if leaf["actor"]["id"] == name]
        for name in names
    }
    for order in written.values():
        assert order == sorted(order)
    return written


@pytest.mark.slow
@pytest.mark.parametrize("count", [2, 4])
def test_writers_at_once_make_one_tree(any_db, tmp_path, folder, count) -> None:
    """Two and four processes, each appending, integrating and publishing."""
    script = tmp_path / "writer.py"
    writers = Writers(address_of(any_db), count, script, folder, TURNS)
    writers.start()
    assert writers.wait() == [0] * count
    written = check(any_db, folder, [f"w{n}" for n in range(count)])
    assert [len(order) for order in written.values()] == [EACH] * count


@pytest.mark.slow
def test_a_writer_killed_among_others_loses_nothing_committed(any_db, tmp_path, folder) -> None:
    """SIGKILL at some moment: what it had committed is there, the others do not notice."""
    script = tmp_path / "writer.py"
    writers = Writers(address_of(any_db), 3, script, folder, TURNS)
    writers.start()
    victim = writers.processes[0]
    assert victim.stdout is not None
    for _ in range(7):
        line = victim.stdout.readline()
    time.sleep(0.003)
    os.kill(victim.pid, signal.SIGKILL)
    said = [line, *victim.stdout.readlines()]
    assert writers.wait()[1:] == [0, 0]
    written = check(any_db, folder, ["w0", "w1", "w2"])
    committed = int(said[-1])
    assert len(written["w1"]) == len(written["w2"]) == EACH
    assert [committed, committed % 5] in written["w0"]
    assert victim.returncode == -signal.SIGKILL


def test_an_entry_that_commits_late_gets_a_later_place(pg_db, record):
    """PostgreSQL: its number was drawn first, but others were integrated before it committed."""
    with pg_db.write() as late:
        one = Evidence("service-started", ("evidence-ledger",), software("late"))
        (name,) = append_many(late, [one])
        others = record(pg_db, 3)
        integrate(pg_db)
        with pg_db.read() as tx:
            assert size(tx) == 3
    integrate(pg_db)
    with pg_db.read() as tx:
        assert [leaf["id"] for leaf in leaves(tx)] == [*others, name]
    assert verify(pg_db).ok
