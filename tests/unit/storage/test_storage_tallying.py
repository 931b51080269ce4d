# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from sqlalchemy import text

from guiju.kernel import FixedClock
from guiju.storage import Database, Tallies

from .conftest import SCORE

HOUR = timedelta(hours=1)
SCORES = Tallies(SCORE, "times")


def counted(db: Database, name: str = "a") -> int:
    with db.read() as tx:
        return SCORES.of(tx, name)


def add(db: Database, name: str = "a", amount: int = 1) -> None:
    with db.write() as tx:
        SCORES.add(tx, name, HOUR, amount)


def test_a_count_begins_anew_after_its_while(either: Database, clock: FixedClock):
    """The first of a while says when it ends; those that follow do not put it off."""
    assert counted(either) == 0
    add(either)
    clock.advance(minutes=40)
    add(either, amount=5)
    assert (counted(either), counted(either, "b")) == (6, 0)
    clock.advance(minutes=20)
    assert counted(either) == 0
    add(either)
    assert counted(either) == 1


def test_a_count_that_was_set_back_is_without_end(either: Database):
    """Whoever writes to the database lets nobody in."""
    add(either, amount=30)
    with either.engine.begin() as connection:
        connection.execute(text("update score set times = 0"))
    assert counted(either) > 2**32


def test_those_who_count_at_once_are_all_counted(either: Database):
    """Twelve, four at a time, under two names."""
    with ThreadPoolExecutor(4) as many:
        list(many.map(lambda at: add(either, "ab"[at % 2]), range(12)))
    assert (counted(either, "a"), counted(either, "b")) == (6, 6)


def test_counts_that_are_over_go(either: Database, clock: FixedClock):
    """When somebody counts, and when they are asked to."""
    for name in ("a", "b", "c"):
        add(either, name)
    clock.advance(hours=1)
    with either.write() as tx:
        assert SCORES.forget(tx, 2) == 2
    add(either, "d")
    with either.read() as tx:
        assert [row.name for row in tx.rows(SCORE.select())] == ["d"]
