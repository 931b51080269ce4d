# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Table, select, update

from guiju.kernel import Conflict, FixedClock
from guiju.storage import (
    Database,
    RowDigest,
    Tx,
    UnattestedChangeError,
    coded_row_holds,
    row_digest,
)

AT = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
ROW: dict[str, Any] = {
    "id": "n1",
    "words": "一",
    "count": 1,
    "done": True,
    "at": AT,
    "body": bytes(range(256)),
    "facts": {"a": [1, None]},
}


def add(database: Database, subject: Table, *rows: dict[str, Any]) -> None:
    """Write rows as a service does: with evidence."""
    with database.write() as tx:
        tx.insert_many(subject, rows)
        tx.take_noted()


def ids(database: Database, subject: Table) -> list[str]:
    with database.read() as tx:
        return sorted(row.id for row in tx.rows(select(subject.c.id)))


# -- what evidence must cover -----------------------------------------------------------------


def test_a_change_without_evidence_is_not_committed(
    either: Database, tables: dict[str, Table]
) -> None:
    """State and proof cannot drift apart; the error names the table for the developer."""
    with pytest.raises(UnattestedChangeError, match="note"), either.write() as tx:
        tx.insert(tables["note"], ROW)
    assert ids(either, tables["note"]) == []


def test_every_way_of_changing_a_row_must_be_covered(
    either: Database, tables: dict[str, Table]
) -> None:
    """Insert, insert if absent, update and delete: none passes without a leaf."""
    note = tables["note"]
    add(either, note, ROW)
    ways: list[Callable[[Tx], object]] = [
        lambda tx: tx.insert(note, {"id": "n2"}),
        lambda tx: tx.insert_if_absent(note, {"id": "n2"}),
        lambda tx: tx.update(note, {"id": "n1"}, {"count": 2}),
        lambda tx: tx.delete(note, {"id": "n1"}),
    ]
    for way in ways:
        with pytest.raises(UnattestedChangeError), either.write() as tx:
            way(tx)
    assert ids(either, note) == ["n1"]


def test_the_noted_digest_is_that_of_the_row_as_it_stands(
    either: Database, tables: dict[str, Table]
) -> None:
    """Whoever reads the row later, from either database, comes to the digest in the evidence."""
    note = tables["note"]
    with either.write() as tx:
        tx.insert(note, ROW)
        noted = tx.take_noted()
        stored = tx.row(select(note))
    assert stored is not None
    assert noted == [RowDigest("note", "n1", row_digest(note, stored._asdict()))]


def test_the_digest_after_an_update_is_that_of_the_whole_row(
    either: Database, tables: dict[str, Table]
) -> None:
    """Columns that were not touched count too."""
    note = tables["note"]
    add(either, note, ROW)
    with either.write() as tx:
        tx.update(note, {"id": "n1"}, {"count": 2, "facts": {"b": "二"}})
        noted = tx.take_noted()
    expected = row_digest(note, {**ROW, "count": 2, "facts": {"b": "二"}})
    assert noted == [RowDigest("note", "n1", expected)]


def test_many_rows_changed_at_once_are_noted_one_by_one(
    either: Database, tables: dict[str, Table]
) -> None:
    """As if each had been changed by itself; those that do not match are left alone."""
    note = tables["note"]
    rows = [{**ROW, "id": f"n{number}", "count": number} for number in range(4)]
    add(either, note, *rows)
    with either.write() as tx:
        changed = tx.update_all(note, note.c.count > 1, {"words": "二"})
        noted = tx.take_noted()
    wanted = [{**row, "words": "二"} for row in rows[2:]]
    assert sorted(row.id for row in changed) == ["n2", "n3"]
    digests = {RowDigest("note", row["id"], row_digest(note, row)) for row in wanted}
    assert set(noted) == digests
    with pytest.raises(TypeError, match="is not attested"), either.write() as tx:
        tx.update_all(tables["visit"], tables["visit"].c.id == "x", {"id": "y"})


def test_a_row_that_is_gone_is_noted_without_digest(
    either: Database, tables: dict[str, Table]
) -> None:
    """Evidence can say that something was removed."""
    add(either, tables["note"], ROW)
    with either.write() as tx:
        assert tx.delete(tables["note"], {"id": "n1"})
        assert tx.take_noted() == [RowDigest("note", "n1", None)]


def test_only_the_last_state_of_a_row_is_noted(either: Database, tables: dict[str, Table]) -> None:
    """Two changes in one transaction are one fact."""
    note = tables["note"]
    with either.write() as tx:
        tx.insert(note, ROW)
        tx.update(note, {"id": "n1"}, {"count": 2})
        assert tx.take_noted() == [RowDigest("note", "n1", row_digest(note, {**ROW, "count": 2}))]


def test_a_leaf_covers_what_came_before_it_only(either: Database, tables: dict[str, Table]) -> None:
    """A change after the last leaf is not covered by it."""

    def covers_one_of_two(tx: Tx) -> None:
        tx.insert(tables["note"], ROW)
        assert len(tx.take_noted()) == 1
        tx.insert(tables["note"], {"id": "n2"})

    with pytest.raises(UnattestedChangeError), either.write() as tx:
        covers_one_of_two(tx)
    assert ids(either, tables["note"]) == []


def test_coded_rows_and_rows_that_prove_themselves_need_no_leaf(
    either: Database, tables: dict[str, Table]
) -> None:
    """Sessions would fill the tree, and the tree cannot attest itself."""
    with either.write() as tx:
        tx.insert(tables["visit"], {"id": "v1"})
        tx.insert(tables["proof"], {"id": "p1"})
        tx.delete(tables["proof"], {"id": "p1"})
        assert tx.take_noted() == []
    assert ids(either, tables["visit"]) == ["v1"]


