# SPDX-License-Identifier: Apache-2.0
"""The number in the label of an answer leads to its record."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from tests.unit.records.test_records_service import OFFICER, SECOND, exchange, leaves

from guiju import records
from guiju.kernel import FixedClock, Refused, new_id, new_uuid, uuid_of
from guiju.records import Label
from guiju.records.service import opened_by_software
from guiju.storage import Database


def answer(clock: FixedClock, **changed: object) -> records.Exchange:
    request = new_id("req")
    label = Label(uuid_of(request), "end", implicit=True)
    made = replace(exchange(clock), request=request, label=label)
    return replace(made, **changed)


@pytest.mark.control("text-label")
def test_the_number_of_an_answer_leads_to_its_record(db: Database, clock: FixedClock) -> None:
    """Without a table for it; those of others, of neighbours and of nobody lead nowhere."""
    one, two = answer(clock), answer(clock)
    with db.write() as tx:
        records.record(tx, [one, two, exchange(clock)])
    with db.read() as tx:
        for each in (one, two):
            found = records.answered(tx, each.label.produce_id)
            assert found is not None
            assert (found.request, found.at) == (each.request, each.at)
        near = f"{one.label.produce_id[:-1]}{int(one.label.produce_id[-1], 16) ^ 1:x}"
        for number in (near, new_uuid(), "p-1", ""):
            assert records.answered(tx, number) is None


@pytest.mark.control("records-sealed")
def test_a_look_by_software_goes_on_record_as_every_look_does(
    db: Database, clock: FixedClock
) -> None:
    """With the purpose that only software has; a person cannot go that way."""
    one = answer(clock, output='{"delivered":{"0":{"content":"海是蓝的。"}}}'.encode())
    with db.write() as tx:
        records.record(tx, [one])
        found = records.answered(tx, one.label.produce_id)
        assert found is not None
        assert records.words_delivered(tx, found) == ("海是蓝的。",)
        with pytest.raises(Refused):
            opened_by_software(tx, OFFICER, one.request, "why", "label-check")
    leaf = leaves(db)[-1]
    assert (leaf["kind"], leaf["facts"]["purpose"]) == ("record-read", "label-check")
    assert leaf["actor"]["kind"] == "software"


def test_of_an_erased_person_nothing_is_compared(db: Database, clock: FixedClock) -> None:
    """The number still leads to the record; what it said is gone."""
    one = answer(clock)
    with db.write() as tx:
        records.record(tx, [one])
        records.erase(tx, OFFICER, SECOND, one.person)
    with db.write() as tx:
        found = records.answered(tx, one.label.produce_id)
        assert found is not None
        assert records.words_delivered(tx, found) is None


def test_a_record_may_be_asked_for_by_the_number_of_a_label(
    db: Database, clock: FixedClock
) -> None:
    """What somebody brings along is an answer, not the id of a request."""
    one = answer(clock)
    with db.write() as tx:
        records.record(tx, [one])
        for named in (one.request, one.label.produce_id):
            assert records.request_of(tx, named) == one.request
        assert records.request_of(tx, "nothing") == "nothing"
