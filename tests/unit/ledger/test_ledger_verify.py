# SPDX-License-Identifier: Apache-2.0
"""One changed byte anywhere is found, in its place."""

from __future__ import annotations

import shutil
import sqlite3
import string
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Boolean, Integer, LargeBinary, Table, text
from tools.make_migration import import_every_table

from guiju.kernel import FixedClock, Keyring, LocalMasterKey, software
from guiju.ledger import Evidence, append, append_many, checkpoint, integrate, publish, verify
from guiju.ledger.folder import Folder
from guiju.storage import CanonicalJson, Database, Instant, guard_of, metadata
from guiju.storage.vault import SUBJECT_KEY

START = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
ACTOR = software("probe")
CONTROLS = ("evidence-ledger",)
# It takes up the root of the model, which is that of every copy, also of one whose root is damaged.
KEYS = Keyring(LocalMasterKey(bytes(range(32))))
LEDGER = ("ledger_entry", "ledger_checkpoint", "ledger_key")
# What proves others, or opens them.
PROVING = {*LEDGER, "subject_key", "guiju_meta"}


def value_for(column: Any, number: int) -> Any:
    """Something that fits the column, another for each row."""
    kind = column.type
    if isinstance(kind, Instant):
        return START + timedelta(seconds=number)
    if isinstance(kind, CanonicalJson):
        return {"word": f"w\x1f{number}", "list": [number, True, None]}
    if isinstance(kind, Boolean):
        return bool(number % 2)
    if isinstance(kind, Integer):
        return number + 1
    if isinstance(kind, LargeBinary):
        return bytes([number + 1]) * 16
    return (f"k{number}" + string.ascii_lowercase)[: getattr(kind, "length", None) or 20]


def fill(tx: Any, subject: Table, number: int) -> None:
    """One row of a table, with a value in every column."""
    names = [column for column in subject.columns if column.name != "code"]
    tx.insert(subject, {column.name: value_for(column, number) for column in names})


def fillable() -> list[Table]:
    """Every attested or coded table of every room that refers to no other."""
    return [
        subject
        for subject in metadata.sorted_tables
        if guard_of(subject) != "self"
        and not subject.foreign_keys
        and subject.name not in {*LEDGER, "guiju_meta", "note", "link", "visit"}
    ]


def build(path: Path) -> None:
    """A ledger with six hundred leaves, three checkpoints, two pending, and rows in every table."""
    import_every_table()
    db = opened(path)
    metadata.create_all(db.engine)
    db.check_master_key()
    for size in (300, 256, 40):
        with db.write() as tx:
            items = [Evidence("service-started", CONTROLS, ACTOR, f"pe_{n}") for n in range(size)]
            append_many(tx, items)
        integrate(db)
        publish(db, path / "tiles")
    for number in (0, 1):
        for subject in fillable():
            with db.write() as tx:
                fill(tx, subject, number)
                append(tx, "service-started", controls=CONTROLS, actor=ACTOR)
    integrate(db)
    publish(db, path / "tiles")
    with db.write() as tx:
        tx.seal("pe_1", b"words", "x")
        append(tx, "service-started", controls=CONTROLS, actor=ACTOR, subject="pe_1")
        append(tx, "service-started", controls=CONTROLS, actor=ACTOR)
    db.close()