# -- coded rows -------------------------------------------------------------------------------


def test_a_coded_row_carries_its_code_through_insert_and_update(
    either: Database, tables: dict[str, Table]
) -> None:
    """After each change of ours the code holds."""
    visit = tables["visit"]
    with either.write() as tx:
        tx.insert(visit, {"id": "v1", "words": "one", "at": AT})
        tx.update(visit, {"id": "v1"}, {"words": "two"})
        row = tx.row(select(visit))
    assert row is not None
    assert row.words == "two"
    assert coded_row_holds(visit, row._asdict(), either.keys)


def test_a_change_behind_our_back_breaks_the_code(
    either: Database, tables: dict[str, Table]
) -> None:
    """Plain SQL, as someone with the database password would write it."""
    visit = tables["visit"]
    with either.write() as tx:
        tx.insert(visit, {"id": "v1", "words": "one", "at": AT})
        tx.execute(update(visit).values(words="two"))
        row = tx.row(select(visit))
    assert row is not None
    assert not coded_row_holds(visit, row._asdict(), either.keys)


# -- reading and writing ----------------------------------------------------------------------


def test_an_update_holds_only_if_the_row_still_reads_as_expected(
    either: Database, tables: dict[str, Table]
) -> None:
    """Of two who saw the same state only one can change it."""
    note = tables["note"]
    add(either, note, ROW)
    with either.write() as tx:
        assert tx.update(note, {"id": "n1"}, {"count": 2}, expect={"count": 1})
        assert not tx.update(note, {"id": "n1"}, {"count": 3}, expect={"count": 1})
        assert len(tx.take_noted()) == 1
        assert tx.rows(select(note.c["count"])) == [(2,)]


def test_what_is_not_there_is_neither_changed_nor_removed(
    either: Database, tables: dict[str, Table]
) -> None:
    """And nothing needs evidence then."""
    with either.write() as tx:
        assert not tx.update(tables["note"], {"id": "n1"}, {"count": 2})
        assert not tx.delete(tables["note"], {"id": "n1"})
        assert tx.row(select(tables["note"])) is None


def test_rows_of_different_columns_go_in_together(
    either: Database, tables: dict[str, Table]
) -> None:
    """Columns that a row does not name are empty; no rows are no statement."""
    note = tables["note"]
    with either.write() as tx:
        tx.insert_many(note, [{"id": "n1", "count": 1}, {"id": "n2", "words": "w"}])
        tx.insert_many(note, [])
        tx.take_noted()
        rows = [tuple(row) for row in tx.rows(select(note.c.id, note.c["count"], note.c.words))]
    assert sorted(rows) == [("n1", 1, None), ("n2", None, "w")]


def test_a_key_that_is_taken_is_left_as_it_is(either: Database, tables: dict[str, Table]) -> None:
    """The row that was there stays, and is not noted as changed."""
    add(either, tables["note"], ROW)
    with either.write() as tx:
        assert not tx.insert_if_absent(tables["note"], {"id": "n1", "count": 9})
        assert tx.take_noted() == []
        assert tx.insert_if_absent(tables["visit"], {"id": "v1"})
        assert tx.rows(select(tables["note"].c["count"])) == [(1,)]


def test_a_key_that_is_taken_is_a_conflict(either: Database, tables: dict[str, Table]) -> None:
    """The error is of our tree and the first row stays."""
    add(either, tables["note"], ROW)
    with pytest.raises(Conflict) as conflict, either.write() as tx:
        tx.insert(tables["note"], {"id": "n1"})
    assert conflict.value.code == "already-there"
    assert ids(either, tables["note"]) == ["n1"]


def test_a_row_that_others_refer_to_cannot_go(either: Database, tables: dict[str, Table]) -> None:
    """Foreign keys are on in SQLite too."""
    add(either, tables["note"], ROW)
    add(either, tables["link"], {"note": "n1", "place": 1})
    with pytest.raises(Conflict), either.write() as tx:
        tx.delete(tables["note"], {"id": "n1"})
    with pytest.raises(Conflict), either.write() as tx:
        tx.insert(tables["link"], {"note": "nowhere", "place": 1})
    assert ids(either, tables["note"]) == ["n1"]


def test_an_error_takes_everything_back(either: Database, tables: dict[str, Table]) -> None:
    """All of a transaction or nothing."""

    def fails_at_the_end(tx: Tx) -> None:
        tx.insert(tables["note"], ROW)
        tx.take_noted()
        raise LookupError

    with pytest.raises(LookupError), either.write() as tx:
        fails_at_the_end(tx)
    assert ids(either, tables["note"]) == []


def test_a_reading_transaction_keeps_nothing(either: Database, tables: dict[str, Table]) -> None:
    """Even a change with evidence is thrown away."""
    with either.read() as tx:
        tx.insert(tables["note"], ROW)
        tx.take_noted()
    assert ids(either, tables["note"]) == []


def test_a_reader_sees_one_state(sqlite_db: Database, tables: dict[str, Table]) -> None:
    """A writer who commits meanwhile does not change what a reader already looks at."""
    add(sqlite_db, tables["note"], ROW)
    with sqlite_db.read() as reader:
        before = reader.rows(select(tables["note"].c.id))
        add(sqlite_db, tables["note"], {"id": "n2"})
        assert reader.rows(select(tables["note"].c.id)) == before
    assert ids(sqlite_db, tables["note"]) == ["n1", "n2"]


def test_everything_in_a_transaction_happens_at_one_time(
    either: Database, clock: FixedClock
) -> None:
    """`tx.now` stands still while the clock goes on."""
    with either.write() as tx:
        began = tx.now
        clock.advance(hours=1)
        assert tx.now == began
    with either.read() as tx:
        assert (tx.now - began).total_seconds() == 3600
