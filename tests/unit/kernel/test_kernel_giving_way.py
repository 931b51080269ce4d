# SPDX-License-Identifier: Apache-2.0
"""Who gives way lets a waiting thread in."""

from __future__ import annotations

import sys
import threading

from guiju.kernel import give_way


def test_a_waiting_thread_gets_its_turn() -> None:
    # A turn of the interpreter that outlasts the test: only who steps aside lets others in.
    before = sys.getswitchinterval()
    let_in: list[bool] = []
    sys.setswitchinterval(60.0)
    try:
        waiting = threading.Thread(target=let_in.append, args=(True,))
        waiting.start()
        for _ in range(1000):
            if let_in:
                break
            give_way()
        assert let_in
        waiting.join()
    finally:
        sys.setswitchinterval(before)
