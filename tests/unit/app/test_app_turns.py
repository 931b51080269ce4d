# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from guiju.app.turns import Turns
from guiju.kernel import Unavailable


def test_so_much_is_done_at_once_and_no_more() -> None:
    """Who finds no place is sent away at once, and told when to come back."""
    turns = Turns(at_once=1, waiting=0)
    with turns.turn():
        with pytest.raises(Unavailable, match="checking-busy") as caught, turns.turn():
            pass
        assert (caught.value.status, caught.value.retry_after) == (503, 10)


def test_who_waits_has_a_turn() -> None:
    """Behind the one who works."""
    turns, done = Turns(at_once=1, waiting=1), []

    def second() -> None:
        with turns.turn():
            done.append(2)

    with ThreadPoolExecutor(1) as pool:
        with turns.turn():
            waits = pool.submit(second)
            done.append(1)
        waits.result(10)
    assert done == [1, 2]


def test_nobody_waits_for_ever() -> None:
    """After its time whoever waits is sent away, and its place is free again."""
    turns = Turns(at_once=1, waiting=1, seconds=0.01)
    with turns.turn():
        for _ in range(3):
            with pytest.raises(Unavailable, match="checking-busy"), turns.turn():
                pass


def test_what_fails_gives_its_turn_back() -> None:
    """A file that cannot be looked at does not block the next one."""
    turns = Turns(at_once=1, waiting=0)
    for _ in range(2):
        with pytest.raises(ValueError, match="broken"), turns.turn():
            raise ValueError("broken")
