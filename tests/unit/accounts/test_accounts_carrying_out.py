# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.unit.accounts.conftest import House

from guiju.accounts import (
    Decided,
    Issued,
    Person,
    PersonState,
    carry_out,
    get_person,
    look_up,
    require_function,
    set_standing,
)
from guiju.kernel import NotFound, Refused, software
from guiju.storage import Database

CASES = software("dispositions")


def carried(db: Database, person: str, state: PersonState, *closed: str) -> Person:
    with db.write() as tx:
        return carry_out(tx, CASES, person, Decided(state, frozenset(closed), "UA-1"))


def test_a_decision_takes_effect_and_ends(
    db: Database, agreed: Person, leaves: Callable[..., list[dict[str, Any]]]
) -> None:
    """Suspended and back: each change is on record with the case behind it."""
    assert carried(db, agreed.id, PersonState.SUSPENDED).state is PersonState.SUSPENDED
    assert carried(db, agreed.id, PersonState.ACTIVE).state is PersonState.ACTIVE
    found = leaves("person-standing-changed")
    assert [one["facts"]["to"] for one in found] == ["suspended", "active"]
    assert {one["facts"]["case"] for one in found} == {"UA-1"}


def test_what_stands_already_is_not_done_twice(db: Database, agreed: Person) -> None:
    """No evidence of nothing."""
    before = carried(db, agreed.id, PersonState.SUSPENDED)
    assert carried(db, agreed.id, PersonState.SUSPENDED) == before


def test_a_case_that_ends_lifts_nothing_that_staff_did_by_hand(
    db: Database, house: House, agreed: Person
) -> None:
    """Suspended by hand stays suspended; a case can only make it stricter."""
    with db.write() as tx:
        set_standing(tx, house.officer.actor, agreed.id, PersonState.SUSPENDED, "break-in")
    assert carried(db, agreed.id, PersonState.ACTIVE).reason == "break-in"
    assert carried(db, agreed.id, PersonState.TERMINATED).state is PersonState.TERMINATED


def test_a_closed_function_is_refused_and_the_others_are_not(
    db: Database, agreed: Person, key: Issued
) -> None:
    """A restricted person is served, but not with what was closed to them."""
    carried(db, agreed.id, PersonState.RESTRICTED, "images", "video")
    with db.read() as tx:
        caller = look_up(tx, key.token)
    require_function(caller, "text")
    with pytest.raises(Refused) as error:
        require_function(caller, "images")
    assert error.value.code == "function-restricted"
    assert "/appeals" in error.value.remedy.en
    carried(db, agreed.id, PersonState.ACTIVE)
    with db.read() as tx:
        require_function(look_up(tx, key.token), "images")


def test_nobody_is_nobody(db: Database) -> None:
    """A person that does not exist is not quietly passed over."""
    with db.write() as tx, pytest.raises(NotFound):
        carry_out(tx, CASES, "pe_none", Decided(PersonState.ACTIVE))
    with db.read() as tx, pytest.raises(NotFound):
        get_person(tx, "pe_none")
