# SPDX-License-Identifier: Apache-2.0
"""What `make check` looks at first, and when it has looked long enough.

The whole suite takes longer than somebody waits who has changed a line. So tests of what was
changed come first, then one of each file after the other, until the time is over. What was not
reached is counted and said: it has not passed.
"""

from __future__ import annotations

import math
import os
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath
from typing import Any

import pytest

from guiju.kernel import SystemClock

UNTIL = float(os.environ.get("GUIJU_CHECK_UNTIL", "inf"))
"""Seconds of the clock on the wall since 1970 after which no further test begins."""
CHANGED = os.environ.get("GUIJU_CHECK_CHANGED", "").split()
"""Paths in the repository, of whatever was changed."""


_UNREACHED = pytest.StashKey[int]()


def rooms_of(paths: Iterable[str]) -> set[str]:
    """The rooms to which changed files of src/ and tests/ belong."""
    rooms = set()
    for path in map(PurePosixPath, paths):
        if path.parts[:2] in {("src", "guiju"), ("tests", "unit")} and len(path.parts) > 3:
            rooms.add(path.parts[2])
    return rooms


def nearest_first(files: Sequence[str], changed: Sequence[str]) -> list[int]:
    """The order of tests, by the files they stand in: places in `files`.

    Test files that were changed come first, then those of rooms that were; of all others the
    first test of each file, the second of each, and so on.
    """
    rooms, named, seen = rooms_of(changed), set(changed), defaultdict[str, int](int)
    order: list[tuple[int, int, int]] = []
    for place, file in enumerate(files):
        seen[file] += 1
        if file in named:
            order.append((0, 0, place))
        elif not rooms.isdisjoint(rooms_of([file])):
            order.append((1, 0, place))
        else:
            order.append((2, seen[file], place))
    return [place for _, _, place in sorted(order)]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Bring the nearest to the front, if there is not time for all."""
    if math.isfinite(UNTIL):
        files = [item.nodeid.partition("::")[0] for item in items]
        items[:] = [items[place] for place in nearest_first(files, CHANGED)]


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> bool | None:
    """Begin no test when the time is over; True says that nothing is left to do for this one."""
    if SystemClock().now().timestamp() <= UNTIL:
        return None
    item.config.stash[_UNREACHED] = item.config.stash.get(_UNREACHED, 0) + 1
    return True


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Let the process that gathers know how many this one did not reach."""
    told = getattr(session.config, "workeroutput", None)
    if told is not None:
        told["unreached"] = session.config.stash.get(_UNREACHED, 0)


def pytest_testnodedown(node: Any) -> None:
    """One of several processes is done."""
    unreached = getattr(node, "workeroutput", {}).get("unreached", 0)
    node.config.stash[_UNREACHED] = node.config.stash.get(_UNREACHED, 0) + unreached


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say what has not been looked at."""
    if unreached := config.stash.get(_UNREACHED, 0):
        terminalreporter.write_line(f"{unreached} tests were not reached: `make test` runs them")
