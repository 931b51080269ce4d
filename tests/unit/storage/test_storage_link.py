# SPDX-License-Identifier: Apache-2.0
"""Bare statements and SQLAlchemy's own are one transaction, whichever comes first."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Table, func, select

from guiju.kernel import Conflict
from guiju.storage import Database, Tx

PROOFS = "SELECT count(*) FROM proof"
ADD = "INSERT INTO proof (id)"


@pytest.fixture
def proof(tables: dict[str, Table]) -> Table:
    return tables["proof"]


def counted(tx: Tx, proof: Table) -> Any:
    return tx.execute(select(func.count()).select_from(proof)).scalar_one()


def test_what_was_added_bare_is_seen_through_sqlalchemy(either: Database, proof: Table) -> None:
    """And the other way round, before anything is committed."""
    with either.write() as tx:
        tx.insert_plain(ADD, [("one",)])
        assert counted(tx, proof) == 1
        tx.execute(proof.insert().values(id="two"))
        assert tx.one_value(PROOFS) == 2
    with either.read() as tx:
        assert tx.one_value(PROOFS) == counted(tx, proof) == 2


@pytest.mark.parametrize("bare_first", [True, False])
def test_what_fails_takes_all_of_it_back(either: Database, proof: Table, bare_first: bool) -> None:
    """Whichever way the rows were added."""
    with pytest.raises(ZeroDivisionError), either.write() as tx:
        if bare_first:
            tx.insert_plain(ADD, [("one",)])
        tx.execute(proof.insert().values(id="two"))
        tx.insert_plain(ADD, [("three",)])
        raise ZeroDivisionError
    with either.read() as tx:
        assert counted(tx, proof) == 0


def test_what_was_only_added_bare_is_taken_back_too(either: Database) -> None:
    """There is no connection of SQLAlchemy's that would."""
    with pytest.raises(ZeroDivisionError), either.write() as tx:
        tx.insert_plain(ADD, [("one",)])
        raise ZeroDivisionError
    with either.read() as tx:
        assert tx.one_value(PROOFS) == 0


def test_a_key_that_is_taken_is_a_conflict_also_when_added_bare(either: Database) -> None:
    """The driver's error is told as SQLAlchemy's would be, and the connection is as good as new."""
    for _ in range(2):
        with pytest.raises(Conflict), either.write() as tx:
            tx.insert_plain(ADD, [("one",), ("one",)])
    with either.write() as tx:
        tx.insert_plain(ADD, [("one",)])
    with either.read() as tx:
        assert tx.one_value(PROOFS) == 1


def test_who_has_asked_for_nothing_yet_is_in_nobodys_way(either: Database) -> None:
    """A transaction begins with its first statement: what is made ready before holds no lock."""
    with either.write(), either.write() as tx:
        tx.insert_plain(ADD, [("one",)])
    with either.read() as tx:
        assert tx.one_value(PROOFS) == 1
