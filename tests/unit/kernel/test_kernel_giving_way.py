# SPDX-License-Identifier: Apache-2.0
"""Who gives way lets a waiting thread in."""

from __future__ import annotations

import sys
import threading
import time
from typing import Never

import pytest

from guiju.kernel import give_way


def test_a_waiting_thread_gets_its_turn() -> None:
    # A turn of the interpreter that outlasts the test: only who steps aside lets others in.
    before = sys.getswitchinterval()
    let_in: list[bool] = []
    seen: list[bool] = []

    def works() -> None:
        waiting = threading.Thread(target=let_in.append, args=(True,))
        waiting.start()
        for _ in range(1000):
            if let_in:
                break
            give_way()
        seen.extend(let_in)
        waiting.join()

    sys.setswitchinterval(60.0)
    try:
        working = threading.Thread(target=works)
        working.start()
        working.join()
        assert seen
    finally:
        sys.setswitchinterval(before)


def test_the_main_thread_does_not_sleep(monkeypatch: pytest.MonkeyPatch) -> None:
    """It runs the loop itself, or no loop runs beside it."""

    def sleep(_: float) -> Never:
        raise AssertionError

    monkeypatch.setattr(time, "sleep", sleep)
    give_way()
