# SPDX-License-Identifier: Apache-2.0
"""Nothing about a person is kept that nobody said what for (Article 11)."""

from __future__ import annotations

import pytest
from sqlalchemy import Column, LargeBinary, String
from tools.make_migration import import_every_table

from guiju import inventory, records
from guiju.casework.retention import Retention
from guiju.measures import rule
from guiju.storage import metadata, table

# What the operator seals of its own: lists of words, keys for models, secrets of the service.
OPERATORS = {"lexicon", "picture_list", "urgent_term", "upstream_key", "openid_provider"}
OPERATORS |= {"service_secret"}


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
            assert kind in {"policy", "account", "case", "evidence", "hour", "withdrawn", "none"}


def test_every_class_is_of_some_column_and_every_limit_by_policy_is_one() -> None:
    """A class that nothing is of, and a number that no policy may say, would promise nothing."""
    policy = {"retention_days", "content_days", "usage_days"}
    policy |= {f"{one.value}_days" for one in Retention}
    for one in inventory.as_shipped().values():
        assert inventory.fields_of(one.id), one.id
        kind, _, name = one.limit.partition(":")
        assert kind != "policy" or name in policy, one.id


def test_sealed_words_stay_no_longer_than_they_are_needed() -> None:
    """What stays as long as the ledger, or is nobody's, is in the clear: ids, states and dates.

    So whoever adds words to a trail is told to find them a class that ends.
    """
    import_every_table()
    classes = inventory.as_shipped()
    held = {(one.table, one.column): one.held for one in inventory.fields()}
    ours = {"ledger_entry", "ledger_checkpoint", "ledger_key", "ledger_stamp"}
    for one in metadata.sorted_tables:
        for column in one.columns:
            if isinstance(column.type, LargeBinary) and column.name != "code":
                lasting = classes[held[one.name, column.name]].limit in {"evidence", "none"}
                assert not lasting or one.name in ours | OPERATORS, (one.name, column.name)


def test_what_expires_with_a_case_is_of_a_class_that_does() -> None:
    """The columns that `case expire` empties are words; the rest of their rows is a trail."""
    words = {
        "casework_note.words",
        "casework_notice.words",
        "casework_event.reason",
        "casework_decision.facts",
        "casework_look.reason",
        "casework_hold.reason",
        "complaint.words",
        "complaint.same_text",
        "complaint_file.content",
        "disposition_statement.said",
        "disposition_rectification_sample.words",
        "incident_statement.words",
        "authority_report_words.words",
    }
    held = {f"{one.table}.{one.column}": one.held for one in inventory.fields()}
    classes = inventory.as_shipped()
    for one in words:
        limit = classes[held[one]].limit
        assert limit == "case" or limit.startswith("policy:"), one
        assert classes[held[one]].sensitive, one
    assert {held[one] for one in ("casework_event.verb", "complaint.number")} == {"trail"}


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
