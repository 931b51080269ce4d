# SPDX-License-Identifier: Apache-2.0
"""The same content is found from stretch to stretch, and what was kept before there were any."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from sqlalchemy import text, update
from tests.unit.records.test_records_expiring import either
from tests.unit.records.test_records_service import exchange

from guiju import ledger, records
from guiju.kernel import FixedClock
from guiju.records import Part, sameness_store
from guiju.records.sameness_store import DIGEST
from guiju.storage import Database

__all__ = ["either"]
pytestmark = pytest.mark.control("usage-record")
MINE, OTHER = "a" * 32, "b" * 32
NUMBERS = [f"req_{number}" for number in range(1, 8)]


def deliver(db: Database, clock: FixedClock, request: str, digest: str) -> None:
    """Put an answer on record that holds this content."""
    one = replace(exchange(clock, request), parts=(Part("0", digest),))
    with db.write() as tx:
        records.record(tx, [one])


@pytest.fixture
def spread(either: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> Database:
    """Every second answer says the same; stretches of two, and the first one stands in none."""
    monkeypatch.setattr(sameness_store, "_STRETCH", 2)
    with either.write() as tx:
        tx.insert(DIGEST, {"request": NUMBERS[0], "place": "0", "digest": MINE})
        records.record(tx, [exchange(clock, NUMBERS[0])])
    for at, request in enumerate(NUMBERS[1:], start=1):
        deliver(either, clock, request, OTHER if at % 2 else MINE)
    return either


def test_all_are_found_in_the_order_of_their_numbers(spread: Database) -> None:
    """In several stretches, in none, and page by page."""
    with spread.read() as tx:
        stretches = {row.stretch for row in tx.rows(DIGEST.select())}
        assert None in stretches
        assert len(stretches) > 3
        found = records.same_parts(tx, [MINE], "", 10)
        assert [one.request for one in found] == ["req_1", "req_3", "req_5", "req_7"]
        assert {(one.place, one.person) for one in found} == {("0", "pe_1")}
        after = records.same_parts(tx, [MINE], "req_3", 1)
        assert [one.request for one in after] == ["req_5"]
        assert records.same_answers(tx, [MINE], "req_5", 10) == 3
        assert records.same_answers(tx, [MINE, OTHER], "req_5", 10) == 6
        assert records.same_answers(tx, [MINE], "req_5", 2) == 2
        assert records.same_answers(tx, ["c" * 32], "", 10) == 0


def test_nothing_is_found_where_nothing_is(either: Database) -> None:
    """Without a stretch there is no first one."""
    with either.read() as tx:
        assert records.same_answers(tx, [MINE], "", 10) == 0


def test_another_stretch_hides_nothing_and_is_seen(spread: Database) -> None:
    """It only says where the index keeps a row; verification names the row all the same."""
    assert ledger.verify(spread, None).problems == ()
    with spread.write() as tx:
        tx.execute(update(DIGEST).where(DIGEST.c.request == "req_5").values(stretch=999))
    with spread.read() as tx:
        assert records.same_answers(tx, [MINE], "", 10) == 4
    (problem,) = ledger.verify(spread, None).problems
    assert "content_digest" in problem.where
    assert "req_5" in problem.where


def test_a_look_up_seeks_and_never_reads_all(db: Database) -> None:
    """What SQLite says it would do: the index, searched; the table, not walked through."""
    with db.read() as tx:
        wanted = sameness_store._with([MINE]).compile(
            db.engine, compile_kwargs={"literal_binds": True}
        )
        plan = [str(row.detail) for row in tx.execute(text(f"EXPLAIN QUERY PLAN {wanted}"))]
    about = [one for one in plan if "content_digest" in one]
    assert about
    assert all("ix_content_digest_stretch" in one for one in about)
    assert not [one for one in about if one.startswith("SCAN")]
