# SPDX-License-Identifier: Apache-2.0
"""Classes of data: their purposes as shipped, and as a provider says them."""

from __future__ import annotations

import pytest

from guiju import inventory
from guiju.kernel import NotFound

SAID = {"zh": "只为试验", "en": "for a trial only"}


def test_a_policy_says_purpose_and_ground_in_its_own_words() -> None:
    """What it leaves out stands as shipped."""
    body = {"records": {"classes": {"content": {"purpose": SAID, "basis": "consent"}}}}
    found = inventory.classes(body)
    one = found["content"]
    assert (one.purpose.en, one.basis, one.said_by) == ("for a trial only", "consent", "policy")
    assert found["usage"] == inventory.as_shipped()["usage"]
    assert inventory.classes(None) == inventory.as_shipped()


def test_a_change_of_what_a_class_says_changes_its_digest_alone() -> None:
    """So whoever weighed it is told, and nobody else."""
    before = inventory.as_shipped()
    body = {"records": {"classes": {"content": {"purpose": SAID, "basis": "consent"}}}}
    after = inventory.classes(body)
    digest = inventory.register_digest
    assert digest(before, ["content"]) != digest(after, ["content"])
    assert digest(before, ["usage", "job"]) == digest(after, ["job", "usage"])


def test_the_fields_of_a_class_are_columns() -> None:
    """Where it stands is known to the column."""
    found = {(one.table, one.column) for one in inventory.fields_of("content")}
    assert ("exchange_body", "content") in found


@pytest.mark.parametrize("name", ["shoes", "none", ""])
def test_what_is_no_class_is_told(name: str) -> None:
    """Also the class of columns without personal data: nothing of it can be given to anybody."""
    with pytest.raises(NotFound, match="data-class-unknown"):
        inventory.class_named(name)
