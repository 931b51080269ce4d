# SPDX-License-Identifier: Apache-2.0
"""Whatever a person's key seals is known, so that another key reaches all of it (Article 11)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from sqlalchemy import LargeBinary
from tools.make_migration import import_every_table

from guiju.accounts import people
from guiju.casework import confirming, contacting, deciding, trail, writing
from guiju.complaints import sealing as complaints
from guiju.dispositions import findings, reasons, rectification_trying
from guiju.minors import store as minors
from guiju.privacy import packing
from guiju.privacy import service as privacy
from guiju.records import media_store, store
from guiju.reporting import service as reporting
from guiju.storage import metadata, sealed_columns

import_every_table()

# What the rooms bind their seals to, by their own word.
PLACES: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "authority_report_words.words": lambda row: reporting._place(row["case_id"], row["version"]),
    "casework_contact.address": lambda row: contacting._place(row["subject"]),
    "casework_contact_proof.address": lambda row: confirming._place(row["id"], "address"),
    "casework_contact_proof.secret": lambda row: confirming._place(row["id"], "secret"),
    "casework_decision.facts": lambda row: deciding._place(row["id"]),
    "casework_event.reason": lambda row: trail._place(row["case_id"], row["seq"]),
    "casework_hold.reason": lambda row: f"casework_hold/{row['id']}",
    "casework_look.reason": lambda row: f"casework_look/{row['id']}",
    "casework_note.words": lambda row: writing._place("note", row["id"]),
    "casework_notice.words": lambda row: writing._place("notice", row["id"]),
    "complaint.words": lambda row: complaints.place(row["case_id"]),
    "complaint_file.content": lambda row: complaints.place(row["id"]),
    "disposition_finding.reason": lambda row: findings._place(row["id"]),
    "disposition_rectification_sample.words": lambda row: rectification_trying._place(row["id"]),
    "disposition_statement.said": lambda row: reasons._place(row["id"]),
    "exchange_body.content": lambda row: store.context(row["request"]),
    "incident_statement.words": lambda row: f"incident_statement/{row['case_id']}/{row['version']}",
    "made_medium_body.content": lambda row: media_store.context(row["produce_id"]),
    "minors_age.sealed_next": lambda row: f"{minors._SEALED_AS}:{row['id']}",
    "person.sealed_name": lambda _: people._SEALED_AS,
    "privacy_package.sealed_key": lambda row: packing._place(row["case_id"]),
    "privacy_request.words": lambda row: privacy._place(row["case_id"]),
}
# Not sealed by the key of a subject: evidence and its keys, wrapped keys, what the service seals by
# its own, public keys, and counts.
OTHERS = {
    "ledger_checkpoint.peaks",
    "ledger_checkpoint.root",
    "ledger_entry.leaf",
    "ledger_key.private",
    "ledger_key.public",
    "ledger_stamp.token",
    "lexicon.content",
    "limit_meter.state",
    "openid_provider.sealed_secret",
    "passkey.handle",
    "passkey.public_key",
    "picture_list.content",
    "service_secret.wrapped",
    "subject_key.wrapped",
    "subject_key_earlier.wrapped",
    "upstream_key.sealed",
    "urgent_term.content",
}


def names() -> dict[str, Any]:
    return {f"{one.column.table.name}.{one.column.name}": one for one in sealed_columns()}


@pytest.mark.control("person-key-renewal")
def test_every_column_of_bytes_says_whose_key_seals_it() -> None:
    """Whoever adds one says it by `sealed(...)`, or why no person's key does here."""
    found = {
        f"{one.name}.{column.name}"
        for one in metadata.sorted_tables
        for column in one.columns
        if isinstance(column.type, LargeBinary) and column.name != "code"
    }
    assert found - OTHERS == set(names()) == set(PLACES)
    assert found >= OTHERS


@pytest.mark.parametrize("name", sorted(PLACES))
def test_a_column_says_what_its_seal_is_bound_to(name: str) -> None:
    """As its room does when it seals: otherwise nothing could be sealed again."""
    one = names()[name]
    row = {str(column.name): f"<{column.name}>" for column in one.column.table.columns}
    assert one.how.context(row) == PLACES[name](row)
    assert str(one.how.owned(one.column.table, "somebody"))
