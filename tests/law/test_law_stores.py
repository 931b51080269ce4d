# SPDX-License-Identifier: Apache-2.0
"""A request reaches every table that holds something of people: none is left out unsaid."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from sqlalchemy import MetaData
from tools.make_migration import import_every_table

from guiju.app.stores import person_stores
from guiju.storage import PersonStore, metadata

STORES = person_stores(Path("spill"), Path("copies"))
EXCUSED: dict[str, dict[str, str]] = tomllib.loads(
    (Path(__file__).parent / "tables_without_people.toml").read_text(encoding="utf-8")
)
# A column of one of these names says whose a row is.
PERSONAL = frozenset({"person", "subject", "owner"})
NOT_PEOPLE = {"ledger_entry", "subject_erased"}


def reached() -> dict[str, str]:
    """Each table that a store answers for, by the name of the store."""
    return {table: one.name for one in STORES for table in one.tables}


def missing(tables: MetaData, excused: dict[str, dict[str, str]]) -> set[str]:
    """The tables of which nothing is said."""
    return (
        set(tables.tables)
        - set(reached())
        - {"subject_key", "subject_key_earlier"}
        - {name for group in excused.values() for name in group}
    )


@pytest.mark.control("erasure-proved")
def test_every_table_belongs_to_a_store_or_is_excused() -> None:
    """Whoever adds a table says what becomes of it when somebody asks for their data."""
    import_every_table()
    assert missing(metadata, EXCUSED) == set()


def test_a_new_table_is_noticed() -> None:
    """Else the test above says nothing."""
    import_every_table()
    fewer = {group: dict(list(names.items())[1:]) for group, names in EXCUSED.items()}
    assert missing(metadata, fewer) == {next(iter(names)) for names in EXCUSED.values()}


def test_no_excuse_is_stale_or_empty() -> None:
    """Excused are tables that exist, once, for a reason that says something."""
    import_every_table()
    named = [name for group in EXCUSED.values() for name in group]
    assert sorted(set(named)) == sorted(named)
    assert set(named) <= set(metadata.tables)
    assert not set(named) & set(reached())
    assert all(len(why) > 10 for group in EXCUSED.values() for why in group.values())


def test_no_table_that_says_whose_a_row_is_is_excused() -> None:
    """But for the few that hold pseudonyms of nobody in particular."""
    import_every_table()
    named = {name for group in EXCUSED.values() for name in group}
    personal = {
        one.name for one in metadata.tables.values() if PERSONAL & {each.name for each in one.c}
    }
    assert personal & named <= NOT_PEOPLE


def test_no_two_stores_answer_for_one_table_or_have_one_name() -> None:
    """So that a person is told once."""
    tables = [table for one in STORES for table in one.tables]
    names = [one.name for one in STORES]
    assert sorted(set(tables)) == sorted(tables)
    assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize("store", STORES, ids=lambda one: one.name)
def test_a_store_names_tables_that_are_there(store: PersonStore) -> None:
    """And says in both languages what becomes of what it holds."""
    import_every_table()
    assert set(store.tables) <= set(metadata.tables)
    assert store.how.zh
    assert store.how.en
