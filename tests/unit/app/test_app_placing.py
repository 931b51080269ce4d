# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import os
from collections.abc import Iterable

import pytest

from guiju.app.placing import take_a_core
from guiju.kernel import new_id


@pytest.fixture
def placed(monkeypatch: pytest.MonkeyPatch) -> list[set[int]]:
    """A machine that lets us use cores 2 and 5; where we asked to be put."""
    found: list[set[int]] = []

    def put(_: int, cores: Iterable[int]) -> None:
        found.append(set(cores))

    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {2, 5})
    monkeypatch.setattr(os, "sched_setaffinity", put)
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


def test_a_system_that_pins_nothing_is_served_all_the_same(
    placed: list[set[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No such call, or one that is refused: nothing is changed, and nothing is held."""

    def refused(*_: object) -> None:
        raise OSError

    mark = new_id("core")
    monkeypatch.setattr(os, "sched_setaffinity", refused)
    assert take_a_core(mark) is None
    monkeypatch.delattr(os, "sched_getaffinity")
    assert take_a_core(mark) is None
    assert placed == []
