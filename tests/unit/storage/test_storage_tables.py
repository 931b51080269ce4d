# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Column, Integer, String, Table
from sqlalchemy.dialects.sqlite import dialect as sqlite_dialect

from guiju.kernel import Keyring, LocalMasterKey
from guiju.storage import coded_row_holds, guard_of, later, metadata, row_digest, row_key, table
from guiju.storage.inserting import Insertion
from guiju.storage.tables import Guard, row_code

ROW: dict[str, Any] = {
    "id": "n1",
    "words": "一",
    "count": 1,
    "done": False,
    "at": datetime(2026, 1, 1, tzinfo=UTC),
    "body": b"\x00\x01",
    "facts": {"a": [1]},
}


def test_each_table_says_how_it_is_protected(tables: dict[str, Table]) -> None:
    """Attested unless its room decides otherwise; only a coded table has a code."""
    guards = {name: guard_of(one) for name, one in tables.items()}
    expected = {"note": "attested", "link": "attested", "visit": "coded", "proof": "self"}
    assert guards == expected
    assert [name for name, one in tables.items() if "code" in one.columns] == ["visit"]


def test_the_digest_of_a_row_can_be_made_by_anyone(tables: dict[str, Table]) -> None:
    """The bytes are plain JSON; this number is worked out by hand with sha256sum."""
    assert row_digest(tables["proof"], {"id": "p1"}) == (
        "00d3e18296e13fb30cb2ea4f94d214dfa8e5d37700cef27b1f09491775f055cd"
    )


@pytest.mark.parametrize(
    "change",
    [
        {"id": "n2"},
        {"words": "二"},
        {"words": None},
        {"count": 2},
        {"done": True},
        {"at": datetime(2026, 1, 1, 0, 0, 0, 1, tzinfo=UTC)},
        {"body": b"\x00\x02"},
        {"facts": {"a": [1, 1]}},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_change_of_any_column_changes_the_digest(
    tables: dict[str, Table], change: dict[str, Any]
) -> None:
    """No column can be altered without the proof showing it."""
    note = tables["note"]
    assert row_digest(note, {**ROW, **change}) != row_digest(note, ROW)


def test_the_same_row_in_another_table_is_another_row(tables: dict[str, Table]) -> None:
    """A proof cannot be moved."""
    assert row_digest(tables["proof"], {"id": "x"}) != row_digest(tables["visit"], {"id": "x"})


def test_columns_that_are_not_named_count_as_empty(tables: dict[str, Table]) -> None:
    """A row as inserted and a row as read have one digest."""
    full = dict.fromkeys(tables["note"].columns.keys()) | {"id": "n1"}
    assert row_digest(tables["note"], {"id": "n1"}) == row_digest(tables["note"], full)


def test_a_row_is_named_by_its_whole_key(tables: dict[str, Table]) -> None:
    """Keys of several columns are one string, in the order of the table."""
    assert row_key(tables["link"], {"place": 2, "note": "n1"}) == "n1/2"


def test_a_code_holds_for_the_row_it_was_made_for(tables: dict[str, Table], keys: Keyring) -> None:
    """A changed row, a code from elsewhere and another master key all fail."""
    visit, row = tables["visit"], {"id": "v1", "words": "here", "at": None}
    kept = {**row, "code": row_code(visit, row, keys)}
    assert coded_row_holds(visit, kept, keys)
    assert not coded_row_holds(visit, {**kept, "words": "there"}, keys)
    assert not coded_row_holds(visit, {**kept, "code": bytes(16)}, keys)
    assert not coded_row_holds(visit, kept, Keyring(LocalMasterKey(bytes(32))))


def test_names_of_keys_and_indexes_are_fixed() -> None:
    """Both databases give a constraint the same name, so one migration fits both."""
    assert set(metadata.naming_convention) >= {"ix", "uq", "fk", "pk"}


def test_no_room_calls_a_column_code() -> None:
    """It would look like the code of the row, and nothing would attest what stands in it."""
    with pytest.raises(ValueError, match="`code`"):
        table(
            "sample_of_a_trap", Column("id", String(8), primary_key=True), Column("code", String(8))
        )


@pytest.mark.parametrize("guard", ["attested", "coded"])
@pytest.mark.parametrize("empty", [None, 0])
def test_a_column_that_came_later_leaves_what_older_rows_prove_true(
    keys: Keyring, guard: Guard, empty: int | None
) -> None:
    """While it is empty it is not there; once it holds something, a change of it is seen."""
    before = table("sample", Column("id", String(8), primary_key=True), guard=guard)
    metadata.remove(before)
    added = Column("added", Integer, info=later(empty))
    now = table("sample", Column("id", String(8), primary_key=True), added, guard=guard)
    metadata.remove(now)
    old, new = {"id": "s1"}, {"id": "s1", "added": empty}
    assert row_digest(now, new) == row_digest(before, old)
    assert row_digest(now, {"id": "s1", "added": 7}) != row_digest(before, old)
    assert row_digest(now, {"id": "s1", "added": 7}) != row_digest(now, {"id": "s1", "added": 8})
    # The way of the hot path says the same.
    for value in (empty, 7):
        row: dict[str, Any] = {"id": "s1", "added": value}
        row |= {"code": None} if guard == "coded" else {}
        (taken,), noted = Insertion(now, sqlite_dialect()).taken([row], keys.code)
        if guard == "coded":
            assert not noted
            assert taken[-1] == row_code(now, row, keys)
        else:
            assert [one.digest for one in noted] == [row_digest(now, row)]
