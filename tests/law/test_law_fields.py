# SPDX-License-Identifier: Apache-2.0
"""Nothing about a person is kept that nobody said what for (Article 11)."""

from __future__ import annotations

import pytest
from sqlalchemy import Column, String
from tools.make_migration import import_every_table

from guiju import inventory, records
from guiju.measures import rule
from guiju.storage import metadata, table


@pytest.mark.control("collection-minimised")
def test_every_column_of_every_table_has_a_class_with_purpose_and_ground() -> None:
    """Whoever adds a column says in `src/guiju/inventory/fields.toml` for what it is kept."""
    import_every_table()
    assert inventory.faults(records.columns()) == []


@pytest.mark.control("collection-minimised")
def test_a_column_that_nobody_registered_is_found() -> None:
    """The check can fail: a table of a room's own making is named, column by column."""
    import_every_table()
    extra = table(
        "shoe_size", Column("person", String(40), primary_key=True), Column("size", String)
    )
    try:
        found = inventory.faults(records.columns())
    finally:
        metadata.remove(extra)
    assert [one.partition(" ")[0] for one in found] == ["shoe_size.person", "shoe_size.size"]


def test_every_limit_that_a_class_names_is_there() -> None:
    """A class that refers to a rule refers to one of the law data."""
    for one in inventory.as_shipped().values():
        kind, _, name = one.limit.partition(":")
        if kind == "rule":
            assert rule(name).number > 0
        else:
            assert kind in {"policy", "account", "case", "evidence", "hour", "none"}


def test_sensitive_information_and_children_are_marked() -> None:
    """What people type may be anything, so it counts as sensitive; so does all about minors."""
    classes = inventory.as_shipped()
    assert {name for name, one in classes.items() if one.sensitive} >= {
        "content",
        "media",
        "minor",
        "complaint",
    }
    assert classes["content"].under_14
    assert classes["minor"].under_14