def opened(path: Path) -> Database:
    return Database.open(f"sqlite:///{path / 'guiju.db'}", KEYS, FixedClock(START))


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ledger that every test of this module damages a copy of."""
    path = tmp_path_factory.mktemp("model")
    build(path)
    with sqlite3.connect(path / "guiju.db") as plain:
        plain.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    plain.close()
    return path


class Copy:
    """A copy to damage, checked as it stands."""

    def __init__(self, model: Path, path: Path) -> None:
        shutil.rmtree(path, ignore_errors=True)
        shutil.copytree(model, path)
        self.path, self.tiles = path, path / "tiles"
        self.plain = sqlite3.connect(path / "guiju.db", isolation_level=None)
        self.plain.execute("PRAGMA foreign_keys=OFF")
        self.plain.execute("PRAGMA synchronous=OFF")

    def places(self, folder: Path | None = None) -> list[str]:
        """Where verify finds something."""
        db = opened(self.path)
        try:
            report = verify(db, folder or self.tiles)
        finally:
            db.close()
        assert report.ok == (not report.problems)
        return [problem.where for problem in report.problems]

    def close(self) -> None:
        self.plain.close()


@pytest.fixture
def copy(model: Path, tmp_path: Path) -> Iterator[Copy]:
    one = Copy(model, tmp_path / "copy")
    yield one
    one.close()


def flipped(value: Any, at: int) -> Any:
    """The value with one bit, or one character, changed."""
    if isinstance(value, int):
        return value ^ (1 << at % 20)
    if isinstance(value, bytes):
        place = at % len(value)
        return value[:place] + bytes([value[place] ^ 1 << at % 8]) + value[place + 1 :]
    place = at % len(value)
    return value[:place] + chr(ord(value[place]) ^ 1) + value[place + 1 :]


def damage(copy: Copy, tab: str, column: str, row: int, at: int) -> tuple[list[str], bool]:
    """Flip one cell; where that may be reported, and whether it was possible at all."""
    key = [one.name for one in metadata.tables[tab].primary_key]
    columns = ", ".join(f'"{name}"' for name in [column, *key])
    value, *keys = copy.plain.execute(
        f'SELECT {columns} FROM "{tab}" LIMIT 1 OFFSET ?', (row,)
    ).fetchone()
    if value in {None, "", b""}:
        return [], False
    changed = flipped(value, at)
    where = " AND ".join(f'"{name}" = ?' for name in key)
    try:
        copy.plain.execute(f'UPDATE "{tab}" SET "{column}" = ? WHERE {where}', (changed, *keys))
    except sqlite3.IntegrityError:
        return [], False
    names = [f"{tab} " + "/".join(str(one) for one in keys)]
    if tab == "ledger_entry":
        return entry_names(copy, keys[0], column, value, changed), True
    if column in key:
        keys[key.index(column)] = changed
        names.append(f"{tab} " + "/".join(str(one) for one in keys))
    if tab == "ledger_checkpoint":
        # The published file is then none of the checkpoints that the database holds.
        names.append("checkpoint")
    return names, True


def entry_names(copy: Copy, arrival: int, column: str, value: Any, changed: Any) -> list[str]:
    wanted = (
        "SELECT position, arrival, (SELECT max(size) FROM ledger_checkpoint)"
        " FROM ledger_entry WHERE arrival = ?"
    )
    row = copy.plain.execute(wanted, (changed if column == "arrival" else arrival,)).fetchone()
    position = value if column == "position" else row[0]
    if column != "position" and position >= row[2]:
        # Nothing stands in for an altered pending leaf, so the row it names may be doubted too.
        return [f"ledger_entry arrival {row[1]}", *(["subject_key pe_1"] * (column == "leaf"))]
    return [f"ledger_entry position {position}", f"ledger_entry position {changed}"]


def tables_with_rows(copy: Copy) -> dict[str, int]:
    counts = {}
    for name in metadata.tables:
        if name not in {"note", "link", "visit"}:
            counts[name] = copy.plain.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]
    return {name: count for name, count in counts.items() if count}


def test_an_untouched_ledger_holds(copy) -> None:
    """No problem where nothing was touched: also with rows in every table, and pending leaves."""
    assert copy.places() == []
    assert set(tables_with_rows(copy)) > {*LEDGER, "subject_key", "guiju_meta"}


def rounds(tables: list[str]) -> list[list[tuple[str, str]]]:
    """Every column of every table once: those of what proves others alone, of all others abreast.

    A verification of all costs as much as one of a single cell, and there are a thousand.
    """
    columns = {tab: [one.name for one in metadata.tables[tab].columns] for tab in tables}
    alone = [[(tab, name)] for tab in tables if tab in PROVING for name in columns[tab]]
    others = [tab for tab in tables if tab not in PROVING]
    widest = max(len(columns[tab]) for tab in others)
    abreast = [
        [(tab, columns[tab][at]) for tab in others if at < len(columns[tab])]
        for at in range(widest)
    ]
    return alone + abreast


@pytest.mark.slow
def test_every_column_of_every_table_is_watched(model, tmp_path) -> None:
    """One flip in each column of each table with rows: found in its place, and nowhere else."""
    first = Copy(model, tmp_path / "first")
    tables = tables_with_rows(first)
    first.close()
    checked = 0
    for cells in rounds(sorted(tables)):
        copy = Copy(model, tmp_path / "copy")
        names = {}
        for tab, column in cells:
            where, done = damage(copy, tab, column, 0, 3)
            if done:
                names[tab, column] = where
        places = copy.places() if names else []
        copy.close()
        for cell, where in names.items():
            assert not set(places).isdisjoint(where), cell
        assert set(places) <= {one for where in names.values() for one in where}
        checked += len(names)
    assert checked > 500


@pytest.mark.slow
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_a_flip_in_a_random_cell_is_found_in_its_place(model, tmp_path, data) -> None:
    """Any table, any row, any column, any bit."""
    copy = Copy(model, tmp_path / "copy")
    try:
        tables = tables_with_rows(copy)
        tab = data.draw(st.sampled_from(sorted(tables)))
        column = data.draw(st.sampled_from([one.name for one in metadata.tables[tab].columns]))
        row = data.draw(st.integers(0, tables[tab] - 1))
        names, done = damage(copy, tab, column, row, data.draw(st.integers(0, 5_000)))
        places = copy.places()
        assert bool(places) == done
        assert set(places) <= set(names)
    finally:
        copy.close()


@pytest.mark.slow
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_a_flip_in_a_random_file_is_found_in_its_place(model, tmp_path, data) -> None:
    """Any published file, any offset, any bit: exactly that file is named."""
    copy = Copy(model, tmp_path / "copy")
    try:
        name = data.draw(st.sampled_from(Folder(copy.tiles).files()))
        raw = (copy.tiles / name).read_bytes()
        place = data.draw(st.integers(0, len(raw) - 1))
        bit = data.draw(st.integers(0, 7))
        changed = raw[:place] + bytes([raw[place] ^ (1 << bit)]) + raw[place + 1 :]
        (copy.tiles / name).write_bytes(changed)
        assert copy.places() == [name]
    finally:
        copy.close()


@pytest.mark.slow
@pytest.mark.parametrize("change", ["cut", "longer", "gone", "empty"])
def test_every_file_is_whole(model, tmp_path, change) -> None:
    """Cut short, grown, emptied or gone: named, except partial tiles nobody needs any more."""
    for name in Folder(model / "tiles").files():
        copy = Copy(model, tmp_path / "copy")
        path = copy.tiles / name
        raw = path.read_bytes()
        if change == "gone":
            path.unlink()
        else:
            path.write_bytes({"cut": raw[:-1], "longer": raw + b"x", "empty": b""}[change])
        places = copy.places()
        copy.close()
        assert places == [name] or (change == "gone" and places == [] and ".p/" in name)


def test_a_file_that_does_not_belong_is_named(copy) -> None:
    """Beside the tiles, under another spelling, or beyond the end."""
    for name in ("notes.txt", "tile/0/x000/001", "tile/0/099", "tile/0/002.p/255", "tile/7/000"):
        (copy.tiles / name).parent.mkdir(parents=True, exist_ok=True)
        (copy.tiles / name).write_bytes(bytes(32))
    assert set(copy.places()) == {
        "notes.txt",
        "tile/0/x000/001",
        "tile/0/099",
        "tile/0/002.p/255",
        "tile/7/000",
    }


@pytest.mark.parametrize(
    ("change", "places"),
    [
        ("DELETE FROM ledger_entry WHERE position = 17", ["ledger_entry position 17"]),
        (
            "UPDATE ledger_entry SET position = NULL WHERE position = 17",
            ["ledger_entry position 17"],
        ),
        (
            "UPDATE ledger_entry SET position = 99999 WHERE position = 17",
            ["ledger_entry position 17", "ledger_entry position 99999"],
        ),
        (
            "UPDATE ledger_entry SET position = 17.5 WHERE position = 17",
            ["ledger_entry position 17.5", "ledger_entry position 17"],
        ),
        (
            "UPDATE ledger_entry SET position = 'x' WHERE position = 17",
            ["ledger_entry position 17", "ledger_entry position x"],
        ),
        (
            "UPDATE ledger_entry SET leaf = CAST(leaf AS TEXT) WHERE position = 17",
            ["ledger_entry position 17"],
        ),
        ("DELETE FROM subject_key WHERE subject = 'pe_1'", ["subject_key pe_1"]),
        (
            "INSERT INTO subject_key VALUES ('pe_9', x'00', 0)",
            ["subject_key pe_9"],
        ),
        ("UPDATE subject_key SET made_at = 'soon' WHERE subject = 'pe_1'", ["subject_key pe_1"]),
        ("UPDATE guiju_meta SET value = CAST(value AS BLOB)", ["guiju_meta key-check"]),
        ("DELETE FROM ledger_key", ["ledger_key"]),
        ("UPDATE ledger_checkpoint SET peaks = 5 WHERE size = 556", ["ledger_checkpoint 556"]),
        ("DROP TABLE subject_key", ["subject_key"]),
    ],
)
def test_rows_taken_put_or_moved_are_named(copy, change, places) -> None:
    """Deletion, insertion, another place, another type: what changed is named."""
    copy.plain.executescript(change)
    found = copy.places()
    assert set(found) == set(places)


def test_two_entries_that_changed_places_are_found(copy) -> None:
    """Each is sound by itself; the tree, the tiles and the signed root are not of that order."""
    for old, new in ((3, 903), (4, 3), (903, 4)):
        copy.plain.execute("UPDATE ledger_entry SET position = ? WHERE position = ?", (new, old))
    assert copy.places()[0] == "tile/entries/000"
    assert {"tile/0/000", "ledger_checkpoint 300"} <= set(copy.places())


def test_without_files_an_altered_entry_is_found_all_the_same(copy) -> None:
    """Its code tells where; the checkpoints after it are not blamed."""
    copy.plain.execute(
        "UPDATE ledger_entry SET leaf = CAST(replace(leaf, 'pe_1', 'pe_2') AS BLOB)"
        " WHERE position = 1"
    )
    shutil.rmtree(copy.tiles)
    assert copy.places() == ["ledger_entry position 1"]
    copy.plain.execute("DELETE FROM ledger_entry WHERE position BETWEEN 590 AND 999999")
    assert copy.places()[:1] == ["ledger_entry position 1"]
    assert any("positions 590 to" in place for place in copy.places())


def test_a_key_holder_who_rewrites_an_entry_is_found_by_the_signed_root(copy) -> None:
    """Who has the master key can code an entry anew, but not what was published and signed."""
    from guiju.ledger.service import code_key, entry_code  # noqa: PLC0415 - the forger's tools

    db = opened(copy.path)
    wanted = "SELECT arrival, leaf FROM ledger_entry WHERE position = 1"
    arrival, leaf = copy.plain.execute(wanted).fetchone()
    forged = leaf.replace(b"service-started", b"service-stopped")
    code = entry_code(code_key(db.keys), arrival, forged)
    db.close()
    copy.plain.execute(
        "UPDATE ledger_entry SET leaf = ?, code = ? WHERE position = 1", (forged, code)
    )
    places = copy.places()
    assert {"tile/0/000", "tile/entries/000", "ledger_checkpoint 300"} <= set(places)


def test_a_leaf_in_another_spelling_is_found(copy) -> None:
    """Not canonical, or with a fraction: even with a true code."""
    from guiju.ledger.service import code_key, entry_code  # noqa: PLC0415 - as above

    db = opened(copy.path)
    wanted = "SELECT arrival, leaf FROM ledger_entry ORDER BY arrival DESC"
    arrival, leaf = copy.plain.execute(wanted).fetchone()
    for forged in (leaf.replace(b'"v":1', b'"v": 1'), leaf.replace(b'"v":1', b'"v":1.5'), b"{"):
        code = entry_code(code_key(db.keys), arrival, forged)
        copy.plain.execute(
            "UPDATE ledger_entry SET leaf = ?, code = ? WHERE arrival = ?", (forged, code, arrival)
        )
        assert copy.places() == [f"ledger_entry arrival {arrival}"]
    db.close()


def test_the_schema_must_stand_at_the_newest_revision(copy) -> None:
    """A database that was migrated says so, and truly."""
    copy.plain.execute("CREATE TABLE alembic_version (version_num VARCHAR(32))")
    copy.plain.execute("INSERT INTO alembic_version VALUES ('other')")
    assert copy.places() == ["alembic_version"]


def test_problems_without_end_are_counted_not_listed(copy) -> None:
    """A thousand are named, then how many more there are."""
    copy.plain.execute(
        "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 1499)"
        " INSERT INTO subject_key SELECT 'pe_new' || i, x'00', 0 FROM n"
    )
    places = copy.places()
    assert len(places) == 1_001
    assert places[-1] == "..."


def test_what_is_seen_is_one_moment(db, record, tmp_path) -> None:
    """Size and root are those of the newest checkpoint; progress counts up to it."""
    record(db, 600)
    integrate(db)
    publish(db, tmp_path / "tiles")
    seen: list[tuple[int, int]] = []
    report = verify(db, tmp_path / "tiles", lambda done, whole: seen.append((done, whole)))
    with db.read() as tx:
        newest = checkpoint(tx)
    assert newest is not None
    assert report.size == newest.size == 600
    assert f"\n{report.root}\n" in newest.note
    assert seen == [(256, 600), (512, 600), (600, 600)]


def test_the_same_holds_on_postgresql(pg_db, record, tmp_path) -> None:
    """Whole at first; then an entry, a row and a checkpoint are altered, and each is named."""
    with pg_db.write() as tx:
        tx.seal("pe_1", b"words", "x")
        append(tx, "service-started", controls=CONTROLS, actor=ACTOR)
        for subject in fillable():
            if subject is not SUBJECT_KEY:
                fill(tx, subject, 1)
                append(tx, "service-started", controls=CONTROLS, actor=ACTOR)
    record(pg_db, 300)
    integrate(pg_db)
    publish(pg_db, tmp_path / "tiles")
    record(pg_db, 1)
    assert verify(pg_db, tmp_path / "tiles").problems == ()
    with pg_db.write() as tx:
        tx.execute(text("UPDATE ledger_entry SET subject = 'pe_9' WHERE position = 200"))
        tx.execute(text("UPDATE subject_key SET made_at = made_at + 1"))
        tx.execute(text("UPDATE ledger_checkpoint SET at = at + 1"))
    found = verify(pg_db, tmp_path / "tiles")
    assert sorted(problem.where for problem in found.problems) == [
        f"ledger_checkpoint {found.size}",
        "ledger_entry position 200",
        "subject_key pe_1",
    ]
