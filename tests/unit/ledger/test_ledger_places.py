# SPDX-License-Identifier: Apache-2.0
"""Places given when evidence is appended, and what becomes of them when somebody altered them."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, text

from guiju.kernel import FixedClock, Keyring, NotFound, canonical, software
from guiju.ledger import (
    Evidence,
    Returned,
    append_many,
    checkpoint,
    entry,
    integrate,
    leaves,
    of_case,
    prove,
    publish,
    service,
    size,
    store,
    verify,
)
from guiju.ledger.proving import position_of
from guiju.ledger.tree import leaf_hash, root_of
from guiju.storage import Database, Tx


@pytest.fixture(params=["sqlite", "postgresql"])
def any_db(request):
    """The database of either kind."""
    return request.getfixturevalue("db" if request.param == "sqlite" else "pg_db")


def places(db: Database) -> list[Any]:
    """The position of every row, by arrival."""
    with db.read() as tx:
        found = tx.execute(text("SELECT position FROM ledger_entry ORDER BY arrival"))
        return [row.position for row in found]


def change(db: Database, *statements: str) -> None:
    with db.write() as tx:
        for one in statements:
            tx.execute(text(one))


def older(db: Database) -> None:
    """As a version left it that gave places only when it signed."""
    change(
        db,
        "UPDATE ledger_entry SET position = NULL"
        " WHERE position >= (SELECT coalesce(max(size), 0) FROM ledger_checkpoint)",
    )


def named(db: Database, folder: Path | None = None) -> list[str]:
    return [problem.where for problem in verify(db, folder).problems]


def in_tree(db: Database) -> list[str]:
    """The ids in the tree, after a look whether its root and all indexes are theirs."""
    with db.read() as tx:
        found, newest = leaves(tx, limit=100_000), checkpoint(tx)
        assert [leaf["index"] for leaf in found] == list(range(size(tx)))
        for leaf in found[-3:]:
            assert entry(tx, leaf["id"]) == leaf
    names = [str(leaf["id"]) for leaf in found]
    for leaf in found:
        del leaf["index"]
    if newest is not None:
        assert newest.root == root_of(leaf_hash(canonical(leaf)) for leaf in found)
    return names


# -- where places come from ----------------------------------------------------------------------


def test_sqlite_gives_places_at_once_and_postgresql_does_not(any_db, record):
    """From zero in an empty ledger, and on from there, whether or not a checkpoint was signed."""
    sqlite = any_db.engine.dialect.name == "sqlite"
    record(any_db, 2)
    record(any_db, 3)
    assert places(any_db) == ([0, 1, 2, 3, 4] if sqlite else [None] * 5)
    integrate(any_db)
    assert places(any_db) == [0, 1, 2, 3, 4]
    record(any_db, 100)
    assert places(any_db)[5:] == (list(range(5, 105)) if sqlite else [None] * 100)
    integrate(any_db)
    assert places(any_db) == list(range(105))
    assert named(any_db) == []


@contextmanager
def statements(db: Database) -> Iterator[list[str]]:
    """What SQLite is told by each connection that is taken up meanwhile."""
    seen: list[str] = []

    def listen(connection: sqlite3.Connection, *_: Any) -> None:
        connection.set_trace_callback(seen.append)

    event.listen(db.engine, "checkout", listen)
    yield seen
    event.remove(db.engine, "checkout", listen)
    with db.write() as tx:
        driver: Any = tx.connection.connection.driver_connection
        driver.set_trace_callback(None)


def test_no_row_is_written_a_second_time(db, record):
    """A checkpoint is added, and that is all; with rows of before there is one update for all."""
    for count in (3, 70, 1):
        record(db, count)
        with statements(db) as seen:
            assert integrate(db) is not None
        assert any("INSERT INTO ledger_checkpoint" in one for one in seen)
        assert not any(one.startswith("UPDATE") for one in seen)
    record(db, 3)
    older(db)
    with statements(db) as seen:
        integrate(db)
    assert sum("SET position = arrival" in one for one in seen) == 1


def test_what_waits_from_an_older_version_comes_first(db, record):
    """New entries get no place before it, and at once again when it has its own."""
    names = record(db, 3)
    integrate(db)
    names += record(db, 4)
    older(db)
    names += record(db, 2)
    assert places(db) == [0, 1, 2] + [None] * 6
    assert named(db) == []
    assert integrate(db) is not None
    assert in_tree(db) == names
    names += record(db, 2)
    assert places(db) == list(range(11))
    integrate(db)
    assert in_tree(db) == names
    assert named(db) == []


def test_a_place_that_was_rolled_back_is_given_again(db, record):
    """No gap, also within one transaction that appends twice."""
    record(db, 2)
    one = Evidence("service-started", ("evidence-ledger",), software("test"), rows=())
    with pytest.raises(RuntimeError, match="on purpose"), db.write() as tx:
        append_many(tx, [one, one])
        raise RuntimeError("on purpose")
    with db.write() as tx:
        append_many(tx, [one])
        append_many(tx, [one, one])
    assert places(db) == [0, 1, 2, 3, 4]


def test_processes_that_append_in_turns_share_one_row_of_places(db, record, keys, clock):
    """Each asks the database, and remembers nothing."""
    other = Database.open(str(db.engine.url), keys, clock)
    names = []
    for turn in range(6):
        names += record((db, other)[turn % 2], turn + 1)
        if turn == 3:
            integrate(other)
    assert places(db) == list(range(21))
    integrate(db)
    other.close()
    assert in_tree(db) == names


def test_more_than_one_batch_gets_its_places(db, record, monkeypatch):
    """With places already, and without."""
    monkeypatch.setattr(service, "_BATCH", 5)
    names = record(db, 13)
    made = integrate(db)
    assert made is not None
    assert made.size == 13
    names += record(db, 12)
    older(db)
    names += record(db, 2)
    integrate(db)
    assert in_tree(db) == names
    assert named(db) == []


# -- what is not in the tree yet -----------------------------------------------------------------


def test_nothing_pending_is_shown_as_integrated(any_db, record):
    """Neither by position nor by id, nor about a case, though it may have its place."""
    first = record(any_db, 3)
    integrate(any_db)
    one = Evidence(
        "service-started", ("evidence-ledger",), software("test"), subject="case_1", rows=()
    )
    with any_db.write() as tx:
        (name,) = append_many(tx, [one])
    with any_db.read() as tx:
        assert [leaf["id"] for leaf in leaves(tx)] == first
        assert leaves(tx, since=3) == []
        leaf = entry(tx, name)
        assert leaf is not None
        assert leaf["index"] is None
        assert [leaf["index"] for leaf in of_case(tx, "case_1")] == [None]
        with pytest.raises(NotFound, match="evidence-pending"):
            position_of(tx, name)
        with pytest.raises(NotFound, match="no-such-evidence"):
            prove(tx, 3)
        assert size(tx) == 3
    integrate(any_db)
    with any_db.read() as tx:
        assert [leaf["index"] for leaf in of_case(tx, "case_1")] == [3]
        assert prove(tx, name).index == position_of(tx, name) == 3


def plan(db: Database, question: str, values: dict[str, int]) -> str:
    with db.read() as tx:
        found = tx.execute(text(f"EXPLAIN QUERY PLAN {question}"), values)
        return "\n".join(row.detail for row in found)


def test_what_is_pending_is_found_by_its_index(db, record):
    """However many rows there are: none of the questions reads them all."""
    record(db, 10)
    for one in (store._TAKE_BACK, store._AFTER):
        assert "SCAN ledger_entry" not in plan(db, one.text, {"first": 1}), one.text
    with statements(db) as seen:
        integrate(db)
        record(db, 1)
    pending = [one for one in seen if one.startswith("SELECT arrival, position, leaf, code")]
    assert len(pending) == 2
    for query in pending:
        assert "SCAN ledger_entry" not in plan(db, query, {}), query
    alone = [one for one in seen if one.startswith("SELECT") and "every" in one]
    assert len(alone) == 2
    for query in alone:
        said = plan(db, query, {})
        # The last row is the end of the table: a scan that stops after one.
        assert "SCAN ledger_entry" not in said or "ORDER BY ledger_entry.arrival DESC" in query
        assert "SCAN every" not in said


# -- altered while pending -----------------------------------------------------------------------


ALTER = (
    "UPDATE ledger_entry SET leaf = CAST(replace(leaf, 'started', 'stopped') AS BLOB)"
    " WHERE arrival = "
)


@pytest.mark.parametrize("arrival", [3, 4, 5])
def test_an_entry_altered_in_its_place_gives_it_up(db, record, arrival):
    """The others close up, and go on so; verify names it, before and after."""
    names = record(db, 2)
    integrate(db)
    names += record(db, 3)
    change(db, f"{ALTER}{arrival}")
    assert named(db) == [f"ledger_entry arrival {arrival}"]
    names += record(db, 1)
    integrate(db)
    names += record(db, 2)
    integrate(db)
    del names[arrival - 1]
    assert in_tree(db) == names
    assert named(db) == [f"ledger_entry arrival {arrival}"]
    assert integrate(db) is None


def test_the_last_one_altered_does_not_block_what_follows(db, record):
    """Its place is beyond the tree until somebody comes after it."""
    names = record(db, 3)
    change(db, f"{ALTER}3")
    integrate(db)
    assert in_tree(db) == names[:2]
    assert integrate(db) is None
    names += record(db, 2)
    assert integrate(db) is not None
    assert in_tree(db) == names[:2] + names[3:]
    assert named(db) == ["ledger_entry arrival 3"]


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        (["99 WHERE arrival = 3"], ["ledger_entry position 99"]),
        (["99 WHERE arrival = 5"], ["ledger_entry position 99"]),
        (["4000000000000000000 WHERE arrival = 5"], ["ledger_entry position 4000000000000000000"]),
        (["9223372036854775807 WHERE arrival = 5"], ["ledger_entry position 9223372036854775807"]),
        (["'x' WHERE arrival = 5"], ["ledger_entry position x"]),
        (["NULL WHERE arrival = 3"], ["ledger_entry position 4"]),
        (["NULL WHERE arrival = 5"], []),
        (
            ["-9 WHERE arrival = 3", "2 WHERE arrival = 4", "3 WHERE arrival = 3"],
            ["ledger_entry position 3"],
        ),
    ],
)
def test_a_place_that_was_moved_is_named_and_put_right(db, record, changes, where):
    """Far away, without end, no number, none at all, or that of another."""
    names = record(db, 2)
    integrate(db)
    names += record(db, 3)
    assert places(db) == [0, 1, 2, 3, 4]
    change(db, *[f"UPDATE ledger_entry SET position = {one}" for one in changes])
    assert named(db) == where
    names += record(db, 2)
    integrate(db)
    assert in_tree(db) == names
    assert named(db) == []
    record(db, 1)
    assert places(db) == list(range(8))


@pytest.mark.parametrize("arrival", [3, 5])
def test_a_negative_place_is_named_and_blocks_nobody(db, record, arrival):
    """As a position below zero always was: it is in no tree, and nothing puts it there."""
    names = record(db, 2)
    integrate(db)
    names += record(db, 3)
    change(db, f"UPDATE ledger_entry SET position = -7 WHERE arrival = {arrival}")
    assert "ledger_entry position -7" in named(db)
    names += record(db, 2)
    integrate(db)
    del names[arrival - 1]
    assert in_tree(db) == names
    assert named(db) == ["ledger_entry position -7"]


def test_places_beyond_a_batch_are_not_in_the_way(db, record, monkeypatch):
    """Whoever holds the place of an earlier one gives it up, though its own turn is later."""
    monkeypatch.setattr(service, "_BATCH", 5)
    names = record(db, 12)
    change(
        db,
        "UPDATE ledger_entry SET position = -1 WHERE arrival = 11",
        "UPDATE ledger_entry SET position = 10 WHERE arrival = 2",
        "UPDATE ledger_entry SET position = 1 WHERE arrival = 11",
    )
    integrate(db)
    assert in_tree(db) == names
    assert places(db) == list(range(12))
    assert named(db) == []


def test_without_its_last_row_the_ledger_goes_on(db, record):
    """Of pending ones, the place is given again; one of the tree is missed, and nobody takes it."""
    names = record(db, 3)
    change(db, "DELETE FROM ledger_entry WHERE arrival = 3")
    names[2:] = record(db, 2)
    integrate(db)
    assert in_tree(db) == names
    assert named(db) == []
    change(db, "DELETE FROM ledger_entry WHERE position >= 2")
    record(db, 2)
    assert places(db) == [0, 1, None, None]
    assert integrate(db) is not None
    assert places(db) == [0, 1, 4, 5]
    record(db, 1)
    assert places(db) == [0, 1, 4, 5, 6]
    assert named(db) == ["ledger_entry position 2", "ledger_entry position 3"]


def test_an_emptied_table_does_not_begin_anew(db, record):
    """A checkpoint says that there was something."""
    record(db, 3)
    integrate(db)
    change(db, "DELETE FROM ledger_entry")
    record(db, 2)
    assert places(db) == [None, None]
    integrate(db)
    assert places(db) == [3, 4]
    assert named(db) == [f"ledger_entry position {at}" for at in range(3)]


def test_on_postgresql_a_place_that_no_checkpoint_covers_is_named(pg_db, record):
    """It has none there while it waits; integration puts it right all the same."""
    names = record(pg_db, 2)
    integrate(pg_db)
    names += record(pg_db, 3)
    change(pg_db, "UPDATE ledger_entry SET position = 3 WHERE arrival = 3")
    assert named(pg_db) == ["ledger_entry position 3"]
    integrate(pg_db)
    assert in_tree(pg_db) == names
    assert named(pg_db) == []


# -- a database that was put back ----------------------------------------------------------------


def test_a_database_that_was_put_back_gives_its_places_up(db, record, keys, clock, tmp_path):
    """Those of pending rows go to what was published in them; the rows get theirs after it."""
    folder = tmp_path / "tiles"
    names = record(db, 300)
    integrate(db)
    publish(db, folder)
    names += record(db, 3)
    path = tmp_path / "backup.db"
    with sqlite3.connect(str(db.engine.url.database)) as here, sqlite3.connect(path) as there:
        here.backup(there)
    names += record(db, 400)
    integrate(db)
    publish(db, folder)

    back = Database.open(f"sqlite:///{path}", keys, clock)
    late = record(back, 4)
    assert places(back) == list(range(307))
    for killed in (True, False):
        returned = Returned(back, folder)
        for at, (first, some) in enumerate(returned.leaves()):
            with back.write() as tx:
                returned.place(tx, first, some)
            if killed and at:
                late += record(back, 2)
                break
    late += record(back, 2)
    with back.write() as tx:
        returned.adopt(tx)
    assert in_tree(back) == names
    integrate(back)
    publish(back, folder)
    assert in_tree(back) == names + late
    assert named(back, folder) == []
    record(back, 1)
    assert places(back)[-1] == len(names + late)
    back.close()


# -- all of it -----------------------------------------------------------------------------------


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("append"), st.integers(1, 4), st.just(0)),
        st.tuples(st.just("integrate"), st.just(0), st.just(0)),
        st.tuples(st.just("older"), st.just(0), st.just(0)),
        st.tuples(st.just("delete"), st.integers(0, 9), st.just(0)),
        st.tuples(st.just("leaf"), st.integers(0, 9), st.just(0)),
        st.tuples(st.just("move"), st.integers(0, 9), st.integers(-2, 9)),
        st.tuples(st.just("swap"), st.integers(0, 9), st.integers(0, 9)),
    ),
    max_size=14,
)


class Altered:
    """A ledger that somebody alters while it grows, as far as no checkpoint covers it."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.tree: list[str] = []
        self.harmed: set[str] = set()

    def waiting(self, tx: Tx) -> list[Any]:
        wanted = (
            "SELECT arrival, id, position FROM ledger_entry WHERE position IS NULL OR position < 0"
            " OR position >= (SELECT coalesce(max(size), 0) FROM ledger_checkpoint)"
            " ORDER BY arrival"
        )
        return list(tx.execute(text(wanted)))

    def step(self, verb: str, one: int, other: int) -> None:
        if verb == "append":
            item = Evidence("service-started", ("evidence-ledger",), software("x"), rows=())
            with self.db.write() as tx:
                append_many(tx, [item] * one)
        elif verb == "integrate":
            self.integrate()
        elif verb == "older":
            older(self.db)
        else:
            with self.db.write() as tx:
                if rows := self.waiting(tx):
                    self.alter(tx, verb, rows, one, other)

    def alter(self, tx: Tx, verb: str, rows: list[Any], one: int, other: int) -> None:
        row, second = rows[one % len(rows)], rows[other % len(rows)]
        if verb == "delete":
            tx.execute(text("DELETE FROM ledger_entry WHERE arrival = :at"), {"at": row.arrival})
        elif verb == "leaf":
            tx.execute(text(f"{ALTER}{row.arrival}"))
            self.harmed.add(row.id)
        elif verb == "move":
            place = other if other < 0 else len(self.tree) + other * 3
            if place not in {each.position for each in rows}:
                self.put(tx, row, place)
        elif second is not row:
            self.put(tx, row, None)
            self.put(tx, second, row.position)
            self.put(tx, row, second.position)

    @staticmethod
    def put(tx: Tx, row: Any, place: int | None) -> None:
        values = {"place": place, "at": row.arrival}
        tx.execute(text("UPDATE ledger_entry SET position = :place WHERE arrival = :at"), values)

    def integrate(self) -> None:
        """All that was not altered follows in order of arrival."""
        with self.db.read() as tx:
            rows = self.waiting(tx)
        sound = [one.id for one in rows if one.id not in self.harmed and (one.position or 0) >= 0]
        assert (integrate(self.db) is None) == (not sound)
        self.tree += sound

    def check(self) -> None:
        assert in_tree(self.db) == self.tree
        with self.db.read() as tx:
            for row in self.waiting(tx):
                leaf = entry(tx, row.id)
                assert leaf is not None
                assert leaf["index"] is None or leaf["index"] < 0


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_the_tree_is_what_was_appended_whatever_is_altered_meanwhile(
    empty: Path, keys: Keyring, clock: FixedClock, steps: list[tuple[str, int, int]]
) -> None:
    """The tree is all sound leaves by arrival; what was integrated stays; verify names the rest."""
    with TemporaryDirectory() as folder:
        path = shutil.copyfile(empty, Path(folder) / "guiju.db")
        db = Database.open(f"sqlite:///{path}", keys, clock)
        altered = Altered(db)
        for verb, one, other in steps:
            altered.step(verb, one, other)
            altered.check()
        altered.step("append", 2, 0)
        altered.integrate()
        altered.check()
        with db.read() as tx:
            left = {
                f"ledger_entry position {row.position}"
                if (row.position or 0) < 0
                else f"ledger_entry arrival {row.arrival}"
                for row in altered.waiting(tx)
            }
        assert set(named(db)) == left
        db.close()
