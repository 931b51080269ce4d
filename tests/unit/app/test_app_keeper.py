# SPDX-License-Identifier: Apache-2.0
"""Housekeeping takes its steps spread over the second, and the seldom ones seldom."""

from __future__ import annotations

import threading
from collections.abc import Callable
from itertools import pairwise

import pytest

from guiju.app import keeper
from guiju.app.house import House
from guiju.app.keeper import Every, Keeper
from guiju.kernel import monotonic

HOUSE = House.__new__(House)


def test_steps_are_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    # What they take together would otherwise keep requests waiting at a stretch.
    monkeypatch.setattr(keeper, "_PULSE_SECONDS", 0.3)
    taken: list[tuple[str, float]] = []
    enough = threading.Event()

    def step(name: str) -> Callable[[House], None]:
        def take(_: House) -> None:
            taken.append((name, monotonic()))
            if len(taken) == 6:
                enough.set()

        return take

    one = Keeper(HOUSE, (step("a"), step("b"), step("c")))
    one.start()
    assert enough.wait(10)
    one.stop()
    assert [name for name, _ in taken[:6]] == ["a", "b", "c"] * 2
    times = [at for _, at in taken[:6]]
    assert all(later - earlier >= 0.09 for earlier, later in pairwise(times))


def test_stops_at_once_between_steps() -> None:
    taken = threading.Event()
    one = Keeper(HOUSE, (lambda _: taken.set(),))
    one.start()
    assert taken.wait(10)
    before = monotonic()
    one.stop()
    assert monotonic() - before < 0.9  # a second lies between two of its steps


def test_seldom_steps_are_taken_first_at_once_and_then_in_their_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _moments(monkeypatch, 1000.0, 1001.0, 1009.9, 1010.0, 1011.0, 1020.5)
    taken: list[int] = []
    asked = 0

    def look(_: House) -> None:
        taken.append(asked)

    seldom = Every(10.0, look)
    assert seldom.__name__ == "look"
    while asked < 6:
        seldom(HOUSE)
        asked += 1
    assert taken == [0, 3, 5]


def test_a_seldom_step_that_fails_is_taken_again_in_its_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _moments(monkeypatch, 5.0, 6.0, 15.0)

    def fail(_: House) -> None:
        raise RuntimeError("away")

    seldom = Every(10.0, fail)
    with pytest.raises(RuntimeError):
        seldom(HOUSE)
    seldom(HOUSE)
    with pytest.raises(RuntimeError):
        seldom(HOUSE)


def _moments(monkeypatch: pytest.MonkeyPatch, *seconds: float) -> None:
    monkeypatch.setattr(keeper, "monotonic", iter(seconds).__next__)
