# SPDX-License-Identifier: Apache-2.0
"""Several processes at once, one of them killed: nothing is done twice and nothing is lost."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import func, select
from tests.unit.casework.conftest import opened, taken
from tests.unit.casework.sample import KEEPER, KINDS
from tests.unit.casework.test_casework_sweeping import missed

from guiju import ledger
from guiju.casework import claimed, sweep
from guiju.casework.clock_store import CLOCK
from guiju.kernel import FixedClock, isoformat, monotonic
from guiju.storage import Database

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
OPEN = """
import sys
from datetime import datetime
from tests.unit.casework.sample import CLERK, KINDS
from guiju.casework import claim, page, sweep
from guiju.kernel import Actor, ActorKind, FixedClock, GuijuError, Keyring, LocalMasterKey
from guiju.storage import Database
clock = FixedClock(datetime.fromisoformat(sys.argv[2]))
db = Database.open(sys.argv[1], Keyring(LocalMasterKey(bytes(range(32)))), clock)
"""
SWEEP = OPEN + "sweep(db, KINDS)\n"
CLAIM = (
    OPEN
    + """
me = Actor(ActorKind.STAFF, sys.argv[3], frozenset({"reviewer"}))
with db.read() as tx:
    cases = page(tx, KINDS, "objections", size=200).cases
sys.stdout.write("ready\\n"); sys.stdout.flush(); sys.stdin.readline()
for case in cases:
    try:
        with db.write() as tx:
            claim(tx, me, case)
        print(case.id)
    except GuijuError as error:
        assert error.code == "case-claimed", error
"""
)


def child(program: str, database: Database, clock: FixedClock, *more: str) -> subprocess.Popen[str]:
    address = database.engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", program, address, isoformat(clock.now()), *more]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True)


def test_of_two_processes_that_claim_the_same_cases_each_has_some_alone(
    database: Database, clock: FixedClock
) -> None:
    """Every case is one's or the other's, as they themselves say."""
    with database.write() as tx:
        cases = [opened(tx) for _ in range(60)]
    both = [child(CLAIM, database, clock, f"staff_{name}") for name in "ab"]
    for one in both:
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"
    _let_go(both)
    answers = [one.communicate()[0].split() for one in both]
    assert all(one.returncode == 0 for one in both)
    assert sorted(answers[0] + answers[1]) == sorted(one.id for one in cases)
    with database.read() as tx:
        for name, won in zip("ab", answers, strict=True):
            holders = [claimed(tx, one) for one in cases if one.id in won]
            assert {one.holder for one in holders if one} <= {f"staff_{name}"}


def _let_go(both: list[subprocess.Popen[str]]) -> None:
    """Let both begin at the same moment."""
    for one in both:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()


def test_a_sweeper_that_is_killed_loses_no_deadline(database: Database, clock: FixedClock) -> None:
    """What it had not committed the next one does, and each deadline is in the evidence once."""
    with database.write() as tx:
        cases = [opened(tx) for _ in range(2500)]
    for case in cases[:10]:
        taken(database, case, (KEEPER, "hold"))
    clock.advance(days=60)
    killed = child(SWEEP, database, clock)
    until = monotonic() + 60
    while not _late(database) and killed.poll() is None and monotonic() < until:
        time.sleep(0.002)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    before = _late(database)
    swept = sweep(database, KINDS)
    assert before + swept.late == _late(database) == 2500
    assert sweep(database, KINDS)[:2] == (0, 0)
    with database.read() as tx:
        assert sum(int(str(one["missed"])) for one in missed(tx)) == 2500
    ledger.integrate(database)
    assert ledger.verify(database).ok


def _late(database: Database) -> int:
    with database.read() as tx:
        row = tx.row(select(func.count()).where(CLOCK.c.late_at.is_not(None)))
    return 0 if row is None else int(row[0])
