# SPDX-License-Identifier: Apache-2.0
"""A process that is killed in the middle of an erasure is followed by one that finishes it."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.unit.privacy.conftest import Scene

from guiju import ledger, records
from guiju.storage import has_key

# Carries an erasure on, and kills itself the n-th time it is about to note how a step went: then
# what the step did is not committed yet.
CHILD = """
import os, signal, sys
from pathlib import Path
from guiju import privacy
from guiju.app.stores import person_stores
from guiju.kernel import FixedClock, Keyring, LocalMasterKey
from guiju.privacy import store
from guiju.storage import Database
from tests.conftest import START

folder, case, deaths = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
database = Database.open(
    f"sqlite:///{folder / 'guiju.db'}", Keyring(LocalMasterKey(bytes(range(32)))), FixedClock(START)
)
change, left = store.change_step, [deaths]

def dying(*given):
    left[0] -= 1
    if not left[0]:
        os.kill(os.getpid(), signal.SIGKILL)
    change(*given)

store.change_step = dying
eraser = privacy.Eraser(database, person_stores(folder / "spill", folder / "copies"))
while eraser.step(case):
    pass
"""


@pytest.mark.slow
@pytest.mark.control("erasure-proved")
@pytest.mark.parametrize("step", [1, 4, 11, 13])
def test_an_erasure_survives_kill_nine(scene: Scene, step: int) -> None:
    """Whichever step it dies in: it is finished by the next, once, and the tree verifies."""
    ann, bob = scene.person("ann"), scene.person("bob")
    case = scene.decided(ann)
    line = [sys.executable, "-c", CHILD, str(scene.folder), case.id, str(step)]
    root = Path(__file__).parents[3]
    died = subprocess.run(line, cwd=root, check=False, capture_output=True, text=True)
    assert died.returncode == -signal.SIGKILL, died.stderr
    assert scene.case(case.number).state == "erasing"
    scene.work()
    assert scene.case(case.number).state == "told"
    with scene.db.read() as tx:
        assert not has_key(tx, ann)
        assert all(not one.probe(tx, ann) for one in scene.stores)
        assert records.holdings(tx, bob).content == 3
    ledger.integrate(scene.db)
    with scene.db.read() as tx:
        kinds = [one["kind"] for one in ledger.leaves(tx)]
    assert (kinds.count("key-destroyed"), kinds.count("erasure-verified")) == (1, 1)
    assert scene.verified()
