# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import Table, select, text
from sqlalchemy.exc import StatementError

from guiju.storage import Database

MOMENTS = [
    datetime(2026, 11, 24, 8, 0, 0, 123_456, tzinfo=UTC),
    datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    datetime(2026, 1, 1, 8, tzinfo=timezone(timedelta(hours=8))),
]
VALUES = [{"b": [1, "二", None, True], "a": {}}, [], "", 0, 2**70, {"key": "值"}]


@pytest.mark.parametrize("at", MOMENTS, ids=str)
def test_a_moment_comes_back_in_utc(
    either: Database, tables: dict[str, Table], at: datetime
) -> None:
    """To the microsecond, with its zone, from either database."""
    note = tables["note"]
    with either.write() as tx:
        tx.insert(note, {"id": "n1", "at": at})
        tx.take_noted()
        row = tx.row(select(note.c.at))
    assert row is not None
    assert (row.at, row.at.tzinfo) == (at, UTC)


def test_moments_are_compared_by_the_database(either: Database, tables: dict[str, Table]) -> None:
    """The words "older than" are a question the database answers."""
    note = tables["note"]
    with either.write() as tx:
        tx.insert_many(note, [{"id": str(at), "at": at} for at in MOMENTS])
        tx.take_noted()
        found = tx.rows(select(note.c.id).where(note.c.at < MOMENTS[2]))
    assert [row.id for row in found] == [str(MOMENTS[1])]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_a_value_comes_back_equal(either: Database, tables: dict[str, Table], value: Any) -> None:
    """Whatever canonical JSON can hold, a column can."""
    note = tables["note"]
    with either.write() as tx:
        tx.insert(note, {"id": "n1", "facts": value})
        tx.take_noted()
        row = tx.row(select(note.c.facts))
    assert row is not None
    assert row.facts == value


def test_a_value_is_kept_as_its_canonical_text(either: Database, tables: dict[str, Table]) -> None:
    """Byte for byte, so that an inspector reads the same bytes that were digested."""
    with either.write() as tx:
        tx.insert(tables["note"], {"id": "n1", "facts": {"b": 1, "a": "二"}})
        tx.take_noted()
        row = tx.row(text("SELECT facts FROM note"))
    assert row is not None
    assert row.facts == '{"a":"二","b":1}'


def test_nothing_stays_nothing(either: Database, tables: dict[str, Table]) -> None:
    """An empty column is no moment and no value."""
    with either.write() as tx:
        tx.insert(tables["note"], {"id": "n1"})
        tx.take_noted()
        row = tx.row(select(tables["note"]))
    assert row is not None
    assert (row.at, row.facts, row.body, row.done) == (None, None, None, None)


@pytest.mark.parametrize(
    "value",
    [{"at": datetime(2026, 1, 1)}, {"facts": {"share": 0.5}}],  # noqa: DTZ001 - refused here
    ids=["a moment without a zone", "a float"],
)
def test_what_has_no_certain_meaning_is_not_written(
    sqlite_db: Database, tables: dict[str, Table], value: dict[str, Any]
) -> None:
    """The fault shows where it is made, before a row is there."""
    with pytest.raises((ValueError, TypeError, StatementError)), sqlite_db.write() as tx:
        tx.insert(tables["note"], {"id": "n1", **value})
    with sqlite_db.read() as tx:
        assert tx.rows(select(tables["note"])) == []
