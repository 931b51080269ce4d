# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable

import pytest

from guiju.app import placing
from guiju.app.placing import beside, take_a_core
from guiju.kernel import new_id


@pytest.fixture
def placed(monkeypatch: pytest.MonkeyPatch) -> list[set[int]]:
    """A machine that lets us use cores 2 and 5; where we asked to be put."""
    found: list[set[int]] = []

    def put(_: int, cores: Iterable[int]) -> None:
        found.append(set(cores))

    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {2, 5})
    monkeypatch.setattr(os, "sched_setaffinity", put)
    monkeypatch.setattr(os, "sched_setscheduler", lambda *_: None)
    return found


def test_each_takes_a_core_of_its_own_while_there_is_one(placed: list[set[int]]) -> None:
    """The third of three on two cores runs where the system likes; a core given back is taken."""
    mark = new_id("core")
    first, second, third = (take_a_core(mark) for _ in range(3))
    assert placed == [{5}, {2}]
    assert first is not None
    assert second is not None
    assert third is None
    first.close()
    again = take_a_core(mark)
    assert placed[2:] == [{5}]
    assert again is not None
    again.close()
    second.close()


_TURNS = """
import os, sys, threading
from guiju.app.placing import take_a_core
if len(sys.argv) > 2:
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
def told(): print(os.sched_getscheduler(0) == (os.SCHED_IDLE if sys.argv[2:] else os.SCHED_BATCH))
held = take_a_core(sys.argv[1])
thread = threading.Thread(target=told)
thread.start(); thread.join(); told()
"""


def test_on_a_core_of_its_own_no_thread_pushes_another_off_it() -> None:
    """All threads of the process, those that are made later too, run as batch work."""
    ran = subprocess.run(
        [sys.executable, "-c", _TURNS, new_id("core")], capture_output=True, text=True, check=True
    )
    assert ran.stdout.split() == ["True", "True"]


def test_whoever_chose_how_the_service_is_scheduled_keeps_it() -> None:
    """A unit's own policy is not taken for the usual one."""
    ran = subprocess.run(
        [sys.executable, "-c", _TURNS, new_id("core"), "idle"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.split() == ["True", "True"]


_BESIDE = """
import os, subprocess, sys
from guiju.app.placing import beside, take_a_core
allowed = sorted(os.sched_getaffinity(0))
held = take_a_core(sys.argv[1])
child = "import os; print(os.sched_getscheduler(0), sorted(os.sched_getaffinity(0)))"
subprocess.run([*beside(), sys.executable, "-c", child], check=True)
print(os.SCHED_IDLE, allowed)
"""


def test_what_computes_beside_us_is_idle_work_on_every_core() -> None:
    """A child has the one core of whoever starts it, and its policy, unless it says otherwise."""
    ran = subprocess.run(
        [sys.executable, "-c", _BESIDE, new_id("core")], capture_output=True, text=True, check=True
    )
    child, wanted = ran.stdout.splitlines()
    assert child == wanted


def test_a_system_that_knows_no_idle_work_runs_it_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where it may not be said, the child only is nice."""
    monkeypatch.setattr(placing, "_IDLE", ("false",))
    assert beside()[-3:] == ("nice", "-n", "15")
    assert subprocess.run([*beside(), "true"], check=False).returncode == 0


def test_a_system_that_pins_nothing_is_served_all_the_same(
    placed: list[set[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No such call, or one that is refused: nothing is held, and the service runs."""

    def refused(*_: object) -> None:
        raise OSError

    mark = new_id("core")
    monkeypatch.setattr(os, "sched_setaffinity", refused)
    assert take_a_core(mark) is None
    monkeypatch.delattr(os, "sched_getaffinity")
    assert take_a_core(mark) is None
    assert placed == []


def test_a_system_without_batch_work_still_gives_a_core(
    placed: list[set[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Turns are cheaper, no more: where they are refused, threads push each other as they did."""

    def refused(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "sched_setscheduler", refused)
    held = take_a_core(new_id("core"))
    assert held is not None
    assert placed == [{5}]
    held.close()
