# SPDX-License-Identifier: Apache-2.0
"""A question that is asked every second has the same answer as the query it was made of."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Integer, Table, bindparam, select

from guiju.kernel import GuijuError
from guiju.storage import Database, Question, Tx

AT = datetime(2026, 12, 1, 8, 30, 0, 123_456, tzinfo=UTC)
ROWS: list[dict[str, Any]] = [
    {
        "id": f"n{number}",
        "words": "百分之一 100% ' ?",
        "count": number,
        "done": number == 1,
        "at": AT.replace(hour=number),
        "body": bytes(range(number)),
        "facts": {"名": [number, None]},
    }
    for number in range(3)
] + [
    dict.fromkeys(("words", "count", "done", "at", "body", "facts")) | {"id": "n3"},
]


@pytest.fixture
def note(tables: dict[str, Table]) -> Table:
    return tables["note"]


def add(tx: Tx, note: Table) -> None:
    for row in ROWS:
        tx.insert(note, row)
    tx.take_noted()


def test_every_kind_of_column_comes_out_as_from_the_query(either: Database, note: Table) -> None:
    """Moments, JSON, bytes, yes and no, and nothing; by name and in order."""
    query = select(note).order_by(note.c.id)
    with either.write() as tx:
        add(tx, note)
        rows = tx.ask(Question(query))
        assert [row._asdict() for row in rows] == ROWS
        assert [tuple(row) for row in rows] == [tuple(row) for row in tx.rows(query)]
        assert rows[0].at.tzinfo is UTC


def test_parameters_are_converted_and_asked_anew_each_time(either: Database, note: Table) -> None:
    """Those with a value of their own keep it; the others are given."""
    since = select(note.c.id).where(
        note.c.at >= bindparam("now"), note.c.words.like("%100\\%%", escape="\\")
    )
    question = Question(since.order_by(note.c.id).limit(2))
    with either.write() as tx:
        add(tx, note)
        for hour, found in ((0, ["n0", "n1"]), (2, ["n2"]), (3, []), (1, ["n1", "n2"])):
            assert [row.id for row in tx.ask(question, now=AT.replace(hour=hour))] == found


def test_how_many_at_most_may_be_a_parameter_too(either: Database, note: Table) -> None:
    """As who asks says each time."""
    first = select(note.c.id).order_by(note.c.id).limit(bindparam("most", type_=Integer))
    question = Question(first)
    with either.write() as tx:
        add(tx, note)
        assert [len(tx.ask(question, most=most)) for most in (0, 1, 3, 9)] == [0, 1, 3, 4]


def test_it_is_asked_in_the_transaction_it_is_given(either: Database, note: Table) -> None:
    """What was added there counts, what was taken back does not."""
    question = Question(select(note.c.id).where(note.c.count == bindparam("count")))
    with either.write() as tx:
        add(tx, note)
        assert tx.ask(question, count=2)
        assert not tx.ask(question, count=7)
    with either.read() as tx:
        assert tx.ask(question, count=2)


def test_what_fails_is_told_as_any_other_failure(
    either: Database, tables: dict[str, Table]
) -> None:
    """A table that is gone, as any query of it; a parameter that nobody gave, by its name."""
    note, proof = tables["note"], tables["proof"]
    proof.drop(either.engine)
    with pytest.raises(GuijuError), either.read() as tx:
        tx.ask(Question(select(proof.c.id)))
    with pytest.raises(KeyError, match="count"), either.read() as tx:
        tx.ask(Question(select(note.c.id).where(note.c.count == bindparam("count"))))
